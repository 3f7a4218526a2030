import { constants } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { defaultSmtpLimits, type ProbeResult, probe } from '../../src/smtp/index.ts'
import { authority, chainPem, issue } from '../support/certificates.ts'
import {
  afterHandshake,
  goodServer,
  mailAuthority,
  mailCertificate,
  mailHost,
  mailRequest,
  mailTls,
  stillWorld,
  upToHandshake,
} from '../support/mail-server.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'
import { turnsUntil } from '../support/stream-client.ts'

type Script = (peer: ScriptedPeer) => Promise<void> | void

/** Probes a server that plays the script; nothing is left open or waiting afterwards. */
async function probed(
  t: Test,
  script: Script,
  changes: Parameters<typeof mailRequest>[1] = {},
): Promise<ProbeResult & { readonly lines: readonly string[] }> {
  const server = await scriptedServer(t, script)
  const world = stillWorld()
  const result = await probe(mailRequest(server.port, changes), world)
  await server.closed(1)
  t.same(world.timers.waiting(), [], 'no timer is left')
  return { ...result, lines: server.lines }
}

const steps = (result: ProbeResult) =>
  result.steps.map(({ what, ok }) => `${what} ${ok ? 'ok' : 'failed'}`)

t.test('probe: a good server, all the way', async (t) => {
  const result = await probed(t, goodServer)
  t.match(result, { helo: mailHost, injected: false, address: '127.0.0.1' })
  t.same(result.extensions, ['PIPELINING', 'SIZE', 'STARTTLS'])
  t.same(result.lines, ['EHLO probe.example', 'STARTTLS', 'EHLO probe.example', 'QUIT'])
  t.same(steps(result), [
    ...['connect ok', 'banner ok', 'ehlo ok', 'starttls ok'],
    ...['handshake ok', 'ehlo-tls ok', 'quit ok'],
  ])
  t.equal(result.outcome.kind, 'tls')
  if (result.outcome.kind !== 'tls') return
  const { tls, reply } = result.outcome
  t.match(tls, { protocol: 'TLSv1.3', cipher: /^TLS_AES/, webPkiError: undefined })
  t.same(
    tls.chain.map(({ der }) => Buffer.from(der).toString('hex')),
    [mailCertificate, mailAuthority].map(({ der }) => Buffer.from(der).toString('hex')),
  )
  t.same(reply, { code: 250, lines: [mailHost, 'PIPELINING'] })
})

t.test('probe: a real server, smtp-server, over IPv6', async (t) => {
  const server = new SMTPServer({ ...mailTls, name: mailHost, disabledCommands: ['AUTH'] })
  server.on('error', () => undefined)
  const listening = server.listen(0, '::1')
  await once(listening, 'listening')
  t.teardown(() => server.close())
  const { port } = listening.address() as { port: number }
  const result = await probe(mailRequest(port, { address: '::1' }), stillWorld())
  t.match(result, { outcome: { kind: 'tls', tls: { webPkiError: undefined } }, helo: mailHost })
  t.match(result.outcome, { reply: { code: 250 } })
  t.ok(result.extensions.includes('STARTTLS'))
})

t.test('probe: starttls-absent', async (t) => {
  const result = await probed(t, async (peer) => {
    peer.send('220 mx.example\r\n')
    await peer.line()
    peer.send('250-mx.example\r\n250 PIPELINING\r\n')
    await peer.line()
    peer.send('221 Bye\r\n')
  })
  t.match(result.outcome, { kind: 'no-starttls', detail: 'not-offered' })
  t.same(result.lines, ['EHLO probe.example', 'QUIT'], 'STARTTLS is not sent unless offered')
})

t.test('probe: starttls-454, and any other reply than 220', async (t) => {
  for (const refusal of ['454 TLS not available', '501 No', '250 What', '421 Closing']) {
    const result = await probed(t, async (peer) => {
      peer.send('220 mx.example\r\n')
      await peer.line()
      peer.send('250-mx.example\r\n250 STARTTLS\r\n')
      await peer.line()
      peer.send(`${refusal}\r\n`)
      await peer.line()
      peer.send('221 Bye\r\n')
    })
    const text = `the server refuses STARTTLS: "${refusal}"`
    t.same(result.outcome, { kind: 'no-starttls', detail: 'refused', text })
  }
})

