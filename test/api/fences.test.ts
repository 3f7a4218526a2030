import t from 'tap'
import type { Scope } from '../../src/access/index.ts'
import { tokenMemorySeconds } from '../../src/api/limits.ts'
import { CodedError } from '../../src/base/index.ts'
import { replacing, runApi } from '../support/api.ts'
import { apex } from '../support/recording.ts'

const api = '/api/v1/servers/localhost/zones/a.test.'

function setting(name: string, type = 'TXT', content = '"x"') {
  const records = [{ content, disabled: false }]
  return { rrsets: [{ name, type, ttl: 60, changetype: 'REPLACE', records }] }
}

t.test('no key, a bad key, a revoked or expired one: 401, in the same words', async (t) => {
  const { ask, token, key } = await runApi(t)
  const bad = [
    `${key.slice(0, -1)}${key.endsWith('0') ? 'g' : '0'}`,
    key.toUpperCase(),
    'dl_0000000000000000_0000000000000000000000000000000000000000000000000000',
    await token({}, { revokedAt: 1 }),
    await token({}, { expiresAt: 1 }),
    'x',
  ]
  const texts = new Set<string>()
  for (const one of bad) {
    const refused = await ask('GET', api, { key: one })
    t.equal(refused.status, 401)
    t.equal(refused.headers.get('content-type'), 'application/json')
    texts.add(refused.text)
  }
  t.equal(texts.size, 1)
  const none = await ask('GET', '/v1/zones', { key: null })
  t.equal(none.status, 401)
  t.match(none.headers.get('www-authenticate'), /^Bearer/)
  t.equal(none.headers.get('content-type'), 'application/problem+json')
  t.equal(
    (await ask('GET', api, { key: null, headers: { authorization: `bearer ${key}` } })).status,
    200,
  )
  t.equal(
    (await ask('GET', `${api}?api_key=${key}`, { key: null })).status,
    401,
    'not in the query',
  )
  t.equal((await ask('PATCH', api, { key: null, body: '{' })).status, 401, 'before the body')
  t.equal((await ask('GET', '/metrics', { key: null })).status, 401)
  for (const path of ['/healthz', '/readyz', '/v1/openapi.json']) {
    t.equal((await ask('GET', path, { key: null })).status, 200, path)
  }
})

t.test('a token of another tenant sees nothing that is there', async (t) => {
  const { ask, token } = await runApi(t)
  const key = await token({ tenant: 'other' })
  t.strictSame((await ask('GET', '/api/v1/servers/localhost/zones', { key })).json, [])
  t.strictSame((await ask('GET', '/v1/zones', { key })).json.zones, [])
  t.strictSame((await ask('GET', '/api/v1/servers/localhost/search-data?q=*', { key })).json, [])
  const there = 'a.test.'
  const absent = 'b.test.'
  const routes: readonly (readonly [string, (zone: string) => string, unknown?])[] = [
    ['GET', (zone) => `/api/v1/servers/localhost/zones/${zone}`],
    ['PATCH', (zone) => `/api/v1/servers/localhost/zones/${zone}`, { rrsets: [] }],
    ['PUT', (zone) => `/api/v1/servers/localhost/zones/${zone}`, { kind: 'Native' }],
    ['DELETE', (zone) => `/api/v1/servers/localhost/zones/${zone}`],
    ['PUT', (zone) => `/api/v1/servers/localhost/zones/${zone}/notify`],
    ['GET', (zone) => `/api/v1/servers/localhost/zones/${zone}/export`],
    ['GET', (zone) => `/api/v1/servers/localhost/zones/${zone}/cryptokeys`],
    ['POST', (zone) => `/api/v1/servers/localhost/zones/${zone}/cryptokeys`, {}],
    ['GET', (zone) => `/v1/zones/${zone}`],
    ['GET', (zone) => `/v1/zones/${zone}/rrsets`],
    ['GET', (zone) => `/v1/zones/${zone}/history`],
    ['POST', (zone) => `/v1/zones/${zone}/revert`, { sequence: 1 }],
    ['PUT', (zone) => `/v1/zones/${zone}`, { rrsets: [] }],
    ['DELETE', (zone) => `/v1/zones/${zone}`],
    ['GET', (zone) => `/v1/explain?name=${zone}`],
  ]
  for (const [method, path, body] of routes) {
    const hidden = await ask(method, path(there), { key, body })
    const missing = await ask(method, path(absent), { key, body })
    t.equal(hidden.status, 404, `${method} ${path(there)}`)
    t.equal(hidden.text.replaceAll('a.test', 'b.test'), missing.text, 'as if it were not there')
  }
})

