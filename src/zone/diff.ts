import { RR, type RRset } from '../rr/index.ts'
import { nameFromKey } from '../wire/index.ts'
import type { ZoneRRset } from './node.ts'
import type { Change, Zone } from './zone.ts'

function sameOctets(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length && a.every((rdata, at) => Buffer.compare(rdata, b[at] ?? rdata) === 0)
  )
}

function sameRRset(a: ZoneRRset, b: RRset): boolean {
  return a.ttl === b.ttl && sameOctets(a.rdatas, b.rdatas)
}

/** `diffSteps` in one go. */
export function diffZones(from: Zone, to: Zone): Change[] {
  const steps = diffSteps(from, to)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * The change set that turns one version of a zone into another. RRsets that are equal octet for
 * octet are not in it, and so keep their signatures. O(n), with a pause after each name, during
 * which neither zone may change. Names compare without case: a new spelling of an owner alone is
 * no change.
 */
export function* diffSteps(from: Zone, to: Zone): Generator<void, Change[]> {
  const changes: Change[] = yield* diffLikes(from, to)
  for (const { key, owner, rrsets } of from.nodes()) {
    yield
    const after = to.ownNode(key)
    for (const { type } of rrsets) {
      if (!after?.rrsets.some((rrset) => rrset.type === type)) {
        changes.push({ owner, type, rrset: undefined })
      }
    }
  }
  for (const { key, owner, rrsets } of to.nodes()) {
    yield
    const before = from.ownNode(key)
    for (const rrset of rrsets) {
      const present = before?.rrsets.find(({ type }) => type === rrset.type)
      if (!present || !sameRRset(present, rrset)) changes.push({ owner, type: rrset.type, rrset })
    }
  }
  return changes
}

/** The changes between what two versions have of instances. */
function* diffLikes(from: Zone, to: Zone): Generator<void, Change[]> {
  const changes: Change[] = []
  for (const key of from.instances?.keys() ?? []) {
    yield
    const owner = nameFromKey(key)
    if (!to.instances?.has(key)) changes.push({ owner, type: RR.LIKE, rrset: undefined })
  }
  for (const key of to.instances?.keys() ?? []) {
    yield
    const before = from.ownRRset(key, RR.LIKE)
    const rrset = to.ownRRset(key, RR.LIKE) as ZoneRRset
    const { owner, type } = rrset
    if (!before || !sameRRset(before, rrset)) changes.push({ owner, type, rrset })
  }
  return changes
}
