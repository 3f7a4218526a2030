import t from 'tap'
import { makePace, runPaced } from '../../src/publish/pace.ts'

/** A pace over a clock that the test moves. */
function pace(sliceMs: number) {
  const state = { now: 0, turns: 0 }
  const made = makePace({
    sliceMs,
    now: () => state.now,
    turn: async () => {
      state.turns++
    },
  })
  /** Steps so often; the promises that came back. */
  const steps = (count: number) =>
    Array.from({ length: count }, () => made.step()).filter((rest) => rest !== undefined)
  return { state, steps }
}

t.test('makePace: goes on while the slice lasts', (t) => {
  const { state, steps } = pace(5)
  state.now = 4.9
  t.same(steps(1000), [])
  t.end()
})

t.test('makePace: gives way once the slice is over, then starts another', async (t) => {
  const { state, steps } = pace(5)
  state.now = 5
  const rests = steps(63)
  t.equal(rests.length, 1)
  await rests[0]
  t.equal(state.turns, 1)
  state.now = 9.9
  t.same(steps(1000), [], 'the new slice began when the turn came back')
  state.now = 10
  t.equal(steps(32).length, 1)
})

t.test('runPaced: runs to the end, pausing where the pace says so', async (t) => {
  const told: string[] = []
  function* work(): Generator<void, string> {
    for (const step of ['a', 'b', 'c']) {
      told.push(step)
      yield
    }
    return 'done'
  }
  let steps = 0
  const pace = {
    step() {
      if (++steps !== 2) return undefined
      return Promise.resolve().then(() => void told.push('pause'))
    },
  }
  t.equal(await runPaced(work(), pace), 'done')
  t.same(told, ['a', 'b', 'pause', 'c'])
})