t.test('what is outside of a scope is refused, and nothing of it done', async (t) => {
  const { ask, token, world } = await runApi(t)
  const acme = { tenant: 'acme' }
  const rows: readonly (readonly [string, Partial<Scope>, string, string, unknown, number])[] = [
    ['name', { names: ['_acme-challenge.a.test.'] }, 'PATCH', api, setting('x.a.test.'), 403],
    ['name inside', { names: ['x.a.test.'] }, 'PATCH', api, setting('X.A.test.'), 204],
    ['escape', { names: ['x.y.a.test.'] }, 'PATCH', api, setting('x\\.y.a.test.'), 403],
    ['escape inside', { names: ['x\\.y.a.test.'] }, 'PATCH', api, setting('x\\046y.a.test.'), 204],
    ['wildcard', { names: ['*.a.test.'] }, 'PATCH', api, setting('*.a.test.'), 403],
    [
      'IDN',
      { names: ['xn--bcher-kva.a.test.'] },
      'PATCH',
      api,
      setting('XN--BCHER-KVA.a.test.'),
      204,
    ],
    ['apex', { names: ['**.a.test.'] }, 'PATCH', api, setting('a.test.'), 403],
    ['type', { types: ['TXT'] }, 'PATCH', api, setting('x.a.test.', 'A', '192.0.2.1'), 403],
    ['type by number', { types: ['TYPE16'] }, 'PATCH', api, setting('x.a.test.'), 204],
    ['zone', { zones: ['sub.a.test.'] }, 'PATCH', api, setting('x.sub.a.test.'), 403],
    ['zone above', { zones: ['test.'] }, 'PATCH', api, setting('x.a.test.'), 403],
    ['zones below', { zones: ['*.test.'] }, 'PATCH', api, setting('x.a.test.'), 204],
    ['verb', { verbs: ['read'] }, 'PATCH', api, setting('x.a.test.'), 403],
    ['verb delete', { verbs: ['read', 'write'] }, 'DELETE', api, undefined, 403],
    ['verb keys', { verbs: ['read', 'write'] }, 'POST', `${api}/cryptokeys`, {}, 403],
    ['whole zone', { names: ['**.a.test.'] }, 'PUT', api, { kind: 'Master' }, 403],
    ['whole zone', { types: ['TXT'] }, 'DELETE', api, undefined, 403],
    ['history', { types: ['TXT'] }, 'GET', '/v1/zones/a.test./history', undefined, 403],
    ['revert', { types: ['TXT'] }, 'POST', '/v1/zones/a.test./revert', { sequence: 1 }, 403],
    ['tokens', { verbs: ['read'] }, 'GET', '/v1/tokens', undefined, 403],
    ['audit', { verbs: ['read'] }, 'GET', '/v1/audit', undefined, 403],
    ['nodes', {}, 'GET', '/v1/nodes', undefined, 403],
    ['metrics', {}, 'GET', '/metrics', undefined, 403],
    ['explain', { names: ['x.a.test.'] }, 'GET', '/v1/explain?name=a.test.', undefined, 403],
  ]
  for (const [what, scope, method, path, body, status] of rows) {
    const before = world.records.get(apex)?.zone.version
    const answer = await ask(method, path, { key: await token({ ...acme, ...scope }), body })
    t.equal(answer.status, status, `${what}: ${answer.text}`)
    const after = world.records.get(apex)?.zone.version
    if (status === 403) t.equal(after, before, 'nothing was done')
  }
  const audit = await ask('GET', '/v1/audit?limit=100')
  const denied = audit.json.entries.filter(({ action }: { action: string }) => action === 'denied')
  t.ok(denied.length >= rows.filter(([, , , , , status]) => status === 403).length)
})

