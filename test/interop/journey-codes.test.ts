import t, { type Test } from 'tap'
import { Customer } from '../support/journey/customer.ts'
import {
  type JourneyParts,
  journeyPeers,
  type Policy,
  startJourney,
  stsRecords,
} from '../support/journey/world.ts'
import { inOwnNetwork } from '../support/peers/own-network.ts'

// Must be shown: every status code of Get-DnssecStatusForVerifiedDomain, provoked one by one: what
// a domain has is changed at BIND or at its parent, and looked at through unbound.

const signed = 'fabrikam-com.o-v1.mx.microsoft'
const policy: Policy = { domain: 'fabrikam.com', mode: 'testing', mx: [signed] }
const earlyPolicy: Policy = { domain: 'early.com', mode: 'testing', mx: ['mx.early.com'] }

const zones = [
  // All is well with it; each test changes its MX records.
  { name: 'fabrikam.com.', records: stsRecords('1'), isSigned: true },
  // Its parent has the DS of another key.
  { name: 'broken.com.', records: '@ MX 0 broken-com.o-v1.mx.microsoft.', isSigned: true },
  // Its parent has no DS, and it no signatures.
  { name: 'plain.com.', records: '@ MX 0 plain-com.o-v1.mx.microsoft.', isSigned: false },
  // DNSSEC is never enabled for it.
  {
    name: 'early.com.',
    records: `@ MX 0 mx\nmx A 192.0.2.1\n${stsRecords('1')}`,
    isSigned: true,
  },
]
const delegations = {
  'fabrikam.com': 'right',
  'broken.com': 'wrong',
  'early.com': 'right',
} as const

/** A domain, what is done to it, and what the status says of it then. */
interface Case {
  readonly domain: string
  /** Its MX records: preference, and a host of these. */
  readonly mx?: readonly `${number} ${'signed' | 'legacy' | 'other'}`[]
  readonly policy?: Pick<Policy, 'mode' | 'mx'>
  /** Another preference that the service expects. */
  readonly expectedPreference?: number
  /** The line of the code itself. */
  readonly line: string
  /** Codes that come with it. */
  readonly others: string
}

const fabrikam = 'fabrikam.com'
const cases: readonly Case[] = [
  {
    domain: 'absent.com',
    line: 'EG001:Cannot retrieve DNSSEC feature status for domain [absent.com].',
    others: '',
  },
  {
    domain: 'unproven.com',
    line: 'EG002:Domain [unproven.com] is not verified domain of the organization.',
    others: '',
  },
  {
    domain: 'broken.com',
    line: 'ED001:DNS query error occurs when getting MX records for domain [broken.com].',
    others: 'EX010',
  },
  {
    domain: 'nowhere.com',
    line: 'ED002:Domain [nowhere.com] not found.',
    others: 'EX012',
  },
  {
    domain: 'plain.com',
    line: 'ED003:Domain [plain.com] found. No authentic MX records found.',
    others: '',
  },
  {
    domain: fabrikam,
    mx: ['0 legacy'],
    line: 'EX002:MX record value did not match the expected one.',
    others: 'ED003',
  },
  {
    domain: fabrikam,
    mx: ['10 signed'],
    line: 'EX003:Priority of MX record did not match the expected one.',
    others: '',
  },
  {
    domain: fabrikam,
    mx: ['0 signed', '0 legacy'],
    line: "EX004:There's a different MX record with the same preference as the expected one.",
    others: '',
  },
  {
    domain: fabrikam,
    mx: ['0 signed', '30 legacy'],
    line: "EX005:There's a different MX record with lower preference than the expected one.",
    others: '',
  },
  {
    domain: fabrikam,
    mx: ['10 legacy', '20 signed'],
    line: "EX006:There's a different MX record with higher preference than the expected one.",
    others: 'EX008',
  },
  {
    domain: fabrikam,
    mx: ['0 legacy', '10 other'],
    line: 'EX007:MX record not found.',
    others: '',
  },
  {
    domain: fabrikam,
    mx: ['5 signed', '30 legacy'],
    line: 'EX008:Correct MX record found, but with lower preference than expected.',
    others: 'EX005',
  },
  {
    domain: fabrikam,
    mx: ['5 signed', '30 legacy'],
    expectedPreference: 10,
    line: 'EX009:Correct MX record found, but with higher preference than expected.',
    others: 'EX005',
  },
  {
    domain: 'lame.com',
    line: 'EX010:Unknown error while searching for MX records for domain [lame.com].',
    others: 'ED001',
  },
  {
    domain: fabrikam,
    mx: [],
    line: 'EX012:No MX records found for domain [fabrikam.com].',
    others: '',
  },
  {
    domain: 'early.com',
    line: 'EX013:Unknown expected MX record for domain [early.com].',
    others: 'ES002',
  },
  {
    domain: fabrikam,
    mx: ['0 signed'],
    policy: { mode: 'enforce', mx: ['mail.fabrikam.com', '*.mx.microsoft'] },
    line: "ES001:Expected MX record is missing in the policy while mode is 'enforced'.",
    others: '',
  },
  {
    domain: 'early.com',
    line:
      'ES002:No expected MX record found to compare the policy against. ' +
      'Enable DNSSEC feature for domain [early.com] first.',
    others: 'EX013',
  },
]

