import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * Hands one small mail to a Postfix, from nobody, so that nothing comes back.
 *
 * @returns the id that it has in the queue, by which its log tells what becomes of it
 */
export async function submit(address: string, recipient: string, port = 25): Promise<string> {
  const socket = connect({ host: address, port })
  await once(socket, 'connect')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const expect = async (code: string): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${address} hung up before ${code}`)
      if (!value.startsWith(code)) throw new Error(`${address} says ${value}, and not ${code}`)
      if (value[3] === ' ') return value
    }
  }
  const say = (line: string, code: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return expect(code)
  }
  await expect('220')
  await say('HELO client.test', '250')
  await say('MAIL FROM:<>', '250')
  await say(`RCPT TO:<${recipient}>`, '250')
  await say('DATA', '354')
  const queued = await say(`Subject: A test\r\nTo: ${recipient}\r\n\r\nHello.\r\n.`, '250')
  await say('QUIT', '221')
  socket.destroy()
  const [, id] = /queued as (\w+)/.exec(queued) ?? []
  if (id === undefined) throw new Error(`${address} says ${queued}, and no queue id`)
  return id
}
