import { CodedError, type UnixSeconds } from '../base/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import { parseStsPolicy } from './policy.ts'
import type { StsPolicy, StsProblem } from './types.ts'

/** A policy that was fetched, and until when it holds. */
export interface KeptPolicy {
  readonly id: string
  readonly policy: StsPolicy
  readonly expires: UnixSeconds
}

/** A fetch that failed, for a record with that id. */
export interface FailedFetch {
  readonly id: string
  readonly at: UnixSeconds
  readonly problem: StsProblem
}

/** Bounds of a cache; beyond either, what was used longest ago goes first. */
export interface StsCacheLimits {
  readonly domainsMax: number
  /** Of all policies together. */
  readonly charactersMax: number
}

/** What holds unless a caller says otherwise. */
export const defaultStsCacheLimits: StsCacheLimits = {
  domainsMax: 10_000,
  charactersMax: 16 * 2 ** 20,
}

interface Entry {
  readonly kept: KeptPolicy | undefined
  readonly failed: FailedFetch | undefined
}

/** The form of a cache at rest. */
export interface StsCacheJson {
  readonly domains: readonly {
    readonly domain: string
    readonly kept?: { readonly id: string; readonly expires: number; readonly lines: string[] }
    readonly failed?: FailedFetch
  }[]
}

/** Policies by domain, and when fetching them failed. Bounded. */
export class StsCache {
  readonly #limits: StsCacheLimits
  /** What was used last is last. */
  readonly #entries = new Map<string, Entry>()
  #characters = 0

  /** An empty cache. */
  constructor(limits: Partial<StsCacheLimits> = {}) {
    this.#limits = { ...defaultStsCacheLimits, ...limits }
  }

  /** Domains of which something is known. */
  get size(): number {
    return this.#entries.size
  }

  /** The policy of a domain, if there is one that holds at `now`. */
  policy(domain: Name, now: UnixSeconds): KeptPolicy | undefined {
    const kept = this.#use(formatHost(domain))?.kept
    return kept === undefined || kept.expires <= now ? undefined : kept
  }

  /** The last fetch for a domain, if that failed. */
  failure(domain: Name): FailedFetch | undefined {
    return this.#use(formatHost(domain))?.failed
  }

  /** Keeps a policy just fetched, in place of what was known. */
  keep(domain: Name, kept: KeptPolicy): void {
    this.#set(formatHost(domain), { kept, failed: undefined })
  }

  /** Notes a failed fetch, beside the policy that may be there. */
  fail(domain: Name, failed: FailedFetch): void {
    const key = formatHost(domain)
    this.#set(key, { kept: this.#entries.get(key)?.kept, failed })
  }

  /** All of it, as JSON that `fromJson` reads back. */
  toJson(): StsCacheJson {
    const domains = [...this.#entries].map(([domain, { kept, failed }]) => ({
      domain,
      ...(kept === undefined
        ? {}
        : { kept: { id: kept.id, expires: kept.expires, lines: [...kept.policy.lines] } }),
      ...(failed === undefined ? {} : { failed }),
    }))
    return { domains }
  }

  /**
   * The cache that `toJson` described; policies are read anew.
   *
   * @throws {CodedError} `sts-cache-invalid`, with a JSON pointer, for anything else
   */
  static fromJson(json: unknown, limits: Partial<StsCacheLimits> = {}): StsCache {
    const cache = new StsCache(limits)
    const domains = asList(field(json, 'domains', ''), '/domains')
    domains.forEach((value, index) => {
      const at = `/domains/${index}`
      const domain = asText(field(value, 'domain', at), `${at}/domain`)
      const kept = field(value, 'kept', at)
      const failed = field(value, 'failed', at)
      cache.#set(domain, {
        kept: kept === undefined ? undefined : keptFromJson(kept, `${at}/kept`),
        failed: failed === undefined ? undefined : failedFromJson(failed, `${at}/failed`),
      })
    })
    return cache
  }

  #use(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, entry)
    }
    return entry
  }

  #set(key: string, entry: Entry): void {
    this.#forget(key)
    this.#entries.set(key, entry)
    this.#characters += weight(entry)
    for (const oldest of this.#entries.keys()) {
      const { domainsMax, charactersMax } = this.#limits
      if (this.#entries.size <= domainsMax && this.#characters <= charactersMax) break
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#characters -= weight(entry)
  }
}

function weight({ kept }: Entry): number {
  return (kept?.policy.lines ?? []).reduce((sum, line) => sum + line.length, 0)
}

function keptFromJson(json: unknown, at: string): KeptPolicy {
  const lines = asList(field(json, 'lines', at), `${at}/lines`)
  const reading = parseStsPolicy(Buffer.from(lines.join('\n')))
  if (reading.kind === 'invalid') refuse(`${at}/lines`, reading.text)
  return {
    id: asText(field(json, 'id', at), `${at}/id`),
    policy: reading.policy,
    expires: asTime(field(json, 'expires', at), `${at}/expires`),
  }
}

function failedFromJson(json: unknown, at: string): FailedFetch {
  const problem = field(json, 'problem', at)
  const type = asText(field(problem, 'type', `${at}/problem`), `${at}/problem/type`)
  if (
    type !== 'sts-policy-fetch-error' &&
    type !== 'sts-policy-invalid' &&
    type !== 'sts-webpki-invalid'
  ) {
    refuse(`${at}/problem/type`, `"${type}" is no result type`)
  }
  return {
    id: asText(field(json, 'id', at), `${at}/id`),
    at: asTime(field(json, 'at', at), `${at}/at`),
    problem: { type, text: asText(field(problem, 'text', `${at}/problem`), `${at}/problem/text`) },
  }
}

function field(json: unknown, name: string, at: string): unknown {
  if (typeof json !== 'object' || json === null) refuse(at, 'it is no object')
  return (json as Readonly<Record<string, unknown>>)[name]
}

function asList(json: unknown, at: string): readonly unknown[] {
  return Array.isArray(json) ? json : refuse(at, 'it is no list')
}

function asText(json: unknown, at: string): string {
  return typeof json === 'string' ? json : refuse(at, 'it is no text')
}

function asTime(json: unknown, at: string): UnixSeconds {
  return Number.isSafeInteger(json) ? (json as UnixSeconds) : refuse(at, 'it is no time')
}

function refuse(at: string, why: string): never {
  throw new CodedError('sts-cache-invalid', `Cannot read MTA-STS cache at "${at}": ${why}`)
}
