import fc from 'fast-check'
import t from 'tap'
import { runApi } from '../support/api.ts'

const runs = 150

const server = '/api/v1/servers/localhost'
const goodName = fc.constantFrom('a.test.', 'www.a.test.', '*.a.test.', 'x.w.a.test.', 'www')
const word = fc.oneof(
  { weight: 8, arbitrary: goodName },
  fc.constantFrom('a.test.', 'www.a.test.', '*.a.test.', '@', '.', '', 'a..b', 'www', 'x.example.'),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
const type = fc.oneof(
  fc.constantFrom(
    'A',
    'TXT',
    'MX',
    'SOA',
    'NS',
    'CNAME',
    'TLSA',
    'TYPE65400',
    'ALIAS',
    'ANY',
    'DS',
  ),
  fc.string({ maxLength: 8 }),
)
const content = fc.oneof(
  fc.constantFrom(
    '192.0.2.1',
    '"text"',
    'text',
    '10 mail',
    'ns.a.test.',
    '\\# 4 00010203',
    '\\# x',
  ),
  fc.constantFrom('ns hostmaster 5 1 1 1 1', '3 1 1 00', '"', '\\', '(', '"a" "b', '\\999'),
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const ttl = fc.oneof(fc.nat(100_000), fc.constantFrom(-1, 2 ** 31, 1e300, null, '60', 'x', 1.5))
const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(null))

/** An object of these fields; in one of some, one field is missing or something else. */
function loose(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const whole = fc.record(fields)
  const spoilt = fc
    .tuple(whole, fc.constantFrom(...Object.keys(fields)), odd)
    .map(([object, name, value]) => ({ ...object, [name]: value }))
  const short = fc.record(fields, { requiredKeys: [] })
  return fc.oneof({ weight: 12, arbitrary: whole }, spoilt, short)
}

/** RRsets that are as they should be, but for what makes them hard. */
const sound = fc
  .tuple(
    goodName,
    fc.constantFrom(
      ...([
        ['A', '192.0.2.1'],
        ['A', '192.0.2.2'],
        ['TXT', 'text'],
        ['NS', 'ns.a.test.'],
      ] as const),
      ...([
        ['CNAME', 'y'],
        ['DNAME', 'z.example.'],
        ['MX', '10 mail'],
        ['MX', '0 .'],
      ] as const),
      ...([
        ['TYPE65400', '\\# 0'],
        ['DS', `1 13 2 ${'00'.repeat(32)}`],
      ] as const),
    ),
    fc.constantFrom('REPLACE', 'EXTEND', 'PRUNE', 'DELETE'),
  )
  .map(([name, [kind, text], changetype]) => ({
    ...{ name, type: kind, ttl: 60, changetype, records: [{ content: text }] },
  }))

const record = loose({ content, disabled: fc.boolean(), priority: fc.nat(9) })
const comment = loose({ content: word, account: word, modified_at: ttl })
const unsound = loose({
  ...{ name: word, type, ttl },
  changetype: fc.constantFrom('REPLACE', 'DELETE', 'EXTEND', 'PRUNE', 'replace', 'X'),
  records: fc.array(record, { maxLength: 3 }),
  comments: fc.array(comment, { maxLength: 2 }),
})
const rrset = fc.oneof({ weight: 3, arbitrary: sound }, unsound)
const edit = loose({
  op: fc.constantFrom('replace', 'delete', 'extend', 'prune', 'comments'),
  ...{ name: word, type, ttl },
  records: fc.array(loose({ content, disabled: fc.boolean() }), { maxLength: 3 }),
  record: loose({ content }),
  comments: fc.array(loose({ content: word }), { maxLength: 2 }),
})
const settings = {
  kind: fc.constantFrom('Native', 'master', null),
  soa_edit_api: fc.constantFrom('', 'default', 'EPOCH'),
  nsec3param: fc.constantFrom('', '1 0 0 -', '1 1 10 ABCD'),
  ...{ dnssec: fc.boolean(), api_rectify: fc.boolean(), account: word },
}
const rrsets = fc.array(rrset, { maxLength: 3 })

const created = fc
  .tuple(
    fc.constantFrom('n1.test.', 'n2.test', '*.n3.test.', '\\000.test.', 'a.test.', 'b.a.test.'),
    loose({ zone: fc.constantFrom(null, '', '@ A x'), rrsets: fc.array(rrset, { maxLength: 1 }) }),
    loose(settings),
  )
  .map(([name, content, set]) => ({
    ...{ name, nameservers: ['ns1.example.', 'ns2.example'] },
    ...(content as object),
    ...(set as object),
  }))
const soundEdit = sound.map(({ name, type: kind, ttl: seconds, changetype, records }) => {
  const target = { name, type: kind }
  const op = changetype.toLowerCase()
  if (op === 'delete') return { op, ...target }
  if (op === 'replace') return { op, ...target, ttl: seconds, records }
  return { op, ...target, record: records[0] }
})

const shaped = fc.oneof(
  fc.tuple(fc.constant('PATCH'), fc.constant(`${server}/zones/a.test.`), loose({ rrsets })),
  fc.tuple(fc.constant('POST'), fc.constant(`${server}/zones`), created),
  fc.tuple(
    fc.constant('PUT'),
    fc.constant(`${server}/zones/a.test.`),
    loose({ ...settings, rrsets: fc.oneof(fc.constant(null), rrsets) }),
  ),
  fc.tuple(
    fc.constant('POST'),
    fc.constant(`${server}/zones/a.test./cryptokeys`),
    loose({
      keytype: fc.constantFrom('csk', 'ksk', 'zsk'),
      algorithm: fc.constantFrom(null, 13, '15', 'ecdsa384', 'x'),
      ...{ active: fc.boolean(), published: fc.boolean(), privatekey: fc.constantFrom(null, 'x') },
    }),
  ),
  fc.tuple(
    fc.constant('PATCH'),
    fc.constant('/v1/zones/a.test.'),
    fc.record({ edits: fc.array(fc.oneof(soundEdit, soundEdit, edit), { maxLength: 2 }) }),
  ),
  fc.tuple(fc.constant('PUT'), fc.constant('/v1/zones/a.test.'), loose({ rrsets })),
  fc.tuple(
    fc.constant('POST'),
    fc.constant('/v1/tokens'),
    loose({
      name: word,
      scope: loose({
        tenant: fc.constantFrom('acme', '*', 'x y'),
        names: fc.array(fc.oneof(goodName, word), { maxLength: 2 }),
        verbs: fc.array(fc.constantFrom('read', 'write', 'x'), { minLength: 1, maxLength: 2 }),
      }),
      expiresAt: fc.constantFrom('2099-01-01T00:00:00Z', '2099', 'x'),
    }),
  ),
)

const mailDomain = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('contoso.com', 'x--y.test', 'a.b.test.', 'CONTOSO.com') },
  word,
)
const partition = fc.constantFrom('o-v1', 'p-v1', 'O', '', '-', 'x'.repeat(70))
const frontend = fc.constantFrom('192.0.2.1', '2001:db8::1', '192.0.2', ':', '::1%lo', 'x y')
const cmdlet = fc.oneof(
  fc.constantFrom(
    ...['Enable-DnssecForVerifiedDomain', 'disable-dnssecforverifieddomain', 'Get-AcceptedDomain'],
    ...['Enable-SmtpDaneInbound', 'Get-SmtpDaneInboundStatus', 'Get-Mailbox', '__proto__'],
  ),
  fc.string({ maxLength: 30 }),
)
const tenants = fc.constantFrom('acme', 'default', 'contoso.com', '*', '%00', 'a..b')
const aboutDomain = fc
  .tuple(fc.constantFrom('', '/verify', '/dnssec', '/dane'), mailDomain, tenants)
  .map(([part, name, tenant]) => {
    return `/v1/domains/${encodeURIComponent(name)}${part}?tenant=${encodeURIComponent(tenant)}`
  })

