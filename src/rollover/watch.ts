import type { UnixSeconds } from '../base/index.ts'
import type { Certificate } from '../crypto/index.ts'
import { sha256 } from '../crypto/index.ts'
import { judgeTlsas, matchChain } from '../dane/index.ts'
import type { ProbeResult } from '../smtp/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import { idOf } from './certificates.ts'
import { tlsaRdata } from './plan.ts'
import type { Rollover, Sighting } from './types.ts'
import type { RolloverOptions } from './world.ts'

/** Addresses of all servers of one owner. */
export const addressesMax = 64
/** Servers that are talked to at a time. */
const probesAtOnce = 8

/** Looks at every server of an owner: what it presents to whoever asks for its name. */
export async function lookAtServers(
  { probe, ehloName, clock }: RolloverOptions,
  { settings: { servers, port } }: Rollover,
): Promise<readonly Sighting[]> {
  if (!probe) return []
  const targets = servers
    .flatMap(({ host, addresses }) => addresses.map((address) => ({ host, address })))
    .slice(0, addressesMax)
  const sightings: Sighting[] = []
  for (let at = 0; at < targets.length; at += probesAtOnce) {
    const some = targets.slice(at, at + probesAtOnce).map(async ({ host, address }) => {
      // RFC 7672 §8.1: SNI has the TLSA base domain.
      const serverName = formatHost(host)
      const result = await probe({ address, port, serverName, ehloName })
      return sightingOf(host, result, clock.now())
    })
    sightings.push(...(await Promise.all(some)))
  }
  return sightings
}

/** What a conversation showed. */
function sightingOf(host: Name, { address, outcome }: ProbeResult, at: UnixSeconds): Sighting {
  if (outcome.kind !== 'tls') {
    const { text } = outcome
    return { host, address, at, key: undefined, anchors: [], text: text.slice(0, textMax) }
  }
  const { chain } = outcome.tls
  const [leaf] = chain
  if (!leaf) return { host, address, at, key: undefined, anchors: [], text: 'no certificate' }
  const text = `key ${idOf(leaf.spki)} (${leaf.subject})`.slice(0, textMax)
  return { host, address, at, key: idOf(leaf.spki), anchors: anchorsOf(host, chain, at), text }
}

/** Characters of what is kept of a sighting's text. */
const textMax = 300

/** The authorities in a chain that `2 1 1` would authenticate it by (RFC 7672 §3.1.2). */
function anchorsOf(host: Name, chain: readonly Certificate[], now: UnixSeconds): string[] {
  return chain.flatMap(({ spki }) => {
    const record = { usage: 2, selector: 1, matching: 1, data: sha256(spki) }
    const tlsa = judgeTlsas([tlsaRdata(record)])
    const { authenticated } = matchChain({ tlsa, chain, referenceNames: [host], now })
    return authenticated ? [idOf(spki)] : []
  })
}
