import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import type { PublishedZone } from '../../src/publish/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'
import { type RunningApi, replacing, runApi } from '../support/api.ts'
import { publishing, zoneText } from '../support/publishing.ts'

const server = '/api/v1/servers/localhost'

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf)
  if (typeof value !== 'object' || value === null) return []
  const keys = Object.keys(value)
  const isSorted = keys.join() === [...keys].sort().join()
  return [...(isSorted ? [] : [keys.join()]), ...Object.values(value).flatMap(keysOf)]
}

t.test('keys are in alphabetical order everywhere', async (t) => {
  const { ask } = await runApi(t)
  const name = 'c.a.test.'
  const comments = [{ content: 'c', account: 'a' }]
  const records = [{ content: '192.0.2.1', disabled: false }]
  const rrset = { name, type: 'A', ttl: 60, changetype: 'REPLACE', records, comments }
  await ask('PATCH', `${server}/zones/a.test.`, { body: { rrsets: [rrset] } })
  const paths = ['', '/zones', '/zones/a.test.', '/zones/a.test./cryptokeys', '/config']
  for (const path of [...paths, '/statistics', '/search-data?q=*', '/zones/a.test./metadata']) {
    const { status, json } = await ask('GET', `${server}${path}`)
    t.equal(status, 200, path)
    t.strictSame(keysOf(json), [], path)
  }
})

/** Sends RRsets; gives the status, and what the error says. */
async function patch({ ask }: RunningApi, ...rrsets: readonly object[]) {
  const { status, json } = await ask('PATCH', `${server}/zones/a.test.`, { body: { rrsets } })
  return { status, error: json?.error as string | undefined }
}

function replace(name: string, type: string, ...contents: readonly string[]) {
  const records = contents.map((content) => ({ content, disabled: false }))
  return { name, type, ttl: 60, changetype: 'REPLACE', records }
}

t.test('what PowerDNS refuses with 422 is refused with 422', async (t) => {
  const running = await runApi(t)
  const www = replace('www.a.test.', 'A', '192.0.2.1')
  const rows: readonly (readonly [string, ...object[]])[] = [
    ['one RRset twice', www, www],
    ['REPLACE and DELETE of one', www, { ...www, changetype: 'DELETE' }],
    ['one record twice', replace('x.a.test.', 'A', '192.0.2.1', '192.0.2.1')],
    [
      'CNAME and other data',
      replace('x.a.test.', 'CNAME', 'y.a.test.'),
      replace('x.a.test.', 'A', '192.0.2.1'),
    ],
    ['SOA below the apex', replace('x.a.test.', 'SOA', 'a. b. 1 2 3 4 5')],
    ['DS at the apex', replace('a.test.', 'DS', '1 13 2 00')],
    ['DNSKEY', replace('x.a.test.', 'DNSKEY', '257 3 13 AAAA')],
    ['no TTL', { ...www, ttl: undefined }],
    ['TTL beyond 31 bits', { ...www, ttl: 2 ** 31 }],
    ['neither records nor comments', { ...www, records: null }],
    ['no changetype', { ...www, changetype: undefined }],
    ['an unknown changetype', { ...www, changetype: 'ADD' }],
    ['a name outside', replace('www.example.', 'A', '192.0.2.1')],
    ['an unknown type', replace('www.a.test.', 'NOPE', 'x')],
    ['bad content', replace('www.a.test.', 'A', 'x')],
    [
      'EXTEND by two',
      { ...replace('www.a.test.', 'A', '192.0.2.1', '192.0.2.2'), changetype: 'EXTEND' },
    ],
  ]
  for (const [what, ...rrsets] of rows) {
    const { status, error } = await patch(running, ...rrsets)
    t.equal(status, 422, `${what}: ${error}`)
    t.type(error, 'string')
  }
  t.equal((await patch(running)).status, 204, 'nothing asked, nothing done')
})

t.test('REPLACE without records deletes, and DELETE of nothing is done', async (t) => {
  const running = await runApi(t)
  t.equal((await patch(running, replace('w.a.test.', 'A', '192.0.2.1'))).status, 204)
  t.equal((await patch(running, replace('w.a.test.', 'A'))).status, 204)
  const { text } = await running.ask('GET', `${server}/zones/a.test.`)
  t.notMatch(text, '"w.a.test."')
  const nothing = { name: 'w.a.test.', type: 'A', changetype: 'DELETE' }
  t.equal((await patch(running, nothing)).status, 204)
})

t.test('serials rise, whatever SOA a client sends back', async (t) => {
  const { ask } = await runApi(t)
  const send = async (...rrsets: readonly object[]) => {
    const { status, headers, text } = await ask('PATCH', `${server}/zones/a.test.`, {
      body: { rrsets },
    })
    t.equal(status, 204, text)
    return [headers.get('x-pdns-old-serial'), headers.get('x-pdns-new-serial')].map(Number)
  }
  const [old = 0, first = 0] = await send(replace('w.a.test.', 'A', '192.0.2.1'))
  t.ok(first > old)
  const [, second = 0] = await send(
    replace('a.test.', 'SOA', 'ns.a.test. host.a.test. 0 7200 900 1209600 60'),
  )
  t.ok(second > first, 'a serial of 0 is not taken')
  const zone = await ask('GET', `${server}/zones/a.test.?rrset_type=SOA&rrset_name=a.test.`)
  t.equal(
    zone.json.rrsets[0].records[0].content,
    `ns.a.test. host.a.test. ${second} 7200 900 1209600 60`,
  )
  t.equal(zone.json.serial, second)
  const [from, to] = await send(replace('w.a.test.', 'A', '192.0.2.1'))
  t.equal(from, to, 'what changes nothing raises nothing')
})

