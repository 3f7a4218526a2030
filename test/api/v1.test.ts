import { gzipSync } from 'node:zlib'
import t from 'tap'
import { replacing, runApi } from '../support/api.ts'

const zone = '/v1/zones/a.test.'
const www = {
  ...{ op: 'replace', name: 'www.a.test.', type: 'A', ttl: 300 },
  records: [{ content: '192.0.2.9' }],
}

t.test('a zone from POST to DELETE', async (t) => {
  const { ask, errors } = await runApi(t, { empty: true })
  const made = await ask('POST', '/v1/zones', {
    body: { name: 'new.test', nameservers: ['ns1.example.', 'ns2.example.'], note: 'begin' },
  })
  t.equal(made.status, 201, made.text)
  t.equal(made.headers.get('location'), '/v1/zones/new.test.')
  t.equal(made.headers.get('etag'), '"1"')
  t.match(made.json, { dryRun: false, zone: { name: 'new.test.', version: 1, tenant: 'default' } })
  t.ok(made.json.checks.length > 0)
  for (const { security } of made.json.checks) t.equal(security, 'secure')
  const again = await ask('POST', '/v1/zones', { body: { name: 'NEW.test.' } })
  t.equal(again.status, 409)
  t.match(again.json, { type: '/v1/errors/zone-exists', code: 'zone-exists', status: 409 })
  t.equal(again.headers.get('content-type'), 'application/problem+json')
  t.match((await ask('GET', again.json.type)).json, { code: 'zone-exists', meaning: String })
  const got = await ask('GET', '/v1/zones/new.test.')
  t.match(got.json, { name: 'new.test.', served: true, settings: { dnssec: true, denial: null } })
  const fresh = await ask('GET', '/v1/zones/new.test.', { headers: { 'if-none-match': '"1"' } })
  t.equal(fresh.status, 304)
  const gone = await ask('DELETE', '/v1/zones/new.test.')
  t.equal(gone.status, 200, gone.text)
  t.equal(gone.json.zone, null)
  const absent = await ask('GET', '/v1/zones/new.test.')
  t.match(absent.json, { status: 404, code: 'zone-absent' })
  t.strictSame(errors, [])
})

t.test('If-Match lets a change through only upon what was seen', async (t) => {
  const { ask } = await runApi(t)
  const etag = (await ask('GET', zone)).headers.get('etag') ?? ''
  const body = { edits: [www] }
  const first = await ask('PATCH', zone, { body, headers: { 'if-match': etag } })
  t.equal(first.status, 200, first.text)
  const second = await ask('PATCH', zone, { body, headers: { 'if-match': etag } })
  t.equal(second.status, 412)
  t.match(second.json, { code: 'zone-version' })
  t.equal(second.headers.get('etag'), first.headers.get('etag'), 'to look at')
  t.equal((await ask('PATCH', zone, { body, headers: { 'if-match': `W/${etag}` } })).status, 412)
  t.equal((await ask('PATCH', zone, { body, headers: { 'if-match': '*' } })).status, 200)
  const either = `"999", ${first.headers.get('etag')}`
  t.equal((await ask('PATCH', zone, { body, headers: { 'if-match': either } })).status, 200)
  t.equal((await ask('PATCH', zone, { body, headers: { 'if-match': 'x' } })).status, 400)
})

t.test('of twenty writers with If-Match none loses what another wrote', async (t) => {
  const { ask } = await runApi(t)
  const write = async (n: number): Promise<void> => {
    for (;;) {
      const etag = (await ask('GET', zone)).headers.get('etag') ?? ''
      const record = { content: `192.0.2.${n}` }
      const edit = { op: 'extend', name: 'all.a.test.', type: 'A', ttl: 60, record }
      const body = { edits: [edit] }
      const { status } = await ask('PATCH', zone, { body, headers: { 'if-match': etag } })
      if (status === 200) return
      t.equal(status, 412)
    }
  }
  await Promise.all(Array.from({ length: 20 }, (_, n) => write(n + 1)))
  const { json } = await ask('GET', `${zone}/rrsets?name=all.a.test.&type=A`)
  t.equal(json.rrsets[0].records.length, 20)
})