t.test('what is read is sifted by the fence', async (t) => {
  const { ask, token } = await runApi(t)
  const key = await token({ tenant: 'acme', types: ['NS'] })
  const { json } = await ask('GET', api, { key })
  t.strictSame(
    json.rrsets.map(({ type }: { type: string }) => type),
    ['NS'],
  )
  const own = await ask('GET', '/v1/zones/a.test./rrsets', { key })
  t.equal(own.json.rrsets.length, 1)
  t.notMatch((await ask('GET', `${api}/export`, { key })).text, /SOA/)
})

t.test('nobody makes a zone inside of another tenant, nor a token that can do more', async (t) => {
  const { ask, token } = await runApi(t)
  const other = await token({ tenant: 'other' })
  const body = { name: 'www.a.test.', nameservers: ['ns1.example.', 'ns2.example.'] }
  t.equal((await ask('POST', '/v1/zones', { key: other, body })).status, 403)
  t.equal((await ask('POST', '/api/v1/servers/localhost/zones', { key: other, body })).status, 403)
  const foreign = { ...body, name: 'new.test.', tenant: 'acme' }
  t.not((await ask('POST', '/v1/zones', { key: other, body: foreign })).status, 201)
  const admin = await token({ tenant: 'other', verbs: ['admin', 'read'] }, { expiresAt: 2 ** 31 })
  const make = (scope: object, more: object = {}) =>
    ask('POST', '/v1/tokens', { key: admin, body: { name: 'n', scope, ...more } })
  t.equal((await make({ verbs: ['write'] })).status, 403, 'a verb that it lacks')
  t.equal((await make({ tenant: '*', verbs: ['read'] })).status, 403, 'every tenant')
  t.equal((await make({ tenant: 'acme', verbs: ['read'] })).status, 403, 'another tenant')
  const late = { expiresAt: '2099-01-01T00:00:00Z' }
  t.equal((await make({ verbs: ['read'] }, late)).status, 403, 'for longer')
  t.equal((await make({ verbs: ['read'], names: ['a.**'] })).status, 422, 'a bad pattern')
  const made = await make({ verbs: ['read'] })
  t.equal(made.status, 201, made.text)
  t.equal((await ask('GET', '/v1/zones', { key: made.json.token })).status, 200)
  const list = await ask('GET', '/v1/tokens', { key: admin })
  t.notMatch(list.text, made.json.token)
  t.ok(list.json.tokens.every(({ tenant }: { tenant: string }) => tenant === 'other'))
  t.equal((await ask('DELETE', `/v1/tokens/${made.json.id}`, { key: admin })).status, 204)
  t.equal((await ask('GET', '/v1/zones', { key: made.json.token })).status, 401, 'revoked')
  t.equal((await ask('DELETE', '/v1/tokens/nothing', { key: admin })).status, 404)
  const fenced = await token({ tenant: 'other', verbs: ['admin'], types: ['TXT'] })
  t.equal((await ask('GET', '/v1/tokens', { key: fenced })).status, 403, 'not with a fence')
})

t.test('bug: explain told the names of the zones of other tenants', async (t) => {
  const { ask, token } = await runApi(t)
  const key = await token({ tenant: 'other' })
  const hidden = await ask('GET', '/v1/explain?name=www.a.test.', { key })
  const missing = await ask('GET', '/v1/explain?name=www.b.test.', { key })
  t.equal(hidden.status, 404)
  t.equal(hidden.text.replaceAll('a.test', 'b.test'), missing.text)
  const inside = { name: 'x.www.a.test.', nameservers: ['ns1.example.'] }
  const refused = await ask('POST', '/v1/zones', { key, body: inside })
  t.equal(refused.status, 403)
  t.notMatch(refused.json.detail, / a\.test\./)
})

t.test('bug: the time of a 404 told whether another tenant has the zone', async (t) => {
  const written: string[] = []
  const { ask, token } = await runApi(t, {
    world: ({ store }) => ({
      store: replacing(store, {
        putAudit: async (entry) => {
          written.push(entry.action)
          await store.putAudit(entry)
        },
      }),
    }),
  })
  const key = await token({ tenant: 'other' })
  for (const path of ['/v1/zones/a.test.', '/v1/zones/b.test.', '/v1/explain?name=b.test.']) {
    written.length = 0
    t.equal((await ask('GET', path, { key })).status, 404)
    t.strictSame(written, ['denied'], `${path} takes one write`)
  }
  written.length = 0
  t.equal((await ask('GET', '/v1/zones/b.test.')).status, 404)
  t.strictSame(written, [], 'from whom nothing is hidden')
})

