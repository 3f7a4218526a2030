import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t from 'tap'
import { exchangeHttps, type HttpsRequest } from '../../src/https/index.ts'
import { authority, issue } from '../support/certificates.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { turnsUntil } from '../support/stream-client.ts'
import { webServer } from '../support/web-server.ts'

const host = 'web.example'
const root = await authority({ subject: 'CN=Web Authority' })
const good = await issue({ names: [host], issuer: root })
const tls = { key: good.keyPem, cert: good.pem }
const limits = { timeoutMs: 60_000, connectTimeoutMs: 10_000, bodyOctets: 1000, headerOctets: 4096 }

function request(port: number, changes: Partial<HttpsRequest> = {}): HttpsRequest {
  const addresses = ['127.0.0.1']
  const where = { host, port, path: '/there?a=b', addresses, ca: root.pem }
  return { method: 'GET', ...where, verify: true, limits, ...changes }
}

const exchange = async (asked: HttpsRequest) => {
  const timers = manualTimers()
  const result = await exchangeHttps(asked, { timers })
  t.same(timers.waiting(), [], 'no timer is left')
  return result
}

t.test('exchangeHttps: a request and its response', async (t) => {
  const seen: unknown[] = []
  const { port } = await webServer(t, tls, (asked, response) => {
    seen.push([asked.method, asked.url, asked.headers.host, asked.headers.connection])
    response.setHeader('X-Twice', ['first', 'second'])
    response.end('body')
  })
  const result = await exchange(request(port))
  t.match(result, { kind: 'response', status: 200, address: '127.0.0.1' })
  if (result.kind !== 'response') return
  t.equal(Buffer.from(result.body).toString(), 'body')
  t.equal(result.headers['x-twice'], 'first')
  t.same(seen, [['GET', '/there?a=b', `${host}:${port}`, 'close']])
})

t.test('exchangeHttps: a body is posted whole', async (t) => {
  const { port } = await webServer(t, tls, async (asked, response) => {
    const pieces: Buffer[] = []
    for await (const piece of asked) pieces.push(piece as Buffer)
    const { 'content-length': length, 'content-type': type } = asked.headers
    response.statusCode = 201
    response.end(`${length} ${type} ${Buffer.concat(pieces).toString()}`)
  })
  const body = Buffer.from('x'.repeat(500))
  const headers = { 'content-type': 'text/x' }
  const result = await exchange(request(port, { method: 'POST', body, headers }))
  t.match(result, { kind: 'response', status: 201 })
  t.equal(result.kind === 'response' && result.body.toString(), `500 text/x ${body}`)
})

t.test('exchangeHttps: a redirect is a response like any other', async (t) => {
  const { port, connections } = await webServer(t, tls, (_, response) => {
    response.writeHead(301, { location: `https://${host}/elsewhere` }).end()
  })
  t.match(await exchange(request(port)), { kind: 'response', status: 301 })
  t.equal(connections(), 1)
})

t.test('exchangeHttps: certificates that are not right are told by their code', async (t) => {
  const rows: [string, Parameters<typeof issue>[0]][] = [
    ['CERT_HAS_EXPIRED', { names: [host], issuer: root, to: 1_600_000_000 }],
    ['CERT_NOT_YET_VALID', { names: [host], issuer: root, from: 2_100_000_000 }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { names: ['other.example'], issuer: root }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { names: ['*.web.example'], issuer: root }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { subject: `CN=${host}`, issuer: root }],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', { names: [host] }],
  ]
  for (const [code, options] of rows) {
    const bad = await issue(options)
    let asked = 0
    const { port } = await webServer(t, { key: bad.keyPem, cert: bad.pem }, (_, response) => {
      asked++
      response.end()
    })
    t.match(await exchange(request(port)), { kind: 'certificate', code })
    t.equal(asked, 0, 'nothing is asked of a stranger')
    t.match(await exchange(request(port, { verify: false })), { kind: 'response', status: 200 })
  }
})

t.test('exchangeHttps: a wildcard certificate of one label will do', async (t) => {
  const wild = await issue({ names: ['*.web.example'], issuer: root })
  const { port } = await webServer(t, { key: wild.keyPem, cert: wild.pem }, (_, response) => {
    response.end()
  })
  const deeper = 'a.b.web.example'
  t.match(await exchange(request(port, { host: 'a.web.example' })), { kind: 'response' })
  t.match(await exchange(request(port, { host: deeper })), { kind: 'certificate' })
})

