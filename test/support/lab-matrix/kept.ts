import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { projectDirectory } from '../peers/paths.ts'

/** Set where documents are to be written rather than compared. */
const writing = 'DANELAW_WRITE_MATRIX'

/** What a document says of the versions that it is of. */
type VersionsIn = (document: string) => unknown

/**
 * Compares what peers have said with the document in `docs`, or writes it. A document of other
 * versions says nothing of these: then there is nothing to compare.
 *
 * @returns whether it is of these versions
 */
export function keepDocument(
  t: Test,
  name: string,
  document: string,
  versionsIn: VersionsIn,
): boolean {
  const file = join(projectDirectory(), 'docs', name)
  if (process.env[writing] !== undefined) writeFileSync(file, document)
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : document
  const [here, there] = [versionsIn(document), versionsIn(kept)].map((of) => JSON.stringify(of))
  if (here !== there) {
    t.comment(`docs/${name} is of ${there}, and here is ${here}`)
    return false
  }
  t.equal(document, kept, `docs/${name} is what they say; see npm run docs:matrix`)
  return true
}
