import t from 'tap'
import { composeHealth } from '../../src/observe/index.ts'

const ok = { state: 'ok', text: 'fine', isEssential: true } as const
const gone = { state: 'down', text: 'gone', isEssential: false } as const

t.test('composeHealth: without what is not essential, danelaw is degraded and ready', async (t) => {
  t.same(composeHealth({ dns: ok, store: gone }, true), {
    state: 'degraded',
    ready: true,
    parts: { dns: { state: 'ok', text: 'fine' }, store: { state: 'down', text: 'gone' } },
  })
})

t.test('composeHealth: without what is essential, it is down and not ready', async (t) => {
  const { state, ready } = composeHealth({ dns: { ...gone, isEssential: true }, store: ok }, true)
  t.same([state, ready], ['down', false])
})

t.test('composeHealth: all well, and ready once it has started', async (t) => {
  t.match(composeHealth({ dns: ok }, true), { state: 'ok', ready: true })
  t.match(composeHealth({ dns: ok }, false), { state: 'ok', ready: false })
  t.match(composeHealth({ dns: { ...ok, state: 'degraded' } }, true), { state: 'degraded' })
})
