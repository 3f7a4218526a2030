import { CodedError } from '../base/index.ts'
import { tokenOf } from '../provision/index.ts'
import { type Name, parseName } from '../wire/index.ts'
import { fillZones } from './fill.ts'
import type { MailHost } from './mail-host.ts'
import type { Mint, Presented } from './mint.ts'
import type { ChainSpec, HostSpec, MailCase, SiteSpec } from './types.ts'
import type { Site } from './web.ts'

/** The parent of the zones of all cases, without the final dot. */
export const mailZone = 'mail.test'
/** The parent of all partitions. */
export const partitionParent = 'mx.microsoft'

/** A case with its servers, before they listen. */
export interface Cast {
  readonly case: MailCase
  /** What mail is for. */
  readonly domain: Name
  /** The apex of its zone, or of a sibling, without the final dot. */
  zone(sibling?: string): string
  /** The host that provisioning would have for the domain, with its final dot. */
  readonly signed: string
  /** Of its mail servers, by their keys, in the order of the scene. */
  readonly addresses: ReadonlyMap<string, string>
  readonly presented: ReadonlyMap<string, Presented>
  readonly hosts: readonly MailHost[]
  /** Its policy host. */
  readonly site: Site | undefined
}

/** Gives everybody an address of its own. */
export type AddressGiver = () => string

/** Mail servers that one third octet has room for. */
const hostsMax = 254

/** Addresses of mail servers, `127.53.1.1` and on. */
export function addressGiver(): AddressGiver {
  let given = 0
  return () => {
    if (given === hostsMax) {
      throw new CodedError('listen-failed', `Cannot start mail servers: more than ${hostsMax}`)
    }
    return `127.53.1.${++given}`
  }
}

/** Makes the servers of a case: certificates, addresses, and how each behaves. */
export function castOf(one: MailCase, mint: Mint, giveAddress: AddressGiver): Cast {
  const { id, hosts: specs = { mx: {} }, sts, domain: relative, kind } = one
  const zone = (sibling?: string) => `${id}${sibling ? `-${sibling}` : ''}.${mailZone}`
  const apex = zone()
  const named = (names: readonly string[]) => names.map((name) => fillZones(name, zone))
  const domain = parseName(`${relative === undefined ? '' : `${relative}.`}${apex}.`)
  const addresses = new Map<string, string>()
  const presented = new Map<string, Presented>()
  const hosts: MailHost[] = []

  for (const [key, spec] of Object.entries<HostSpec>(specs)) {
    const { names = [`${key}.{zone}`], startTls = 'good', onlyForSni } = spec
    const name = `${key}.${apex}`
    const chain = spec.chain && withNames(spec.chain, named)
    const own = mint.present(name, named(names), chain)
    const address = giveAddress()
    addresses.set(key, address)
    presented.set(key, own)
    const common = { address, name, startTls }
    if (onlyForSni === undefined) hosts.push({ ...common, credential: own })
    else {
      const credential = mint.present(`stranger of ${name}`, ['stranger.test'])
      const forSni = { name: fillZones(onlyForSni, zone), credential: own }
      hosts.push({ ...common, credential, forSni })
    }
  }
  const host = `mta-sts.${apex}`
  const site = sts && {
    ...{ host, policy: policyOf(sts, zone) },
    credential: mint.present(host, named(sts.names ?? [host]), sts.chain),
  }
  const partition = kind === 'status' ? one.partition : 'a-v1'
  const signed = `${tokenOf(domain)}.${partition}.${partitionParent}.`
  return { case: one, domain, zone, signed, addresses, presented, hosts, site }
}

/** The common name of the end entity is the only text in a chain. */
function withNames(chain: ChainSpec, named: (names: readonly string[]) => string[]): ChainSpec {
  const { leaf } = chain
  if (leaf?.commonName === undefined) return chain
  const [commonName = leaf.commonName] = named([leaf.commonName])
  return { ...chain, leaf: { ...leaf, commonName } }
}

/** A policy whose text names its zone. */
function policyOf(policy: SiteSpec, zone: Cast['zone']): SiteSpec {
  const { body } = policy
  return { ...policy, ...(body === undefined ? {} : { body: fillZones(body, zone) }) }
}
