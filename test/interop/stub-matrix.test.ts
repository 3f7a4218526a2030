import t from 'tap'
import { inOwnNetwork, prepareNetwork } from '../support/mail/own-network.ts'
import { startMatrix } from '../support/matrix/world.ts'

await inOwnNetwork(t, import.meta.filename, [], () => {
  t.test('x', { timeout: 200_000 }, async (t) => {
    prepareNetwork(t)
    const start = performance.now()
    const world = await startMatrix(t)
    t.comment(`up in ${performance.now() - start} ms; ${world.rootDs}`)
    t.fail('show')
  })
})
