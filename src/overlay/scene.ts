import type { UnixSeconds } from '../base/index.ts'
import type { KeyOf, Scene } from '../lab/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { ActiveKey } from '../signer/index.ts'
import { joinNames, type Name, nameKey, parentName, parseName, rootName } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'

/** The tag of keys that nobody here has. */
const strangersTag = 1

function tags(keys: readonly ActiveKey[] = []): ReadonlySet<number> {
  return new Set(keys.map(({ keyTag }) => keyTag))
}

/** Zones around one that is served, of which nothing is known but what they could be called. */
function strangersOf(apex: Name): Scene['signers'] {
  const parent = apex.length > 1 ? parentName(apex) : rootName
  const named = (name: Name) => ({ name, keyTag: strangersTag })
  return {
    parent: named(parent),
    sibling: named(joinNames(parseName('sibling.'), parent)),
    child: named(joinNames(parseName('child.'), apex)),
  }
}

/** What edits of answers need to know of a zone that is served. */
export function sceneOf(
  { zone, signing }: ServedZone,
  speaker: Scene['speaker'],
  now: UnixSeconds,
): Scene {
  const keys = signing?.signer.keys
  return {
    ...{ apex: zone.apex, speaker, now },
    keyTags: { ksk: tags(keys?.keySigning), zsk: tags(keys?.zoneSigning) },
    signers: strangersOf(zone.apex),
    proofs: { parent: [], childApex: [] },
  }
}

/** The keys of zones that are served. */
export function keysOf(zones: ZoneTable<ServedZone>): KeyOf {
  return (signer, keyTag) => {
    const keys = zones.get(nameKey(signer))?.signing?.signer.keys
    const all = keys ? [...keys.keySigning, ...keys.zoneSigning] : []
    return all.find((key) => key.keyTag === keyTag)?.private
  }
}

/** The zone that has the DS record of another, where both are served. */
export function parentOf(
  { zone }: ServedZone,
  zones: ZoneTable<ServedZone>,
): ServedZone | undefined {
  const above = zones.findForDs(zone.apexKey)
  return above?.zone === zone ? undefined : above
}
