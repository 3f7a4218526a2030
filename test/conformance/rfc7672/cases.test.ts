/**
 * The catalogue of faults in mail domains: each row is a scene (zones, servers, what is done to
 * answers), played by a whole check, and held to its three columns: what RFC 7672 says, what
 * Exchange Online says, and what goes into a TLS report.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parseName } from '../../../src/wire/index.ts'
import { openMailLab } from '../../support/mail-lab/lab.ts'
import { checkInLab } from '../../support/mail-lab/sender.ts'
import { catalogue } from './cases/catalogue.ts'
import { certificateCases } from './cases/certificates.ts'
import { columnsOf } from './cases/columns.ts'
import { lookupCases } from './cases/lookups.ts'
import { sessionCases } from './cases/sessions.ts'
import { stsCases } from './cases/sts.ts'
import { tlsaCases } from './cases/tlsa.ts'

const cases = [...lookupCases, ...tlsaCases, ...certificateCases, ...sessionCases, ...stsCases]
const titles = cases.map(({ id, variant }) => (variant === undefined ? id : `${id}: ${variant}`))

/** Seconds, but for a busy machine. */
t.setTimeout(240_000)

cases.forEach((one, at) => {
  t.test(titles[at] as string, async (t) => {
    const { domain = 'example.test.', families = 'strict', decided, expect, also } = one
    if (decided !== undefined) t.comment(decided)
    const lab = await openMailLab(one)
    t.teardown(() => lab.close())
    const report = await checkInLab(lab, { domain: parseName(domain), families })
    const columns = columnsOf(report)
    t.strictSame(columns, { ...columns, ...expect }, report.verdicts.rfc.reason)
    for (const [holds, text] of also?.(report, lab) ?? []) t.ok(holds, text)
  })
})

t.test('the cases are those of the catalogue, each once', async (t) => {
  t.strictSame(new Set(cases.map(({ id }) => id)), new Set(catalogue))
  t.equal(new Set(catalogue).size, catalogue.length)
  t.equal(new Set(titles).size, titles.length)
})

t.test('what was decided is written down, and nothing else is', async (t) => {
  const text = readFileSync('docs/decisions/0012-open-rows-of-the-case-table.md', 'utf8')
  const written = [...text.matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, id]) => id)
  const decided = cases.filter((one) => one.decided !== undefined).map(({ id }) => id)
  t.strictSame(new Set(written), new Set(decided))
})
