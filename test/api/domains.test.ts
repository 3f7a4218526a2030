import t, { type Test } from 'tap'
import type { Scope } from '../../src/access/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { type ApiAnswer, type RunningApi, runApi } from '../support/api.ts'
import { frontends, legacyZone } from '../support/provisioning.ts'
import { buildTree } from '../support/signed-tree.ts'
import { treeStub } from '../support/tree-stub.ts'

/** An API with partition `o-v1` and hosts of before. */
async function runDomains(
  t: Test,
  options: Parameters<typeof runApi>[1] = {},
): Promise<RunningApi & { readonly acme: string }> {
  const { settings, ...rest } = options
  const api = await runApi(t, {
    settings: { legacyZone: parseName(legacyZone), ...settings },
    ...rest,
  })
  const made = await api.ask('POST', '/v1/partitions', { body: { name: 'o-v1', frontends } })
  t.equal(made.status, 201, made.text)
  return { ...api, acme: await api.token({ tenant: 'acme' }) }
}

const contoso = '/v1/domains/contoso.com'
const body = { domain: 'Contoso.com.' }

/** Accepts contoso.com for acme and takes an operator's word for it. */
async function verified({ ask, acme }: Awaited<ReturnType<typeof runDomains>>): Promise<void> {
  await ask('POST', '/v1/domains', { key: acme, body })
  await ask('POST', `${contoso}/verify?tenant=acme`, { body: { skipProof: true } })
}

/** TLSA records for the hosts of partition `o-v1`, as a rollover publishes them. */
async function publishTlsa({ ask }: RunningApi): Promise<ApiAnswer> {
  const records = ['ab', 'cd'].map((octet) => ({ content: `3 1 1 ${octet.repeat(32)}` }))
  const owner = { name: '_25._tcp._dane.o-v1.mx.test.', type: 'TLSA', ttl: 300, records }
  return ask('PATCH', '/v1/zones/o-v1.mx.test.', { body: { edits: [{ op: 'replace', ...owner }] } })
}

t.test(
  'a domain is accepted, verified, enabled, given DANE, and all of it the way back',
  async (t) => {
    const api = await runDomains(t)
    const { ask, acme: key } = api
    const added = await ask('POST', '/v1/domains', { key, body })
    t.equal(added.status, 201)
    t.equal(added.headers.get('location'), contoso)
    t.match(added.json, { domain: 'contoso.com', tenant: 'acme', verified: false, token: null })
    t.match(added.json.proof, /^danelaw-verification=/)
    const again = await ask('POST', '/v1/domains', { key, body })
    t.same([again.status, again.json.proof], [200, added.json.proof], 'the same again')
    const early = await ask('PUT', `${contoso}/dnssec`, { key })
    t.match(early.json, { status: 409, code: 'domain-unverified' })
    t.match(early.json.ErrorData, { ErrorCode: 'DomainNotFound' })
    const verify = await ask('POST', `${contoso}/verify?tenant=acme`, { body: { skipProof: true } })
    t.match(verify.json, { verified: true, token: 'contoso-com', legacy: { state: 'on' } })

    const noTlsa = await ask('PUT', `${contoso}/dane`, { key })
    t.match(noTlsa.json, {
      status: 409,
      code: 'dnssec-off',
      ErrorData: { ErrorCode: 'PartitionNotFound' },
    })
    const enabled = await ask('PUT', `${contoso}/dnssec?wait=live`, { key })
    t.equal(enabled.status, 200)
    t.ok(Number(enabled.headers.get('danelaw-sequence')) > 0)
    const host = 'contoso-com.o-v1.mx.test'
    t.equal(enabled.text, `{"DnssecMxValue":"${host}","Result":"Success","ErrorData":null}`)
    t.equal((await ask('PUT', `${contoso}/dnssec`, { key })).text, enabled.text, 'repeated')
    t.match((await ask('PUT', `${contoso}/dane`, { key })).json, { code: 'tlsa-absent' })
    t.equal((await publishTlsa(api)).status, 200)
    const dane = await ask('PUT', `${contoso}/dane`, { key })
    t.equal(dane.text, '{"Result":"Success","ErrorData":null}')
    t.same((await ask('GET', `${contoso}/dane`, { key })).json, {
      Status: 'Enabled',
      ErrorData: null,
    })

    const shown = await ask('GET', contoso, { key })
    t.match(shown.json, {
      ...{ host, partition: 'o-v1', dnssec: { state: 'on' }, dane: { state: 'on' } },
      legacy: { state: 'ending', until: /Z$/ },
      expectedMx: { host, preference: 0, ttl: 60 },
    })
    const back = await ask('PUT', `${contoso}/legacy`, { key })
    t.match(back.json, { dane: { state: 'on' }, legacy: { state: 'on' } }, back.text)
    const etag = back.headers.get('etag') ?? ''
    const seen = await ask('GET', contoso, { key, headers: { 'if-none-match': etag } })
    t.same([seen.status, seen.text], [304, ''])
    t.match((await ask('DELETE', contoso, { key })).json, { status: 409, code: 'domain-enabled' })
    t.match((await ask('DELETE', `${contoso}/dnssec`, { key })).json, { code: 'dane-on' })
    t.equal((await ask('DELETE', `${contoso}/dane`, { key })).status, 200)
    t.equal((await ask('DELETE', `${contoso}/dnssec`, { key })).json.DnssecMxValue, host)
    t.match((await ask('GET', contoso, { key })).json, {
      dnssec: { state: 'ending' },
      expectedMx: null,
    })
    t.match((await ask('DELETE', contoso, { key })).json, { code: 'domain-enabled' }, 'held')
    const { json } = await ask('GET', `${contoso}/history?limit=2`, { key })
    t.equal(json.events.length, 2)
    t.match(json.events[0].note, /^DNSSEC disabled/)
    const rest = await ask('GET', `${contoso}/history?limit=100&cursor=${json.next}`, { key })
    t.equal(rest.json.events.length, 5)
    t.equal(rest.json.events.at(-1).note, 'Accepted: contoso.com')
  },
)

