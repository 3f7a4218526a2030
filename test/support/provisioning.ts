import type { Test } from 'tap'
import { randomOctets } from '../../src/crypto/index.ts'
import {
  type Domain,
  type DomainRef,
  openProvision,
  type Provision,
  type Provisioned,
  type ProvisionOptions,
  type ProvisionSettings,
} from '../../src/provision/index.ts'
import type { KeySource } from '../../src/records/index.ts'
import { formatRdata, parseType, type Ttl } from '../../src/rr/index.ts'
import type { Actor } from '../../src/store/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { type Recording, record, recording } from './recording.ts'
import { lines } from './served-zone.ts'
import { judge } from './signed-tree.ts'

/** Where hosts of partition `o-v1` are. */
export const partitionZone = 'o-v1.mx.test.'
/** Where hosts of before are. */
export const legacyZone = 'mail.legacy.test.'
/** How long a host stays, and that of before. */
export const holdSeconds = 3600
export const legacySeconds = 48 * 3600

/** What an operator would set. */
export const settings: ProvisionSettings = {
  suffix: parseName('mx.test.'),
  legacyZone: parseName(legacyZone),
  legacyFrontends: ['192.0.2.7'],
  nameServers: [{ name: 'ns1', addresses: ['192.0.2.53', '2001:db8::53'] }],
  expectedPreference: 0,
  expectedTtl: 60 as Ttl,
  hostTtl: 300 as Ttl,
  holdSeconds,
  legacySeconds,
  partition: 'least-full',
}

/** Where mail for partition `o-v1` comes in. */
export const frontends = ['192.0.2.1', '192.0.2.2', '2001:db8::1']

/** Who does things in tests. */
export const someone: Actor = { token: 'tok', tenant: 'acme', from: 'local' }

/** A domain of tenant `acme`, unless another is named. */
export function ref(domain: string, tenant = 'acme'): DomainRef {
  return { tenant, domain: parseName(domain) }
}

/** A node with accepted domains. */
export interface Provisioning extends Recording {
  /** Where its keys come from, for another node. */
  readonly keys: KeySource
  readonly provision: Provision
  /** Accepts a domain and takes an operator's word for it. */
  verified(domain: string, tenant?: string): Promise<Domain>
  /** Publishes TLSA records for the hosts of a partition, as a rollover does. */
  publishTlsa(zone?: string): Promise<void>
  /**
   * What the validator says of a name, going by the keys of the zones that are live: such as
   * `secure 192.0.2.1 192.0.2.2`, or `secure rcode 3`.
   */
  look(name: string, type: string): string
  /** Addresses of a legacy host. */
  legacy(label: string): readonly string[]
}

/** Opens records and provision over a store. */
export async function provisioning(
  t: Test,
  options: Parameters<typeof recording>[1] & {
    readonly settings?: Partial<ProvisionSettings>
    readonly stub?: ProvisionOptions['stub']
    readonly withoutPartition?: boolean
  } = {},
): Promise<Provisioning> {
  const { settings: other, stub, withoutPartition, ...parts } = options
  let keys: KeySource | undefined
  const alterKeys = (given: KeySource) => {
    keys = options.alterKeys?.(given) ?? given
    return keys
  }
  const opened = await recording(t, { empty: true, ...parts, alterKeys })
  const { records, store, clock, faults, server } = opened
  const provision = await openProvision({
    ...{ records, store, stub, clock, random: randomOctets },
    settings: { ...settings, ...other },
    onFault: (error) => faults.push(error),
  })
  if (!withoutPartition) {
    demand(await provision.createPartition({ name: 'o-v1', frontends }, someone))
  }
  return {
    ...opened,
    keys: keys as unknown as KeySource,
    provision,
    async verified(domain, tenant) {
      demand(await provision.addDomain(ref(domain, tenant), {}, someone))
      return demand(await provision.verifyDomain(ref(domain, tenant), { skipProof: true }, someone))
    },
    async publishTlsa(zone = partitionZone) {
      const apex = parseName(zone)
      const owner = parseName('_25._tcp._dane', apex)
      const pair = ['ab', 'cd'].map((octet) => record('TLSA', `3 1 1 ${octet.repeat(32)}`))
      const edit = { kind: 'replace', owner, type: parseType('TLSA'), ttl: 300 as Ttl } as const
      const edits = [{ ...edit, records: pair, comments: undefined }]
      const result = await opened.submit({ apex, wish: { kind: 'edit', edits } })
      if (result.kind !== 'done') throw new Error(JSON.stringify(result))
    },
    look(name, type) {
      const verdict = judge({ server, anchors: anchorsOf(opened) }, name, type, {
        context: { now: clock.now() },
      })
      const rdatas = verdict.data?.rrset.rdatas.map((rdata) => formatRdata(parseType(type), rdata))
      return `${verdict.security} ${rdatas?.join(' ') ?? `rcode ${verdict.rcode}`}`
    },
    legacy(label) {
      const { answer } = server.ask(`${label}.${legacyZone}`, 'A')
      return lines(answer).map((line) => line.split(' ')[3] ?? '')
    },
  }
}

/** The keys of the zones that are live, as a validator would be given them. */
function anchorsOf({ records, table }: Recording) {
  return [...records.list()].flatMap(({ zone }) => {
    const signing = table.get(nameKey(zone.apex))?.signing
    return signing ? [{ zone: zone.apex, ds: [], dnskeys: signing.signer.keys.published }] : []
  })
}

/** What came of a use case that has to succeed. */
export function demand<T>(result: Provisioned<T>): T {
  if (result.kind === 'done') return result.value
  throw result.error
}

/** What came of a use case, in short: `done`, `same`, or the code of the refusal. */
export function told(result: Provisioned<unknown>): string {
  if (result.kind === 'refused') return result.error.code
  return result.changed ? 'done' : 'same'
}
