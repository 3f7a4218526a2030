import { CodedError } from '../base/index.ts'
import { formatRow, readCall } from '../cmdlets/index.ts'
import type { CommandHandler, ControlRequest } from '../control/index.ts'
import {
  type Direction,
  explainStatus,
  formatMigration,
  formatStatus,
  migrationJson,
  statusJson,
} from '../migration/index.ts'
import {
  type Domain,
  type DomainRef,
  dnssecCmdletResult,
  domainEventJson,
  domainJson,
  type Provision,
  type Provisioned,
  partitionJson,
} from '../provision/index.ts'
import type { Json } from '../rr/index.ts'
import { formatHost, parseName } from '../wire/index.ts'
import type { View } from './ask-server.ts'
import { domainLines, partitionLines } from './domain-text.ts'
import type { Domains } from './domains.ts'
import { provisioningOf } from './needs-store.ts'
import type { RunningServer } from './running-server.ts'
import { operator } from './tokens.ts'

/** Whose domains are meant where nobody says, and nobody has the name. */
const commonTenant = 'default'
/** Domains, events and rows that are shown at a time. */
const shownMax = 1000

type Row = Readonly<Record<string, Json>>

/** What a command about domains does. */
type Handler = (domains: Domains, request: ControlRequest) => Promise<View>

const handlers: Readonly<Record<string, Handler>> = {
  'domain-add': addDomain,
  'domain-verify': verifyDomain,
  'domain-remove': removeDomain,
  'domain-restore-legacy': restoreLegacy,
  'domain-list': listDomains,
  'domain-show': showDomain,
  'domain-history': showHistory,
  'domain-enable-dnssec': enableDnssec,
  'domain-status': showStatus,
  'partition-create': createPartition,
  'partition-change': changePartition,
  'partition-list': listPartitions,
  migrate,
  invoke,
}

/** The names of all commands about domains. */
export const domainCommands: readonly string[] = Object.keys(handlers)

/** What a running server does about domains when it is asked on its control socket. */
export function domainControl(server: RunningServer): ReadonlyMap<string, CommandHandler> {
  const commands = Object.entries(handlers).map(([name, handle]): [string, CommandHandler] => [
    name,
    (request) => handle(provisioningOf(server).domains, request),
  ])
  return new Map(commands)
}

function text(request: ControlRequest, field: string): string {
  const value = request[field]
  if (typeof value === 'string') return value
  throw new CodedError('control-malformed', `Cannot read request: ${field} must be a string`)
}

/** A text, or nothing. */
function maybe<K extends string>(request: ControlRequest, field: K): Partial<Record<K, string>> {
  return request[field] === undefined
    ? {}
    : ({ [field]: text(request, field) } as Record<K, string>)
}

/** The domain of a request: of the tenant named, or else of whoever it is verified for. */
async function refOf({ provision }: Domains, request: ControlRequest): Promise<DomainRef> {
  const domain = parseName(text(request, 'domain'))
  const { tenant } = maybe(request, 'tenant')
  return { tenant: tenant ?? (await provision.holder(domain)) ?? commonTenant, domain }
}

function viewOf(domain: Domain, provision: Provision, head: string): View {
  const json = domainJson(domain, provision.expectedMx(domain))
  return { json, lines: [head, ...domainLines(json)] }
}

/** What came of a use case. @throws {CodedError} what it was refused for */
function demand<T>(result: Provisioned<T>, { tenant }: { readonly tenant?: string } = {}): T {
  if (result.kind === 'done') return result.value
  const { code, message } = result.error
  if (code !== 'domain-absent' || tenant === undefined) throw result.error
  throw new CodedError(code, `${message} of tenant ${tenant}; name another with --tenant`)
}

