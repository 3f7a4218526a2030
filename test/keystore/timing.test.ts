import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  formatKeyTime,
  type KeyState,
  type KeyTiming,
  keyState,
  parseKeyTime,
} from '../../src/keystore/index.ts'

const at = (seconds: number) => seconds as UnixSeconds

t.test('keyState passes through a life, each state from its second on', async (t) => {
  const timing: KeyTiming = {
    created: at(0),
    publish: at(100),
    activate: at(200),
    inactive: at(300),
    delete: at(400),
  }
  const life: [number, KeyState][] = [
    [99, 'generated'],
    [100, 'published'],
    [199, 'published'],
    [200, 'active'],
    [299, 'active'],
    [300, 'retired'],
    [399, 'retired'],
    [400, 'removed'],
  ]
  for (const [now, state] of life) t.equal(keyState(timing, at(now)), state, `at ${now}`)
})

t.test('keyState where times are missing', async (t) => {
  t.equal(keyState({}, at(0)), 'active', 'no metadata at all')
  t.equal(keyState({ created: at(50) }, at(0)), 'active', 'none that danelaw acts on')
  t.equal(keyState({ activate: at(50) }, at(0)), 'published', 'activate alone publishes at once')
  t.equal(keyState({ publish: at(50) }, at(90)), 'published', 'publish alone never activates')
  t.equal(keyState({ delete: at(50) }, at(50)), 'removed')
  t.equal(keyState({ delete: at(50) }, at(49)), 'active')
  t.equal(keyState({ inactive: at(50) }, at(50)), 'retired')
})

t.test('parseKeyTime reads BIND’s form and nothing else', async (t) => {
  t.equal(parseKeyTime('20261124002102'), 1795479662)
  t.equal(parseKeyTime('19700101000000'), 0)
  const refused = ['', '2026112400210', '202611240021020', '20260231000000', '20261324002102']
  for (const text of [...refused, '20261124246102', 'UNSET', '1795479662']) {
    t.equal(parseKeyTime(text), undefined, text)
  }
})

t.test('formatKeyTime and parseKeyTime are inverse', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253402300799 }), (seconds) => {
      return parseKeyTime(formatKeyTime(at(seconds))) === seconds
    }),
  )
  t.pass('up to the year 9999')
})
