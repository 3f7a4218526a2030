/**
 * What other programs import to provision without a server: domains, their signed hosts, their
 * status, in a store of this program's own.
 *
 *     import { openProvisioning } from 'danelaw/provision'
 *
 *     const lab = await openProvisioning({
 *       directory: './lab',
 *       provisioning: { suffix: 'mx.test', nameServers: { ns1: ['192.0.2.53'] } },
 *     })
 *     await lab.createPartition('o-v1', ['192.0.2.1'])
 *     const acme = lab.tenant('acme')
 *     await acme.add('contoso.com')
 *     await acme.verify('contoso.com', { skipProof: true })
 *     const { DnssecMxValue } = await acme.invoke('Enable-DnssecForVerifiedDomain', 'contoso.com')
 *
 * It listens nowhere; `answer` takes a query in octets and gives its answer, for whoever has a
 * socket. Only looks at domains ask the network. One program has a store open at a time.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { CodedError, systemClock, systemTimers } from './base/index.ts'
import { formatRow, readCall } from './cmdlets/index.ts'
import { type Config, parseConfig } from './config/index.ts'
import { randomOctets } from './crypto/index.ts'
import { openKeyDirectory } from './keystore/index.ts'
import {
  type Direction,
  migrationJson,
  type Outlook,
  openOutlook,
  statusJson,
} from './migration/index.ts'
import {
  domainEventJson,
  domainJson,
  openProvision,
  type Provision,
  type Provisioned,
  partitionJson,
  provisionSettingsFrom,
} from './provision/index.ts'
import { makePace, type PublishedZone } from './publish/index.ts'
import { AnswerContext, answer } from './query/index.ts'
import { directoryKeys, openRecords, type Records } from './records/index.ts'
import { tlsaGuard } from './rollover/index.ts'
import type { Json } from './rr/index.ts'
import { SignatureCache } from './signer/index.ts'
import { openLmdbStore, type Store } from './store/index.ts'
import {
  createStub,
  type Mode,
  parseAnchors,
  parseUpstream,
  rootAnchors,
  rootHints,
  type Stub,
} from './stub/index.ts'
import { parseName } from './wire/index.ts'
import { ZoneTable } from './zone/index.ts'

export { CodedError, type ErrorCode } from './base/index.ts'

/** How long one piece of work holds up the rest of the program, in milliseconds. */
const sliceMs = 5
/** Items of a page, unless asked otherwise. */
const pageItems = 100
/** Domains for which something due is done in one round. */
const dueMax = 1000
/** Octets of an answer, of whatever length it may be. */
const answerOctetsMax = 65_535
const actor = { token: 'library', tenant: '*', from: 'local' }

/** What is opened, and how. */
export interface ProvisioningSettings {
  /** Where the store and the keys live; made where they are missing. */
  readonly directory: string
  /** As the section of that name in danelaw.yaml. */
  readonly provisioning: Readonly<Record<string, unknown>>
  /** Who is asked about domains; default: the authorities, from the root down. */
  readonly resolvers?: readonly string[]
  /** Trust anchors in BIND, zone file or RFC 9718 XML form; default: those of the root. */
  readonly anchors?: string
  /** Hears of what was due, or of the store, and could not be done. */
  readonly onFault?: (error: unknown) => void
}

/** A domain as `danelaw domain show --json` has it. */
export type DomainView = ReturnType<typeof domainJson>
/** A partition as `danelaw partition list --json` has it. */
export type PartitionView = ReturnType<typeof partitionJson>