t.test('Idempotency-Key makes a request take effect once', async (t) => {
  const { ask } = await runApi(t)
  const headers = { 'idempotency-key': 'b4c1-7' }
  const body = { edits: [www] }
  const first = await ask('PATCH', zone, { body, headers })
  t.equal(first.headers.get('idempotency-replayed'), null)
  const second = await ask('PATCH', zone, { body, headers })
  t.equal(second.status, first.status)
  t.equal(second.text, first.text)
  t.equal(second.headers.get('etag'), first.headers.get('etag'))
  t.equal(second.headers.get('idempotency-replayed'), 'true')
  const other = await ask('PATCH', zone, { body: { edits: [{ ...www, ttl: 301 }] }, headers })
  t.equal(other.status, 409)
  t.match(other.json, { code: 'idempotency-mismatch' })
  const bad = { 'idempotency-key': 'x'.repeat(200) }
  t.match((await ask('PATCH', zone, { body, headers: bad })).json, {
    code: 'idempotency-key-invalid',
  })
})

t.test('dryRun gives difference and verdict, and changes nothing', async (t) => {
  const { ask } = await runApi(t)
  const before = (await ask('GET', zone)).text
  const tried = await ask('PATCH', `${zone}?dryRun=true`, { body: { edits: [www] } })
  t.equal(tried.status, 200, tried.text)
  t.equal(tried.json.dryRun, true)
  const [change] = tried.json.changeSet.changes
  t.match(change, { name: 'www.a.test.', type: 'A', before: null, after: { ttl: 300 } })
  t.ok(tried.json.checks.every(({ security }: { security: string }) => security === 'secure'))
  t.equal((await ask('GET', zone)).text, before)
})

t.test('wait=live answers when every node serves the change', async (t) => {
  const { ask } = await runApi(t)
  const live = await ask('PATCH', `${zone}?wait=live`, { body: { edits: [www] } })
  t.equal(live.status, 200, live.text)
  t.match(live.headers.get('danelaw-sequence'), /^\d+$/)
  const nodes = await ask('GET', '/v1/nodes')
  t.match(nodes.json, { node: 'node-1', nodes: [{ node: 'node-1' }] })
})

t.test('wait=live gives 202 and says who lags', async (t) => {
  const { ask } = await runApi(t, {
    world: ({ records }) => ({
      records: replacing(records, {
        whenLive: () => Promise.resolve({ live: false, waitingFor: ['node-2', 'node-3'] }),
      }),
    }),
  })
  const lagging = await ask('PATCH', `${zone}?wait=live`, { body: { edits: [www] } })
  t.equal(lagging.status, 202, lagging.text)
  t.equal(lagging.headers.get('danelaw-waiting-for'), 'node-2, node-3')
  t.equal((await ask('PATCH', `${zone}?wait=forever`, { body: { edits: [www] } })).status, 400)
})

t.test('history lists, shows and reverts', async (t) => {
  const { ask } = await runApi(t)
  await ask('PATCH', zone, { body: { edits: [www], note: 'one' } })
  const [first] = (await ask('GET', `${zone}/history`)).json.changeSets
  t.match(first, { kind: 'change', note: 'one', by: { tenant: 'default' } })
  await ask('PATCH', zone, { body: { edits: [{ op: 'delete', name: 'www', type: 'A' }] } })
  const page = await ask('GET', `${zone}/history?limit=1`)
  t.equal(page.json.changeSets.length, 1)
  const next = encodeURIComponent(page.json.next)
  const second = await ask('GET', `${zone}/history?limit=1&cursor=${next}`)
  t.equal(second.json.changeSets[0].sequence, first.sequence)
  const shown = await ask('GET', `${zone}/history/${first.sequence}`)
  t.match(shown.json.changes[0], { name: 'www.a.test.', before: null })
  const back = await ask('POST', `${zone}/revert`, { body: { sequence: first.sequence } })
  t.equal(back.status, 200, back.text)
  const { json } = await ask('GET', `${zone}/rrsets?name=www.a.test.`)
  t.equal(json.rrsets[0].records[0].content, '192.0.2.9')
  t.equal((await ask('GET', `${zone}/history/99999`)).status, 404)
  const changes = await ask('GET', `/v1/changes?after=${first.sequence}`)
  t.equal(changes.json.changeSets.length, 2)
})

