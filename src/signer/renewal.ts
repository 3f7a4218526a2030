import type { Clock } from '../base/index.ts'
import type { NameKey } from '../wire/index.ts'
import type { Zone, ZoneNode } from '../zone/index.ts'
import type { ZoneSigner } from './zone-signer.ts'

function* renewNode(node: ZoneNode, signer: ZoneSigner, clock: Clock, leadSeconds: number) {
  for (const rrset of node.rrsets) yield signer.renew(rrset, clock.now(), leadSeconds)
  if (node.nsec) yield signer.renew(node.nsec, clock.now(), leadSeconds)
  const nsec3 = node.nsec3?.rrset
  if (nsec3) yield signer.renew(nsec3, clock.now(), leadSeconds)
}

/**
 * Goes once over the signatures of a zone and makes those of the next window for all that end
 * within `leadSeconds`. Yields after every RRset whether it signed, so that the caller can stop
 * and let queries through. The zone may change between two steps: the pass then goes on after the
 * name where it was, so that one which changes all the time has its signatures renewed as well.
 */
export function* renewals(
  zone: Zone,
  signer: ZoneSigner,
  clock: Clock,
  leadSeconds: number,
): Generator<boolean, void> {
  let after: NameKey | undefined
  let isDone = false
  while (!isDone) {
    const { version } = zone
    isDone = true
    for (const node of zone.nodes(after)) {
      yield* renewNode(node, signer, clock, leadSeconds)
      if (zone.version === version) continue
      after = node.key
      isDone = false
      break
    }
  }
}
