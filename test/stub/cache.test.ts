import t from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { TimedCache } from '../../src/stub/cache.ts'
import { testTime } from '../support/served-zone.ts'

t.test('TimedCache: values are there until their time, to the second', (t) => {
  const clock = fixedClock(testTime)
  const cache = new TimedCache<{ n: number }>(10_000, clock, () => 1)
  cache.set('a', { n: 1 }, 10)
  t.strictSame(cache.get('a'), { value: { n: 1 }, age: 0 })
  clock.advance(9)
  t.strictSame(cache.get('a'), { value: { n: 1 }, age: 9 })
  clock.advance(1)
  t.equal(cache.get('a'), undefined)
  t.equal(cache.octets, 0, 'what is over is let go')
  cache.set('b', { n: 2 }, 0)
  t.equal(cache.get('b'), undefined)
  cache.set('c', { n: 3 }, 10)
  cache.set('c', { n: 4 }, 0)
  t.equal(cache.get('c'), undefined, 'what may not be kept replaces what was')
  t.end()
})

t.test('TimedCache: a clock that goes back makes nothing older than new', (t) => {
  const clock = fixedClock(testTime)
  const cache = new TimedCache<{ n: number }>(10_000, clock, () => 1)
  cache.set('a', { n: 1 }, 10)
  clock.advance(-100)
  t.strictSame(cache.get('a'), { value: { n: 1 }, age: 0 })
  t.end()
})

t.test('TimedCache: never holds more octets than it may, and lets the least used go', (t) => {
  const cache = new TimedCache<{ size: number }>(100_000, fixedClock(testTime), ({ size }) => size)
  for (let n = 0; n < 1000; n++) {
    cache.set(`key ${n}`, { size: 500 + n }, 60)
    cache.get('key 0')
    t.ok(cache.octets <= 100_000)
  }
  t.ok(cache.get('key 0'))
  t.notOk(cache.get('key 1'))
  cache.set('huge', { size: 200_000 }, 60)
  t.notOk(cache.get('huge'), 'what is larger than all of it is not kept')
  t.end()
})