t.test('bug: a deleted zone had no history, and no way back', async (t) => {
  const { ask } = await runApi(t)
  await ask('PATCH', zone, { body: { edits: [www] } })
  const [last] = (await ask('GET', `${zone}/history`)).json.changeSets
  t.equal((await ask('DELETE', zone)).status, 200)
  t.equal((await ask('GET', zone)).status, 404)
  const [deletion] = (await ask('GET', `${zone}/history`)).json.changeSets
  t.equal(deletion.kind, 'delete')
  const shown = await ask('GET', `${zone}/history/${deletion.sequence}`)
  t.ok(shown.json.changes.some((change: { name: string }) => change.name === 'www.a.test.'))
  const back = await ask('POST', `${zone}/revert`, { body: { sequence: last.sequence } })
  t.equal(back.status, 200, back.text)
  const { json } = await ask('GET', `${zone}/rrsets?name=www.a.test.`)
  t.equal(json.rrsets[0].records[0].content, '192.0.2.9')
  t.equal((await ask('GET', '/v1/zones/never.test./history')).status, 404)
})

t.test('lists come in pages', async (t) => {
  const { ask } = await runApi(t)
  for (const name of ['b.test.', 'c.test.', 'd.test.']) {
    await ask('POST', '/v1/zones', {
      body: { name, nameservers: ['ns1.example.', 'ns2.example.'] },
    })
  }
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { json } = await ask('GET', `/v1/zones?limit=1${cursor}`)
    seen.push(...json.zones.map(({ name }: { name: string }) => name))
    if (json.next === undefined) break
    cursor = `&cursor=${encodeURIComponent(json.next)}`
  }
  t.strictSame(seen, ['a.test.', 'b.test.', 'c.test.', 'd.test.'])
  const rrsets: string[] = []
  for (let cursor = ''; ; ) {
    const { json } = await ask('GET', `${zone}/rrsets?limit=1${cursor}`)
    for (const { name, type } of json.rrsets) rrsets.push(`${name} ${type}`)
    if (json.next === undefined) break
    cursor = `&cursor=${encodeURIComponent(json.next)}`
  }
  t.strictSame(rrsets, ['a.test. NS', 'a.test. SOA', 'ns.a.test. A'])
  t.equal((await ask('GET', '/v1/zones?limit=0')).status, 400)
  t.strictSame((await ask('GET', '/v1/zones?changedSince=2999-01-01T00:00:00Z')).json.zones, [])
  t.equal((await ask('GET', '/v1/zones?changedSince=yesterday')).status, 422)
})

t.test('PUT replaces all RRsets, SOA included', async (t) => {
  const { ask } = await runApi(t)
  const { rrsets } = (await ask('GET', `${zone}/rrsets`)).json
  const more = { name: 'x.a.test.', type: 'TXT', ttl: 60, records: [{ content: '"x"' }] }
  const put = await ask('PUT', zone, { body: { rrsets: [...rrsets, more] } })
  t.equal(put.status, 200, put.text)
  t.equal((await ask('GET', `${zone}/rrsets?name=x.a.test.`)).json.rrsets.length, 1)
  const without = await ask('PUT', zone, { body: { rrsets: [more] } })
  t.match(without.json, { status: 422, code: 'zone-soa', pointer: '/rrsets' })
})

