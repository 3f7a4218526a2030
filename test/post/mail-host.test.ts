import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { LabMailServer, type MailHost, type ReceivedMail } from '../../src/post/mail-host.ts'
import { openMint } from '../../src/post/mint.ts'
import type { StartTls } from '../../src/post/types.ts'
import { probe } from '../../src/smtp/index.ts'
import { mailRequest, stillWorld } from '../support/mail-server.ts'
import { testTime } from '../support/served-zone.ts'

const mint = openMint('mail hosts', testTime as UnixSeconds)
const right = mint.present('right', ['mx.example'])
const other = mint.present('other', ['other.example'])

async function started(t: Test, startTls: StartTls, changes: Partial<MailHost> = {}) {
  const mails: ReceivedMail[] = []
  const host = { address: '127.0.0.1', name: 'mx.example', startTls, credential: right, ...changes }
  const server = new LabMailServer(host, (mail) => mails.push(mail))
  const port = await server.start(0)
  t.teardown(() => server.stop())
  return { server, port, mails }
}

/** Speaks as a client: each line, once the reply to the one before has the code that is wanted. */
async function deliver(
  port: number,
  body: string,
  secure = false,
): Promise<{ readonly last: string }> {
  let socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  let lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const say = async (line: string | undefined, ...codes: readonly string[]): Promise<string> => {
    if (line !== undefined) socket.write(`${line}\r\n`)
    for (;;) {
      const { value = '', done } = await lines.next()
      if (done || !codes.includes(value.slice(0, 3))) throw new Error(`"${value}" to ${line}`)
      if (value[3] === ' ') return value
    }
  }
  try {
    await say(undefined, '220')
    await say('EHLO client.example', '250')
    if (secure) {
      await say('STARTTLS', '220')
      socket.removeAllListeners('data')
      const options = { socket, servername: 'mx.example', ca: right.anchor }
      socket = connectTls(options)
      await once(socket, 'secureConnect')
      lines = createInterface({ input: socket })[Symbol.asyncIterator]()
      await say('EHLO client.example', '250')
    }
    await say('MAIL FROM:<a@client.example>', '250')
    await say('RCPT TO:<b@mx.example>', '250')
    await say('DATA', '354')
    return { last: await say(`${body}\r\n.`, '250', '552') }
  } finally {
    socket.destroy()
  }
}

const kinds: readonly [StartTls, string][] = [
  ['good', 'tls'],
  ['absent', 'no-starttls'],
  ['refused', 'no-starttls'],
  ['helo-only', 'no-starttls'],
  ['selective', 'no-starttls'],
  ['drop-after-220', 'handshake-failed'],
  ['alert', 'handshake-failed'],
  ['tls10', 'handshake-failed'],
  ['no-cipher', 'handshake-failed'],
  ['injection', 'tls'],
]

for (const [startTls, kind] of kinds) {
  t.test(`LabMailServer: STARTTLS ${startTls} is met as ${kind}`, async (t) => {
    const { port } = await started(t, startTls)
    const request = mailRequest(port, { serverName: 'mx.example', ca: right.anchor })
    const result = await probe(request, stillWorld())
    t.equal(result.outcome.kind, kind)
    t.equal(result.injected, startTls === 'injection')
  })
}

t.test('LabMailServer: SNI picks the certificate', async (t) => {
  const forSni = { name: 'mx.example', credential: right }
  const { port } = await started(t, 'good', { credential: other, forSni })
  const subject = async (serverName: string | undefined) => {
    const { outcome } = await probe(mailRequest(port, { serverName }), stillWorld())
    return outcome.kind === 'tls' ? outcome.tls.chain[0]?.subject : outcome.kind
  }
  t.equal(await subject('mx.example'), 'CN=mx.example')
  t.equal(await subject('elsewhere.example'), 'CN=other.example')
  t.equal(await subject(undefined), 'CN=other.example')
})

t.test('LabMailServer: a message by TLS is taken, with how it came', async (t) => {
  const { port, mails } = await started(t, 'good')
  await deliver(port, 'Subject: x\r\n\r\nHello.', true)
  t.match(mails, [
    {
      ...{ host: 'mx.example', helo: 'client.example', from: 'a@client.example' },
      ...{ to: ['b@mx.example'], cipher: /^TLS_/, serverName: 'mx.example' },
      text: /^Subject: x\r\n\r\nHello\./,
    },
  ])
})

t.test('LabMailServer: selective: TLS is for those who delivered in clear', async (t) => {
  const { port, mails } = await started(t, 'selective')
  const kind = async () => (await probe(mailRequest(port), stillWorld())).outcome.kind
  t.equal(await kind(), 'no-starttls')
  t.equal(await kind(), 'no-starttls')
  await deliver(port, 'Hello.')
  t.match(mails, [{ cipher: undefined, serverName: undefined }])
  t.equal(await kind(), 'tls')
})

t.test('LabMailServer: a message that is too large is refused, a long one is cut', async (t) => {
  const { port, mails } = await started(t, 'absent')
  const line = `${'x'.repeat(70)}\r\n`
  t.match(await deliver(port, line.repeat(20_000)), { last: /^552/ })
  t.strictSame(mails, [])
  t.match(await deliver(port, line.repeat(1000)), { last: /^250/ })
  t.equal(mails[0]?.octets, 1000 * line.length + '\r\n'.length)
  t.equal(mails[0]?.text.length, 16_384)
})

t.test('LabMailServer: it stops, though clients are still there', async (t) => {
  const { server, port } = await started(t, 'good')
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'data')
  const ended = once(socket.resume(), 'close')
  await server.stop()
  await ended
  const again = connect({ host: '127.0.0.1', port })
  t.match(await once(again, 'error'), [{ code: 'ECONNREFUSED' }])
})

t.test('bug: a mail server stops, though its clients do not let go', async (t) => {
  const tls = async (port: number, hello: boolean): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    await once(socket, 'data')
    socket.write('EHLO client.example\r\n')
    await once(socket, 'data')
    socket.write('STARTTLS\r\n')
    await once(socket, 'data')
    if (!hello) return socket
    socket.removeAllListeners('data')
    const secure = connectTls({ socket, ca: right.anchor, servername: 'mx.example' })
    await once(secure, 'secureConnect')
    return secure
  }
  for (const hello of [true, false]) {
    const { server, port } = await started(t, 'good')
    const clear = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    await once(clear, 'data')
    const secure = await tls(port, hello)
    await server.stop()
    const left = await new Promise((resolve) => {
      server.server.getConnections((_, count) => resolve(count))
    })
    t.equal(left, 0)
    clear.destroy()
    secure.destroy()
  }
})

t.test('bug: a message is for a hundred recipients at most', async (t) => {
  const { port } = await started(t, 'good')
  const socket = connect({ host: '127.0.0.1', port })
  const lines = createInterface({ input: socket })
  const recipients = Array.from({ length: 101 }, (_, n) => `RCPT TO:<r${n}@mx.example>`)
  const said = ['EHLO client.example', 'MAIL FROM:<a@client.example>', ...recipients, 'QUIT', '']
  await once(lines, 'line')
  socket.write(said.join('\r\n'))
  const codes: string[] = []
  for await (const line of lines) codes.push(line.slice(0, 4))
  t.equal(codes.filter((code) => code === '250 ').length, 102)
  t.strictSame(codes.slice(-2), ['452 ', '221 '])
})
