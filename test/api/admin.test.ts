import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import { type RunningApi, runApi } from '../support/api.ts'
import { frontends, legacyZone } from '../support/provisioning.ts'

/** Headers that the module of Exchange Online and what is made after it send. */
const moduleHeaders = (cmdlet: string) => ({
  'content-type': 'application/json',
  'x-responseformat': 'json',
  'x-cmdletname': cmdlet,
  'x-clientapplication': 'ExoManagementModule',
  'x-serializationlevel': 'Partial',
  'x-anchormailbox': 'UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.com',
  prefer: 'odata.maxpagesize=1000',
  'client-request-id': '3f3b0e3c-6f0f-4b3a-8a43-6d1a4c6d6f5e',
})

/** Calls a cmdlet as a bearer, as those do who got their token by OAuth. */
async function call(
  { ask }: RunningApi,
  key: string,
  tenant: string,
  cmdlet: string,
  parameters?: object,
  query = '',
) {
  return ask('POST', `/adminapi/beta/${tenant}/InvokeCommand${query}`, {
    key: null,
    headers: { ...moduleHeaders(cmdlet), authorization: `Bearer ${key}` },
    body: { CmdletInput: { CmdletName: cmdlet, ...(parameters && { Parameters: parameters }) } },
  })
}

/** An API with a partition, and contoso.com of acme, verified. */
async function runExchange(t: Parameters<typeof runApi>[0]) {
  const api = await runApi(t, { settings: { legacyZone: parseName(legacyZone) } })
  const { ask } = api
  await ask('POST', '/v1/partitions', { body: { name: 'o-v1', frontends } })
  await ask('POST', '/v1/domains', { body: { domain: 'contoso.com', tenant: 'acme' } })
  await ask('POST', '/v1/domains/contoso.com/verify?tenant=acme', { body: { skipProof: true } })
  const records = [{ content: `3 1 1 ${'ab'.repeat(32)}` }]
  const owner = { name: '_25._tcp._dane.o-v1.mx.test.', type: 'TLSA', ttl: 300, records }
  await ask('PATCH', '/v1/zones/o-v1.mx.test.', { body: { edits: [{ op: 'replace', ...owner }] } })
  return { ...api, acme: await api.token({ tenant: 'acme' }) }
}

const domain = { DomainName: 'contoso.com' }
const host = 'contoso-com.o-v1.mx.test'