t.test('problems point at what is wrong', async (t) => {
  const { ask } = await runApi(t)
  const rows = [
    [
      { ...www, records: [{ content: '192.0.2.300' }] },
      '/edits/0/records/0/content',
      'rdata-invalid',
    ],
    [{ ...www, name: 'a..b' }, '/edits/0/name', 'name-invalid'],
    [{ ...www, type: 'NOPE' }, '/edits/0/type', 'type-unknown'],
    [{ ...www, name: 'www.example.' }, '/edits/0', 'zone-outside'],
    [{ ...www, type: 'RRSIG', records: [{ content: '\\# 0' }] }, undefined, undefined],
    [{ ...www, extra: 1 }, undefined, 'request-invalid'],
    [{ ...www, ttl: -1 }, undefined, 'request-invalid'],
  ] as const
  for (const [edit, pointer, code] of rows) {
    const { status, json } = await ask('PATCH', zone, { body: { edits: [edit] } })
    t.equal(status, 422, JSON.stringify(json))
    if (pointer !== undefined) t.equal(json.pointer, pointer)
    if (code !== undefined) t.equal(json.code, code)
  }
  t.match((await ask('PATCH', zone, { body: '{"edits":' })).json, { code: 'request-malformed' })
  t.match((await ask('GET', '/v1/nothing')).json, { status: 404, code: 'route-absent' })
})

t.test('explain says what, by which signatures, and what the validator makes of it', async (t) => {
  const { ask } = await runApi(t)
  await ask('PATCH', zone, {
    body: {
      edits: [
        www,
        { ...www, name: '*.w.a.test.' },
        { ...www, name: 'd', type: 'NS', records: [{ content: 'ns.example.' }] },
      ],
    },
  })
  const rows = [
    ['www.a.test.', 'A', 'answer', 'NOERROR', 'secure'],
    ['www.a.test.', 'TXT', 'nodata', 'NOERROR', 'secure'],
    ['x.w.a.test.', 'A', 'wildcardAnswer', 'NOERROR', 'secure'],
    ['nope.a.test.', 'A', 'nxdomain', undefined, 'secure'],
    // The parent has to say, and is not served here.
    ['a.test.', 'DS', 'nodata', 'NOERROR', 'indeterminate'],
    ['d.a.test.', 'DS', 'nodata', 'NOERROR', 'secure'],
  ] as const
  for (const [name, type, kind, rcode, security] of rows) {
    const { status, json, text } = await ask('GET', `/v1/explain?name=${name}&type=${type}`)
    t.equal(status, 200, text)
    t.equal(json.outcome.kind, kind, `${name} ${type}`)
    if (rcode) t.equal(json.rcode, rcode)
    t.equal(json.verdict.security, security, json.verdict.reason)
    t.match(json.signatures[0], { inception: /Z$/, expiration: /Z$/, keyTag: Number })
    if (kind !== 'answer') t.ok(json.proof.length > 0, 'a proof')
  }
  t.equal((await ask('GET', '/v1/explain?name=example.org')).status, 404)
})

t.test('bug: a comment from before 1970 made its zone unreadable for ever', async (t) => {
  const { ask } = await runApi(t)
  for (const modifiedAt of ['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z']) {
    const edit = { ...www, comments: [{ content: 'x', modifiedAt }] }
    const refused = await ask('PATCH', zone, { body: { edits: [edit] } })
    t.equal(refused.status, 422, modifiedAt)
    t.match(refused.json, { pointer: '/edits/0/comments/0/modifiedAt' })
  }
  const scope = { verbs: ['read'] }
  const body = { name: 'n', scope, expiresAt: '0000-01-01T00:00:00Z' }
  t.equal((await ask('POST', '/v1/tokens', { body })).status, 422)
  t.equal((await ask('GET', '/v1/tokens')).status, 200)
  const late = { ...www, comments: [{ content: 'x', modifiedAt: '9999-12-31T23:59:59Z' }] }
  t.equal((await ask('PATCH', zone, { body: { edits: [late] } })).status, 200)
  const { json } = await ask('GET', `${zone}/rrsets?name=www.a.test.`)
  t.equal(json.rrsets[0].comments[0].modifiedAt, '9999-12-31T23:59:59Z')
})

