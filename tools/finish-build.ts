/**
 * The last step of `npm run build`. The compiler builds upon what is there and never removes
 * anything, so the test of a file that was deleted would run for ever; this removes what has lost
 * its source. It also makes the command executable, which npm does only when it links it.
 */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Deletes compiled files in `out` whose source below `root` is gone; returns their paths. */
export function pruneStale(root: string, out: string): string[] {
  const stale = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const source = /^(.*)\.(?:js|js\.map|d\.ts)$/.exec(name)?.[1]
    return source !== undefined && !existsSync(join(root, `${source}.ts`))
  })
  for (const name of stale) rmSync(join(out, name))
  return stale
}

if (process.argv[1] === import.meta.filename) {
  for (const name of pruneStale('.', 'dist')) process.stdout.write(`Removed stale dist/${name}\n`)
  const command = 'dist/src/main.js'
  if (existsSync(command)) chmodSync(command, 0o755)
}
