import { LRUCache } from 'lru-cache'

/** Counts of work done since the start; plain numbers, for metrics. */
export interface SignerCounters {
  /** Signatures made because an answer needed them. */
  made: number
  /** Signatures made ahead of time. */
  renewed: number
  /** Signatures that were there when an answer needed them. */
  cached: number
}

/** What an entry costs beside its octets, roughly: the objects around it. */
const entryOverheadOctets = 200

/**
 * Signatures of RRsets that were made for one answer, shared by all zones of a server. Bounded in
 * octets; the least recently used go first. The key is everything that was signed and by which
 * key, so an entry can never be wrong, only old.
 */
export class SignatureCache {
  /** Of all signers that share this cache; they come and go with keys and policies. */
  readonly counters: SignerCounters = { made: 0, renewed: 0, cached: 0 }
  readonly #signatures: LRUCache<string, Uint8Array>

  /** A cache of at most `octetsMax` octets, at least one. */
  constructor(octetsMax: number) {
    this.#signatures = new LRUCache({
      maxSize: octetsMax,
      sizeCalculation: (rdata, key) => rdata.length + key.length + entryOverheadOctets,
    })
  }

  /** How many octets are held, and in how many signatures. */
  get usage(): { octets: number; signatures: number } {
    return { octets: this.#signatures.calculatedSize, signatures: this.#signatures.size }
  }

  /** The RRSIG RDATA under a key, or undefined. */
  get(key: string): Uint8Array | undefined {
    return this.#signatures.get(key)
  }

  /** Keeps RRSIG RDATA under a key. */
  set(key: string, rdata: Uint8Array): void {
    this.#signatures.set(key, rdata)
  }
}