t.test('bug: a request sent again with its If-Match got 412, and a deletion 404', async (t) => {
  const { ask } = await runApi(t)
  const etag = (await ask('GET', zone)).headers.get('etag') ?? ''
  const headers = { 'if-match': etag, 'idempotency-key': 'order-4711' }
  const body = { edits: [www] }
  const first = await ask('PATCH', zone, { body, headers })
  t.equal(first.status, 200, first.text)
  const second = await ask('PATCH', zone, { body, headers })
  t.equal(second.status, 200)
  t.equal(second.text, first.text)
  t.equal(second.headers.get('idempotency-replayed'), 'true')
  const other = await ask('PATCH', zone, { body: { edits: [{ ...www, ttl: 301 }] }, headers })
  t.equal(other.status, 412, 'another request is not the same')
  const gone = { headers: { 'idempotency-key': 'order-4712' } }
  const deleted = await ask('DELETE', zone, gone)
  const again = await ask('DELETE', zone, gone)
  t.equal(again.status, 200)
  t.equal(again.text, deleted.text)
  t.equal((await ask('DELETE', zone)).status, 404, 'without the key there is nothing')
})

t.test('bug: If-None-Match knew neither lists nor weak tags nor any', async (t) => {
  const { ask } = await runApi(t)
  const etag = (await ask('GET', zone)).headers.get('etag') ?? ''
  for (const seen of [etag, `W/${etag}`, `"999", ${etag}`, '*']) {
    t.equal((await ask('GET', zone, { headers: { 'if-none-match': seen } })).status, 304, seen)
  }
  t.equal((await ask('GET', zone, { headers: { 'if-none-match': '"999"' } })).status, 200)
})

t.test('bug: a zone or a token could be of a tenant that no token can have', async (t) => {
  const { ask } = await runApi(t)
  for (const tenant of ['', 'a b', '-x', 'x'.repeat(64)]) {
    const made = await ask('POST', '/v1/zones', { body: { name: 'n.test.', tenant } })
    t.match(made.json, { status: 422, code: 'request-invalid', pointer: '/tenant' })
    const scope = { tenant: 'acme', verbs: ['read'] }
    const token = await ask('POST', '/v1/tokens', { body: { name: 'n', tenant, scope } })
    t.match(token.json, { status: 422, code: 'request-invalid' })
  }
  const scope = { tenant: 'acme', verbs: ['read'] }
  const foreign = await ask('POST', '/v1/tokens', { body: { name: 'n', tenant: 'other', scope } })
  t.match(foreign.json, { status: 422, pointer: '/scope/tenant' })
  const own = await ask('POST', '/v1/tokens', { body: { name: 'n', scope } })
  t.equal(own.json.tenant, 'acme', 'that of its scope')
})

t.test('bug: a body in gzip was said to be bad JSON', async (t) => {
  const { ask } = await runApi(t)
  const body = gzipSync(JSON.stringify({ edits: [www] }))
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' }
  const refused = await ask('PATCH', zone, { body, headers })
  t.equal(refused.status, 415, refused.text)
  t.equal(refused.headers.get('accept-encoding'), 'identity')
  const plain = { 'content-encoding': 'identity' }
  t.equal((await ask('PATCH', zone, { body: { edits: [www] }, headers: plain })).status, 200)
})

t.test('explain says what an instance is like', async (t) => {
  const { ask } = await runApi(t)
  await ask('PATCH', zone, { body: { settings: { denial: 'minimal' } } })
  const like = { ...www, name: 'host', type: 'LIKE', records: [{ content: 'www.a.test.' }] }
  const { status, text } = await ask('PATCH', zone, { body: { edits: [www, like] } })
  t.equal(status, 200, text)
  const { json } = await ask('GET', '/v1/explain?name=host.a.test.&type=A')
  t.match(json, { like: 'www.a.test.', outcome: { kind: 'answer', owner: 'host.a.test.' } })
  t.equal(json.verdict.security, 'secure')
  const other = await ask('GET', '/v1/explain?name=www.a.test.&type=A')
  t.notOk('like' in other.json)
})
