import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import { runApi } from '../support/api.ts'
import { frontends, legacyZone } from '../support/provisioning.ts'

type Route = readonly [method: string, path: (domain: string) => string, body?: unknown]

/** Everything over HTTP that is about one domain. */
const routes: readonly Route[] = [
  ['GET', (domain) => `/v1/domains/${domain}`],
  ['GET', (domain) => `/v1/domains/${domain}?tenant=acme`],
  ['DELETE', (domain) => `/v1/domains/${domain}`],
  ['DELETE', (domain) => `/v1/domains/${domain}?tenant=acme`],
  ['POST', (domain) => `/v1/domains/${domain}/verify`],
  ['POST', (domain) => `/v1/domains/${domain}/verify?tenant=acme`],
  ['PUT', (domain) => `/v1/domains/${domain}/dnssec`],
  ['PUT', (domain) => `/v1/domains/${domain}/dnssec?tenant=acme`],
  ['DELETE', (domain) => `/v1/domains/${domain}/dnssec`],
  ['GET', (domain) => `/v1/domains/${domain}/dnssec`],
  ['GET', (domain) => `/v1/domains/${domain}/dnssec?tenant=acme`],
  ['PUT', (domain) => `/v1/domains/${domain}/dane`],
  ['DELETE', (domain) => `/v1/domains/${domain}/dane`],
  ['PUT', (domain) => `/v1/domains/${domain}/legacy`],
  ['DELETE', (domain) => `/v1/domains/${domain}/dane?tenant=acme`],
  ['GET', (domain) => `/v1/domains/${domain}/dane`],
  ['GET', (domain) => `/v1/domains/${domain}/history`],
  ['GET', (domain) => `/v1/domains/${domain}/history?tenant=acme`],
  ['GET', (domain) => `/v1/domains/${domain}/migration`],
  ['GET', (domain) => `/v1/domains/${domain}/migration?tenant=acme`],
  ...[
    'Enable-DnssecForVerifiedDomain',
    'Disable-DnssecForVerifiedDomain',
    'Enable-SmtpDaneInbound',
    'Disable-SmtpDaneInbound',
    'Get-SmtpDaneInboundStatus',
    'Get-DnssecStatusForVerifiedDomain',
    'Get-AcceptedDomain',
  ].flatMap((cmdlet): Route[] => [
    ['POST', () => '/adminapi/beta/other/InvokeCommand', cmdlet],
    ['POST', () => '/adminapi/beta/acme/InvokeCommand', cmdlet],
    ['POST', (domain) => `/adminapi/beta/${domain}/InvokeCommand`, cmdlet],
  ]),
  // The zones of partitions are the operator's, whichever tongue asks for them.
  [
    'GET',
    (domain) => `/api/v1/servers/localhost/zones/o-v1.mx.${domain === there ? '' : 'no'}test.`,
  ],
]

const there = 'contoso.com'
const absent = 'missing.com'

/** A call of a cmdlet about a domain. */
function bodyOf(body: unknown, domain: string): unknown {
  if (typeof body !== 'string') return body
  return { CmdletInput: { CmdletName: body, Parameters: parametersOf(body, domain) } }
}

function parametersOf(cmdlet: string, domain: string): object {
  return cmdlet === 'Get-AcceptedDomain' ? { Identity: domain } : { DomainName: domain }
}

t.test('tenants cannot see or touch each other’s domains, by any route', async (t) => {
  const api = await runApi(t, { settings: { legacyZone: parseName(legacyZone) } })
  const { ask, token, world } = api
  await ask('POST', '/v1/partitions', { body: { name: 'o-v1', frontends } })
  await ask('POST', '/v1/domains', { body: { domain: there, tenant: 'acme' } })
  await ask('POST', `/v1/domains/${there}/verify`, { body: { skipProof: true } })
  await ask('POST', `/v1/domains/${there}/verify?tenant=acme`, { body: { skipProof: true } })
  await ask('PUT', `/v1/domains/${there}/dnssec?tenant=acme`)
  const before = await ask('GET', `/v1/domains/${there}?tenant=acme`)
  t.equal(before.json.dnssec.state, 'on')
  const sequence = world.records.health().sequence
  const key = await token({ tenant: 'other' })
  for (const [method, path, body] of routes) {
    const hidden = await ask(method, path(there), { key, body: bodyOf(body, there) })
    const missing = await ask(method, path(absent), { key, body: bodyOf(body, absent) })
    const what = `${method} ${path(there)} ${typeof body === 'string' ? body : ''}`
    t.equal(hidden.status, missing.status, what)
    t.equal(
      hidden.text.replaceAll('contoso', 'missing').replaceAll('mx.test', 'mx.notest'),
      missing.text,
      `${what}: as if it were not there`,
    )
    t.notMatch(hidden.text, /o-v1\.mx\.test(?!\.['"])/, 'nothing of its host is told')
  }
  t.same((await ask('GET', '/v1/domains', { key })).json.domains, [])
  t.same((await ask('GET', '/v1/zones', { key })).json.zones, [])
  t.same((await ask('GET', '/api/v1/servers/localhost/zones', { key })).json, [])
  t.same((await ask('GET', `/v1/domains/${there}?tenant=acme`)).text, before.text, 'untouched')
  t.equal(world.records.health().sequence, sequence)
})

t.test('a name that two tenants have accepted is the one’s who verified it', async (t) => {
  const { ask, token } = await runApi(t)
  await ask('POST', '/v1/partitions', { body: { name: 'o-v1', frontends } })
  const acme = await token({ tenant: 'acme' })
  const other = await token({ tenant: 'other' })
  for (const key of [acme, other]) {
    t.equal((await ask('POST', '/v1/domains', { key, body: { domain: there } })).status, 201)
  }
  const word = { body: { skipProof: true } }
  t.equal((await ask('POST', `/v1/domains/${there}/verify?tenant=acme`, word)).status, 200)
  const late = await ask('POST', `/v1/domains/${there}/verify?tenant=other`, word)
  t.match(late.json, { status: 409, code: 'domain-taken' })
  t.notMatch(late.text, /acme/, 'whose it is is not told')
  t.equal((await ask('PUT', `/v1/domains/${there}/dnssec`, { key: acme })).status, 200)
  const refused = await ask('PUT', `/v1/domains/${there}/dnssec`, { key: other })
  t.match(refused.json, { code: 'domain-unverified' })
  t.equal((await ask('GET', `/v1/domains/${there}`, { key: other })).json.host, null)
  t.equal((await ask('DELETE', `/v1/domains/${there}`, { key: other })).status, 204)
  t.equal((await ask('GET', `/v1/domains/${there}`, { key: acme })).json.dnssec.state, 'on')
})
