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

t.test('bug: the Location of a new zone was what the client wrote, and a 500', async (t) => {
  const { ask, errors } = await runApi(t, { empty: true })
  const nameservers = ['ns1.example.']
  const rows = [
    ['New.Test', 'new.test.'],
    ['a\u0001b.test.', 'a=5C001b.test.'],
    ['a\nb.test.', 'a=5C010b.test.'],
    ['a b.test.', 'a=5C032b.test.'],
  ] as const
  for (const [name, id] of rows) {
    const made = await ask('POST', `${server}/zones`, { body: { name, nameservers } })
    t.equal(made.status, 201, made.text)
    const location = made.headers.get('location') ?? ''
    t.equal(location, `${server}/zones/${id}`)
    t.equal((await ask('GET', location)).json.id, id)
  }
  t.strictSame(errors, [])
})

t.test('bug: kinds named like what every object has were taken', async (t) => {
  const { ask } = await runApi(t)
  for (const kind of ['constructor', '__proto__', 'toString']) {
    t.equal((await ask('PUT', `${server}/zones/a.test.`, { body: { kind } })).status, 422, kind)
  }
})

t.test('bug: PUT of RRsets with settings made two change sets', async (t) => {
  const { ask } = await runApi(t)
  const path = `${server}/zones/a.test.`
  const { rrsets } = (await ask('GET', path)).json
  const more = { name: 'x.a.test.', type: 'TXT', ttl: 60, records: [{ content: '"x"' }] }
  const body = { rrsets: [...rrsets, more], account: 'me', nsec3param: '1 0 0 -' }
  const put = await ask('PUT', path, { body })
  t.equal(put.status, 204, put.text)
  const after = (await ask('GET', path)).json
  t.match(after, { account: 'me', nsec3param: '1 0 0 -' })
  t.ok(after.rrsets.some(({ name }: { name: string }) => name === 'x.a.test.'))
  const { changeSets } = (await ask('GET', '/v1/zones/a.test./history')).json
  t.equal(changeSets.length, 2, 'the creation and the change')
  t.match(changeSets[0], { kind: 'settings', version: 2, changes: 2 })
  const { json } = await ask('GET', '/v1/explain?name=nope.a.test.')
  t.match(json.proof[0], / IN NSEC3 /)
  t.equal(json.verdict.security, 'secure')
  const bad = { rrsets: [...rrsets, { ...more, records: [{ content: 'x y' }] }], account: 'you' }
  t.equal((await ask('PUT', path, { body: { ...bad, rrsets: [more] } })).status, 422)
  t.equal((await ask('GET', path)).json.account, 'me', 'nothing of it was done')
})

t.test('bug: statistics told every tenant how much the others have', async (t) => {
  const { ask, token } = await runApi(t)
  const key = await token({ tenant: 'other' })
  const { json } = await ask('GET', `${server}/statistics`, { key })
  const byName = new Map(json.map(({ name, value }: Record<string, string>) => [name, value]))
  t.equal(byName.get('zones'), '0')
  t.notOk(byName.has('sequence'))
  t.match(byName.get('uptime'), /^\d+$/)
  const uptime = await ask('GET', `${server}/statistics?statistic=uptime`)
  t.match(uptime.json, [{ name: 'uptime', type: 'StatisticItem' }])
  t.equal((await ask('GET', `${server}/statistics?statistic=nope`)).status, 422)
})

t.test('bug: a search with a long pattern held up everything else for seconds', async (t) => {
  const { ask } = await runApi(t)
  const wanted = `${'a'.repeat(250)}b`
  const search = async () => (await ask('GET', `${server}/search-data?q=*${wanted}`)).json
  const change = async (...rrsets: object[]) => {
    const { status } = await ask('PATCH', `${server}/zones/a.test.`, { body: { rrsets } })
    t.equal(status, 204)
  }
  await change(replace('z.a.test.', 'TXT', wanted))
  t.equal((await search()).length, 1)
  const long = (n: number) => replace(`t${n}.a.test.`, 'TXT', 'a'.repeat(20_000))
  await change(...Array.from({ length: 20 }, (_, n) => long(n)))
  t.equal((await search()).length, 0, 'it gave up before it came so far')
})

t.test('GET /api/v1 says where the servers are', async (t) => {
  const { ask } = await runApi(t, { empty: true })
  const { json } = await ask('GET', '/api/v1')
  t.strictSame(json, [{ api_features: [], server_url: '/api/v1/servers{/server}' }])
})

t.test('metadata of the kinds that PowerDNS lets set are set, others refused', async (t) => {
  const { ask } = await runApi(t)
  const path = `${server}/zones/a.test./metadata`
  const put = (kind: string, ...metadata: string[]) =>
    ask('PUT', `${path}/${kind}`, { body: { kind, metadata, type: 'Metadata' } })
  const made = await put('SOA-EDIT-API', 'EPOCH')
  t.equal(made.status, 200, made.text)
  t.strictSame(made.json, { kind: 'SOA-EDIT-API', metadata: ['EPOCH'], type: 'Metadata' })
  t.equal((await ask('GET', `${server}/zones/a.test.`)).json.soa_edit_api, 'EPOCH')
  t.strictSame((await ask('GET', `${path}/soa-edit-api`)).json, made.json)
  t.equal((await put('SOA-EDIT-API', 'NOPE')).status, 422)
  t.equal((await put('SOA-EDIT-API', 'EPOCH', 'INCREASE')).status, 422)
  t.equal((await put('ALLOW-AXFR-FROM', '192.0.2.1')).status, 422)
  t.equal((await ask('DELETE', `${path}/SOA-EDIT-API`)).status, 204)
  t.equal((await ask('GET', `${server}/zones/a.test.`)).json.soa_edit_api, 'OFF')
})

t.test('bug: a zone of a few lines of $GENERATE held up everything else for seconds', async (t) => {
  let steps = 0
  const makePace = () => ({
    step() {
      steps++
      return undefined
    },
  })
  const { ask } = await runApi(t, { world: () => ({ makePace }) })
  const create = (zone: string) =>
    ask('POST', `${server}/zones`, { body: { name: 'g.test.', kind: 'Native', zone } })
  const ns = '@ 60 NS ns1.example.\n'
  const made = await create(`${ns}$GENERATE 1-999 h$ A 192.0.2.1\n`)
  t.equal(made.status, 201, made.text.slice(0, 200))
  t.ok(steps > 2 * 999, `${steps} steps: every record read, and every one listed`)
  const bad = await create(`${ns}${'x y z\n'.repeat(1000)}`)
  t.equal(bad.status, 422)
  t.equal(bad.json.errors.length, 100, 'the first findings say enough')
})
