import t from 'tap'
import { openPostWorld } from '../support/open-post.ts'

/** Seconds, but for a busy machine. */
t.setTimeout(240_000)

t.test('verifyMail: every case is as expected', async (t) => {
  const post = await openPostWorld()
  t.teardown(() => post.close())
  for (const { id, title, agrees, expected, got, why } of await post.verify()) {
    t.ok(agrees, `${id}: ${title}`, { expected, got, why })
  }
})