t.test('probe: starttls-helo-only', async (t) => {
  const result = await probed(t, async (peer) => {
    peer.send('220 mx.example\r\n')
    await peer.line()
    peer.send('502 Unknown\r\n')
    await peer.line()
    peer.send('250 old.example\r\n')
    await peer.line()
    peer.send('221 Bye\r\n')
  })
  t.match(result.outcome, { kind: 'no-starttls', detail: 'helo-only', text: /"502 Unknown"/ })
  t.same(result.lines, ['EHLO probe.example', 'HELO probe.example', 'QUIT'])
  t.equal(result.helo, 'old.example')
})

t.test('probe: starttls-drop-after-220', async (t) => {
  for (const way of ['end', 'reset'] as const) {
    const result = await probed(t, async (peer) => {
      await upToHandshake(peer)
      peer[way]()
    })
    // A reset may overtake the 220 on its way: either is a failure, and neither is "no TLS".
    t.match(result.outcome.kind, way === 'end' ? /^handshake-failed$/ : /^(handshake-f|unreach)/)
  }
})

t.test('probe: tls-handshake-alert tells the alert', async (t) => {
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    // alert(21), TLS 1.2, two octets: fatal(2), access_denied(49)
    peer.send('\x15\x03\x03\x00\x02\x02\x31')
  })
  t.match(result.outcome, {
    kind: 'handshake-failed',
    code: 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
    text: 'the TLS handshake failed: tlsv1 alert access denied',
  })
  t.same(steps(result).slice(3), ['starttls ok', 'handshake failed'])
})

t.test('probe: tls10-only is no TLS', async (t) => {
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    const ciphers = 'DEFAULT:@SECLEVEL=0'
    peer.secure({ ...mailTls, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })
  })
  t.match(result.outcome, { kind: 'handshake-failed', code: /^ERR_SSL_/ })
})

t.test('probe: TLS 1.2 is TLS', async (t) => {
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    peer.secure({ ...mailTls, maxVersion: 'TLSv1.2' })
    await afterHandshake(peer)
  })
  t.match(result.outcome, { kind: 'tls', tls: { protocol: 'TLSv1.2', cipher: /^TLS_ECDHE/ } })
  t.match(result.outcome, { tls: { chain: { length: 2 } } })
})

t.test('probe: what is not TLS after 220 fails the handshake', async (t) => {
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    await peer.arrival()
    peer.send('250 Hello there, this is no TLS\r\n')
  })
  t.match(result.outcome, { kind: 'handshake-failed', code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
})

t.test('probe: a server that asks to be left alone is told by its reply', async (t) => {
  for (const [banner, code] of [
    ['554-No\r\n554 Go away\r\n', 554],
    ['421 Busy\r\n', 421],
  ] as const) {
    const result = await probed(t, async (peer) => {
      peer.send(banner)
      await peer.line()
      peer.send('221 Bye\r\n')
    })
    t.match(result.outcome, { kind: 'rejected', reply: { code } })
    t.same(result.lines, ['QUIT'])
  }
  const result = await probed(t, async (peer) => {
    peer.send('220 mx.example\r\n')
    await peer.line()
    peer.send('421 Later\r\n')
    peer.end()
  })
  t.match(result.outcome, { kind: 'rejected', reply: { code: 421, lines: ['Later'] } })
})

t.test('probe: garbage is unreachable, with the garbage made harmless', async (t) => {
  const garbage = await probed(t, (peer) => peer.send('\x1b[2J\x00\xff\r\n'))
  t.same(garbage.outcome, { kind: 'unreachable', text: 'no banner: "?[2J??" is no reply' })
  const http = await probed(t, (peer) => peer.send('HTTP/1.1 400 Bad Request\r\n'))
  t.match(http.outcome, { kind: 'unreachable', text: /"HTTP\/1.1 400 Bad Request" is no reply/ })
  const other = await probed(t, async (peer) => {
    peer.send('250 mx.example\r\n')
    await peer.line()
    peer.end()
  })
  t.match(other.outcome, { kind: 'unreachable', text: 'the server greets with "250 mx.example"' })
})