t.test('a domain that was given up is not there, and may be accepted anew', async (t) => {
  const api = await runDomains(t)
  const { ask, acme: key } = api
  await verified(api)
  t.equal((await ask('DELETE', contoso, { key })).status, 204)
  t.equal((await ask('DELETE', contoso, { key })).status, 204, 'again')
  t.equal((await ask('GET', contoso, { key })).status, 404)
  t.equal((await ask('POST', '/v1/domains', { key, body })).status, 201)
})

t.test('If-Match: a domain that others changed meanwhile stays as it is', async (t) => {
  const api = await runDomains(t)
  const { ask, acme: key } = api
  await verified(api)
  const { headers } = await ask('GET', contoso, { key })
  const seen = { 'if-match': headers.get('etag') ?? '' }
  t.equal((await ask('PUT', `${contoso}/dnssec`, { key, headers: seen })).status, 200)
  const late = await ask('DELETE', `${contoso}/dnssec`, { key, headers: seen })
  t.match(late.json, { status: 412, code: 'domain-version' })
  t.equal(late.headers.get('etag'), '"3"')
  t.equal((await ask('GET', contoso, { key })).json.dnssec.state, 'on')
  const odd = await ask('DELETE', contoso, { key, headers: { 'if-match': 'x' } })
  t.match(odd.json, { status: 400, code: 'precondition-invalid' })
  const none = await ask('DELETE', '/v1/domains/x.test', { key, headers: seen })
  t.equal(none.status, 404)
})

t.test('what is for operators is refused to tenants, and says where', async (t) => {
  const { ask, acme: key } = await runDomains(t)
  await ask('POST', '/v1/domains', { key, body })
  const rows: readonly (readonly [string, string, unknown, string])[] = [
    ['POST', '/v1/domains', { domain: 'x.test', token: 'fabrikam-com' }, '/token'],
    ['POST', '/v1/domains', { domain: 'x.test', kind: 'initial' }, '/kind'],
    ['POST', `${contoso}/verify`, { skipProof: true }, '/skipProof'],
    ['PUT', `${contoso}/dnssec`, { partition: 'o-v1' }, '/partition'],
    ['PUT', `${contoso}/dnssec`, { token: 'fabrikam-com' }, '/token'],
  ]
  for (const [method, path, sent, pointer] of rows) {
    const { json } = await ask(method, path, { key, body: sent })
    t.match(json, { status: 403, code: 'access-denied', pointer }, `${method} ${path}`)
  }
  const meets = await ask('GET', `${contoso}/migration?smtp=true`, { key })
  t.match(
    meets.json,
    { status: 403, pointer: '/smtp' },
    'bug: tenants had danelaw connect anywhere',
  )
  t.equal((await ask('GET', '/v1/domains/x.test', { key })).status, 404, 'nothing was done')
  const partitions: readonly (readonly [string, string, unknown?])[] = [
    ['GET', '/v1/partitions'],
    ['POST', '/v1/partitions', { name: 'p-v1', frontends }],
    ['PATCH', '/v1/partitions/o-v1', { open: false }],
  ]
  for (const [method, path, sent] of partitions) {
    t.equal((await ask(method, path, { key, body: sent })).status, 403, `${method} ${path}`)
  }
})

