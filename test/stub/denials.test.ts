import fc from 'fast-check'
import t, { type Test } from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { Rcode } from '../../src/message/index.ts'
import { formatType, RR, type RRType } from '../../src/rr/index.ts'
import { Denials } from '../../src/stub/denials.ts'
import { createStub, type StubLimits, type Upstream } from '../../src/stub/index.ts'
import { defaultValidatorLimits, drive, validate } from '../../src/validator/index.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'
import { anchorOf, dsOf, serveDns } from '../support/served-dns.ts'
import {
  buildZone,
  type DenialKind,
  TestServer,
  type TestSigning,
  testTime,
} from '../support/served-zone.ts'
import { stubParts } from '../support/stub-parts.ts'

const text = [
  '@ SOA ns host 1 7200 900 1209600 300',
  '@ NS ns',
  'ns A 192.0.2.53',
  'alpha A 192.0.2.1',
  'deep.ent A 192.0.2.1',
  '*.wild TXT yes',
  'cut NS ns.elsewhere.',
  'signed NS ns.elsewhere.',
  `signed DS 1 13 2 ${'00'.repeat(32)}`,
  'dname DNAME elsewhere.',
  'alias CNAME alpha',
  'zulu A 192.0.2.26',
  'zulu TXT there',
].join('\n')

async function forwarding(
  t: Test,
  denial: DenialKind,
  signing: Partial<TestSigning> = {},
  limits: Partial<StubLimits> = {},
) {
  const parts = stubParts(t.fullname)
  const zone = buildZone('example.', text, { denial, ...signing })
  const server = await serveDns(t, [zone], parts.clock)
  const servers: Upstream[] = [{ address: server.address, port: server.port, via: 'udp' }]
  const mode = { kind: 'forward', servers } as const
  const stub = createStub({ ...parts, mode, anchors: [anchorOf(zone)], limits })
  t.teardown(() => stub.close())
  const resolve = (name: string, type: RRType = RR.A) => stub.resolve(parseName(name), type, parts)
  return { ...parts, resolve }
}

t.test('denialOctets 0: every question is asked', async (t) => {
  const { resolve } = await forwarding(t, 'nsec', {}, { denialOctets: 0 })
  await resolve('b.example.')
  t.match(await resolve('beta.example.'), { security: 'secure', rcode: Rcode.NXDOMAIN, queries: 1 })
})

for (const denial of ['nsec', 'nsec3'] as const) {
  t.test(
    `RFC 8198 §5.1, §5.2: names that ${denial} covers are denied without asking`,
    async (t) => {
      const { resolve, clock, events } = await forwarding(t, denial)
      // Every owner of the zone tells what comes after it, once it is asked for what it has not.
      for (const name of ['', 'alpha.', 'deep.ent.', 'ent.', '*.wild.', 'wild.', 'ns.', 'zulu.']) {
        await resolve(`${name}example.`, RR.AAAA)
      }
      for (const name of ['cut.', 'signed.', 'dname.', 'alias.']) {
        await resolve(`${name}example.`, name === 'signed.' ? RR.AAAA : RR.DS)
      }
      for (const name of ['a.', 'b.', 'c.', 'm.', 'x.', 'zz.']) await resolve(`${name}example.`)
      const denied = await resolve('beta.example.')
      t.match(denied, { security: 'secure', rcode: Rcode.NXDOMAIN, queries: 0, ttl: 300 })
      t.match(denied.chain, [{ security: 'secure' }])
      t.equal(denied.authority[0]?.rrset.type, RR.SOA)
      t.match(events.at(-1), { kind: 'cached', text: 'verdict on beta.example. A: denied before' })
      const nodata = await resolve('zulu.example.', RR.MX)
      t.match(nodata, { security: 'secure', rcode: 0, data: undefined, queries: 0 })

      t.match(await resolve('zulu.example.', RR.TXT), { security: 'secure', data: {} }, 'it exists')
      t.match(await resolve('new.wild.example.', RR.TXT), { data: { rrset: { type: RR.TXT } } })
      t.match(await resolve('alias.example.', RR.MX), { hops: { length: 2 } })
      const below = await resolve('x.cut.example.')
      t.ok(below.queries > 0, 'what is delegated is not denied')
      clock.advance(300)
      t.match(
        await resolve('gamma.example.'),
        { rcode: Rcode.NXDOMAIN, queries: 1 },
        'not for ever',
      )
    },
  )
}