t.test('probe: a banner without end, in lines or octets, is cut off', async (t) => {
  const long = await probed(t, (peer) => peer.send(`220 ${'x'.repeat(100_000)}`))
  t.match(long.outcome, { kind: 'unreachable', text: /line is longer than 2048 octets/ })
  const many = await probed(t, (peer) => peer.send('220-x\r\n'.repeat(10_000)))
  t.match(many.outcome, { kind: 'unreachable', text: /more than 128 lines/ })
})

t.test('probe: early close, at each stage before STARTTLS', async (t) => {
  const scripts: Script[] = [
    (peer) => peer.end(),
    (peer) => {
      peer.send('220-half of a banner\r\n')
      peer.end()
    },
    async (peer) => {
      peer.send('220 mx.example\r\n')
      await peer.line()
      peer.end()
    },
    async (peer) => {
      peer.send('220 mx.example\r\n')
      await peer.line()
      peer.send('250-mx.example\r\n250 STARTTLS\r\n')
      await peer.line()
      peer.end()
    },
  ]
  for (const script of scripts) {
    const result = await probed(t, script)
    t.match(result.outcome, { kind: 'unreachable', text: /the server closed the connection$/ })
  }
})

t.test('probe: a server that leaves after the handshake still showed its chain', async (t) => {
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    peer.secure(mailTls)
    await peer.line()
    peer.end()
  })
  t.match(result.outcome, { kind: 'tls', reply: undefined })
  t.same(steps(result).slice(-2), ['handshake ok', 'ehlo-tls failed'])
})

t.test('probe: no server, no address, no port', async (t) => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as { port: number }
  free.close()
  await once(free, 'close')
  const refused = await probe(mailRequest(port), stillWorld())
  t.match(refused.outcome, { kind: 'unreachable', text: /^cannot connect: .*ECONNREFUSED/ })
  t.same(steps(refused), ['connect failed'])
  const named = await probe(mailRequest(port, { address: 'localhost' }), stillWorld())
  t.match(named.outcome, { kind: 'unreachable', text: /"localhost" is not an address$/ })
  const nowhere = await probe(mailRequest(70_000), stillWorld())
  t.match(nowhere.outcome, { kind: 'unreachable', text: /^cannot connect: / })
  await t.rejects(probe(mailRequest(port, { ehloName: 'a\r\nb' }), stillWorld()))
})

t.test('probe: connects from localAddress', async (t) => {
  let from: string | undefined
  await probed(
    t,
    (peer) => {
      from = peer.address
      return goodServer(peer)
    },
    { localAddress: '127.0.0.3' },
  )
  t.equal(from, '127.0.0.3')
})

t.test('probe: each step has its time, and together they have all of it', async (t) => {
  const server = await scriptedServer(t, goodServer)
  let ms = 0
  const monotonicMs = () => (ms += 10)
  const result = await probe(mailRequest(server.port), { ...stillWorld(), monotonicMs })
  t.same(
    result.steps.map(({ elapsedMs }) => elapsedMs),
    result.steps.map(() => 10),
  )
  // The clock is read twice more: when the probe starts and when it is over.
  t.equal(result.elapsedMs, 10 * (result.steps.length + 2))
})

