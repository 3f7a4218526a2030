import type { UnixSeconds } from '../base/index.ts'
import type { ZonePolicy } from '../config/index.ts'
import type { ZoneKey } from '../keystore/index.ts'
import {
  apexChanges,
  isMadeBySigning,
  leavesNoRoom,
  makeSigning,
  nsec3Parameters,
  type Pace,
  type PublishedZone,
  type ZoneSigning,
} from '../publish/index.ts'
import { RR } from '../rr/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import type { StoredInstances, StoredLikeness, StoredRRset } from '../store/index.ts'
import { formatName, type Name, nameKey } from '../wire/index.ts'
import { type Change, findRRset, type ReadyInstances, Zone, type ZoneRRset } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { servedAlike, servedRRset } from './stored.ts'

/** RRsets that a zone being built takes up between two looks at the pace. */
const buildStep = 50

/** What a zone is built of. */
export interface Material {
  readonly apex: Name
  readonly policy: ZonePolicy
  readonly keys: readonly ZoneKey[]
  readonly rrsets: AsyncIterable<StoredRRset | StoredInstances> | Iterable<StoredRRset>
  readonly now: UnixSeconds
}

/** A signing for a zone, or why there can be none. */
export function signingFor(
  { apex, policy, keys, now }: Omit<Material, 'rrsets'>,
  cache: SignatureCache,
  before: ZoneSigning | undefined,
): ZoneSigning | Finding | undefined {
  if (!policy.dnssec) return undefined
  const name = formatName(apex)
  if (leavesNoRoom(apex, policy)) {
    const message = `Cannot sign ${name} with nsec3: its name is too long; choose another denial`
    return { severity: 'error', code: 'apex-too-long', message }
  }
  const message = `Cannot sign ${name}: none of its keys is active`
  return (
    makeSigning(apex, policy, keys, now, cache, before) ?? {
      ...{ severity: 'error', code: 'key-absent', message },
    }
  )
}

/**
 * Builds a zone of the store aside from what is served, in slices. RRsets that `before` serves
 * alike are taken over as they are, with their signatures. `ready` as the table has it.
 */
export async function buildStored(
  material: Material,
  signing: ZoneSigning | undefined,
  pace: Pace,
  before: Zone | undefined,
  ready: ReadyInstances,
): Promise<PublishedZone> {
  const { apex, policy, keys, rrsets, now } = material
  const nsec3 = nsec3Parameters(policy)
  const zone = new Zone(apex, nsec3 ? { nsec3, ready } : { ready })
  let changes: Change[] = signing ? apexChanges(signing) : []
  const likes = new Likes(apex)
  for await (const stored of rrsets) {
    const rest = pace.step()
    if (rest !== undefined) await rest
    if ('labels' in stored) {
      zone.takeIn({ labels: stored.labels, likes: stored.likenesses.map((it) => likes.of(it)) })
      continue
    }
    const rrset = keptOf(before, servedRRset(stored))
    const { owner, type } = stored
    if (rrset && !(signing && isMadeBySigning(stored, apex))) changes.push({ owner, type, rrset })
    if (changes.length >= buildStep) {
      zone.apply(changes)
      changes = []
    }
  }
  zone.apply(changes)
  const source = { kind: 'store' as const, zone: apex }
  return { zone, signing, policy, keys, source, marks: [], changedAt: now }
}

/** What instances are like, as it is served: the same object for what a store says in one. */
class Likes {
  readonly #apex: Name
  readonly #known = new Map<StoredLikeness, ZoneRRset | undefined>()

  constructor(apex: Name) {
    this.#apex = apex
  }

  of(likeness: StoredLikeness): ZoneRRset | undefined {
    if (this.#known.has(likeness)) return this.#known.get(likeness)
    const like = servedRRset({ owner: this.#apex, ...likeness })
    this.#known.set(likeness, like)
    return like
  }
}

/** The RRset that a zone serves already, in the place of one that is alike. */
function keptOf(zone: Zone | undefined, rrset: ZoneRRset | undefined): ZoneRRset | undefined {
  // A million instances would be unfolded only to find that LIKE has no signatures to keep.
  if (rrset?.type === RR.LIKE) return rrset
  const node = rrset && zone?.node(nameKey(rrset.owner))
  const present = node && findRRset(node, rrset.type)
  return present && servedAlike(present, rrset) ? present : rrset
}