/** Domains, partitions and cmdlets. */
const provisioned = fc.oneof(
  fc.tuple(
    fc.constant('POST'),
    fc.constant('/v1/domains'),
    loose({
      domain: mailDomain,
      tenant: tenants,
      kind: fc.constantFrom('managed', 'initial', 'x'),
      token: fc.constantFrom('contoso-com', 'x_y', 'A'),
    }),
  ),
  fc.tuple(
    fc.constantFrom('POST', 'PUT', 'DELETE'),
    aboutDomain,
    fc.oneof(
      fc.constant(undefined),
      loose({ skipProof: fc.boolean() }),
      loose({ partition, token: word }),
    ),
  ),
  fc.tuple(
    fc.constant('POST'),
    fc.constant('/v1/partitions'),
    loose({ name: partition, frontends: fc.array(frontend, { maxLength: 3 }), zone: word }),
  ),
  fc.tuple(
    fc.constant('PATCH'),
    partition.map((name) => `/v1/partitions/${name}`),
    loose({ frontends: fc.array(frontend, { maxLength: 3 }), open: fc.boolean() }),
  ),
  fc.tuple(
    fc.constant('POST'),
    tenants.map((tenant) => `/adminapi/beta/${encodeURIComponent(tenant)}/InvokeCommand`),
    loose({
      CmdletInput: loose({
        CmdletName: cmdlet,
        Parameters: fc.oneof(
          loose({ DomainName: mailDomain }),
          loose({ DomainName: mailDomain, SkipMxValidation: odd }),
          fc.dictionary(fc.string({ maxLength: 20 }), odd),
        ),
      }),
    }),
  ),
)