t.test('bug: pages of the audit log of one tenant were short or empty', async (t) => {
  const { ask, token } = await runApi(t)
  const admin = await token({ tenant: 'other' })
  const noise = await token({ tenant: 'acme', verbs: [] })
  for (let n = 0; n < 12; n++) {
    await ask('GET', '/v1/zones/a.test.', { key: n % 4 === 0 ? admin : noise })
  }
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { json } = await ask('GET', `/v1/audit?limit=2${cursor}`, { key: admin })
    for (const { by } of json.entries) seen.push(by.tenant)
    if (json.next === undefined) break
    t.equal(json.entries.length, 2, 'a full page')
    cursor = `&cursor=${json.next}`
  }
  t.strictSame(seen, ['other', 'other', 'other'])
})

t.test('bug: with the store gone, nobody with a token could read what is in memory', async (t) => {
  let isGone = false
  const { ask, token, recording } = await runApi(t, {
    world: ({ store }) => ({
      store: replacing(store, {
        token: (id) =>
          isGone
            ? Promise.reject(new CodedError('store-unavailable', 'Cannot reach the store'))
            : store.token(id),
      }),
    }),
  })
  const known = await token({ tenant: 'acme' })
  const revoked = await token({ tenant: 'acme' })
  const unknown = await token({ tenant: 'acme' })
  const status = async (key: string) => (await ask('GET', '/v1/zones', { key })).status
  t.equal(await status(known), 200)
  t.equal(await status(revoked), 200)
  t.equal((await ask('DELETE', `/v1/tokens/${revoked.split('_')[1]}`)).status, 204)
  isGone = true
  t.equal(await status(known), 200, 'seen before')
  t.equal((await ask('GET', '/v1/explain?name=a.test.', { key: known })).status, 200)
  t.equal(await status(`${known.slice(0, -1)}${known.endsWith('0') ? '1' : '0'}`), 401, 'a guess')
  t.equal(await status(revoked), 503, 'revoked here')
  t.equal(await status(unknown), 503, 'never seen')
  recording.clock.advance(tokenMemorySeconds)
  t.equal(await status(known), 503, 'seen too long ago')
  isGone = false
  t.equal(await status(known), 200)
})

t.test('bug: the history of a name showed what another tenant had under it', async (t) => {
  const { ask, token } = await runApi(t)
  const first = await token({ tenant: 'one' })
  const second = await token({ tenant: 'two' })
  const soa = { content: 'ns.a.test. hostmaster.a.test. 1 1 1 1 60' }
  const rrsets = [
    { name: '@', type: 'SOA', ttl: 60, records: [soa] },
    { name: '@', type: 'NS', ttl: 60, records: [{ content: 'ns.a.test.' }] },
  ]
  const body = { name: 'shared.test.', rrsets }
  const path = '/v1/zones/shared.test.'
  const made = await ask('POST', '/v1/zones', { key: first, body })
  t.equal(made.status, 201, made.text)
  const past = (await ask('GET', `${path}/history`, { key: first })).json.changeSets[0].sequence
  t.equal((await ask('GET', `${path}/history/${past}`, { key: first })).status, 200)
  t.equal((await ask('DELETE', path, { key: first })).status, 200)
  t.equal((await ask('GET', `${path}/history`, { key: second })).status, 404)
  t.equal((await ask('POST', '/v1/zones', { key: second, body })).status, 201)
  const { json } = await ask('GET', `${path}/history`, { key: second })
  t.match(json.changeSets, [{ kind: 'create' }])
  t.equal(json.changeSets.length, 1)
  t.notOk(json.next)
  t.equal((await ask('GET', `${path}/history/${past}`, { key: second })).status, 404)
  t.equal((await ask('GET', `${path}/history`, { key: first })).status, 404)
})