t.test('the fences of a token: verbs, zones, names, types', async (t) => {
  const api = await runDomains(t)
  const { ask, token } = api
  await verified(api)
  const rows: readonly (readonly [Partial<Scope>, string, string, number])[] = [
    [{ verbs: ['read'] }, 'GET', contoso, 200],
    [{ verbs: ['read'] }, 'PUT', `${contoso}/dnssec`, 403],
    [{ verbs: ['read'] }, 'DELETE', contoso, 403],
    [{ verbs: ['write'] }, 'GET', contoso, 403],
    [{ verbs: ['write'] }, 'PUT', `${contoso}/dnssec`, 200],
    [{ verbs: ['write'] }, 'DELETE', `${contoso}/dnssec`, 200],
    [{ verbs: ['read', 'write'] }, 'DELETE', contoso, 403],
    [{ zones: ['contoso.com.'] }, 'GET', contoso, 200],
    [{ zones: ['*.com.'] }, 'GET', `${contoso}/dane`, 200],
    [{ zones: ['contoso.org.'] }, 'GET', contoso, 403],
    [{ zones: ['contoso.org.'] }, 'PUT', `${contoso}/dnssec`, 403],
    [{ zones: ['contoso.com.'] }, 'GET', '/v1/domains', 403],
    [{ names: ['**.contoso.com.'] }, 'GET', contoso, 403],
    [{ types: ['TXT'] }, 'GET', `${contoso}/history`, 403],
  ]
  for (const [scope, method, path, status] of rows) {
    const key = await token({ tenant: 'acme', ...scope })
    const answer = await ask(method, path, { key })
    t.equal(answer.status, status, `${JSON.stringify(scope)} ${method} ${path}: ${answer.text}`)
  }
  const key = await token({ tenant: 'acme', zones: ['contoso.org.'] })
  const other = await ask('POST', '/v1/domains', { key, body: { domain: 'contoso.net' } })
  t.equal(other.status, 403)
  const own = await ask('POST', '/v1/domains', { key, body: { domain: 'contoso.org' } })
  t.equal(own.status, 201)
})

t.test('an operator names the tenant, or means who the name is verified for', async (t) => {
  const api = await runDomains(t)
  const { ask } = api
  await ask('POST', '/v1/domains', { body })
  t.equal((await ask('GET', contoso)).json.tenant, 'default')
  await verified(api)
  t.equal((await ask('GET', contoso)).json.tenant, 'acme')
  t.equal((await ask('GET', `${contoso}?tenant=default`)).json.verified, false)
  t.equal((await ask('GET', `${contoso}?tenant=nobody`)).status, 404)
  const taken = await ask('POST', `${contoso}/verify?tenant=default`, { body: { skipProof: true } })
  t.match(taken.json, { status: 409, code: 'domain-taken' })
})

t.test('domains are listed by tenant, a page at a time', async (t) => {
  const { ask, acme: key, token } = await runDomains(t)
  const names = Array.from({ length: 5 }, (_, at) => `d${at}.test`)
  for (const domain of names) await ask('POST', '/v1/domains', { key, body: { domain } })
  const other = await token({ tenant: 'other' })
  await ask('POST', '/v1/domains', { key: other, body: { domain: 'd9.test' } })
  const seen: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: ApiAnswer = await ask('GET', `/v1/domains?limit=2${cursor}`, { key })
    seen.push(...page.json.domains.map(({ domain }: { domain: string }) => domain))
    cursor = page.json.next === undefined ? undefined : `&cursor=${page.json.next}`
  }
  t.same(seen, names)
  t.equal((await ask('GET', '/v1/domains?tenant=other')).json.domains[0].domain, 'd9.test')
  t.equal((await ask('GET', '/v1/domains?tenant=other', { key })).status, 403)
  t.equal((await ask('GET', '/v1/domains?cursor=x', { key })).json.code, 'cursor-invalid')
})