const paths = fc.oneof(
  word.map((text) => `/v1/domains/${encodeURIComponent(text)}`),
  word.map((text) => `/v1/domains?cursor=${encodeURIComponent(text)}`),
  word.map((text) => `/v1/domains/contoso.com/history?cursor=${encodeURIComponent(text)}`),
  word.map((text) => `/v1/domains/contoso.com/dnssec?skip=${encodeURIComponent(text)}`),
  word.map((text) => `${server}/zones/${encodeURIComponent(text)}`),
  word.map((text) => `${server}/zones/${text.replace(/[^\w.=-]/g, '=')}`),
  word.map((text) => `/v1/zones/${encodeURIComponent(text)}`),
  word.map((text) => `/v1/zones?cursor=${encodeURIComponent(text)}`),
  word.map((text) => `/v1/zones/a.test./rrsets?cursor=${encodeURIComponent(text)}`),
  word.map((text) => `/v1/zones/a.test./history?cursor=${encodeURIComponent(text)}`),
  word.map((text) => `/v1/audit?cursor=${encodeURIComponent(text)}`),
  fc.tuple(word, type).map(([name, kind]) => {
    return `/v1/explain?name=${encodeURIComponent(name)}&type=${encodeURIComponent(kind)}`
  }),
  word.map((text) => `${server}/search-data?q=${encodeURIComponent(text)}`),
  fc.string({ maxLength: 20 }).map((text) => `/${encodeURI(text).replace(/^\/+/, '')}`),
)

t.test('bodies of about the right shape: never a 500', async (t) => {
  const { ask, errors, recording } = await runApi(t)
  await fc.assert(
    fc.asyncProperty(shaped, async ([method, path, body]) => {
      const { status, text } = await ask(method, path, { body })
      return (status < 500 || status === 503) && text.length < 1e6
    }),
    { numRuns: runs },
  )
  t.strictSame(errors, [])
  t.strictSame(recording.faults, [])
  t.equal((await ask('GET', `${server}/zones/a.test.`)).status, 200)
})

t.test('domains, partitions and cmdlets of about the right shape: never a 500', async (t) => {
  const { ask, errors, recording } = await runApi(t)
  await fc.assert(
    fc.asyncProperty(provisioned, async ([method, path, body]) => {
      const { status, text } = await ask(method, path, { body })
      return (status < 500 || status === 503) && text.length < 1e6
    }),
    { numRuns: runs },
  )
  t.strictSame(errors, [])
  t.strictSame(recording.faults, [])
  t.equal((await ask('GET', '/v1/partitions')).status, 200)
})

t.test('bodies of any octets: never a 500', async (t) => {
  const { ask, errors } = await runApi(t)
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 100 }).map((text) => Buffer.from(`{"rrsets":[${text}`)),
    fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
    fc.nat(5000).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
    fc.constant(Buffer.from('{"__proto__":{"rrsets":[]},"constructor":{"prototype":1}}')),
  )
  const target = fc.constantFrom(
    ...([
      ['PATCH', `${server}/zones/a.test.`],
      ['POST', `${server}/zones`],
    ] as const),
    ...([
      ['PATCH', '/v1/zones/a.test.'],
      ['POST', '/v1/tokens'],
    ] as const),
    ...([
      ['POST', '/v1/domains'],
      ['POST', '/v1/partitions'],
      ['POST', '/adminapi/beta/acme/InvokeCommand'],
    ] as const),
  )
  await fc.assert(
    fc.asyncProperty(target, octets, async ([method, path], body) => {
      const { status } = await ask(method, path, { body })
      return status >= 400 && status < 500
    }),
    { numRuns: runs },
  )
  t.strictSame(errors, [])
})

t.test('paths and queries of any kind: never a 500', async (t) => {
  const { ask, errors } = await runApi(t)
  // The shortest that once failed here: `fetch` asks for the list of zones.
  t.equal((await ask('GET', '/v1/zones/.')).status, 200)
  await fc.assert(
    fc.asyncProperty(paths, async (path) => (await ask('GET', path)).status < 500),
    { numRuns: runs },
  )
  t.strictSame(errors, [])
})
