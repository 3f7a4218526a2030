/**
 * What must hold of cases of mail beside their three columns (`test/post/cases.test.ts` has those):
 * what is in the report of the check, and what was never asked for.
 */
import t from 'tap'
import { type CheckReport, tlsReportOf } from '../../../src/check/index.ts'
import { mailCases } from '../../../src/post/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { openPostWorld, type PostWorld } from '../../support/open-post.ts'

/** Seconds, but for a busy machine. */
t.setTimeout(240_000)

/** Something that must hold, in words. */
type Fact = readonly [holds: boolean, text: string]

function noneFetched(id: string): (report: CheckReport, post: PostWorld) => readonly Fact[] {
  return (_, { post }) => [
    [!post.requests.some((one) => one.startsWith(`mta-sts.${id}.`)), 'nothing is fetched'],
  ]
}

function expands(domain: string, expanded: string): (report: CheckReport) => readonly Fact[] {
  return (report) => [
    [report.domain === domain, 'the unexpanded name is kept for the log'],
    [report.expanded === expanded, 'MX is of the expanded name'],
  ]
}

const facts: Readonly<Record<string, (report: CheckReport, post: PostWorld) => readonly Fact[]>> = {
  'mx-zone-insecure': ({ hosts }) => [
    [hosts[0]?.level === 'authenticated', 'the host is held to its records'],
  ],
  'domain-cname': expands('alias.domain-cname.mail.test.', 'real.domain-cname.mail.test.'),
  'domain-dname': expands('sub.old.domain-dname.mail.test.', 'sub.new.domain-dname.mail.test.'),
  'host-insecure': (_, { asked }) => {
    const zone = '.host-insecure-plain.mail.test.'
    const told = asked.filter(({ name, type }) => type === RR.TLSA && name.endsWith(zone))
    return [[told.length === 0, 'TLSA is not asked for (RFC 7672 §2.2.2)']]
  },
  'tlsa-huge-rrset': (_, { asked }) => {
    const zone = '.mx.tlsa-huge-rrset.mail.test.'
    const told = asked.filter(({ name, type }) => type === RR.TLSA && name.endsWith(zone))
    return [[told.some(({ via }) => via === 'tcp'), 'it is asked for by TCP']]
  },
  'sts-txt-two': noneFetched('sts-txt-two'),
  'sts-txt-bad-id': noneFetched('sts-txt-bad-id'),
  'ip-split': (report, { post }) => {
    const verdicts = report.hosts[0]?.addresses.map(({ verdicts }) => verdicts.rfc.delivers)
    const reporter = { organization: 'Sender', contact: 'mailto:tls@sender.test', id: '1' }
    const { policies } = tlsReportOf(report, 'rfc', reporter)
    const [failure] = policies.flatMap((policy) => policy.failures)
    const placed = post.cases.find((one) => one.case.id === 'ip-split')
    return [
      [verdicts?.join() === 'false,true', 'each address has its own verdict'],
      [
        failure?.receivingAddress === placed?.addresses.get('stale'),
        'the report tells which one failed',
      ],
    ]
  },
  'starttls-injection': ({ hosts: [mx] }) => [
    [!JSON.stringify(mx).includes('injected'), 'what was injected is nowhere in the report'],
  ],
  'pref-10-none-20-dane': ({ lints }) => [[lints.length > 0, 'it is worth a word']],
  'pref-all-fail': ({ verdicts }) => [
    [verdicts.exchange.status?.permanent === '5.7.323', 'the NDR has 5.7.323'],
  ],
}

t.test('what holds beside the columns', async (t) => {
  const cases = mailCases.filter(({ id }) => id in facts)
  t.equal(cases.length, Object.keys(facts).length, 'every case is there')
  const post = await openPostWorld({ cases })
  t.teardown(() => post.close())
  for (const { id, agrees, report, expected, got, why } of await post.verify()) {
    t.ok(agrees, id, { expected, got, why })
    if (!report) throw new Error(`no report of ${id}`)
    for (const [holds, text] of facts[id]?.(report, post) ?? []) t.ok(holds, `${id}: ${text}`)
  }
})
