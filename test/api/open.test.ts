import { once } from 'node:events'
import { statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { defaultApiLimits, openApi } from '../../src/api/index.ts'
import { placeSocket } from '../../src/control/index.ts'
import { runApi } from '../support/api.ts'
import { issue } from '../support/certificates.ts'
import { namesShownAt } from '../support/peer-names.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'

t.test('openApi refuses to listen for others without TLS or an explicit setting', async (t) => {
  const { world } = await runApi(t, { empty: true })
  const open = (address: string, more: object = {}) =>
    openApi(
      { listen: [{ address, port: 0 }], allowPlain: false, place: placeSocket, ...more },
      world,
    )
  for (const address of ['0.0.0.0', '::', '192.0.2.1', '10.0.0.1', '::ffff:127.0.0.1']) {
    await t.rejects(open(address), { code: 'listen-remote' }, address)
  }
  await t.rejects(open('192.0.2.1', { allowPlain: true }), { code: 'listen-failed' })
  const tls = { certificate: 'x', key: 'y' }
  await t.rejects(open('0.0.0.0', { tls }), { code: 'tls-credentials-invalid' })
  const loopback = await open('127.0.0.2')
  const [bound] = loopback.addresses
  t.match(bound, { address: '127.0.0.2', port: Number })
  await loopback.close()
})

t.test('openApi listens on a Unix socket of mode 0600, and takes it away', async (t) => {
  const { world, key } = await runApi(t)
  // A path of a socket is short: no room for that of a test directory.
  const path = join(temporaryDirectory(t), 'api.sock')
  const opened = await openApi({ listen: [{ path }], allowPlain: false, place: placeSocket }, world)
  t.strictSame(opened.addresses, [{ path }])
  t.equal(statSync(path).mode & 0o777, 0o600)
  const status = await new Promise((resolve, reject) => {
    const headers = { 'X-API-Key': key }
    httpRequest({ socketPath: path, path: '/v1/zones', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
  await opened.close()
  t.notOk(statSync(path, { throwIfNoEntry: false }))
})

t.test('bug: openApi with TLS speaks plain HTTP on its Unix socket', async (t) => {
  const own = await issue({ names: ['localhost'] })
  const { world } = await runApi(t, { empty: true })
  const tls = { certificate: own.pem, key: own.keyPem }
  const path = join(temporaryDirectory(t), 'api.sock')
  const listen = [{ address: '127.0.0.1', port: 0 }, { path }]
  const opened = await openApi({ listen, tls, allowPlain: false, place: placeSocket }, world)
  t.teardown(() => opened.close())
  const status = await new Promise((resolve, reject) => {
    httpRequest({ socketPath: path, path: '/healthz', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
})

t.test('openApi speaks TLS with a certificate from PEM', async (t) => {
  const own = await issue({ names: ['localhost'] })
  const { world } = await runApi(t, { empty: true })
  const tls = { certificate: own.pem, key: own.keyPem }
  const listen = [{ address: '127.0.0.1', port: 0 }]
  const opened = await openApi({ listen, tls, allowPlain: false, place: placeSocket }, world)
  t.teardown(() => opened.close())
  const [bound] = opened.addresses
  const port = bound && 'port' in bound ? bound.port : 0
  const status = await new Promise((resolve, reject) => {
    httpsRequest(
      { host: 'localhost', port, path: '/healthz', ca: own.pem, agent: false },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
})

t.test('openApi bounds bodies, headers and requests under way', async (t) => {
  const limits = { ...defaultApiLimits, bodyOctets: 1000, headerOctets: 2048, requests: 1 }
  let release: (() => void) | undefined
  const { ask, base } = await runApi(t, {
    api: { limits },
    world: ({ metrics }) => ({
      metrics: {
        ...metrics,
        expose: () => new Promise((resolve) => (release = () => resolve('text'))),
      },
    }),
  })
  const large = await ask('PATCH', '/v1/zones/a.test.', { body: 'x'.repeat(1001) })
  t.equal(large.status, 413)
  t.match(large.json, { code: 'request-too-large' })
  const headers = { 'x-long': 'x'.repeat(3000) }
  t.equal((await ask('GET', '/v1/zones', { headers })).status, 431)
  const slow = ask('GET', '/metrics')
  while (release === undefined) await new Promise(setImmediate)
  const busy = await ask('GET', '/v1/zones')
  t.equal(busy.status, 503)
  t.equal(busy.headers.get('retry-after'), '1')
  t.equal((await ask('GET', '/healthz')).status, 200, 'health is always told')
  release()
  const metrics = await slow
  t.equal(metrics.text, 'text')
  t.equal((await ask('GET', '/v1/zones')).status, 200, 'room again')
  const { hostname, port } = new URL(base)
  const said = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end('nonsense\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
  })
  t.match(said, /^HTTP\/1\.1 400 /)
})

t.test('openApi ends connections that send no request in time', async (t) => {
  const limits = { ...defaultApiLimits, requestTimeoutMs: 300 }
  const { base } = await runApi(t, { empty: true, api: { limits } })
  const { hostname, port } = new URL(base)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write('GET /v1/zones HTTP/1.1\r\n'))
    socket.on('close', () => resolve())
    socket.on('error', () => undefined)
    socket.resume()
  })
  t.pass('closed')
})

t.test('health and readiness have their statuses', async (t) => {
  const rows = [
    ['ok', true, 200, 200],
    ['degraded', true, 200, 200],
    ['degraded', false, 200, 503],
    ['down', false, 503, 503],
  ] as const
  for (const [state, ready, healthz, readyz] of rows) {
    const health = () => ({ state, ready, parts: { store: { state, text: 'x' } } })
    const { ask } = await runApi(t, { empty: true, world: () => ({ health }) })
    const alive = await ask('GET', '/healthz', { key: null })
    t.equal(alive.status, healthz)
    t.strictSame(alive.json, { state })
    t.equal((await ask('GET', '/readyz', { key: null })).status, readyz)
    t.match((await ask('GET', '/v1/health')).json, { state, parts: { store: { text: 'x' } } })
  }
})

t.test('what fails without being foreseen tells nothing, and is logged', async (t) => {
  const { ask, errors } = await runApi(t, {
    world: () => ({
      metrics: {
        countAnswer: () => undefined,
        countChangeSet: () => undefined,
        observeCommit: () => undefined,
        countRequest: () => undefined,
        expose: () => Promise.reject(new Error('a secret of the inside')),
      },
    }),
  })
  const failed = await ask('GET', '/metrics')
  t.equal(failed.status, 500)
  t.notMatch(failed.text, /secret|stack|\.js/)
  t.match(failed.json, { code: 'api-internal' })
  t.match(errors[0], /a secret of the inside/)
})

t.test('bug: an answer to nonsense was taken for that to the request before it', async (t) => {
  let release: (() => void) | undefined
  const { base, key } = await runApi(t, {
    world: ({ metrics }) => ({
      metrics: {
        ...metrics,
        expose: () => new Promise((resolve) => (release = () => resolve('text'))),
      },
    }),
  })
  const { hostname, port } = new URL(base)
  const text = await new Promise<string>((resolve) => {
    const head = `GET /metrics HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`
    const socket = connect(Number(port), hostname, () => socket.write(`${head}nonsense\r\n\r\n`))
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(got))
  })
  t.equal(text, '')
  while (release === undefined) await new Promise(setImmediate)
  release()
})

t.test('bug: whoever took no answers kept the place of a request for ever', async (t) => {
  const limits = { ...defaultApiLimits, answerTimeoutMs: 300, requests: 1 }
  const { ask, base, key } = await runApi(t, {
    api: { limits },
    world: ({ metrics }) => ({
      metrics: { ...metrics, expose: () => Promise.resolve('x'.repeat(50_000_000)) },
    }),
  })
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`)
  await once(socket, 'readable')
  t.equal((await ask('GET', '/v1/zones')).status, 503, 'the place is taken')
  while ((await ask('GET', '/v1/zones')).status === 503) await new Promise(setImmediate)
  t.pass('it is free again')
})

t.test('renewTls takes another certificate for connections to come', async (t) => {
  const [first, second] = [await issue({ names: ['a'] }), await issue({ names: ['b'] })]
  const { world } = await runApi(t, { empty: true })
  const tls = { certificate: first.pem, key: first.keyPem }
  const listen = [{ address: '127.0.0.1', port: 0 }]
  const opened = await openApi({ listen, tls, allowPlain: false, place: placeSocket }, world)
  t.teardown(() => opened.close())
  const [bound] = opened.addresses
  const port = bound && 'port' in bound ? bound.port : 0
  const names = () => namesShownAt(port)
  t.equal(await names(), 'DNS:a')
  t.throws(() => opened.renewTls({ certificate: second.pem, key: first.keyPem }), {
    code: 'tls-credentials-invalid',
  })
  t.equal(await names(), 'DNS:a', 'the one in use stays')
  opened.renewTls({ certificate: second.pem, key: second.keyPem })
  t.equal(await names(), 'DNS:b')
})
