/** `npm run check:source`: the rules of the house that no general tool knows. */
import { checkAssertions } from './assertions.ts'
import { checkDocstrings, checkEssays } from './docstrings.ts'
import { checkErrorTable } from './error-table.ts'
import { checkShape } from './shape.ts'
import { readSources, type SourceCheck } from './source.ts'
import { checkStillness } from './stillness.ts'

const checks: readonly SourceCheck[] = [
  checkDocstrings,
  checkEssays,
  checkShape,
  checkStillness,
  checkErrorTable,
  checkAssertions,
]

const sources = readSources(process.cwd(), ['src', 'test', 'tools', 'bench', 'docker'])
const complaints = checks.flatMap((check) => check(sources))
for (const { path, line, message } of complaints) {
  process.stderr.write(`${path}:${line}: ${message}\n`)
}
process.stdout.write(`${sources.length} files, ${complaints.length} complaints\n`)
process.exitCode = complaints.length === 0 ? 0 : 1
