import type { UnixSeconds } from '../../src/base/index.ts'
import { sha256 } from '../../src/crypto/index.ts'
import type { KeyMaterial } from '../../src/rollover/certificates.ts'
import { publishedKeys, settle } from '../../src/rollover/change.ts'
import { recordsOf, tlsaRdata } from '../../src/rollover/plan.ts'
import { withSightings } from '../../src/rollover/steps.ts'
import type { Rollover, Sighting } from '../../src/rollover/types.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import type { StoredRRset } from '../../src/store/index.ts'
import { parseName, toHex } from '../../src/wire/index.ts'

const host = parseName('mail.a.test.')

/** A key that is called by a number. */
export function keyNumber(number: number): KeyMaterial & { readonly source: string } {
  const data = sha256(Uint8Array.of(number))
  const tlsa = { usage: 3, selector: 1, matching: 1, data }
  return { id: toHex(data), tlsas: [tlsa], notAfter: undefined, source: `key ${number}` }
}

/** A set as it was published, until it was replaced. */
interface Version {
  readonly ids: ReadonlySet<string>
  readonly ttl: number
  until: number
}

/**
 * The world of one TLSA owner: what was published when, what servers present, and so what any
 * sender may hold. A secondary serves an old set for `lagSeconds`, a cache keeps it for its TTL,
 * and whoever asked that cache in its last moment goes by the answer for another TTL.
 */
export class World {
  now = 1_000_000 as UnixSeconds
  rollover: Rollover
  /** What each server presents. */
  readonly servers: string[]
  /** What went wrong, as a sender would see it. */
  readonly mismatches: string[] = []
  readonly #versions: Version[] = []

  constructor(ttl: number, lagSeconds: number, servers: readonly string[]) {
    this.servers = [...servers]
    const addresses = servers.map((_, index) => `192.0.2.${index + 1}`)
    this.rollover = {
      owner: parseName('_25._tcp.mail.a.test.'),
      ...{ zone: parseName('a.test.'), tenant: 'acme', ttl: ttl as Ttl, version: 0 },
      ...{ cachesUntil: 0 as UnixSeconds, keys: [], sightings: [] },
      settings: {
        ...{ issuer: false, lagSeconds, warnSeconds: 0, port: 25 },
        servers: [{ host, addresses }],
      },
    }
  }

  /** Commits a change as the room does, and sees whether a sender is hurt by it. */
  commit(change: (rollover: Rollover, now: UnixSeconds) => Rollover): void {
    this.rollover = settle(this.rollover, change(this.rollover, this.now), this.#live(), this.now)
    const ids = new Set(publishedKeys(this.rollover).map(({ id }) => id))
    const last = this.#versions.at(-1)
    const { ttl } = this.rollover
    if (last && last.ttl === ttl && [...last.ids].join() === [...ids].join()) return
    if (last) last.until = this.now
    this.#versions.push({ ids, ttl, until: Number.POSITIVE_INFINITY })
    this.#look()
  }

  /** A server presents another key from now on. */
  deploy(server: number, id: string): void {
    this.servers[server] = id
    this.#look()
  }

  /** Looks at all servers, as the room does. */
  watch(): void {
    const seen = this.servers.map((key, index): Sighting => {
      const address = `192.0.2.${index + 1}`
      return { host, address, at: this.now, key, anchors: [], text: key }
    })
    this.commit((rollover, now) => withSightings(rollover, seen, now))
  }

  pass(seconds: number): void {
    this.now = (this.now + seconds) as UnixSeconds
  }

  /** Every set that a sender may go by now has to have what every server presents. */
  #look(): void {
    const { lagSeconds } = this.rollover.settings
    for (const { ids, ttl, until } of this.#versions) {
      const isForgotten = this.now >= until + lagSeconds + 2 * ttl
      if (isForgotten || ids.size === 0) continue
      for (const [server, id] of this.servers.entries()) {
        if (ids.has(id)) continue
        this.mismatches.push(`${this.now}: server ${server} presents what a cache does not know`)
      }
    }
  }

  #live(): StoredRRset | undefined {
    const last = this.#versions.at(-1)
    if (!last || last.ids.size === 0) return undefined
    const { owner } = this.rollover
    const records = recordsOf(publishedKeys(this.rollover)).map((tlsa) => ({
      ...{ rdata: tlsaRdata(tlsa), content: '', disabled: false },
    }))
    return { owner, type: RR.TLSA, ttl: last.ttl as Ttl, records, comments: [] }
  }
}