t.test('probe: the limits of time hold, however slowly octets drip', async (t) => {
  const stages: { limit: keyof typeof defaultSmtpLimits; kind: string; script: Script }[] = [
    { limit: 'bannerTimeoutMs', kind: 'unreachable', script: (peer) => peer.send('2') },
    {
      limit: 'replyTimeoutMs',
      kind: 'unreachable',
      script: async (peer) => {
        peer.send('220 mx.example\r\n')
        await peer.line()
        peer.send('250-mx.example\r\n')
      },
    },
    { limit: 'handshakeTimeoutMs', kind: 'handshake-failed', script: upToHandshake },
  ]
  for (const { limit, kind, script } of stages) {
    let drip: (() => void) | undefined
    const server = await scriptedServer(t, async (peer) => {
      await script(peer)
      drip = () => limit !== 'handshakeTimeoutMs' && peer.send('2')
    })
    const world = stillWorld()
    let ended: ProbeResult | undefined
    const ending = probe(mailRequest(server.port), world).then((result) => {
      ended = result
    })
    const ms = defaultSmtpLimits[limit]
    await turnsUntil(() => drip !== undefined && world.timers.waiting().includes(ms))
    world.timers.advance(ms - 1)
    drip?.()
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    t.equal(ended, undefined)
    world.timers.advance(1)
    await ending
    t.match(ended, { outcome: { kind, text: new RegExp(`within ${ms} ms`) } })
    await server.closed(1)
    t.same(world.timers.waiting(), [])
  }
})

t.test('probe: connectTimeoutMs ends a connection that does not come about', async (t) => {
  const server = await scriptedServer(t, goodServer)
  const world = stillWorld()
  const ending = probe(mailRequest(server.port), world)
  // Not a turn of the loop has passed in which the connection could have come about.
  world.timers.advance(defaultSmtpLimits.connectTimeoutMs)
  const text = 'cannot connect: no connection within 10000 ms'
  t.same((await ending).outcome, { kind: 'unreachable', text })
  t.same(world.timers.waiting(), [])
})

t.test('probe: a server name that no server can have harms nothing', async (t) => {
  for (const serverName of ['', 'a'.repeat(300), 'a\0b', 'a b', 'b\u00fccher.example']) {
    const result = await probed(t, goodServer, { serverName })
    t.match(result.outcome.kind, /^(tls|handshake-failed)$/, JSON.stringify(serverName))
  }
})

t.test('probe: totalTimeoutMs ends what no other limit does', async (t) => {
  const server = await scriptedServer(t, async (peer) => {
    peer.send('220 mx.example\r\n')
    await peer.line()
  })
  const world = stillWorld()
  const limits = { replyTimeoutMs: 10 * defaultSmtpLimits.totalTimeoutMs }
  const ending = probe(mailRequest(server.port), { ...world, limits })
  await turnsUntil(() => world.timers.waiting().includes(limits.replyTimeoutMs))
  world.timers.advance(defaultSmtpLimits.totalTimeoutMs)
  t.match((await ending).outcome, { kind: 'unreachable', text: /no end within 90000 ms/ })
})

t.test('probe: QUIT is not waited for longer than quitTimeoutMs', async (t) => {
  const server = await scriptedServer(t, async (peer) => {
    await upToHandshake(peer)
    peer.secure(mailTls)
    await peer.line()
    peer.send('250 mx.example\r\n')
  })
  const world = stillWorld()
  const ending = probe(mailRequest(server.port), world)
  await turnsUntil(() => world.timers.waiting().includes(defaultSmtpLimits.quitTimeoutMs))
  world.timers.advance(defaultSmtpLimits.quitTimeoutMs)
  const result = await ending
  t.equal(result.outcome.kind, 'tls')
  t.equal(steps(result).at(-1), 'quit failed')
})

/** Serves a chain, and returns the subjects that arrived, with the opinion of WebPKI. */
async function shown(t: Test, pem: string, keyPem: string, ca?: string, serverName = mailHost) {
  const result = await probed(
    t,
    async (peer) => {
      await upToHandshake(peer)
      peer.secure({ key: keyPem, cert: pem })
      await afterHandshake(peer)
    },
    { serverName, ...(ca === undefined ? {} : { ca }) },
  )
  if (result.outcome.kind !== 'tls') throw new Error(result.outcome.kind)
  const { chain, webPkiError } = result.outcome.tls
  return { subjects: chain.map(({ subject }) => subject), webPkiError }
}

