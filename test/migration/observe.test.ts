import t from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { Rcode } from '../../src/message/index.ts'
import { allLines } from '../../src/migration/format.ts'
import { noMemory } from '../../src/migration/memory.ts'
import {
  type ObserveQuestion,
  type ObserveWorld,
  observeDomain,
} from '../../src/migration/observe.ts'
import { dnssecStatus } from '../../src/migration/status.ts'
import { migrationReport } from '../../src/migration/steps.ts'
import type { Direction, ExpectedDomain, ObservedDomain } from '../../src/migration/types.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import { formatName, parseName, rootName } from '../../src/wire/index.ts'
import { addressBlock, openAuthorities } from '../support/mail-lab/authorities.ts'
import { openPolicyHost } from '../support/mail-lab/policy-host.ts'
import { present } from '../support/mail-lab/presented.ts'
import { labStub } from '../support/mail-lab/stub.ts'
import { corruptSignatures, rcode } from '../support/mail-lab/tampers.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { domainIs, expectedIs, neverEnabled } from '../support/migration.ts'
import { testTime } from '../support/served-zone.ts'
import { patience } from '../support/stub-parts.ts'

const block = addressBlock()
const signing = { denial: 'nsec' } as const
const site = await present(['mta-sts.enforced.example.test', 'mta-sts.before.example.test'])
const policyText = ['version: STSv1', 'mode: enforce', 'mx: *.p-v1.mx.test', 'max_age: 86400', '']
const policyHost = await openPolicyHost(`${block}200`, site, policyText.join('\r\n'))

/** Customers of a provider whose signed hosts are in o-v1.mx.test. and whose others are plain. */
const customers = `
  valid     3600 MX 0 signed.o-v1.mx.test.
  value     MX 0 host.outlook.test.
  priority  MX 10 signed.o-v1.mx.test.
  same      MX 0 signed.o-v1.mx.test.
  same      MX 0 host.outlook.test.
  backup    MX 0 signed.o-v1.mx.test.
  backup    MX 30 host.outlook.test.
  trial     MX 0 host.outlook.test.
  trial     MX 20 signed.o-v1.mx.test.
  neither   MX 0 host.outlook.test.
  neither   MX 10 gone.outlook.test.
  servfail  MX 0 signed.o-v1.mx.test.
  bogus     MX 0 signed.o-v1.mx.test.
  none      TXT "no MX"
  null      MX 0 .
  alias     CNAME valid
  enforced  MX 0 signed.o-v1.mx.test.
  _mta-sts.enforced TXT "v=STSv1; id=7;"
  mta-sts.enforced A ${block}200
  before    MX 0 host.outlook.test.
  _mta-sts.before TXT "v=STSv1; id=8;"
  mta-sts.before A ${block}200`
const signedHosts = `
  signed 300 A 192.0.2.25
  signed 300 AAAA 2001:db8::25
  _25._tcp.signed 300 TLSA 3 1 1 ${'ab'.repeat(32)}`
const authorities = await openAuthorities(
  [
    { apex: '.', server: 1, text: '', signing },
    { apex: 'test.', server: 2, text: '', signing },
    { apex: 'example.test.', server: 10, text: customers, signing },
    { apex: 'plain.test.', server: 11, text: '@ MX 0 signed.o-v1.mx.test.' },
    { apex: 'o-v1.mx.test.', server: 12, text: signedHosts, signing: { denial: 'compact' } },
    { apex: 'outlook.test.', server: 13, text: 'host A 192.0.2.26' },
  ],
  block,
)
authorities.rules.push(
  { name: 'servfail.example.test.', tamper: rcode(Rcode.SERVFAIL) },
  { name: 'bogus.example.test.', type: RR.MX, tamper: corruptSignatures() },
)
t.teardown(() => Promise.all([authorities.close(), policyHost.close()]))

const signedHost = parseName('signed.o-v1.mx.test.')
const legacyHost = parseName('host.outlook.test.')
const timers = { ...systemTimers, monotonicMs: () => 0 }
const anchors = [{ zone: rootName, ds: [authorities.rootDs], dnskeys: [] }]

