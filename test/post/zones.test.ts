import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { addressGiver, castOf } from '../../src/post/cast.ts'
import { fill, type Stage } from '../../src/post/fill.ts'
import { mailCaseById, mailCases, mailFault, openPost } from '../../src/post/index.ts'
import { openMint } from '../../src/post/mint.ts'
import { caseZones, partitionZones, webAddress } from '../../src/post/zones.ts'
import { formatName } from '../../src/wire/index.ts'
import { testTime } from '../support/served-zone.ts'

const now = testTime as UnixSeconds

/** The zones of all cases at a port, as text. */
function zonesAt(port: number, seed = 'a'): string {
  const mint = openMint(seed, now)
  const give = addressGiver()
  const front = { address: give(), tlsa: mint.present('front', ['front']).tlsa([3, 1, 1], 'leaf') }
  const casts = mailCases.map((one) => castOf(one, mint, give))
  const zones = casts.flatMap((cast) => {
    const addresses = new Map([...cast.addresses, ['web', webAddress]])
    const stage: Stage = { ...cast, addresses, reports: 'https://reports.mail.test/', port }
    return caseZones(cast, stage)
  })
  return [...zones, ...partitionZones(casts, front, port)]
    .map(({ apex, setting }) => [formatName(apex), ...setting.records].join('\n'))
    .join('\n\n')
}

t.test('zones: equal seeds give equal text', async (t) => {
  t.equal(zonesAt(25), zonesAt(25))
  t.not(zonesAt(25, 'b'), zonesAt(25))
})

t.test('zones: no placeholder is left, and TLSA is at the port', async (t) => {
  const text = zonesAt(2525)
  t.notMatch(text, /[{}]/)
  t.notMatch(text, /_25\._tcp/)
  t.match(text, /_2525\._tcp\.mx TLSA 3 1 1 /)
  t.match(text, /^cfgvalid-mail-test0i\.b-v1\.mx\.microsoft\. A 127\.53\.1\.1$/m)
})

t.test('mailFault: acts are at the port; cases whose DNS is in order have none', async (t) => {
  const of = (id: string, port?: number) => {
    const one = mailCaseById(id)
    return one && mailFault(one, port)
  }
  t.match(of('tlsa-bogus'), {
    ...{ id: 'tlsa-bogus', group: 'mail', ask: { owner: '_25._tcp.mx' } },
    acts: [{ kind: 'signature', at: { owner: '_25._tcp.mx' } }],
  })
  t.match(of('tlsa-bogus', 2525), {
    ask: { owner: '_2525._tcp.mx' },
    acts: [{ at: { owner: '_2525._tcp.mx' } }],
  })
  t.match(of('tlsa-timeout', 2525)?.acts, [{ when: { owners: ['_2525._tcp.mx'] } }])
  t.equal(of('dane-good-311'), undefined)
})

t.test('fill: what names nothing stays', async (t) => {
  const zone = (sibling = 'own') => `${sibling}.test`
  const stage: Stage = {
    ...{ addresses: new Map([['mx', '127.0.0.1']]), presented: new Map(), zone },
    ...{ signed: 'a.mx.microsoft.', reports: 'https://r.test/', port: 26 },
  }
  const text = '{mx} {zone} {zone plain} {signed} {reports} {other} {other 3 1 1} _25._tcp.x'
  const filled =
    '127.0.0.1 own.test plain.test a.mx.microsoft. https://r.test/ {other} {other 3 1 1} _26._tcp.x'
  t.equal(fill(text, stage), filled)
  t.match(fill('{no 3 1 2}', stage), /^3 1 2 (ab){64}$/)
  t.match(fill('{no 3 1 1}', stage), /^3 1 1 (ab){32}$/)
})

t.test('openPost: a port that is taken is no port', async (t) => {
  const clock = { now: () => now }
  const cases = mailCases.slice(0, 1)
  const options = { seed: 'a', clock, cases, httpsPort: 0 }
  const first = await openPost({ ...options, smtpPort: 0 })
  t.teardown(() => first.close())
  await t.rejects(openPost({ ...options, smtpPort: first.smtpPort }), { code: 'listen-failed' })
  const { httpsPort } = first
  await t.rejects(openPost({ ...options, smtpPort: 0, httpsPort }), { code: 'listen-failed' })
})
