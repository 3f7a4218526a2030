import t from 'tap'
import { fixedClock, type UnixSeconds } from '../../src/base/index.ts'
import type { Destination, DestinationQuestion } from '../../src/destination/index.ts'
import type { StsState } from '../../src/mtasts/index.ts'
import { defaultPolicyLimits, type PolicyLimits } from '../../src/policy/limits.ts'
import { Policies, type PoliciesOptions } from '../../src/policy/policies.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { madeUpDestination, madeUpHost } from '../support/destinations.ts'
import { manualTimers } from '../support/manual-timers.ts'

const start = 1_800_000_000

/** Policies over what a test says of each domain, with a record of what was asked. */
function policies(
  known: Readonly<Record<string, Destination>>,
  options: Partial<PoliciesOptions> & { bounds?: Partial<PolicyLimits> } = {},
) {
  const asked: string[] = []
  const clock = fixedClock(start)
  const timers = manualTimers()
  const { bounds, ...rest } = options
  const made = new Policies({
    async examine({ domain, port }) {
      asked.push(`${formatName(domain)} ${port}`)
      return known[formatName(domain)] ?? madeUpDestination(['none'])
    },
    async examineHost({ domain, port }) {
      asked.push(`host ${formatName(domain)} ${port}`)
      const [host] = known[formatName(domain)]?.hosts ?? []
      return host ?? madeUpHost('none')
    },
    sts: undefined,
    parseDomain: parseName,
    unprotected: { kind: 'found', value: 'may' },
    clock,
    monotonicMs: () => 0,
    timers,
    limits: { ...defaultPolicyLimits, ...bounds },
    ...rest,
  })
  const said = async (key: string): Promise<string> => {
    const { reply } = await made.answer(key)
    return reply.kind === 'found' ? reply.value : reply.kind
  }
  return { policies: made, asked, clock, timers, said }
}

function stsPolicy(mode: 'enforce' | 'testing' | 'none', seconds = 600): StsState {
  return {
    kind: 'policy',
    policy: { mode, maxAge: seconds, mx: ['mx.example.test'], lines: [] },
    id: '1',
    expires: (start + seconds) as UnixSeconds,
    from: 'fetched',
    problem: undefined,
    text: 'made up',
  }
}

t.test('Policies answer: domains, hosts and ports are asked about as they are', async (t) => {
  const { asked, said } = policies({
    'dane.test.': madeUpDestination(['authenticated']),
    'relay.test.': madeUpDestination(['authenticated']),
  })
  t.equal(await said('dane.test'), 'dane-only')
  t.equal(await said('dane.test:587'), 'dane-only')
  t.equal(await said('[relay.test]'), 'dane-only')
  t.equal(await said('[relay.test]:587'), 'dane-only')
  t.equal(await said('[plain.test]'), 'may')
  t.equal(await said('plain.test'), 'may')
  t.same(asked, [
    ...['dane.test. 25', 'dane.test. 587', 'host relay.test. 25', 'host relay.test. 587'],
    ...['host plain.test. 25', 'plain.test. 25'],
  ])
})

t.test('Policies answer: nobody is asked about parents, addresses and nonsense', async (t) => {
  const { asked, said } = policies({})
  t.equal(await said('.example.test'), 'absent')
  t.equal(await said('[192.0.2.1]'), 'absent')
  t.equal(await said('no domain'), 'permanent')
  t.equal(await said(''), 'permanent')
  t.same(asked, [])
})

t.test(
  'Policies answer: kept as long as the least TTL, whatever the case of the key',
  async (t) => {
    const hosts = [madeUpHost('authenticated', { ttl: 120 }), madeUpHost('authenticated')]
    const {
      policies: made,
      asked,
      clock,
    } = policies({
      'dane.test.': madeUpDestination([], { hosts, ttl: 200 }),
    })
    t.match(await made.answer('dane.test'), { ttl: 120, isCached: false })
    clock.advance(119)
    t.match(await made.answer('DANE.test.'), { ttl: 1, isCached: true })
    clock.advance(1)
    t.match(await made.answer('dane.test'), { ttl: 120, isCached: false })
    t.equal(asked.length, 2)
  },
)

t.test('Policies answer: what could not be told is not kept', async (t) => {
  const { asked, said } = policies({ 'failing.test.': madeUpDestination(['failed']) })
  t.equal(await said('failing.test'), 'temporary')
  t.equal(await said('failing.test'), 'temporary')
  t.equal(asked.length, 2)
})