t.test('exchangeHttps: body and headers are bounded', async (t) => {
  const { port } = await webServer(t, tls, (asked, response) => {
    if (asked.url === '/headers') response.setHeader('x', 'x'.repeat(10_000))
    if (asked.url === '/stream') response.write('y'.repeat(600))
    response.end('y'.repeat(asked.url === '/exact' ? 1000 : 1001))
  })
  t.match(await exchange(request(port, { path: '/exact' })), { kind: 'response' })
  for (const path of ['/', '/stream']) {
    const text = 'the body exceeds 1000 octets'
    t.same(await exchange(request(port, { path })), { kind: 'too-large', text })
  }
  const text = 'the header exceeds 4096 octets'
  t.same(await exchange(request(port, { path: '/headers' })), { kind: 'too-large', text })
})

t.test('exchangeHttps: addresses are tried in order until one shakes hands', async (t) => {
  const { port } = await webServer(t, tls, (_, response) => response.end(), '127.0.0.2')
  const addresses = ['not an address', '127.0.0.1', '127.0.0.2']
  t.match(await exchange(request(port, { addresses })), {
    kind: 'response',
    address: '127.0.0.2',
  })
  const none = await exchange(request(port, { addresses: [] }))
  t.same(none, { kind: 'failed', text: 'there is no address to connect to' })
  const refused = await exchange(request(port))
  t.match(refused, { kind: 'failed', text: /^cannot connect to 127\.0\.0\.1: .*ECONNREFUSED/ })
})

t.test('exchangeHttps: nothing is sent twice', async (t) => {
  const { port, connections } = await webServer(t, tls, (asked) => asked.socket.destroy())
  const addresses = ['127.0.0.1', '127.0.0.1']
  const result = await exchange(request(port, { addresses, method: 'POST' }))
  t.match(result, { kind: 'failed', text: /^no whole response: / })
  t.equal(connections(), 1)
})

t.test('exchangeHttps: what breaks off, or is no HTTP, has failed', async (t) => {
  const broken = await webServer(t, tls, (_, response) => {
    response.setHeader('content-length', '100')
    response.write('half', () => response.destroy())
  })
  t.match(await exchange(request(broken.port)), { kind: 'failed' })
  for (const text of ['SSH-2.0-x\r\n\r\n', '']) {
    const server = await scriptedServer(t, async (peer) => {
      peer.secure(tls)
      await peer.line()
      peer.send(text)
      peer.end()
    })
    t.match(await exchange(request(server.port)), { kind: 'failed' }, JSON.stringify(text))
  }
  const closing = await scriptedServer(t, (peer) => peer.end())
  t.match(await exchange(request(closing.port)), { kind: 'failed', text: /^cannot connect/ })
})

t.test('exchangeHttps: a header or a path that cannot be sent has failed', async (t) => {
  const { port } = await webServer(t, tls, (_, response) => response.end())
  t.match(await exchange(request(port, { path: '/a b' })), { kind: 'failed' })
  t.match(await exchange(request(port, { headers: { x: 'a\r\nb' } })), { kind: 'failed' })
})

t.test('exchangeHttps: timeoutMs ends it, in whatever stage', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => socket.destroy()))
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  let asked = false
  const dripping = await webServer(t, tls, (_, response) => {
    response.write('x', () => {
      asked = true
    })
  })
  const connected = once(silent, 'connection')
  const stages: [number, () => Promise<unknown>][] = [
    [(silent.address() as AddressInfo).port, () => connected],
    [dripping.port, () => turnsUntil(() => asked)],
  ]
  for (const [port, reached] of stages) {
    const timers = manualTimers()
    const ending = exchangeHttps(request(port), { timers })
    await reached()
    timers.advance(limits.timeoutMs)
    t.same(await ending, { kind: 'timeout', text: 'no response within 60000 ms' })
    t.same(timers.waiting(), [])
  }
})

t.test('bug: a check that was interrupted waited for a silent host of a policy', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const controller = new AbortController()
  const { signal } = controller
  const timers = manualTimers()
  const connected = once(silent, 'connection')
  const asked = request((silent.address() as AddressInfo).port)
  const ending = exchangeHttps(asked, { timers, signal })
  await connected
  controller.abort()
  t.same(await ending, { kind: 'failed', text: 'given up' })
  t.same(timers.waiting(), [])
  t.same(await exchangeHttps(asked, { timers, signal }), { kind: 'failed', text: 'given up' })
})

t.test('bug: an address that swallowed what it got cost the whole exchange', async (t) => {
  const silent = createServer()
  silent.listen(0, '127.0.0.2')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  t.teardown(() => silent.close())
  const timers = manualTimers()
  const connected = once(silent, 'connection')
  const ending = exchangeHttps(request(port, { addresses: ['127.0.0.2', '127.0.0.3'] }), { timers })
  const [socket] = await connected
  t.same(timers.waiting(), [limits.connectTimeoutMs, limits.timeoutMs])
  timers.advance(limits.connectTimeoutMs)
  // Nobody listens at the second: it was tried, well before the whole time was over.
  t.match(await ending, { kind: 'failed', text: /^cannot connect to 127\.0\.0\.3: / })
  t.same(timers.waiting(), [])
  socket.destroy()
})
