import type { UnixSeconds } from '../base/index.ts'
import { type Certificate, dsRdata, sha256 } from '../crypto/index.ts'
import { nsecDenial } from '../denial/index.ts'
import { keyDuties, type ZoneKey } from '../keystore/index.ts'
import type { ServedZone, Signing } from '../query/index.ts'
import { makeRRset, parseRdata, RR, type RRType, scanRdataText, type Ttl } from '../rr/index.ts'
import { type ActiveKey, apexRRsets, SignatureCache, ZoneSigner } from '../signer/index.ts'
import {
  equalNames,
  isSubdomain,
  joinNames,
  type Name,
  nameFromLabels,
  nameKey,
  parseName,
} from '../wire/index.ts'
import { Zone } from '../zone/index.ts'
import type { ZoneSetup } from './scenario.ts'

/** A zone as its operator has it at one moment. */
export interface ZoneState {
  readonly setup: ZoneSetup
  /** Addresses of its servers, in the order of the setup. */
  readonly addresses: readonly string[]
  /** By the name that the scenario gives them, gone or not; their timing says what they do. */
  readonly keys: ReadonlyMap<string, ZoneKey>
  /** Whose DS records its parent has. */
  readonly ds: readonly string[]
  /** By host: whom its TLSA records are about. */
  readonly tlsa: ReadonlyMap<
    string,
    { readonly host: Name; readonly chain: readonly Certificate[] }
  >
  readonly serial: number
}

/** SHA-256 (RFC 4509 §2). */
const dsDigest = 2
const signatureCacheOctets = 1 << 20
const refreshing = '7200 3600 1209600'

interface DraftRRset {
  readonly owner: Name
  readonly type: RRType
  readonly ttl: Ttl
  readonly rdatas: Uint8Array[]
}

/** RRsets while they are gathered; the first record of one gives the TTL. */
class Gathering {
  readonly #sets = new Map<string, DraftRRset>()

  add(owner: Name, type: RRType, ttl: Ttl, rdata: Uint8Array): void {
    const key = `${type} ${nameKey(owner)}`
    const set = this.#sets.get(key) ?? { owner, type, ttl, rdatas: [] }
    set.rdatas.push(rdata)
    this.#sets.set(key, set)
  }

  addText(owner: Name, type: RRType, ttl: Ttl, text: string): void {
    this.add(owner, type, ttl, parseRdata(type, scanRdataText(text, owner)))
  }

  rrsets() {
    return [...this.#sets.values()].map(({ owner, type, ttl, rdatas }) =>
      makeRRset(owner, type, ttl, rdatas),
    )
  }
}

/** The name of a server of a zone. */
export function serverName(server: string, { apex }: ZoneSetup): Name {
  return joinNames(parseName(`${server}.`), apex)
}

/** Where the TLSA records of a mail host are (RFC 7672 §2.2.3). */
export function tlsaOwner(host: Name): Name {
  return joinNames(nameFromLabels([Buffer.from('_25'), Buffer.from('_tcp')]), host)
}

/** The closest zone above a name, or at it. */
export function zoneFor<T extends { readonly setup: ZoneSetup }>(
  name: Name,
  zones: readonly T[],
): T | undefined {
  return zones
    .filter(({ setup }) => isSubdomain(name, setup.apex))
    .sort((a, b) => b.setup.apex.length - a.setup.apex.length)[0]
}

/** The zone that delegates another; undefined for the root. */
export function parentOf<T extends { readonly setup: ZoneSetup }>(
  { setup: { apex } }: { readonly setup: ZoneSetup },
  zones: readonly T[],
): T | undefined {
  return zoneFor(
    apex,
    zones.filter(({ setup }) => !equalNames(setup.apex, apex)),
  )
}

function addServers(zone: ZoneState, ttl: Ttl, into: Gathering): void {
  const { setup, addresses } = zone
  setup.servers.forEach((server, at) => {
    const name = serverName(server, setup)
    into.add(setup.apex, RR.NS, ttl, name)
    into.addText(name, RR.A, ttl, addresses[at] ?? '')
  })
}

function addDelegation(child: ZoneState, ttl: Ttl, into: Gathering): void {
  const { apex, dsTtl } = child.setup
  addServers(child, ttl, into)
  for (const name of child.ds) {
    const key = child.keys.get(name)
    if (key) into.add(apex, RR.DS, dsTtl, dsRdata(apex, key.dnskey, dsDigest))
  }
}

/** `3 1 1`: the key of the certificate, by SHA-256 (RFC 7672 §3.1.1). */
function tlsaRdata({ spki }: Certificate): Uint8Array {
  return Uint8Array.of(3, 1, 1, ...sha256(spki))
}

function recordsOf(zone: ZoneState, children: readonly ZoneState[]): Gathering {
  const { setup, serial, tlsa } = zone
  const { apex, ttl, servers, records } = setup
  const gathering = new Gathering()
  const soa = `${servers[0]} hostmaster ${serial} ${refreshing} ${ttl}`
  gathering.addText(apex, RR.SOA, ttl, soa)
  addServers(zone, ttl, gathering)
  for (const record of records) {
    gathering.add(record.owner, record.type, record.ttl, record.rdata)
  }
  for (const { host, chain } of tlsa.values()) {
    for (const certificate of chain) {
      gathering.add(tlsaOwner(host), RR.TLSA, ttl, tlsaRdata(certificate))
    }
  }
  for (const child of children) addDelegation(child, ttl, gathering)
  return gathering
}

function active(keys: readonly ZoneKey[]): ActiveKey[] {
  return keys.map((key) => ({ keyTag: key.keyTag, private: key.private }))
}

/**
 * Builds a zone as it is served at a moment, signed by the keys that are active then. Without a
 * key that signs both DNSKEY and the rest it is not signed.
 */
export function buildServed(
  zone: ZoneState,
  children: readonly ZoneState[],
  now: UnixSeconds,
): ServedZone {
  const { setup, keys } = zone
  const { apex, ttl, policy } = setup
  const rrsets = recordsOf(zone, children).rrsets()
  const duties = keyDuties([...keys.values()], now)
  let signing: Signing | undefined
  if (duties.keySigners.length > 0) {
    const zoneKeys = {
      keySigning: active(duties.keySigners),
      zoneSigning: active(duties.zoneSigners),
      published: duties.published.map(({ dnskey }) => dnskey),
      secureEntryPoints: [],
    }
    rrsets.push(...apexRRsets(apex, zoneKeys, { ttl, cds: false }))
    const cache = new SignatureCache(signatureCacheOctets)
    signing = { signer: new ZoneSigner(apex, zoneKeys, policy, cache), denial: nsecDenial }
  }
  const built = new Zone(apex)
  built.apply(rrsets.map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset })))
  return { zone: built, signing }
}