async function addDomain({ provision }: Domains, request: ControlRequest): Promise<View> {
  const { tenant = commonTenant } = maybe(request, 'tenant')
  const ref = { tenant, domain: parseName(text(request, 'domain')) }
  const kind = request['kind'] as Domain['kind'] | undefined
  const how = { ...(kind === undefined ? {} : { kind }), ...maybe(request, 'token') }
  const domain = demand(await provision.addDomain(ref, how, operator))
  const name = formatHost(domain.domain)
  // Until it is verified the name is nobody's, and the tenant has to be told each time.
  const whose = tenant === commonTenant ? '' : ` --tenant ${tenant}`
  const record = `${name}. 3600 IN TXT ${domain.proof}`
  const todo =
    domain.verifiedAt === undefined
      ? [`Publish "${record}",`, `then: danelaw domain verify ${name}${whose}`]
      : []
  const { json, lines } = viewOf(domain, provision, `${name} is accepted for tenant ${tenant}`)
  return { json, lines: [...lines, ...todo] }
}

async function verifyDomain(domains: Domains, request: ControlRequest): Promise<View> {
  const ref = await refOf(domains, request)
  const skipProof = request['skipProof'] === true
  const { provision } = domains
  const domain = demand(await provision.verifyDomain(ref, { skipProof }, operator), ref)
  return viewOf(domain, provision, `${formatHost(domain.domain)} is verified`)
}

async function removeDomain(domains: Domains, request: ControlRequest): Promise<View> {
  const ref = await refOf(domains, request)
  const { provision } = domains
  const domain = demand(await provision.removeDomain(ref, operator), ref)
  const json = domainJson(domain, undefined)
  return { json, lines: [`${formatHost(domain.domain)} is given up`] }
}

async function restoreLegacy(domains: Domains, request: ControlRequest): Promise<View> {
  const ref = await refOf(domains, request)
  const { provision } = domains
  const domain = demand(await provision.restoreLegacy(ref, operator), ref)
  return viewOf(domain, provision, `The host of before of ${formatHost(domain.domain)} is there`)
}

async function listDomains({ provision }: Domains, request: ControlRequest): Promise<View> {
  const { tenant = commonTenant } = maybe(request, 'tenant')
  const { items, next } = await provision.domains({
    ...{ tenant, limit: shownMax },
    ...maybe(request, 'cursor'),
  })
  const shown = items.map((domain) => domainJson(domain, provision.expectedMx(domain)))
  const lines = shown.map(({ domain, verified, dnssec, dane, host }) => {
    const states = `dnssec ${dnssec.state}, dane ${dane.state}`
    return `${domain}  ${verified ? states : 'not verified'}${host === null ? '' : `  ${host}`}`
  })
  if (lines.length === 0) lines.push(`No domains of tenant ${tenant}`)
  if (next !== undefined) lines.push(`and more: --cursor ${next}`)
  return { json: { tenant, domains: shown, ...(next !== undefined && { next }) }, lines }
}

async function showDomain(domains: Domains, request: ControlRequest): Promise<View> {
  const { provision } = domains
  const ref = await refOf(domains, request)
  const domain = await provision.domain(ref)
  if (!domain) throw absent(ref)
  return viewOf(domain, provision, formatHost(ref.domain))
}

async function showHistory(domains: Domains, request: ControlRequest): Promise<View> {
  const { provision } = domains
  const ref = await refOf(domains, request)
  const query = { limit: shownMax, ...maybe(request, 'cursor') }
  const { items, next } = await provision.history(ref, query)
  if (items.length === 0) throw absent(ref)
  const events = items.map(domainEventJson)
  const lines = events.map(({ at, by, note }) => `${at}  ${note}  (${by.token}, ${by.from})`)
  if (next !== undefined) lines.push(`and more: --cursor ${next}`)
  return { json: { events, ...(next !== undefined && { next }) }, lines }
}

function absent({ tenant, domain }: DomainRef): CodedError {
  const text = `Cannot find ${formatHost(domain)} of tenant ${tenant}; name another with --tenant`
  return new CodedError('domain-absent', text)
}

/** As the cmdlet, and it can be told where the host shall be and what it is called. */
async function enableDnssec(domains: Domains, request: ControlRequest): Promise<View> {
  const ref = await refOf(domains, request)
  const how = { ...maybe(request, 'partition'), ...maybe(request, 'token') }
  const { provision } = domains
  const result = await provision.enableDnssec(ref, how, operator)
  const json = dnssecCmdletResult(result)
  const name = formatHost(ref.domain)
  const more =
    result.kind === 'done'
      ? `danelaw migrate ${name} tells what is next`
      : `${result.error.code}: ${result.error.message}; tenant ${ref.tenant}`
  return { json, lines: [...formatRow({ ...json } as Row), more], isBad: result.kind !== 'done' }
}

