import t from 'tap'
import { runApi } from '../support/api.ts'
import { replays } from './client-replays.ts'

for (const [title, replay] of replays) t.test(title, (t) => replay(t, runApi))
