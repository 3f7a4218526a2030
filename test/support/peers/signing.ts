import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram, transcript } from './programs.ts'
import type { PeerZone } from './servers.ts'

/** How BIND's `dnssec-signzone` is to sign a zone. */
export interface Signing {
  /** Options of its own, such as `-3 -` for NSEC3, or `-s` and `-e` for other times. */
  readonly options?: readonly string[]
  /** Its algorithm by name; ECDSAP256SHA256 by default. */
  readonly algorithm?: string
  /** What becomes of the signed zone, a record in each line, before it is served. */
  readonly spoil?: (lines: readonly string[]) => readonly string[]
}

/** The dots and slashes of a zone's name are not for files. */
function fileOf(directory: string, name: string): string {
  return join(directory, `${name}db`)
}

async function run(directory: string, program: string, ...args: readonly string[]) {
  const finished = await runProgram(program, args, { cwd: directory })
  if (finished.status !== 0) throw new Error(`${program}: ${transcript(finished)}`)
  return finished.stdout.trim()
}

/** Signs a zone in a directory with one new key, which signs all. */
export async function signZone(
  directory: string,
  name: string,
  text: string,
  { options = [], algorithm = 'ECDSAP256SHA256', spoil }: Signing = {},
): Promise<PeerZone> {
  const file = fileOf(directory, name)
  writeFileSync(file, text)
  const keyed = ['-q', '-K', directory, '-a', algorithm, '-f', 'KSK', name]
  const key = await run(directory, 'dnssec-keygen', ...keyed)
  const public_ = readFileSync(join(directory, `${key}.key`), 'utf8')
  writeFileSync(file, `${text}\n${public_}`)
  const signed = `${file}.signed`
  const args = [
    '-q',
    '-P',
    '-z',
    '-O',
    'full',
    '-K',
    directory,
    '-o',
    name,
    '-f',
    signed,
    ...options,
  ]
  await run(directory, 'dnssec-signzone', ...args, file, key)
  if (spoil) {
    const lines = readFileSync(signed, 'utf8')
      .replaceAll(/[ \t]+/g, ' ')
      .split('\n')
    writeFileSync(signed, spoil(lines).join('\n'))
  }
  return { name, file: signed }
}
