import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AnswerContext, answer } from '../../src/query/index.ts'
import { joinedText, RR } from '../../src/rr/index.ts'
import { startServer } from '../../src/server/index.ts'
import { createStub, parseUpstream } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { acmeDirectory } from '../support/acme-directory.ts'
import { runApi } from '../support/api.ts'
import { runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'
import { anchorOf } from '../support/served-dns.ts'
import { stubParts } from '../support/stub-parts.ts'

// Must be shown: lego, unchanged, has its challenge in the zone, signed, while the directory looks,
// and takes it out again.

t.test('lego obtains a certificate by dns-01 through the API', async (t) => {
  if (skipWithoutPeers(t, ['lego'])) return
  const running = await runApi(t)
  const { table, clock } = running.recording
  const options = { zones: table, clock, udpOctets: 1232, identity: undefined, version: undefined }
  const datagram = new AnswerContext({ ...options, datagramOctetsMax: 1232 })
  const stream = new AnswerContext({ ...options, datagramOctetsMax: undefined })
  const server = await startServer({
    plain: [{ address: '127.0.0.1', port: 0 }],
    respond: (query, out, via) => answer(query, out, via === 'udp' ? datagram : stream),
  })
  t.teardown(() => server.stop({ graceMs: 0 }))
  const port = server.addresses().find(({ via }) => via === 'udp')?.port ?? 0
  /** Looks as a resolver would that comes for the first time. */
  const look = async (name: string) => {
    const stub = createStub({
      ...stubParts('lego'),
      mode: { kind: 'forward', servers: [parseUpstream(`127.0.0.1:${port}`)] },
      anchors: [anchorOf(running.recording.served())],
    })
    const { security, data } = await stub.resolve(parseName(name), RR.TXT)
    await stub.close()
    return { security, texts: (data?.rrset.rdatas ?? []).map(joinedText) }
  }
  const looks: { readonly security: string; readonly texts: readonly string[] }[] = []
  const directory = await acmeDirectory(t, 'www.a.test', async (name, text) => {
    const seen = await look(name)
    looks.push(seen)
    return seen.security === 'secure' && seen.texts.includes(text)
  })
  const path = join(running.recording.directory, 'lego')
  mkdirSync(path)
  const ca = join(path, 'ca.pem')
  writeFileSync(ca, directory.caPem)
  const finished = await runProgram(
    'lego',
    [
      ...['--server', directory.url, '--accept-tos', '--email', 'me@a.test', '--path', path],
      ...['--dns', 'pdns', '--dns.disable-cp', '--dns.resolvers', `127.0.0.1:${port}`],
      ...['--domains', 'www.a.test', 'run'],
    ],
    {
      env: {
        ...{ LEGO_CA_CERTIFICATES: ca, PDNS_API_URL: running.base, PDNS_API_KEY: running.key },
        ...{ PDNS_POLLING_INTERVAL: '1', NO_PROXY: '*', HTTP_PROXY: '', HTTPS_PROXY: '' },
      },
    },
  )
  t.equal(finished.status, 0, transcript(finished))
  t.equal(looks.length, 1)
  t.equal(looks[0]?.security, 'secure', 'what the directory saw was signed')
  t.ok(existsSync(join(path, 'certificates', 'www.a.test.crt')))
  const zone = await running.ask('GET', '/api/v1/servers/localhost/zones/a.test.')
  t.notMatch(zone.text, '_acme-challenge', 'nothing is left behind')
  t.strictSame(await look('_acme-challenge.www.a.test.'), { security: 'secure', texts: [] })
  t.strictSame(running.errors, [])
})
