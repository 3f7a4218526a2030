import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { composeReport } from '../../src/check/compose.ts'
import { issue } from '../support/certificates.ts'
import { findings, metHost } from '../support/findings.ts'
import { projectDirectory } from '../support/peers/paths.ts'

/** Every name of a field in plain data. */
function keysOf(value: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysOf(item, keys)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      keys.add(key)
      keysOf(item, keys)
    }
  }
  return keys
}

t.test('docs/check-json.md has a word for every field of a report', async (t) => {
  const text = readFileSync(join(projectDirectory(), 'docs/check-json.md'), 'utf8')
  const told = new Set(
    [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(/\w+/g) ?? []),
  )
  const other = await issue()
  const tlsa = [Uint8Array.from([3, 1, 1, ...new Uint8Array(32)])]
  const problem = { type: 'sts-policy-invalid', text: 'x' } as const
  const report = composeReport(
    findings(
      [metHost({ tlsa, meets: [[other]] }), metHost({ name: 'b.test.', meets: [[other]] })],
      {
        sts: { state: { kind: 'failed', problem, text: 'x' }, details: [], elapsedMs: 1 },
        tlsRpt: { state: { kind: 'none', text: 'x' }, details: [], elapsedMs: 1 },
      },
    ),
  )
  const keys = keysOf(report)
  t.ok(keys.size > 60)
  for (const key of keys) t.ok(told.has(key), key)
})