t.test('creating: what there is to refuse, and an SOA where none is given', async (t) => {
  const { ask } = await runApi(t)
  const create = (body: object) => ask('POST', `${server}/zones`, { body })
  const servers = { nameservers: ['ns1.example.', 'ns2.example.'] }
  const exists = await create({ name: 'a.test.', kind: 'Native', ...servers })
  t.equal(exists.status, 409, exists.text)
  const ns = { ...replace('n.test.', 'NS', 'ns1.example.', 'ns2.example.') }
  t.equal((await create({ name: 'n.test.', rrsets: [ns], ...servers })).status, 422, 'NS twice')
  t.equal((await create({ name: 'n.test.', rrsets: [ns], zone: 'x' })).status, 422, 'content twice')
  t.equal(
    (await create({ name: 'n.test.', kind: 'Slave', ...servers })).status,
    422,
    'no secondary',
  )
  t.equal((await create({ name: 'n..test.', ...servers })).status, 422)
  t.equal((await create({ kind: 'Native' })).status, 422, 'no name')
  const made = await create({ name: 'n.test.', kind: 'primary', ...servers })
  t.equal(made.status, 201, made.text)
  t.equal(made.json.kind, 'Master')
  const soa = made.json.rrsets.find(({ type }: { type: string }) => type === 'SOA')
  t.match(
    soa.records[0].content,
    /^ns1\.example\. hostmaster\.n\.test\. \d+ 10800 3600 604800 3600$/,
  )
  const text = '$TTL 60\n@ SOA ns h 1 7200 900 1209600 60\n@ NS ns1.example.\n@ NS ns2.example.\n'
  const fromText = await create({ name: 't.test.', kind: 'Native', zone: text })
  t.equal(fromText.status, 201, fromText.text)
  t.equal((await create({ name: 'u.test.', zone: '@ A x' })).status, 422)
  t.equal((await ask('POST', `${server}/zones`, { body: '{' })).status, 400)
  t.equal((await ask('GET', '/api/v1/servers/other/zones')).status, 404)
})

t.test('zones of files are read, and refused with 409 when written', async (t) => {
  const table = new ZoneTable<PublishedZone>()
  // In a test of its own, since a test has one directory.
  await t.test('published', async (t) => {
    const files = publishing(
      t,
      { 'f.test.zone': zoneText(7, 'www A 192.0.2.1\nh LIKE www') },
      { table },
    )
    await files.publish('policy: { denial: minimal }')
  })
  const { ask, token } = await runApi(t, { table })
  const zone = await ask('GET', `${server}/zones/f.test.`)
  t.equal(zone.status, 200, zone.text)
  t.match(zone.json, { name: 'f.test.', serial: 7 })
  const types = new Set(zone.json.rrsets.map(({ type }: { type: string }) => type))
  t.strictSame([...types].sort(), ['A', 'LIKE', 'NS', 'SOA'])
  const list = await ask('GET', `${server}/zones`)
  t.strictSame(list.json.map(({ name }: { name: string }) => name).sort(), ['a.test.', 'f.test.'])
  const rrsets = [replace('www.f.test.', 'A', '192.0.2.2')]
  const refused = await ask('PATCH', `${server}/zones/f.test.`, { body: { rrsets } })
  t.equal(refused.status, 409)
  t.match(refused.json.error, /comes from a file/)
  const nameservers = ['ns1.example.']
  t.equal(
    (await ask('POST', `${server}/zones`, { body: { name: 'f.test.', nameservers } })).status,
    409,
  )
  t.equal((await ask('DELETE', '/v1/zones/f.test.')).status, 409)
  t.match((await ask('GET', '/v1/zones/f.test.')).json, { source: 'file', served: true })
  const key = await token({ tenant: 'acme' })
  t.equal((await ask('GET', `${server}/zones/f.test.`, { key })).status, 404, "the operator's own")
})

t.test('a zone whose DS is at the parent is deleted by force only', async (t) => {
  const { ask } = await runApi(t, { parentDs: () => Promise.resolve('present') })
  const refused = await ask('DELETE', `${server}/zones/a.test.`)
  t.equal(refused.status, 409, refused.text)
  t.match(refused.json.error, /ds-at-parent/)
  const own = await ask('DELETE', '/v1/zones/a.test.')
  t.match(own.json, { status: 409, code: 'ds-at-parent' })
  t.equal((await ask('DELETE', `${server}/zones/a.test.?force=true`)).status, 204)
})

t.test('a store that is gone is a 503, to be tried again', async (t) => {
  const gone = () => Promise.reject(new CodedError('store-unavailable', 'Cannot reach the store'))
  const { ask } = await runApi(t, {
    world: ({ store }) => ({ store: replacing(store, { audit: gone }) }),
  })
  const refused = await ask('GET', '/v1/audit')
  t.equal(refused.status, 503)
  t.match(refused.json, { code: 'store-unavailable' })
  t.equal(refused.headers.get('retry-after'), '5')
})