/** The domains of one tenant. Whatever is another's is not there. */
export interface TenantDomains {
  /** Accepts a domain; its `proof` is to be published as TXT there. @throws {CodedError} */
  add(domain: string, options?: { readonly token?: string }): Promise<DomainView>
  /** Looks for the proof, or takes your word for it. @throws {CodedError} */
  verify(domain: string, options?: { readonly skipProof?: boolean }): Promise<DomainView>
  /** Gives a domain up. @throws {CodedError} `domain-enabled` while DNSSEC is on, and others */
  remove(domain: string): Promise<void>
  get(domain: string): Promise<DomainView | undefined>
  /** A page; `next` asks for the one behind it. */
  list(page?: { readonly limit?: number; readonly cursor?: string }): Promise<{
    readonly domains: readonly DomainView[]
    readonly next: string | undefined
  }>
  /** What became of a domain, newest first. */
  history(domain: string): Promise<readonly ReturnType<typeof domainEventJson>[]>
  /**
   * Runs a cmdlet of Exchange Online about a domain, such as `Enable-SmtpDaneInbound`. One that
   * fails says so in its row. @throws {CodedError} for a call that is not understood
   */
  invoke(
    cmdlet: string,
    domain: string,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, Json>>>
  /** Get-DnssecStatusForVerifiedDomain. */
  status(domain: string): Promise<Json>
  /** Where a domain is on its way, and what is next. */
  migration(domain: string, direction?: Direction): Promise<Json>
}

/** Provisioning that is open. */
export interface Provisioning {
  tenant(name: string): TenantDomains
  /** Makes a partition with its zone. @throws {CodedError} */
  createPartition(name: string, frontends: readonly string[]): Promise<PartitionView>
  /** Changes the frontends of all hosts of a partition at once. @throws {CodedError} */
  changePartition(name: string, frontends: readonly string[]): Promise<PartitionView>
  partitions(): Promise<readonly PartitionView[]>
  /** Does what is due; call it every minute. How much was done. */
  runDue(): Promise<number>
  /** The answer to a query, as over TCP; empty for none. */
  answer(query: Uint8Array): Uint8Array
  close(): Promise<void>
}

/** A row of a cmdlet as the console lists it, one property a line. */
export const formatCmdletRow: (row: Readonly<Record<string, Json>>) => string[] = formatRow

/**
 * Opens a store with its zones, domains and keys.
 *
 * @throws {CodedError} `config-invalid` and the like, and what store and keys throw
 */
export async function openProvisioning(settings: ProvisioningSettings): Promise<Provisioning> {
  const config = configOf(settings)
  const store = await openLmdbStore({
    ...{ path: config.store.path, clock: systemClock, timers: systemTimers },
    monotonicMs: () => performance.now(),
  })
  try {
    return await compose(config, store, settings)
  } catch (error) {
    await store.close()
    throw error
  }
}

/** JSON is YAML: settings are read as an operator's are, with the same findings. */
function configOf({ directory, provisioning }: ProvisioningSettings): Config {
  const text = JSON.stringify({ provisioning, store: { driver: 'lmdb' } })
  const { config, findings } = parseConfig(text, { file: 'settings', directory })
  if (config) return config
  const [first] = findings
  throw new CodedError(first?.code ?? 'config-invalid', first?.message ?? 'Cannot read settings')
}

async function compose(
  config: Config,
  store: Store,
  settings: ProvisioningSettings,
): Promise<Provisioning> {
  const table = new ZoneTable<PublishedZone>()
  const { onFault = () => undefined } = settings
  const clock = systemClock
  const timers = systemTimers
  const records = await openRecords({
    ...{ store, table, config, clock, timers, onFault, node: 'library' },
    keys: directoryKeys(
      openKeyDirectory(config.keys.directory, config.signing),
      store,
      config.signing,
    ),
    cache: new SignatureCache(config.signing.cacheOctets),
    makePace: () => makePace({ sliceMs, now: () => performance.now(), turn: () => turn() }),
    parentDs: () => Promise.resolve('unknown'),
    guard: tlsaGuard(store),
  })
  const openStub = () => makeStub(settings)
  const provision = await openProvision({
    ...{ records, store, clock, onFault, random: randomOctets },
    settings: provisionSettingsFrom(config.provisioning),
    stub: {
      async resolve(...question) {
        const stub = openStub()
        const found = await stub.resolve(...question)
        await stub.close()
        return found
      },
    },
  })
  const { legacyZone } = config.provisioning
  const outlook = openOutlook({
    ...{ provision, store, clock, timers, openStub, settings: { legacyZone } },
  })
  return facade({ records, provision, outlook, store, table })
}

function makeStub({ resolvers, anchors }: ProvisioningSettings): Stub {
  const mode: Mode = resolvers
    ? { kind: 'forward', servers: resolvers.map(parseUpstream) }
    : { kind: 'iterate', hints: rootHints, port: 53 }
  return createStub({
    ...{ mode, clock: systemClock, timers: systemTimers, random: randomOctets, limits: {} },
    anchors:
      anchors === undefined ? rootAnchors : parseAnchors(anchors, 'anchors', systemClock.now()),
    monotonicMs: () => performance.now(),
  })
}

interface Rooms {
  readonly records: Records
  readonly provision: Provision
  readonly outlook: Outlook
  readonly store: Store
  readonly table: ZoneTable<PublishedZone>
}

function facade(rooms: Rooms): Provisioning {
  const { records, provision, store, table } = rooms
  const context = new AnswerContext({
    ...{ zones: table, clock: systemClock, datagramOctetsMax: undefined },
    ...{ udpOctets: 1232, identity: undefined, version: undefined },
  })
  const out = new Uint8Array(answerOctetsMax)
  return {
    tenant: (name) => tenantDomains(name, rooms),
    async createPartition(name, frontends) {
      return partitionJson(demand(await provision.createPartition({ name, frontends }, actor)))
    },
    async changePartition(name, frontends) {
      return partitionJson(demand(await provision.changePartition(name, { frontends }, actor)))
    },
    partitions: async () => (await provision.partitions()).map(partitionJson),
    runDue: () => provision.runDue(dueMax),
    answer: (query) => out.slice(0, answer(query, out, context)),
    async close() {
      await records.close()
      await store.close()
    },
  }
}

function demand<T>(result: Provisioned<T>): T {
  if (result.kind === 'done') return result.value
  throw result.error
}

function tenantDomains(tenant: string, { provision, outlook }: Rooms): TenantDomains {
  const refOf = (domain: string) => ({ tenant, domain: parseName(domain) })
  const viewOf = (domain: Parameters<typeof domainJson>[0]) =>
    domainJson(domain, provision.expectedMx(domain))
  return {
    async add(domain, options = {}) {
      return viewOf(demand(await provision.addDomain(refOf(domain), options, actor)))
    },
    async verify(domain, { skipProof = false } = {}) {
      return viewOf(demand(await provision.verifyDomain(refOf(domain), { skipProof }, actor)))
    },
    async remove(domain) {
      demand(await provision.removeDomain(refOf(domain), actor))
    },
    async get(domain) {
      const found = await provision.domain(refOf(domain))
      return found && viewOf(found)
    },
    async list({ limit = pageItems, cursor } = {}) {
      const query = { tenant, limit, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await provision.domains(query)
      return { domains: items.map(viewOf), next }
    },
    async history(domain) {
      const { items } = await provision.history(refOf(domain), { limit: pageItems })
      return items.map(domainEventJson)
    },
    async invoke(cmdlet, domain, parameters = {}) {
      const call = readCall(cmdlet, { ...parameters, DomainName: domain })
      const world = { provision, outlook, tenant, actor }
      const { rows } = await call.cmdlet.run(world, call, { limit: 1, cursor: undefined })
      return rows[0] ?? {}
    },
    status: async (domain) => statusJson(await outlook.status(refOf(domain), {})),
    async migration(domain, direction) {
      const question = direction === undefined ? {} : { direction }
      return migrationJson(await outlook.migration(refOf(domain), question, actor))
    },
  }
}
