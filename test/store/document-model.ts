import fc from 'fast-check'
import type { Test } from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import type {
  DocumentCommit,
  DocumentOutcome,
  DocumentWrite,
  Store,
  StoredDocument,
} from '../../src/store/index.ts'
import { now, write } from './samples.ts'

/** Keys whose order is easily got wrong: prefixes, and what UTF-16 orders otherwise. */
const stems = ['a', 'a\u0000', 'a.b', 'aa', 'ab', 'b', '\ue000', '\u{10000}', '\u{10ffff}']
const keys = stems.flatMap((stem) => ['', '0', '1', '.2', '\u007f'].map((rest) => stem + rest))
const tenants = ['', 'ten', 'tenant', 'ü']
const collection = 'domain'

/** What a commit wishes to be written of documents. */
export const documentWishes = fc.array(
  fc.record({
    key: fc.constantFrom(...keys),
    tenant: fc.constantFrom(...tenants),
    dueAt: fc.option(
      fc.nat(50).map((seconds) => (now + seconds) as UnixSeconds),
      { nil: undefined },
    ),
    // Names are taken for ever: of few, soon none could be claimed any more.
    claims: fc.array(
      fc.nat(50_000).map((n) => `name${n}`),
      { maxLength: 2 },
    ),
    // Few work upon a version that is not there: what follows in the group then fails too.
    stale: fc.nat(99).map((n) => n === 0),
  }),
  { maxLength: 2 },
)
export type DocumentWishes = typeof documentWishes extends fc.Arbitrary<infer T> ? T : never

/** Documents in a store that is too simple to be wrong. */
export class DocumentModel {
  /** All versions of each, the oldest first. */
  readonly #versions = new Map<string, DocumentWrite[]>()
  readonly #claims = new Map<string, string>()

  /** The writes of somebody who knows the versions in `versions`. */
  writesOf(wishes: DocumentWishes, versions: Map<string, number>): DocumentWrite[] {
    const writes = new Map<string, DocumentWrite>()
    const claimed = new Set<string>()
    for (const { key, stale, claims, ...rest } of wishes) {
      if (writes.has(key)) continue
      const version = (versions.get(key) ?? this.#versionOf(key)) + (stale ? 1 : 0)
      if (!stale) versions.set(key, version + 1)
      const free = [...new Set(claims)].filter((claim) => !claimed.has(claim))
      for (const claim of free) claimed.add(claim)
      writes.set(key, write(key, version, { ...rest, claims: free, note: `to ${version + 1}` }))
    }
    return [...writes.values()]
  }

  /** What should keep them from being written. */
  conflictOf(
    writes: readonly DocumentWrite[],
  ): Exclude<DocumentOutcome, { readonly kind: 'done' }> | undefined {
    for (const { document, expectedVersion, claims } of writes) {
      const { key } = document
      const version = this.#versionOf(key)
      if (version !== expectedVersion) return { kind: 'documentConflict', key, version }
      for (const claim of claims) {
        const by = this.#claims.get(claim) ?? key
        if (by !== key) return { kind: 'claimConflict', claim, by }
      }
    }
    return undefined
  }

  put(writes: readonly DocumentWrite[]): void {
    for (const one of writes) {
      const { key } = one.document
      this.#versions.set(key, [...(this.#versions.get(key) ?? []), one])
      for (const claim of one.claims) this.#claims.set(claim, key)
    }
  }

  /** Applies documents alone; what the store should have answered. */
  apply(commits: readonly DocumentCommit[]): DocumentOutcome[] {
    return commits.map(({ writes }) => {
      const conflict = this.conflictOf(writes)
      if (!conflict) this.put(writes)
      return conflict ?? { kind: 'done' }
    })
  }

  /** Whether a store has the same. */
  async compare(test: Test, store: Store): Promise<void> {
    const all = [...this.#versions.values()].map((versions) => versions.at(-1)?.document)
    const present = all.filter((one) => one !== undefined).sort(byKey)
    test.strictSame((await store.documents({ collection, limit: 99 })).items, present)
    for (const tenant of tenants) {
      const own = present.filter((one) => one.tenant === tenant)
      test.strictSame((await store.documents({ collection, tenant, limit: 99 })).items, own)
    }
    const until = (now + 25) as UnixSeconds
    const due = present.filter(({ dueAt }) => dueAt !== undefined && dueAt <= until)
    due.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || byKey(a, b))
    test.strictSame(await store.dueDocuments(collection, until, 99), due)
    for (const [key, versions] of this.#versions) {
      const { items } = await store.documentHistory({ collection, key, limit: 5 })
      const expected = versions.slice(-5).reverse()
      test.strictSame(
        items.map(({ document, note }) => ({ document, note })),
        expected.map(({ document, note }) => ({ document, note })),
      )
    }
  }

  /** Whether all that was ever claimed is still whose it was. */
  async compareClaims(test: Test, store: Store): Promise<void> {
    const wrong: string[] = []
    for (const [claim, by] of this.#claims) {
      if ((await store.claimant(collection, claim)) !== by) wrong.push(claim)
    }
    test.strictSame(wrong, [])
    test.ok(this.#claims.size > 500, `${this.#claims.size} names are claimed`)
  }

  #versionOf(key: string): number {
    return this.#versions.get(key)?.length ?? 0
  }
}

function byKey(a: StoredDocument, b: StoredDocument): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
}