t.test('partitions: made once, changed for all hosts at once, closed', async (t) => {
  const api = await runDomains(t)
  const { ask } = api
  const again = await ask('POST', '/v1/partitions', { body: { name: 'o-v1', frontends } })
  t.equal(again.status, 200)
  t.equal(again.headers.get('location'), '/v1/partitions/o-v1')
  const other = await ask('POST', '/v1/partitions', {
    body: { name: 'o-v1', frontends: ['192.0.2.9'] },
  })
  t.match(other.json, { status: 409, code: 'partition-exists' })
  await verified(api)
  await ask('PUT', `${contoso}/dnssec?tenant=acme`)
  const changed = await ask('PATCH', '/v1/partitions/o-v1?wait=live', {
    body: { frontends: ['192.0.2.9'], open: false },
  })
  t.same(changed.json, {
    ...{ name: 'o-v1', zone: 'o-v1.mx.test.', frontends: ['192.0.2.9'] },
    ...{ open: false, hosts: 1, version: 2 },
  })
  t.same((await ask('GET', '/v1/partitions')).json.partitions, [changed.json])
  t.match((await ask('PATCH', '/v1/partitions/x', { body: { open: true } })).json, { status: 404 })
  t.equal((await ask('PATCH', '/v1/partitions/o-v1', { body: {} })).status, 422)
  await ask('POST', '/v1/domains', { body: { domain: 'fabrikam.com' } })
  const second = '/v1/domains/fabrikam.com'
  await ask('POST', `${second}/verify`, { body: { skipProof: true } })
  const full = await ask('PUT', `${second}/dnssec`)
  t.match(full.json, { status: 409, code: 'partition-absent' })
  const closed = await ask('PUT', `${second}/dnssec`, { body: { partition: 'o-v1' } })
  t.match(closed.json, { status: 409, code: 'partition-closed' })
})

/** DNS as others publish it: the proof and the MX of contoso.com. */
function treeOf(text: string) {
  const apex = '@ 600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n'
  const signing = { denial: 'nsec' } as const
  return buildTree([
    { apex: '.', text: apex, signing },
    { apex: 'contoso.com.', text: apex + text, signing },
  ])
}

t.test('the proof is looked up, and so is what status and migration say', async (t) => {
  let stub = treeStub(treeOf('@ MX 10 mail.contoso.com.\nmail A 192.0.2.1'))
  const api = await runDomains(t, {
    stub: { resolve: (name, type) => stub.resolve(name, type), close: () => Promise.resolve() },
  })
  const { ask, acme: key } = api
  const { json } = await ask('POST', '/v1/domains', { key, body })
  t.match((await ask('POST', `${contoso}/verify`, { key })).json, { code: 'proof-unseen' })
  const unverified = await ask('GET', `${contoso}/dnssec`, { key })
  t.match(unverified.json, {
    Errors: ['EG002:Domain [contoso.com] is not verified domain of the organization.'],
    DnsValidation: { DnssecSupport: 'Skipped' },
  })
  stub = treeStub(treeOf(`@ MX 10 mail.contoso.com.\n@ TXT "${json.proof}"\nmail A 192.0.2.1`))
  t.equal((await ask('POST', `${contoso}/verify`, { key })).json.verified, true)
  await ask('PUT', `${contoso}/dnssec`, { key })
  const status = await ask('GET', `${contoso}/dnssec`, { key })
  t.match(status.json, {
    DnssecFeatureStatus: { Value: 'Enabled' },
    ExpectedMxRecord: { Record: '@ 60 IN MX 0 contoso-com.o-v1.mx.test' },
    DnsValidation: { DnssecSupport: 'Valid' },
    MxValidation: {
      Status: 'Invalid',
      Errors: ['EX002:MX record value did not match the expected one.'],
    },
  })
  const skipped = await ask('GET', `${contoso}/dnssec?skip=mx,mta-sts,dns`, { key })
  t.match(skipped.json, {
    DnsValidation: { DnssecSupport: 'Skipped' },
    MxValidation: { Status: 'Skipped' },
    MtaStsValidation: { Status: 'Skipped' },
  })
  t.equal((await ask('GET', `${contoso}/dnssec?skip=x`, { key })).status, 400)
  const way = await ask('GET', `${contoso}/migration`, { key })
  t.match(way.json, { domain: 'contoso.com', direction: 'enable', next: 'lower-mx-ttl' })
  const back = await ask('GET', `${contoso}/migration?direction=disable`, { key })
  t.equal(back.json.direction, 'disable')
  const document = await api.world.store.document('seen', 'acme/contoso.com')
  t.equal(document?.version, 1, 'what was seen is kept, and a look that sees the same adds nothing')
})

t.test('nobody has more names looked up than are looked at', async (t) => {
  const { ask, acme: key } = await runDomains(t)
  await ask('POST', '/v1/domains', { key, body })
  await ask('POST', `${contoso}/verify?tenant=acme`, { body: { skipProof: true } })
  const nobody = await ask('GET', `${contoso}/dnssec`, { key })
  t.match(nobody.json, { status: 503, code: 'server-absent' })
  t.equal(nobody.headers.get('retry-after'), '5')
})