async function observe(
  domain: string,
  question: Partial<ObserveQuestion> = {},
  world: Partial<ObserveWorld> = {},
): Promise<ObservedDomain> {
  const stub = labStub({ authorities, anchors, timers }, patience)
  try {
    return await observeDomain(
      {
        ...{ domain: parseName(domain), stsPort: policyHost.port, ca: site.anchor.pem },
        ...question,
      },
      // Nothing that takes long is waited for, so that a slow machine sees the same.
      { ...{ stub, clock: fixedClock(testTime), timers: manualTimers() }, ...world },
    )
  } finally {
    await stub.close()
  }
}

function expecting(domain: string, changes: Partial<ExpectedDomain> = {}): ExpectedDomain {
  const expected = { host: signedHost, preference: 0, ttl: 60 as Ttl }
  return expectedIs({
    ...{ name: parseName(domain), expected, signedHost, legacyHost },
    ...changes,
  })
}

const before = neverEnabled()
const unknown = { expected: undefined, signedHost: undefined }

/** Domains, what provisioning has of them, and the codes that come of it all. */
const cases: readonly (readonly [domain: string, codes: string, Partial<ExpectedDomain>?])[] = [
  ['valid.example.test.', ''],
  ['alias.example.test.', ''],
  ['value.example.test.', 'ED003 EX002'],
  ['null.example.test.', 'ED003 EX002'],
  ['priority.example.test.', 'EX003'],
  ['same.example.test.', 'EX004'],
  ['backup.example.test.', 'EX005'],
  ['trial.example.test.', 'EX006 EX008'],
  ['neither.example.test.', 'ED003 EX007'],
  [
    'backup.example.test.',
    'EX005 EX009',
    { expected: { host: signedHost, preference: 10, ttl: 60 as Ttl } },
  ],
  ['servfail.example.test.', 'ED001 EX010'],
  ['bogus.example.test.', 'ED001 EX010'],
  ['never.example.test.', 'ED002 EX012'],
  ['plain.test.', 'ED003'],
  ['none.example.test.', 'EX012'],
  ['enforced.example.test.', 'ES001'],
  ['before.example.test.', 'ED003 EX013 ES002', { domain: before.domain, ...unknown }],
  ['valid.example.test.', 'EG001 EX013', { domain: undefined, ...unknown }],
  [
    'valid.example.test.',
    'EG002 EX013',
    { domain: domainIs({ verifiedAt: undefined }), ...unknown },
  ],
]

for (const [domain, codes, changes] of cases) {
  t.test(`observeDomain and dnssecStatus: ${domain} has ${codes || 'no codes'}`, async (t) => {
    const status = dnssecStatus(expecting(domain, changes), await observe(domain))
    t.equal(
      allLines(status)
        .map(({ code }) => code)
        .join(' '),
      codes,
    )
  })
}

t.test('observeDomain tells what a sender would find', async (t) => {
  const { at, mx, hosts, sts } = await observe('valid.example.test.')
  t.equal(at, testTime)
  t.match(mx, { kind: 'found', security: 'secure', records: [{ preference: 0, ttl: 3600 }] })
  t.match(hosts, [
    {
      security: 'secure',
      addresses: ['192.0.2.25', '2001:db8::25'],
      level: 'authenticated',
      tlsa: { active: [{ text: /^3 1 1 abab/ }] },
    },
  ])
  t.equal(sts.kind, 'none')
  const policy = await observe('enforced.example.test.')
  t.match(policy.sts, { kind: 'policy', id: '7', from: 'fetched', policy: { mode: 'enforce' } })
  t.match(await observe('bogus.example.test.'), {
    mx: { kind: 'failed', text: /RRSIG .* does not fit the data/ },
  })
})

t.test('migrationReport of what is seen of real zones', async (t) => {
  const seen = async (domain: string, direction?: Direction) => {
    const observed = await observe(domain, { hosts: [signedHost, legacyHost] })
    const { next } = migrationReport(expecting(domain), observed, noMemory, {}, direction)
    return next && `${next.id}: ${next.text}`
  }
  const signed = 'signed.o-v1.mx.test.'
  t.equal(await seen('valid.example.test.'), undefined)
  t.equal(
    await seen('value.example.test.'),
    'lower-mx-ttl: The TTL is 3600 s; lower it: "@ 30 IN MX 0 host.outlook.test."',
  )
  t.match(await seen('trial.example.test.'), /^test: /)
  t.equal(
    await seen('backup.example.test.'),
    'drop-legacy: Delete "@ 3600 IN MX 30 host.outlook.test."',
  )
  t.equal(
    await seen('priority.example.test.'),
    `swap: Set the preference: "@ 3600 IN MX 0 ${signed}"`,
  )
  t.match(await seen('bogus.example.test.'), /^sign-zone: The lookup of MX fails: RRSIG/)
  t.match(await seen('plain.test.'), /^sign-zone: Enable DNSSEC for plain\.test/)
  t.match(await seen('enforced.example.test.'), /^sts-testing: Set the MTA-STS policy/)
  t.match(await seen('valid.example.test.', 'disable'), /^disable-dane: /)
})

