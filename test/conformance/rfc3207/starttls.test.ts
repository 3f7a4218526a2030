import t from 'tap'
import { probe } from '../../../src/smtp/index.ts'
import {
  afterHandshake,
  goodServer,
  mailRequest,
  mailTls,
  stillWorld,
  upToHandshake,
} from '../../support/mail-server.ts'
import { type ScriptedPeer, scriptedServer } from '../../support/scripted-server.ts'

t.test('RFC 3207 §4: after 220 the client starts TLS before any other command', async (t) => {
  const first: number[] = []
  const server = await scriptedServer(t, async (peer) => {
    await upToHandshake(peer)
    first.push((await peer.arrival())[0] ?? -1)
    peer.end()
  })
  await probe(mailRequest(server.port), stillWorld())
  t.same(first, [22], 'the first octet is that of a TLS handshake record')
  t.same(server.lines, ['EHLO probe.example', 'STARTTLS'])
})

t.test('RFC 3207 §4: STARTTLS has no parameters, and follows EHLO', async (t) => {
  const server = await scriptedServer(t, goodServer)
  await probe(mailRequest(server.port), stillWorld())
  t.equal(server.lines[1], 'STARTTLS')
})

t.test(
  'RFC 3207 §4.2: what the server said in clear is forgotten, and EHLO sent anew',
  async (t) => {
    const server = await scriptedServer(t, goodServer)
    const { outcome } = await probe(mailRequest(server.port), stillWorld())
    t.same(server.lines.slice(2), ['EHLO probe.example', 'QUIT'])
    t.match(outcome, { kind: 'tls', reply: { lines: ['mx.example', 'PIPELINING'] } })
  },
)

/** 220 and, in the same segment, a reply that nobody asked for. */
async function injecting(peer: ScriptedPeer): Promise<void> {
  peer.send('220 mx.example\r\n')
  await peer.line()
  peer.send('250-mx.example\r\n250 STARTTLS\r\n')
  await peer.line()
  peer.send('220 Ready\r\n250-evil.example\r\n250 INJECTED\r\n')
  peer.secure(mailTls)
  await afterHandshake(peer)
}

t.test('RFC 3207 §4.2: replies slipped in before TLS are discarded, and told', async (t) => {
  const server = await scriptedServer(t, injecting)
  const result = await probe(mailRequest(server.port), stillWorld())
  t.equal(result.injected, true)
  t.match(result.outcome, { kind: 'tls', reply: { lines: ['mx.example', 'PIPELINING'] } })
  t.equal(result.helo, 'mx.example')
})

t.test('RFC 3207 §4.2: half a line slipped in before TLS is discarded too', async (t) => {
  const server = await scriptedServer(t, async (peer) => {
    peer.send('220 mx.example\r\n')
    await peer.line()
    peer.send('250-mx.example\r\n250 STARTTLS\r\n')
    await peer.line()
    peer.send('220 Ready\r\n250-evil.exa')
    peer.secure(mailTls)
    await afterHandshake(peer)
  })
  const result = await probe(mailRequest(server.port), stillWorld())
  t.equal(result.injected, true)
  t.match(result.outcome, { kind: 'tls', reply: { lines: ['mx.example', 'PIPELINING'] } })
})

t.test(
  'RFC 3207 §4.2: a STARTTLS taken out of the reply to EHLO is told as not offered',
  async (t) => {
    const server = await scriptedServer(t, async (peer) => {
      peer.send('220 mx.example\r\n')
      await peer.line()
      peer.send('250-mx.example\r\n250 XXXXXXXX\r\n')
      await peer.line()
      peer.end()
    })
    const { outcome } = await probe(mailRequest(server.port), stillWorld())
    t.match(outcome, { kind: 'no-starttls', detail: 'not-offered' })
  },
)
