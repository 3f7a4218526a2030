import type { UnixSeconds } from '../base/index.ts'
import type { KeyOf, Scene } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { ActiveKey } from '../signer/index.ts'
import { equalNames, joinNames, type Name, parentName, parseName } from '../wire/index.ts'

/** Keys that nobody has. */
const strangersTag = 1

function tags(keys: readonly ActiveKey[] = []): ReadonlySet<number> {
  return new Set(keys.map(({ keyTag }) => keyTag))
}

/** Zones around one that is served, of which nothing is known but what they could be called. */
function strangersOf(apex: Name): Scene['signers'] {
  const parent = parentName(apex)
  const named = (name: Name) => ({ name, keyTag: strangersTag })
  return {
    parent: named(parent),
    sibling: named(joinNames(parseName('sibling.'), parent)),
    child: named(joinNames(parseName('child.'), apex)),
  }
}

/** What edits of answers need to know of a zone that is served. */
export function sceneOf({ zone, signing }: ServedZone, now: UnixSeconds): Scene {
  const keys = signing?.signer.keys
  return {
    apex: zone.apex,
    now,
    keyTags: { ksk: tags(keys?.keySigning), zsk: tags(keys?.zoneSigning) },
    signers: strangersOf(zone.apex),
    proofs: { parent: [], childApex: [] },
  }
}

/** The keys that a zone signs with. */
export function keysOf({ zone, signing }: ServedZone): KeyOf {
  const { keySigning = [], zoneSigning = [] } = signing?.signer.keys ?? {}
  return (signer, keyTag) => {
    if (!equalNames(signer, zone.apex)) return undefined
    return [...keySigning, ...zoneSigning].find((key) => key.keyTag === keyTag)?.private
  }
}
