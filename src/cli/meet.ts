import { matchChain } from '../dane/index.ts'
import type { Host } from '../destination/index.ts'
import type { Meeting } from '../migration/index.ts'
import { probe } from '../smtp/index.ts'
import { formatHost } from '../wire/index.ts'
import { ehloDefault } from './flags.ts'
import type { Io } from './io.ts'

/**
 * Meets a host by SMTP, as a sender does: STARTTLS, and where there are usable TLSA records, a
 * certificate that matches one (RFC 7672 §2.2).
 */
export async function meetHost(
  host: Host,
  port: number,
  {
    timers,
    monotonicMs,
    hostName,
    clock,
  }: Pick<Io, 'timers' | 'monotonicMs' | 'hostName' | 'clock'>,
): Promise<Omit<Meeting, 'host'>> {
  const { tlsa, tlsaBase, referenceNames } = host
  const [address] = host.addresses
  if (address === undefined) return { isGood: false, text: 'It has no address' }
  // RFC 7672 §8.1: SNI is the TLSA base.
  const serverName = formatHost(tlsaBase ?? host.name)
  const request = { address, port, serverName, ehloName: ehloDefault(hostName) }
  const { outcome } = await probe(request, { timers, monotonicMs })
  const at = `${formatHost(host.name)} at ${address}`
  if (outcome.kind !== 'tls') return { isGood: false, text: `${at}: ${outcome.text}` }
  if (!tlsa || tlsa.active.length === 0) return { isGood: true, text: `${at} took mail over TLS` }
  const { chain } = outcome.tls
  const { authenticated } = matchChain({ tlsa, chain, referenceNames, now: clock.now() })
  return {
    isGood: authenticated,
    text: authenticated
      ? `${at} took mail, and its certificate matches its TLSA records`
      : `${at} has a certificate that matches none of its TLSA records`,
  }
}
