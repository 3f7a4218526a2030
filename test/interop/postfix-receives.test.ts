import t from 'tap'
import { inOwnNetwork, prepareNetwork } from '../support/mail/own-network.ts'
import { startPostfix } from '../support/mail/postfix.ts'
import { runProgram } from '../support/peers/programs.ts'
await inOwnNetwork(t, import.meta.filename, ['postfix', 'posttls-finger', 'unbound'], () => {
  t.test('hello', async (t) => {
    prepareNetwork(t)
    const a = await startPostfix(t, { hostname: 'mx.a.test', listeners: [{ address: '127.0.1.1', settings: { myhostname: 'mx.a.test' } }] })
    console.error(a.log.text())
    const f = await runProgram('posttls-finger', ['-c', '-l', 'may', '[127.0.1.1]'])
    console.error(f)
    await a.log.line(/disconnect/)
    console.error(a.log.text())
  })
})