t.test('probe: the chain is what was sent, in the order it was sent in', async (t) => {
  const root = await authority({ subject: 'CN=Root' })
  const middle = await issue({ subject: 'CN=Middle', ca: true, issuer: root })
  const leaf = await issue({ subject: 'CN=Leaf', names: [mailHost], issuer: middle })
  const stranger = await authority({ subject: 'CN=Stranger' })
  const chains: [string, string[]][] = [
    [chainPem(leaf), ['CN=Leaf']],
    [chainPem(leaf, middle, root), ['CN=Leaf', 'CN=Middle', 'CN=Root']],
    [chainPem(leaf, root, middle), ['CN=Leaf', 'CN=Root', 'CN=Middle']],
    [chainPem(leaf, stranger, middle), ['CN=Leaf', 'CN=Stranger', 'CN=Middle']],
    [chainPem(leaf, stranger), ['CN=Leaf', 'CN=Stranger']],
  ]
  for (const [pem, subjects] of chains) {
    // An authority that we know and the server did not send is not part of the chain.
    t.same((await shown(t, pem, leaf.keyPem, root.pem)).subjects, subjects)
  }
  const long = chainPem(leaf, ...Array.from({ length: 30 }, () => stranger))
  t.equal((await shown(t, long, leaf.keyPem)).subjects.length, defaultSmtpLimits.chainLength)
})

t.test('probe: what WebPKI would say is told, and stops nothing', async (t) => {
  const root = await authority({ subject: 'CN=Another Authority' })
  const good = await issue({ names: [mailHost], issuer: root })
  const old = await issue({ names: [mailHost], issuer: root, to: 1_600_000_000 })
  const self = await issue({ names: [mailHost] })
  const error = async (...args: [string, string, string?, string?]) =>
    (await shown(t, ...args)).webPkiError
  t.equal(await error(good.pem, good.keyPem, root.pem), undefined)
  t.equal(await error(good.pem, good.keyPem), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  t.equal(await error(old.pem, old.keyPem, root.pem), 'CERT_HAS_EXPIRED')
  t.equal(await error(self.pem, self.keyPem), 'DEPTH_ZERO_SELF_SIGNED_CERT')
  const other = 'other.example'
  t.equal(await error(good.pem, good.keyPem, root.pem, other), 'ERR_TLS_CERT_ALTNAME_INVALID')
})

t.test('probe: an address is no server name', async (t) => {
  let name: string | false | undefined
  const script: Script = async (peer) => {
    await upToHandshake(peer)
    peer.secure(mailTls)
    await afterHandshake(peer)
    name = peer.serverName()
  }
  await probed(t, script, { serverName: '192.0.2.1' })
  t.equal(name, false)
})

t.test('probe: RSA, with the oldest suites of TLS 1.2', async (t) => {
  const rsa = await issue({ names: [mailHost], key: 'rsa2048' })
  const result = await probed(t, async (peer) => {
    await upToHandshake(peer)
    const options = { ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' } as const
    peer.secure({ key: rsa.keyPem, cert: rsa.pem, ...options, secureOptions: constants.SSL_OP_ALL })
    await afterHandshake(peer)
  })
  t.match(result.outcome, { kind: 'tls', tls: { cipher: 'TLS_RSA_WITH_AES_128_CBC_SHA' } })
})

t.test('bug: a check that was interrupted waited for every silent mail server', async (t) => {
  const controller = new AbortController()
  const server = await scriptedServer(t, async (peer) => {
    peer.send(`220 ${mailHost} ESMTP\r\n`)
    await peer.line()
    controller.abort()
  })
  const world = { ...stillWorld(), signal: controller.signal }
  const { outcome } = await probe(mailRequest(server.port), world)
  t.same(outcome, { kind: 'unreachable', text: 'no reply to EHLO: given up' })
  t.same(world.timers.waiting(), [])
  const late = await probe(mailRequest(server.port), world)
  t.same(late.outcome, { kind: 'unreachable', text: 'cannot connect: given up' })
  await server.closed(1)
})
