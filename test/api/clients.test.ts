import t from 'tap'
import { runApi } from '../support/api.ts'
import { replays } from './client-replays.ts'

t.ok(replays.size >= 10, 'every client has its turn')
for (const [title, replay] of replays) t.test(title, (t) => replay(t, runApi))
