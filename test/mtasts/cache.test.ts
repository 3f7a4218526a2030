import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { parseStsPolicy, StsCache } from '../../src/mtasts/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { policyText, serving, stsDomain, stsTxt } from '../support/sts.ts'

const seconds = (count: number) => count as UnixSeconds
const name = (text: string) => parseName(`${text}.`)

function kept(id: string, ...mx: string[]) {
  const lines = ['mode: enforce', ...mx.map((host) => `mx: ${host}`), 'max_age: 100']
  const reading = parseStsPolicy(Buffer.from(policyText(...lines)))
  if (reading.kind === 'invalid') throw new Error(reading.text)
  return { id, policy: reading.policy, expires: seconds(100) }
}

const failed = (id: string) => ({
  id,
  at: seconds(5),
  problem: { type: 'sts-policy-fetch-error' as const, text: 'gone' },
})

t.test('StsCache knows a policy until it expires, whatever the case of the name', (t) => {
  const cache = new StsCache()
  cache.keep(name('Example.com'), kept('1', 'a.example'))
  t.equal(cache.policy(name('example.COM'), seconds(99))?.id, '1')
  t.equal(cache.policy(name('example.com'), seconds(100)), undefined)
  t.equal(cache.policy(name('other.com'), seconds(0)), undefined)
  t.end()
})

t.test('StsCache keeps a failure beside the policy, and forgets it with a new one', (t) => {
  const cache = new StsCache()
  cache.keep(name('a'), kept('1', 'a.example'))
  cache.fail(name('a'), failed('2'))
  t.equal(cache.policy(name('a'), seconds(0))?.id, '1')
  t.equal(cache.failure(name('a'))?.id, '2')
  cache.keep(name('a'), kept('2', 'a.example'))
  t.equal(cache.failure(name('a')), undefined)
  t.end()
})

t.test('StsCache is bounded in domains: what was used longest ago goes first', (t) => {
  const cache = new StsCache({ domainsMax: 2 })
  for (const domain of ['a', 'b']) cache.keep(name(domain), kept(domain, 'x.example'))
  cache.policy(name('a'), seconds(0))
  cache.fail(name('c'), failed('c'))
  t.equal(cache.size, 2)
  t.equal(cache.policy(name('b'), seconds(0)), undefined)
  t.equal(cache.policy(name('a'), seconds(0))?.id, 'a')
  t.end()
})

t.test('StsCache is bounded in characters', (t) => {
  const one = kept('1', 'x.example')
  const size = one.policy.lines.join('').length
  const cache = new StsCache({ charactersMax: 2 * size })
  for (const domain of ['a', 'b', 'b', 'c']) cache.keep(name(domain), one)
  t.equal(cache.size, 2)
  t.equal(cache.policy(name('a'), seconds(0)), undefined)
  cache.keep(name('d'), kept('1', ...Array.from({ length: 50 }, () => 'x.example')))
  t.equal(cache.size, 0, 'not even what was just put in')
  t.end()
})

t.test('StsCache comes back from JSON as it was', async (t) => {
  const domain = await stsDomain(t)
  await domain.at(0)
  domain.txt = stsTxt('2')
  domain.respond = serving('no policy')
  const before = await domain.at(10)
  const text = JSON.stringify(domain.cache.toJson())
  const cache = StsCache.fromJson(JSON.parse(text))
  t.same(await domain.at(10, cache), before)
  t.equal(domain.fetches(), 2, 'and waits out the five minutes')
  t.equal(JSON.stringify(cache.toJson()), text)
})

t.test('StsCache refuses JSON that is not its own, and says where', (t) => {
  const good = new StsCache()
  good.keep(name('a.example'), kept('1', 'x.example'))
  good.fail(name('a.example'), failed('2'))
  const change = (from: string, to: string) =>
    JSON.parse(JSON.stringify(good.toJson()).replace(from, to)) as unknown
  t.doesNotThrow(() => StsCache.fromJson(change('', '')))
  const rows: [RegExp, unknown][] = [
    [/at "": it is no object/, null],
    [/at "": it is no object/, 'x'],
    [/at "\/domains": it is no list/, {}],
    [/at "\/domains\/0": it is no object/, { domains: [1] }],
    [/at "\/domains\/0\/domain": it is no text/, change('"a.example"', '1')],
    [/at "\/domains\/0\/kept\/expires": it is no time/, change('"expires":100', '"expires":"x"')],
    [/at "\/domains\/0\/kept\/lines": the policy has no mode/, change('mode:', 'mood:')],
    [/at "\/domains\/0\/failed\/at": it is no time/, change('"at":5', '"at":5.5')],
    [/at "\/domains\/0\/failed\/problem\/type"/, change('sts-policy-fetch-error', 'x')],
  ]
  for (const [message, json] of rows) {
    t.throws(() => StsCache.fromJson(json), { code: 'sts-cache-invalid', message })
  }
  t.end()
})