async function showStatus(domains: Domains, request: ControlRequest): Promise<View> {
  const ref = await refOf(domains, request)
  const skip = request['skip']
  const has = (what: string) => Array.isArray(skip) && skip.includes(what)
  const skips = { dns: has('dns'), mx: has('mx'), sts: has('mta-sts') }
  const status = await domains.outlook.status(ref, skips)
  const explained = explainStatus(status)
  const json = statusJson(status) as Row
  const lines = [...formatStatus(status), ...(explained.length > 0 ? ['', ...explained] : [])]
  return { json, lines, isBad: isBad(json) }
}

function frontendsOf({ frontends }: ControlRequest): readonly string[] {
  return Array.isArray(frontends) ? frontends.map(String) : []
}

async function createPartition({ provision }: Domains, request: ControlRequest): Promise<View> {
  const { zone } = maybe(request, 'zone')
  const wished = {
    ...{ name: text(request, 'name'), frontends: frontendsOf(request) },
    ...(zone === undefined ? {} : { zone: parseName(zone) }),
    ...(request['isOpen'] === false ? { isOpen: false } : {}),
  }
  const json = partitionJson(demand(await provision.createPartition(wished, operator)))
  const ds = `Its DS record for the parent zone: danelaw key ds ${json.zone}`
  return { json, lines: [...partitionLines([json]), ds] }
}

async function changePartition({ provision }: Domains, request: ControlRequest): Promise<View> {
  const { isOpen } = request
  const change = {
    ...(request['frontends'] === undefined ? {} : { frontends: frontendsOf(request) }),
    ...(typeof isOpen === 'boolean' ? { isOpen } : {}),
  }
  const result = await provision.changePartition(text(request, 'name'), change, operator)
  const json = partitionJson(demand(result))
  return { json, lines: partitionLines([json]) }
}

async function listPartitions({ provision }: Domains): Promise<View> {
  const partitions = (await provision.partitions()).map(partitionJson)
  const lines = partitionLines(partitions)
  return { json: { partitions }, lines: lines.length > 0 ? lines : ['No partitions'] }
}

async function migrate(domains: Domains, request: ControlRequest): Promise<View> {
  const { provision, outlook } = domains
  const ref = await refOf(domains, request)
  if (!(await provision.domain(ref))) throw absent(ref)
  const direction = request['direction'] as Direction | undefined
  const question = { ...(direction && { direction }), meet: request['meet'] === true }
  const report = await outlook.migration(ref, question, operator)
  const json = migrationJson(report) as object
  return { json, lines: formatMigration(report), isBad: report.next?.state === 'wrong' }
}

/** Runs a cmdlet. Its rows are what is shown; one that failed is told by how the command ends. */
async function invoke(domains: Domains, request: ControlRequest): Promise<View> {
  const { provision, outlook } = domains
  const name = text(request, 'cmdlet')
  const { parameters = {} } = request
  const call = readCall(name, parameters as Readonly<Record<string, unknown>>)
  const { domain } = call
  const { tenant } = maybe(request, 'tenant')
  const whose = tenant ?? (domain && (await provision.holder(domain))) ?? commonTenant
  const world = { provision, outlook, tenant: whose, actor: operator }
  const { rows } = await call.cmdlet.run(world, call, { limit: shownMax, cursor: undefined })
  const lines = rows.flatMap((row, at) => [...(at > 0 ? [''] : []), ...formatRow(row)])
  const [first = {}] = rows
  const json = request['isSole'] === true ? first : { value: rows }
  return { json, lines, isBad: rows.some(isBad) }
}

/** A use case that was refused, a domain that is not there, or a status with errors. */
function isBad(row: Row): boolean {
  const parts = [row, row['DnsValidation'], row['MxValidation'], row['MtaStsValidation']]
  return (
    (row['ErrorData'] ?? null) !== null ||
    parts.some((part) => {
      const errors = (part as { readonly Errors?: readonly string[] } | undefined)?.Errors
      return errors !== undefined && errors.length > 0
    })
  )
}
