import type { Store, StoredRRset } from '../../src/store/index.ts'
import {
  compareNames,
  type Name,
  type NameKey,
  nameFromKey,
  nameKey,
  readRun,
} from '../../src/wire/index.ts'

/** What `content` gives of a zone, instances by themselves, in the order of `rrsets`. */
export async function contentOf(store: Store, apex: Name): Promise<StoredRRset[]> {
  const found: StoredRRset[] = []
  for await (const item of store.content(apex)) {
    if (!('labels' in item)) {
      found.push(item)
      continue
    }
    for (const { label, mark } of readRun(item.labels)) {
      const owner = nameFromKey(`${nameKey(apex)}${label}\0` as NameKey)
      const likeness = item.likenesses[mark]
      if (likeness) found.push({ owner, ...likeness })
    }
  }
  return found.sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type)
}
