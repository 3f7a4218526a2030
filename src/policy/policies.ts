import { LRUCache } from 'lru-cache'
import type { Clock, Timers, UnixSeconds } from '../base/index.ts'
import type { Destination, DestinationQuestion, Host } from '../destination/index.ts'
import type { StsState } from '../mtasts/index.ts'
import { formatName, type Name, nameKey } from '../wire/index.ts'
import { temporary, type Verdict, type Weighable, weigh } from './decide.ts'
import { type PolicyKey, readKey } from './key.ts'
import type { PolicyLimits } from './limits.ts'
import type { Reply } from './protocol.ts'

/** What policies are made from. */
export interface PoliciesOptions {
  /** What DNS says of a destination; never rejects. */
  readonly examine: (question: DestinationQuestion) => Promise<Destination>
  /** What it says of one host, whatever its MX records are; never rejects. */
  readonly examineHost: (question: DestinationQuestion) => Promise<Host>
  /** What MTA-STS says of a domain; never rejects. Undefined where it is not to be asked. */
  readonly sts: ((domain: Name) => Promise<StsState>) | undefined
  /** Reads a domain that may be Unicode. Throws `name-invalid`. */
  readonly parseDomain: (text: string) => Name
  /** What is said where nothing is demanded: a level, or that there is no policy. */
  readonly unprotected: Reply
  readonly clock: Clock
  readonly monotonicMs: () => number
  readonly timers: Timers
  readonly limits: PolicyLimits
}

/** An answer, and what a log wants to know of it. */
export interface PolicyAnswer extends Verdict {
  readonly key: string
  /** Seconds for which it is kept; 0 for one that is not. */
  readonly ttl: number
  readonly isCached: boolean
  readonly elapsedMs: number
}

interface Kept extends Verdict {
  readonly expires: UnixSeconds
}

/** MX hosts that a policy is made from, and addresses of each: as many as anybody has. */
const hostsMax = 16
const addressesMax = 16

const mtaPort = 25

/** Policies for destinations, found out when they are asked for. */
export class Policies {
  readonly #options: PoliciesOptions
  readonly #kept: LRUCache<string, Kept>
  readonly #underWay = new Map<string, Promise<Kept>>()

  constructor(options: PoliciesOptions) {
    this.#options = options
    this.#kept = new LRUCache({ max: options.limits.cacheEntriesMax })
  }

  /** What to tell about a key of `smtp_tls_policy_maps`. Never rejects. */
  async answer(key: string): Promise<PolicyAnswer> {
    const { clock, monotonicMs } = this.#options
    const begin = monotonicMs()
    const read = readKey(key, this.#options.parseDomain)
    const told = (verdict: Verdict, ttl: number, isCached: boolean): PolicyAnswer => {
      const { reply, reason } = verdict
      return { key, reply, reason, ttl, isCached, elapsedMs: monotonicMs() - begin }
    }
    if (read.kind === 'none') return told({ reply: { kind: 'absent' }, ...read }, 0, false)
    if (read.kind === 'invalid') {
      const { reason } = read
      return told({ reply: { kind: 'permanent', reason }, reason }, 0, false)
    }
    const id = `${read.kind} ${read.port} ${nameKey(read.domain)}`
    const kept = this.#kept.get(id)
    if (kept !== undefined && kept.expires > clock.now()) {
      return told(kept, kept.expires - clock.now(), true)
    }
    const found = await this.#inTime(id, read)
    return told(found, Math.max(0, found.expires - clock.now()), false)
  }

  /** Who asks what is being found out already waits for that. */
  #find(id: string, key: Nexthop): Promise<Kept> {
    const present = this.#underWay.get(id)
    if (present !== undefined) return present
    const finding = this.#findOut(key).then((found) => {
      this.#underWay.delete(id)
      if (found.expires > this.#options.clock.now()) this.#kept.set(id, found)
      return found
    })
    this.#underWay.set(id, finding)
    return finding
  }

  /** The same, or that it takes too long; what is found later is kept for who asks again. */
  #inTime(id: string, key: Nexthop): Promise<Kept> {
    const { timers, limits, clock } = this.#options
    const now = clock.now()
    if (this.#underWay.size >= limits.inFlightMax && !this.#underWay.has(id)) {
      const why = `${limits.inFlightMax} destinations are being looked into`
      return Promise.resolve({ ...temporary(why), expires: now })
    }
    return new Promise((resolve) => {
      const handle = timers.set(limits.answerTimeoutMs, () => {
        const why = `no result within ${limits.answerTimeoutMs} ms`
        resolve({ ...temporary(why), expires: now })
      })
      void this.#find(id, key).then((found) => {
        timers.clear(handle)
        resolve(found)
      })
    })
  }

  async #findOut(key: Nexthop): Promise<Kept> {
    const { sts, unprotected, clock, limits } = this.#options
    const { domain, port } = key
    const destination = await this.#examine(key)
    const { otherwise, enforced } = weigh(destination, unprotected)
    let verdict = otherwise
    let ttl = Math.min(limits.cacheSecondsMax, ttlOf(destination))
    // MTA-STS is about what is found by MX records, at port 25 (RFC 8461 §2).
    if (enforced !== undefined && sts !== undefined && key.kind === 'domain' && port === mtaPort) {
      const state = await sts(domain)
      if (state.kind === 'policy') {
        ttl = Math.min(ttl, state.expires - clock.now())
        if (state.policy.mode === 'enforce') verdict = enforced(state.policy)
      }
    }
    if (verdict.reply.kind === 'found' && verdict.reply.value.length > limits.answerOctetsMax) {
      verdict = temporary(`the policy of ${formatName(domain)} exceeds ${limits.answerOctetsMax}`)
    }
    const lasting = verdict.reply.kind === 'temporary' ? 0 : Math.max(0, ttl)
    return { ...verdict, expires: (clock.now() + lasting) as UnixSeconds }
  }

  /** A host that is named as such is a destination without MX records (RFC 7672 §2.2.2). */
  async #examine({ kind, domain, port }: Nexthop): Promise<Weighable> {
    const question = { domain, port, families: 'lax', hostsMax, addressesMax } as const
    if (kind === 'domain') return this.#options.examine(question)
    const host = await this.#options.examineHost(question)
    return { kind: 'implicit', reason: host.reason, isProtected: true, hosts: [host] }
  }
}

type Nexthop = Extract<PolicyKey, { readonly port: number }>

/** The least TTL of all that a destination rests on. */
function ttlOf({ mx, hosts }: Weighable): number {
  const lookups = hosts.flatMap(({ a, aaaa, tlsaLookups }) => [
    ...[a, aaaa],
    ...tlsaLookups.map(({ resolution }) => resolution),
  ])
  return Math.min(...[...(mx ? [mx] : []), ...lookups].map(({ ttl }) => ttl))
}