/** Accepts the domains as far as each is to come, and delegates them. */
async function prepare({ danelaw, delegate }: JourneyParts): Promise<void> {
  await danelaw.json('domain', 'add', 'unproven.com')
  for (const domain of [fabrikam, 'broken.com', 'plain.com', 'nowhere.com', 'lame.com']) {
    await danelaw.json('domain', 'add', domain)
    await danelaw.json('domain', 'verify', domain, '--skip-proof')
    const enabled = await danelaw.json('domain', 'enable-dnssec', domain)
    if (enabled.Result !== 'Success') throw new Error(JSON.stringify(enabled))
  }
  await danelaw.json('domain', 'add', 'early.com')
  await danelaw.json('domain', 'verify', 'early.com', '--skip-proof')
  await delegate(delegations)
}

/** What the status says of a domain to which that was done. */
async function statusOf({ domain, ...done }: Case, parts: JourneyParts) {
  const customer = new Customer(domain, parts)
  const hosts = {
    signed: customer.signedHost,
    legacy: customer.legacyHost,
    other: 'mx.early.com.',
  }
  const records = done.mx?.map((record) => {
    const [preference = '', host = 'other'] = record.split(' ')
    return `${preference} ${hosts[host as keyof typeof hosts]}`
  })
  if (records) await customer.setMx(60, ...records)
  if (done.policy) await customer.setPolicy(policy, done.policy)
  if (done.expectedPreference === undefined) return customer.status()
  await parts.danelaw.configure(`expectedPreference: ${done.expectedPreference}`)
  try {
    return await customer.status()
  } finally {
    await parts.danelaw.configure()
  }
}

/** What is provoked is mended again, and then all is well. */
async function mended(t: Test, parts: JourneyParts): Promise<void> {
  const { delegate } = parts
  const customer = new Customer(fabrikam, parts)
  await customer.setMx(60, `0 ${customer.signedHost}`)
  await customer.setPolicy(policy, { mode: 'enforce', mx: [signed] })
  t.same(await customer.status(), { codes: '', lines: [], feature: 'Enabled' })
  await delegate({ ...delegations, 'broken.com': 'right' })
  t.equal((await new Customer('broken.com', parts).status()).codes, '')
}

await inOwnNetwork(t, import.meta.filename, journeyPeers, () => {
  t.test('each status code, provoked', { timeout: 240_000 }, async (t) => {
    const parts = await startJourney(t, zones, [policy, earlyPolicy], ['lame.com'])
    await prepare(parts)
    for (const one of cases) {
      const code = one.line.slice(0, 5)
      await t.test(code, async (t) => {
        const { codes, lines } = await statusOf(one, parts)
        const all = [code, ...one.others.split(' ').filter((other) => other !== '')]
        t.equal(codes, all.sort().join(' '))
        t.ok(lines.includes(one.line), lines.join('\n'))
      })
    }
    await t.test('and none of them', (t) => mended(t, parts))
  })
})