t.test('RFC 8198 §5: an opt-out span denies nothing', async (t) => {
  const nsec3 = { iterations: 0, salt: new Uint8Array(0), optOut: true }
  const { resolve } = await forwarding(t, 'nsec3', { nsec3 })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await resolve(`${name}.example.`)
  t.match(await resolve('x.example.'), { security: 'insecure', queries: 1 })
})

t.test('Denials: bounded, and what is dropped is not looked for', (t) => {
  const zone = buildZone('example.', text, { denial: 'minimal' })
  const server = new TestServer([zone])
  const denials = new Denials({
    octetsMax: 15_000,
    clock: server.clock,
    limits: defaultValidatorLimits,
  })
  for (let n = 0; n < 100; n++) {
    denials.learn(judged(server, zone, parseName(`n${n}.example.`), RR.A))
    t.ok(denials.size <= 10)
  }
  t.ok(denials.deny({ name: parseName('n99.example.'), type: RR.MX }))
  t.notOk(denials.deny({ name: parseName('n0.example.'), type: RR.A }))
  t.end()
})

/** The validator's verdict on what a server in the same process says. */
function judged(server: TestServer, zone: ReturnType<typeof buildZone>, name: Name, type: RRType) {
  const trust = { get: () => undefined, set: () => undefined }
  const context = {
    anchors: [anchorOf(zone)],
    now: server.clock.now(),
    limits: defaultValidatorLimits,
    trust,
  }
  return drive(validate({ name, type }, context), (lookup) => ({
    kind: 'message',
    message: server.ask(formatName(lookup.name), formatType(lookup.type), {
      dnssec: true,
      stream: true,
    }),
  }))
}

t.test('Denials: whatever was learnt, nothing is denied that is there', (t) => {
  const labels = [
    ...['a', 'alpha', 'b', 'deep', 'ent', 'wild', '*', 'cut', 'signed', 'dname', 'alias', 'zulu'],
    ...['zz', '\\000', 'ns'],
  ]
  const names = fc
    .array(fc.constantFrom(...labels), { maxLength: 3 })
    .map((parts) => [...parts, 'example.'].join('.'))
  const types = fc.constantFrom(RR.A, RR.TXT, RR.DS, RR.NS, RR.CNAME, RR.MX, RR.DNSKEY, RR.SOA)
  const questions = fc.array(fc.record({ name: names, type: types }), {
    minLength: 2,
    maxLength: 20,
  })
  const optOut = { iterations: 1, salt: Uint8Array.of(7), optOut: true }
  const kinds: readonly TestSigning[] = [
    { denial: 'nsec' },
    { denial: 'nsec3' },
    { denial: 'nsec3', nsec3: optOut },
    { denial: 'minimal' },
    { denial: 'compact' },
  ]
  for (const signing of kinds) {
    const small = '@ SOA ns host 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.53\nzulu A 192.0.2.1'
    const child = buildZone('signed.example.', small, { denial: 'nsec' })
    const plain = buildZone('cut.example.', small)
    const zone = buildZone('example.', text.replace(/signed DS .*/, dsOf(child, 'signed')), signing)
    const server = new TestServer([zone, child, plain])
    let denials = 0
    const property = fc.property(questions, (asked) => {
      const clock = fixedClock(testTime)
      const known = new Denials({ octetsMax: 2 ** 20, clock, limits: defaultValidatorLimits })
      for (const { name, type } of asked) {
        const question = { name: parseName(name), type }
        const truth = judged(server, zone, question.name, type)
        const denied = known.deny(question)
        if (denied) {
          denials++
          const { security, rcode, data } = truth
          if (security !== 'secure' || rcode !== denied.rcode || data !== undefined) return false
        }
        known.learn(truth)
      }
      return true
    })
    fc.assert(property, { numRuns: 30 })
    t.ok(denials > 0, `${signing.denial}: ${denials} denials`)
  }
  t.end()
})
