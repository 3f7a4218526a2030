import t from 'tap'
import { mapBounded } from '../../src/check/bounded.ts'

t.test('mapBounded runs so many at a time, begun in order, and keeps the order', async (t) => {
  const begun: number[] = []
  const waiting: (() => void)[] = []
  const results = mapBounded([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item)
    await new Promise<void>((resolve) => waiting.push(resolve))
    return item * 10
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  t.same(begun, [1, 2])
  waiting.pop()?.()
  await turn()
  t.same(begun, [1, 2, 3])
  while (waiting.length > 0) {
    waiting.shift()?.()
    await turn()
  }
  t.same(await results, [10, 20, 30, 40, 50])
})

t.test('mapBounded of nothing, and of something that fails', async (t) => {
  t.same(await mapBounded([], 4, async () => 1), [])
  await t.rejects(
    mapBounded([1], 4, async () => {
      throw new Error('no')
    }),
    { message: 'no' },
  )
})