t.test('observeDomain asks for nothing that it is to skip', async (t) => {
  const asked = async (skips: ObserveQuestion['skips'] = {}) => {
    authorities.asked.length = 0
    const observed = await observe('enforced.example.test.', { skips })
    const names = authorities.asked.map(({ name }) => formatName(name).toLowerCase())
    const has = (name: string) => names.includes(name)
    return {
      observed,
      mx: authorities.asked.some(({ type }) => type === RR.MX),
      host: has('signed.o-v1.mx.test.'),
      sts: has('_mta-sts.enforced.example.test.'),
    }
  }
  t.match(await asked(), { mx: true, host: true, sts: true })
  t.match(await asked({ dns: true, sts: true }), { mx: true, host: false, sts: false })
  t.match(await asked({ mx: true, sts: true }), { mx: true, host: true, sts: false })
  t.match(await asked({ dns: true, mx: true }), {
    ...{ mx: false, host: false, sts: true },
    observed: { mx: { kind: 'skipped' }, hosts: [], skips: { dns: true, mx: true, sts: false } },
  })
  t.match((await asked({ sts: true })).observed.sts, { kind: 'skipped' })
})

t.test('observeDomain looks at further hosts, and has them met', async (t) => {
  const gone = parseName('gone.outlook.test.')
  const names = [signedHost, legacyHost, signedHost, gone]
  const met: string[] = []
  const { others, meetings } = await observe(
    'valid.example.test.',
    { hosts: names },
    {
      meet: async ({ name }) => {
        met.push(formatName(name))
        if (formatName(name).startsWith('host')) throw new Error('the connection was reset')
        return { isGood: true, text: 'it takes mail' }
      },
    },
  )
  t.match(others, [
    { security: 'secure', level: 'authenticated' },
    { security: 'insecure', addresses: ['192.0.2.26'] },
    { addresses: [] },
  ])
  t.equal(others.length, 3)
  t.same(met.sort(), ['host.outlook.test.', 'signed.o-v1.mx.test.'])
  t.match(meetings, [{ isGood: true }, { isGood: false, text: 'the connection was reset' }])
  const few = await observe('valid.example.test.', { hosts: names }, { limits: { others: 1 } })
  t.equal(few.others.length, 1)
  t.same(few.meetings, [])
})

t.test('observeDomain looks at a bounded number of hosts, and knows all records', async (t) => {
  const { mx, hosts } = await observe('backup.example.test.', {}, { limits: { hosts: 1 } })
  t.equal(hosts.length, 1)
  t.match(mx, { records: [{ preference: 0 }, { preference: 30 }] })
})

t.test('observeDomain gives up with its signal, and still tells', async (t) => {
  const observed = await observe('valid.example.test.', {}, { signal: AbortSignal.abort() })
  t.match(observed, { mx: { kind: 'failed' }, hosts: [] })
})

t.test(
  'observeDomain: the TTL of signed records is that of the zone, even from a cache',
  async (t) => {
    const clock = fixedClock(testTime)
    const stub = labStub({ authorities, anchors, timers }, patience)
    t.teardown(() => stub.close())
    const aged = {
      ...stub,
      close: () => stub.close(),
      resolve: async (...asked: Parameters<typeof stub.resolve>) => {
        const { data, ...rest } = await stub.resolve(...asked)
        return { ...rest, data: data && { ...data, rrset: { ...data.rrset, ttl: 17 as Ttl } } }
      },
    }
    const ttlOf = async (domain: string) => {
      const question = { domain: parseName(domain), skips: { sts: true } }
      const { mx } = await observeDomain(question, { stub: aged, clock, timers })
      return mx.kind === 'found' ? mx.records[0]?.ttl : undefined
    }
    t.equal(await ttlOf('valid.example.test.'), 3600)
    t.equal(await ttlOf('plain.test.'), 17, 'nobody vouches for another one')
  },
)
