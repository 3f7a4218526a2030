import type { FastifyRequest } from 'fastify'
import { CodedError } from '../base/index.ts'
import { type CmdletCall, readCall } from '../cmdlets/index.ts'
import type { Json } from '../rr/index.ts'
import { lowerName, type Name, parseName } from '../wire/index.ts'
import {
  InvokeHeaders,
  InvokeParams,
  InvokeQuery,
  InvokeSchema,
  RowsAnswer,
} from './admin-shapes.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demandKnown } from './caller.ts'
import { Failure } from './failure.ts'
import { pageItems, pageItemsMax } from './limits.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'

/** What a tenant can be called. */
const tenantForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
/** Columns of `$select` that are looked at. */
const columnsMax = 100

type Row = Readonly<Record<string, Json>>

/**
 * The way in for scripts that know Exchange Online: a cmdlet by name, its parameters, and rows in
 * the envelope of OData.
 */
export function adminApi(app: Api, world: ApiWorld): void {
  app.post(
    '/beta/:tenant/InvokeCommand',
    {
      schema: {
        ...{ tags: ['Exchange'], summary: 'Run a cmdlet of Exchange Online' },
        ...{ ...gives(200, RowsAnswer), params: InvokeParams, querystring: InvokeQuery },
        ...{ headers: InvokeHeaders, body: InvokeSchema },
      },
    },
    async (request, reply) => {
      const { CmdletName: name, Parameters } = request.body.CmdletInput
      demandJson(request.headers['x-responseformat'])
      const tenant = await demandTenant(request, request.params.tenant, world)
      const call = readCall(name, Parameters ?? {})
      await demandCmdlet(request, call, tenant, world)
      const { $select, $skiptoken } = request.query
      const { actor } = callerOf(request)
      const { provision, outlook } = world
      const { rows, next, sequence } = await call.cmdlet.run(
        { provision, outlook, tenant, actor },
        call,
        { limit: pageSizeOf(request.headers.prefer), cursor: $skiptoken },
      )
      if (sequence > 0) reply.header('danelaw-sequence', String(sequence))
      return sendJson(reply, {
        '@odata.context': `${baseOf(request)}/$metadata#Collection(Exchange.GenericHashTable)`,
        value: rows.map((row) => selected(row, $select)),
        ...(next !== undefined && { '@odata.nextLink': nextLink(request, next, $select) }),
      })
    },
  )
}

/** @throws {CodedError} `request-invalid` (406) for CLIXML, which is PowerShell's own */
function demandJson(format = 'json'): void {
  if (format.toLowerCase() === 'json') return
  const asked = JSON.stringify(format.slice(0, 50))
  const text = `Cannot answer as ${asked}: send X-ResponseFormat: json`
  throw new Failure(406, 'request-invalid', text)
}

/**
 * The tenant of a path: by its name, or by one of its domains. Whoever belongs to one tenant is
 * told of others nothing but that they are not there.
 */
async function demandTenant(
  request: FastifyRequest,
  text: string,
  { provision }: ApiWorld,
): Promise<string> {
  const own = callerOf(request).principal.scope.tenant
  const domain = readDomain(text)
  if (own === '*') {
    const holder = domain && (await provision.holder(domain))
    if (holder !== undefined) return holder
    if (tenantForm.test(text)) return text
  } else {
    if (text === own) return own
    if (domain && (await provision.domain({ tenant: own, domain }))) return own
  }
  throw new Failure(
    404,
    'domain-absent',
    `Could not find tenant ${JSON.stringify(text.slice(0, 100))}`,
  )
}

function readDomain(text: string): Name | undefined {
  try {
    return lowerName(parseName(text))
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** What is outside of the fence is refused; there is nothing that an envelope could hide. */
async function demandCmdlet(
  request: FastifyRequest,
  { cmdlet, domain }: CmdletCall,
  tenant: string,
  world: ApiWorld,
): Promise<void> {
  const deed = {
    verb: cmdlet.verb,
    tenant,
    ...(domain && { apex: domain }),
    rrsets: 'all',
  } as const
  await demandKnown(request, deed, world, undefined)
}

/** `Prefer: odata.maxpagesize=N` (RFC 7240 §2): as far as it can be followed. */
function pageSizeOf(prefer = ''): number {
  const [, size] = /odata\.maxpagesize\s*=\s*"?(\d{1,9})/i.exec(prefer) ?? []
  return size === undefined ? pageItems : Math.min(Math.max(1, Number(size)), pageItemsMax)
}

/** The columns that are wanted, in their own order; all of them unless some are named. */
function selected(row: Row, select: string | undefined): Row {
  if (select === undefined) return row
  const words = select.split(',', columnsMax).map((word) => word.trim().toLowerCase())
  return Object.fromEntries(
    Object.entries(row).filter(([key]) => words.includes(key.toLowerCase())),
  )
}

function baseOf({ host, protocol, params }: FastifyRequest): string {
  const { tenant } = params as { readonly tenant: string }
  return `${protocol}://${host}/adminapi/beta/${encodeURIComponent(tenant)}`
}

function nextLink(request: FastifyRequest, next: string, select: string | undefined): string {
  const query = new URLSearchParams({
    $skiptoken: next,
    ...(select !== undefined && { $select: select }),
  })
  return `${baseOf(request)}/InvokeCommand?${query}`
}
