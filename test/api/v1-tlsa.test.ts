import t from 'tap'
import { runApi } from '../support/api.ts'
import { issue, tlsaFor } from '../support/certificates.ts'

const path = '/v1/tlsa/_25._tcp.mail.a.test.'
const first = await issue({ names: ['mail.a.test'] })
const second = await issue({ names: ['mail.a.test'] })
const textOf = (certificate: typeof first) => {
  const data = tlsaFor(certificate, 3, 1, 1).subarray(3)
  return `3 1 1 ${Buffer.from(data).toString('hex')}`
}

t.test('a TLSA owner by HTTP, from import to the end', async (t) => {
  const { ask, recording, errors } = await runApi(t)
  t.match((await ask('GET', path)).json, { status: 404, code: 'tlsa-untracked' })
  const body = { pems: [first.pem], deployed: true, ttl: 60, lag: 0 }
  const made = await ask('POST', `${path}/keys`, { body })
  t.equal(made.status, 200, made.text)
  t.ok(Number(made.headers.get('danelaw-sequence')) > 0)
  t.match(made.json, { isSafe: true, publish: [textOf(first)], keys: [{ stage: 'live' }] })
  const next = await ask('POST', `${path}/keys`, { body: { pems: [second.pem] } })
  t.match(next.json, { isSafe: false, safeAt: /^\d{4}-.*Z$/, keys: [{}, { stage: 'waiting' }] })
  const [one, two] = [textOf(first).slice(6), textOf(second).slice(6)]
  const safe = async (key: string) => (await ask('GET', `${path}/safe?key=${key}`)).json.isSafe
  t.equal(await safe(one), true)
  t.equal(await safe(two), false)
  t.match((await ask('DELETE', `${path}/keys/${one}`)).json, { status: 409, code: 'tlsa-in-use' })
  recording.clock.advance(121)
  t.equal(await safe(two), true)
  t.match((await ask('GET', `${path}/safe`)).json, { isSafe: true })
  t.equal((await ask('POST', `${path}/deployed`, { body: { key: two } })).status, 200)
  t.match((await ask('DELETE', `${path}/keys/${one.slice(0, 12)}`)).json, {
    keys: [{ stage: 'retiring' }, { stage: 'live' }],
  })
  t.match((await ask('DELETE', `${path}/keys/${one}?now=true`)).json, { code: 'tlsa-in-use' })
  t.match((await ask('DELETE', `${path}/keys/${one}?now=true&force=true`)).json, {
    publish: [textOf(second)],
  })
  t.match((await ask('GET', '/v1/tlsa')).json, { owners: [{ owner: '_25._tcp.mail.a.test.' }] })
  t.equal((await ask('POST', `${path}/watch`)).status, 200)
  t.equal((await ask('DELETE', path)).status, 204)
  t.equal((await ask('GET', path)).status, 404)
  t.strictSame(errors, [])
})

t.test('the set of an owner is not changed by the other tongues, unless forced', async (t) => {
  const { ask } = await runApi(t)
  await ask('POST', `${path}/keys`, { body: { pems: [first.pem], deployed: true } })
  const name = '_25._tcp.mail.a.test.'
  const edits = [{ op: 'delete', name, type: 'TLSA' }]
  const refused = await ask('PATCH', '/v1/zones/a.test.', { body: { edits } })
  t.match(refused.json, { status: 409, code: 'tlsa-tracked', detail: /use danelaw tlsa, or force/ })
  const rrsets = [{ name, type: 'TLSA', changetype: 'DELETE' }]
  const other = await ask('PATCH', '/api/v1/servers/localhost/zones/a.test.', { body: { rrsets } })
  t.equal(other.status, 409)
  t.match(other.json.error, /\(tlsa-tracked\)$/)
  t.equal((await ask('PATCH', '/v1/zones/a.test.?force=true', { body: { edits } })).status, 200)
})

t.test('nobody sees or touches the owners of others', async (t) => {
  const { ask, token } = await runApi(t)
  await ask('POST', `${path}/keys`, { body: { pems: [first.pem], deployed: true } })
  const stranger = await token({ tenant: 'other' })
  const body = { pems: [second.pem] }
  for (const [method, at] of [
    ['GET', path],
    ['GET', `${path}/safe`],
    ['POST', `${path}/keys`],
    ['DELETE', path],
  ] as const) {
    const asked = { key: stranger, ...(method === 'POST' && { body }) }
    const hidden = await ask(method, at, asked)
    const absent = await ask(method, at.replace('a.test', 'b.test'), asked)
    t.equal(hidden.status, 404)
    t.equal(hidden.text, absent.text.replace('b.test', 'a.test'), 'as if it were not there')
  }
  t.same((await ask('GET', '/v1/tlsa', { key: stranger })).json.owners, [])
  const narrow = await token({ names: ['www.a.test'] })
  t.equal((await ask('POST', `${path}/keys`, { key: narrow, body })).status, 403)
  t.same((await ask('GET', '/v1/tlsa', { key: narrow })).json.owners, [])
})

t.test('what is refused of an import', async (t) => {
  const { ask, token } = await runApi(t)
  const refused = async (body: object, key?: string) => {
    const { status, json } = await ask('POST', `${path}/keys`, { body, ...(key && { key }) })
    return `${status} ${json.code} ${json.pointer ?? ''}`.trim()
  }
  t.equal(await refused({ pems: [first.keyPem] }), '422 pem-invalid /pems/0')
  t.equal(await refused({ pems: ['nothing'] }), '422 pem-invalid')
  t.match(await refused({ pems: [] }), /^422 request-invalid/)
  const servers = [{ host: 'mail.a.test', addresses: ['127.0.0.1'] }]
  const tenant = await token({})
  t.equal(await refused({ pems: [first.pem], servers }, tenant), '403 access-denied')
  t.match(await refused({ pems: [first.pem], servers: [{ host: 'x', addresses: ['y'] }] }), /^422/)
  const elsewhere = await ask('POST', '/v1/tlsa/mail.a.test./keys', { body: { pems: [first.pem] } })
  t.match(elsewhere.json, { status: 422, code: 'tlsa-owner' })
})
