import { CodedError } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import { type Outlook, type OutlookSettings, openOutlook } from '../migration/index.ts'
import type { DomainFacts } from '../observe/index.ts'
import {
  openProvision,
  type Partition,
  type Provision,
  provisionSettingsFrom,
} from '../provision/index.ts'
import type { Records } from '../records/index.ts'
import type { Store } from '../store/index.ts'
import type { Stub } from '../stub/index.ts'
import type { Name } from '../wire/index.ts'
import { readText } from './files.ts'
import type { Io } from './io.ts'
import { meetHost } from './meet.ts'
import type { StubSource } from './stub-options.ts'

/** Domains for which something due is done in one round. */
const dueMax = 1000
/** Seconds after which what was due and is not done is late. */
const lateSeconds = 300

/** Domains of a running server: use cases, looks, and what is due. */
export interface Domains {
  readonly provision: Provision
  readonly outlook: Outlook
  /** Partitions and what is late as of the last round; hosts as of now. */
  readonly facts: DomainFacts
  /** Does what is due, and counts. */
  lookAfter(): Promise<void>
  reload(config: Config): Promise<void>
  /** Ends the round that is under way; there is none afterwards. */
  close(): Promise<void>
}

/** What domains live by. */
export interface DomainParts {
  readonly records: Records
  readonly store: Store
  /** Undefined where nobody can be asked. */
  readonly resolver: StubSource | undefined
  readonly onFault: (error: unknown) => void
}

/**
 * Takes up the domains of a store as the configuration has it.
 *
 * @throws {CodedError} `file-unreadable` for the authorities of MTA-STS
 */
export async function openDomains(config: Config, parts: DomainParts, io: Io): Promise<Domains> {
  const { records, store, resolver } = parts
  const { clock, timers, random } = io
  const outlookSettings = await outlookSettingsOf(config, io)
  let { smtpPort } = config.provisioning
  let failed = 0
  const provision = await openProvision({
    ...{ records, store, clock, random },
    stub: resolver && freshStub(resolver),
    settings: provisionSettingsFrom(config.provisioning),
    onFault(error) {
      if (!isOfStore(error)) failed++
      parts.onFault(error)
    },
  })
  const outlook = openOutlook({
    ...{ provision, store, clock, timers, settings: outlookSettings },
    openStub: () => demandResolver(resolver).open().stub,
    meet: (host) => meetHost(host, smtpPort, io),
  })
  let partitions: readonly Pick<Partition, 'name' | 'zone'>[] = []
  let late = 0
  let isClosed = false
  let round: Promise<void> = Promise.resolve()
  const look = async () => {
    if (isClosed) return
    failed = 0
    await provision.runDue(dueMax)
    partitions = await provision.partitions()
    late = await provision.late(lateSeconds, dueMax)
  }
  return {
    ...{ provision, outlook },
    lookAfter() {
      const next = round.then(look)
      round = next.catch(() => undefined)
      return next
    },
    get facts() {
      const hostsOf = (zone: Name) => records.get(zone)?.instances ?? 0
      const told = partitions.map(({ name, zone }) => ({ name, hosts: hostsOf(zone) }))
      return { partitions: told, late, failed }
    },
    async reload(next) {
      outlook.reload(await outlookSettingsOf(next, io))
      smtpPort = next.provisioning.smtpPort
      provision.reload(provisionSettingsFrom(next.provisioning))
    },
    close() {
      isClosed = true
      return round
    },
  }
}

/** Whether the store is away: its own part of the health says so, and when it is back. */
function isOfStore(error: unknown): boolean {
  const isCoded = error instanceof CodedError
  return isCoded && (error.code === 'store-unavailable' || error.code === 'store-refused')
}

async function outlookSettingsOf({ provisioning }: Config, io: Io): Promise<OutlookSettings> {
  const { legacyZone, mtaSts } = provisioning
  const { port, authorities } = mtaSts
  const ca = authorities === undefined ? {} : { ca: await readText(authorities, io) }
  return { legacyZone, stsPort: port, ...ca }
}

/** A proof that was not there a minute ago must not be remembered as absent. */
function freshStub(resolver: StubSource): Pick<Stub, 'resolve'> {
  return {
    async resolve(...question) {
      const { stub } = resolver.open()
      try {
        return await stub.resolve(...question)
      } finally {
        await stub.close()
      }
    },
  }
}

function demandResolver(resolver: StubSource | undefined): StubSource {
  if (resolver) return resolver
  const text = 'Cannot look at a domain: there is nobody to ask; set resolver.servers'
  throw new CodedError('server-absent', text)
}