t.test(
  'Policies answer: no longer than cacheSecondsMax, no more than cacheEntriesMax',
  async (t) => {
    const long = madeUpDestination(['none'], {
      ttl: 86_400,
      hosts: [madeUpHost('none', { ttl: 86_400 })],
    })
    const bounds = { cacheSecondsMax: 60, cacheEntriesMax: 2 }
    const { policies: made, asked } = policies({ 'a.test.': long }, { bounds })
    t.equal((await made.answer('a.test')).ttl, 60)
    for (const key of ['b.test', 'c.test', 'a.test']) await made.answer(key)
    t.equal(asked.length, 4, 'the oldest has gone')
    t.ok((await made.answer('c.test')).isCached)
  },
)

t.test('Policies answer: whoever asks at the same time waits for one examination', async (t) => {
  const { asked, policies: made } = policies({})
  const answers = await Promise.all(Array.from({ length: 50 }, () => made.answer('a.test')))
  t.equal(answers.length, 50)
  t.equal(asked.length, 1)
})

t.test(
  'Policies answer: an examination that takes long makes mail wait, and counts later',
  async (t) => {
    let finish: (destination: Destination) => void = () => undefined
    const slow = new Promise<Destination>((resolve) => {
      finish = resolve
    })
    const { policies: made, timers } = policies({}, { examine: () => slow })
    const first = made.answer('slow.test')
    timers.advance(defaultPolicyLimits.answerTimeoutMs)
    t.match(await first, { reply: { kind: 'temporary', reason: 'no result within 60000 ms' } })
    const second = made.answer('slow.test')
    finish(madeUpDestination(['authenticated']))
    t.match(await second, { reply: { value: 'dane-only' }, isCached: false })
    t.match(await made.answer('slow.test'), { isCached: true })
    t.same(timers.waiting(), [], 'no timer is left')
  },
)

t.test('Policies answer: more than inFlightMax makes mail wait', async (t) => {
  const never = (): Promise<Destination> => new Promise(() => undefined)
  const { policies: made } = policies({}, { examine: never, bounds: { inFlightMax: 2 } })
  void made.answer('a.test')
  void made.answer('b.test')
  t.match(await made.answer('c.test'), { reply: { kind: 'temporary' } })
})

t.test('Policies answer: MTA-STS decides where DANE does not, and only there', async (t) => {
  const known = {
    'dane.test.': madeUpDestination(['authenticated']),
    'failing.test.': madeUpDestination(['failed']),
    'plain.test.': madeUpDestination(['none']),
    'mixed.test.': madeUpDestination(['authenticated', 'none']),
    'half.test.': madeUpDestination(['none', 'failed']),
  }
  const askedSts: string[] = []
  const sts = async (domain: Parameters<typeof formatName>[0]): Promise<StsState> => {
    askedSts.push(formatName(domain))
    return stsPolicy('enforce')
  }
  const { said } = policies(known, { sts })
  t.equal(await said('dane.test'), 'dane-only')
  t.equal(await said('failing.test'), 'temporary')
  t.same(askedSts, [], 'where DANE decides nobody fetches a policy')
  t.equal(await said('plain.test'), 'secure match=mx.example.test servername=hostname')
  t.equal(await said('mixed.test'), 'dane-only')
  t.equal(await said('half.test'), 'temporary')
  t.equal(await said('plain.test:587'), 'may', 'MTA-STS is for port 25')
  t.equal(await said('[plain.test]'), 'may', 'and for what MX records lead to')
  t.same(askedSts, ['plain.test.', 'mixed.test.', 'half.test.'])
})

t.test(
  'Policies answer: without a policy that is enforced, all is as without MTA-STS',
  async (t) => {
    const problem = { type: 'sts-policy-fetch-error', text: 'made up' } as const
    const states: readonly StsState[] = [
      stsPolicy('testing'),
      stsPolicy('none'),
      { kind: 'none', text: 'made up' },
      { kind: 'failed', problem, text: 'made up' },
    ]
    for (const state of states) {
      const { said } = policies({}, { sts: async () => state })
      t.equal(await said('plain.test'), 'may', state.kind)
    }
  },
)

t.test('Policies answer: kept no longer than the MTA-STS policy', async (t) => {
  const { policies: made } = policies({}, { sts: async () => stsPolicy('enforce', 30) })
  t.equal((await made.answer('plain.test')).ttl, 30)
})

t.test('Policies answer: a policy that Postfix could not take makes mail wait', async (t) => {
  const { policies: made } = policies(
    {},
    { sts: async () => stsPolicy('enforce'), bounds: { answerOctetsMax: 20 } },
  )
  t.match(await made.answer('plain.test'), { reply: { kind: 'temporary' }, ttl: 0 })
})

t.test('Policies answer: one family that fails does not fail the host', async (t) => {
  const questions: DestinationQuestion[] = []
  const { policies: made } = policies(
    {},
    {
      async examine(question) {
        questions.push(question)
        return madeUpDestination(['none'])
      },
    },
  )
  await made.answer('plain.test')
  t.match(questions, [{ families: 'lax', port: 25, hostsMax: 16 }])
})
