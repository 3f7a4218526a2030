import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The project's directory, found upwards from here: this file runs compiled, fixtures stay put. */
export function projectDirectory(): string {
  let directory = import.meta.dirname
  while (!existsSync(join(directory, 'test', 'fixtures', 'interop'))) directory = dirname(directory)
  return directory
}

/** Absolute path of a file in `test/fixtures/interop`. */
export function fixture(name: string): string {
  return join(projectDirectory(), 'test', 'fixtures', 'interop', name)
}

/** Absolute path of danelaw's own program, as compiled together with this test. */
export function danelawProgram(): string {
  return join(import.meta.dirname, '..', '..', '..', 'src', 'main.js')
}