t.test('terraform-provider-exo: create, read and delete of both of its resources', async (t) => {
  const api = await runExchange(t)
  const value = async (cmdlet: string) => {
    const { status, json, text } = await call(api, api.acme, 'contoso.com', cmdlet, domain)
    t.equal(status, 200, `${cmdlet}: ${text}`)
    t.match(json['@odata.context'], /^http:\/\/127\.0\.0\.1:\d+\/adminapi\/beta\/contoso\.com\//)
    return json.value
  }
  const success = { Result: 'Success', ErrorData: null }
  const enabled = [{ DnssecMxValue: host, ...success }]
  t.same(await value('Enable-DnssecForVerifiedDomain'), enabled)
  t.same(await value('Enable-DnssecForVerifiedDomain'), enabled, 'enabled already is success')
  t.same(await value('Enable-SmtpDaneInbound'), [success])
  t.same(await value('Get-SmtpDaneInboundStatus'), [{ Status: 'Enabled', ErrorData: null }])
  t.same(await value('Disable-SmtpDaneInbound'), [success])
  t.same(await value('Get-SmtpDaneInboundStatus'), [{ Status: 'Disabled', ErrorData: null }])
  t.same(await value('Disable-DnssecForVerifiedDomain'), enabled)
})

t.test('what a cmdlet refuses is a row with ErrorData, columns in their order', async (t) => {
  const api = await runExchange(t)
  const absent = await call(api, api.acme, 'acme', 'Enable-DnssecForVerifiedDomain', {
    DomainName: 'fabrikam.com',
  })
  t.equal(absent.status, 200)
  t.same(Object.keys(absent.json.value[0]), ['DnssecMxValue', 'Result', 'ErrorData'])
  t.match(absent.json.value[0], { Result: 'Error', ErrorData: { ErrorCode: 'DomainNotFound' } })
  const early = await call(api, api.acme, 'acme', 'Enable-SmtpDaneInbound', domain)
  t.match(early.json.value[0], {
    Result: 'Error',
    ErrorData: {
      ErrorCode: 'PartitionNotFound',
      ErrorDetails: 'SMTP DANE enabling failed due to domain contoso.com does not have a partition',
    },
  })
  const status = await call(api, api.acme, 'acme', 'Get-DnssecStatusForVerifiedDomain', {
    DomainName: 'fabrikam.com',
  })
  t.same(Object.keys(status.json.value[0]), [
    ...['DnssecFeatureStatus', 'ExpectedMxRecord', 'Errors', 'Warnings'],
    ...['DnsValidation', 'MxValidation', 'MtaStsValidation'],
  ])
  t.match(status.json.value[0].Errors, [/^EG001:/])
})

t.test('names in any case, switches in every form, $select, pages', async (t) => {
  const api = await runExchange(t)
  const skips = {
    domainname: 'CONTOSO.com',
    skipdnsvalidation: true,
    SkipMxValidation: { IsPresent: true },
    SKIPMTASTSVALIDATION: 'True',
    Confirm: false,
    '@odata.type': '#Exchange.GenericHashTable',
  }
  // Nobody can be asked in this test: that it says anything shows that nothing was looked at.
  const status = await call(api, api.acme, 'acme', 'get-dnssecSTATUSforverifieddomain', skips)
  t.match(status.json.value[0], {
    DnssecFeatureStatus: { Value: 'Disabled' },
    DnsValidation: { DnssecSupport: 'Skipped' },
    MxValidation: { Status: 'Skipped' },
    MtaStsValidation: { Status: 'Skipped' },
  })
  const seeing = await call(api, api.acme, 'acme', 'Get-DnssecStatusForVerifiedDomain', domain)
  t.match(seeing, { status: 503, json: { error: { code: 'ServiceUnavailable' } } })
  const some = await call(api, api.acme, 'acme', 'Get-AcceptedDomain', undefined, '?$select=name,x')
  t.same(some.json.value, [{ Name: 'contoso.com' }])
  await api.ask('POST', '/v1/domains', { body: { domain: 'd.test', tenant: 'acme' } })
  const path = '/adminapi/beta/acme/InvokeCommand'
  const body = { CmdletInput: { CmdletName: 'Get-AcceptedDomain' } }
  const headers = { prefer: 'odata.maxpagesize=1' }
  const first = await api.ask('POST', path, { key: api.acme, headers, body })
  t.match(first.json.value, [{ DomainName: 'contoso.com', PendingCompletion: false }])
  const next = new URL(first.json['@odata.nextLink'])
  const second = await api.ask('POST', next.pathname + next.search, { key: api.acme, body })
  t.match(second.json.value, [{ DomainName: 'd.test', PendingCompletion: true }])
  t.notOk('@odata.nextLink' in second.json)
  const named = await call(api, api.acme, 'acme', 'Get-AcceptedDomain', { Identity: 'd.test' })
  t.equal(named.json.value.length, 1)
})

t.test('calls that are not understood change nothing, and say what is wrong', async (t) => {
  const api = await runExchange(t)
  const enable = 'Enable-DnssecForVerifiedDomain'
  const rows: readonly (readonly [string, object | undefined, number, RegExp])[] = [
    ['Get-Mailbox', domain, 404, /^The term "Get-Mailbox" is not the name of a cmdlet$/],
    [enable, undefined, 400, /mandatory parameter "DomainName" is missing/],
    [enable, { Identity: 'contoso.com' }, 400, /cannot be found that matches .* "Identity"$/],
    [enable, { DomainName: 7 }, 400, /is not a text/],
    [enable, { DomainName: 'a..b' }, 400, /is no domain name/],
    [enable, { ...domain, WhatIf: true }, 400, /WhatIf is reserved/],
    ['Get-DnssecStatusForVerifiedDomain', { ...domain, SkipMxValidation: 'x' }, 400, /is a switch/],
  ]
  for (const [cmdlet, parameters, status, message] of rows) {
    const { status: got, json } = await call(api, api.acme, 'acme', cmdlet, parameters)
    t.equal(got, status, message.source)
    t.match(json.error, {
      ...{ code: status === 404 ? 'NotFound' : 'BadRequest', message },
      details: [{ code: /^cmdlet-/, message }],
      innererror: { internalexception: { message } },
    })
  }
  const clixml = await api.ask('POST', '/adminapi/beta/acme/InvokeCommand', {
    headers: { 'x-responseformat': 'clixml' },
    body: { CmdletInput: { CmdletName: enable, Parameters: domain } },
  })
  t.match(clixml, { status: 406, json: { error: { code: 'NotAcceptable' } } })
  const bare = await api.ask('POST', '/adminapi/beta/acme/InvokeCommand', { body: {} })
  t.match(bare, { status: 422, json: { error: { code: 'BadRequest' } } })
  const nobody = await api.ask('POST', '/adminapi/beta/acme/InvokeCommand', { key: null, body: {} })
  t.match(nobody, { status: 401, json: { error: { code: 'Unauthorized' } } })
  const { json } = await api.ask('GET', '/v1/domains/contoso.com')
  t.equal(json.dnssec.state, 'off')
})

t.test(
  'the tenant of a path: its name, or a domain of its own; others are not there',
  async (t) => {
    const api = await runExchange(t)
    const { acme, key, token } = api
    const other = await token({ tenant: 'other' })
    const list = 'Get-AcceptedDomain'
    t.equal((await call(api, acme, 'acme', list)).json.value.length, 1)
    t.equal((await call(api, acme, 'contoso.com', list)).json.value.length, 1)
    t.equal((await call(api, key, 'contoso.com', list)).json.value.length, 1, 'an operator')
    t.equal((await call(api, other, 'other', list)).json.value.length, 0)
    const there = await call(api, other, 'contoso.com', list)
    const missing = await call(api, other, 'missing.com', list)
    t.equal(there.status, 404)
    t.equal(there.text.replaceAll('contoso', 'missing'), missing.text, 'as if it were not there')
    t.equal((await call(api, other, 'acme', list)).status, 404)
    const reader = await token({ tenant: 'acme', verbs: ['read'] })
    const denied = await call(api, reader, 'acme', 'Enable-DnssecForVerifiedDomain', domain)
    t.match(denied, { status: 403, json: { error: { code: 'Forbidden' } } })
    const fenced = await token({ tenant: 'acme', zones: ['contoso.org.'] })
    t.equal((await call(api, fenced, 'acme', 'Get-SmtpDaneInboundStatus', domain)).status, 403)
  },
)
