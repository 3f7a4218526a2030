import type { Clock, UnixSeconds } from '../base/index.ts'
import type { NameKey } from '../wire/index.ts'
import type { Zone, ZoneNode, ZoneRRset } from '../zone/index.ts'
import type { ZoneSigner } from './zone-signer.ts'

/** What was found of one RRset. */
export interface RenewalStep {
  /** Whether its next signatures were made. */
  readonly signed: boolean
  /** When those in force expire; undefined where no answer has asked for any. */
  readonly expiration: UnixSeconds | undefined
}

function* rrsetsOf(node: ZoneNode): Generator<ZoneRRset, void> {
  yield* node.rrsets
  if (node.nsec) yield node.nsec
  const nsec3 = node.nsec3?.rrset
  if (nsec3) yield nsec3
}

/**
 * Goes once over the signatures of a zone and makes those of the next window for all that end
 * within `leadSeconds`. Yields after every RRset what it found, so that the caller can stop
 * and let queries through. The zone may change between two steps: the pass then goes on after the
 * name where it was, so that one which changes all the time has its signatures renewed as well.
 */
export function* renewals(
  zone: Zone,
  signer: ZoneSigner,
  clock: Clock,
  leadSeconds: number,
): Generator<RenewalStep, void> {
  let after: NameKey | undefined
  let isDone = false
  while (!isDone) {
    const { version } = zone
    isDone = true
    for (const node of zone.nodes(after)) {
      for (const rrset of rrsetsOf(node)) {
        const signed = signer.renew(rrset, clock.now(), leadSeconds)
        yield { signed, expiration: signer.expirationOf(rrset) }
      }
      if (zone.version === version) continue
      after = node.key
      isDone = false
      break
    }
  }
}
