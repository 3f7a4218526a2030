import type { RRset } from '../../src/rr/index.ts'
import {
  compareLabels,
  idOf,
  isAtOrBelow,
  isBelow,
  type Labels,
  labelsOf,
  sameLabels,
  suffix,
  wireOf,
} from './labels.ts'

const [A, NS, CNAME, SOA, AAAA, DNAME, DS] = [1, 2, 5, 6, 28, 39, 43]

/** A zone as a plain list. */
export interface ModelZone {
  readonly apex: Labels
  readonly sets: readonly ModelSet[]
}

export interface ModelSet {
  readonly owner: Labels
  readonly type: number
  readonly ttl: number
  readonly rdatas: readonly Uint8Array[]
}

/** A record of an expected answer, as text that compares. */
export type Line = string

/** What a server should say. */
export interface Expected {
  readonly kind:
    | 'positive'
    | 'nodata'
    | 'nxdomain'
    | 'referral'
    | 'elsewhere'
    | 'unfollowed'
    | 'yxdomain'
    | 'loop'
  readonly authoritative: boolean
  readonly answer: Line[]
  readonly authority: Line[]
  readonly additional: Line[]
  /** The name at which the chain of aliases ends, and its zone. */
  readonly name: Labels
  readonly zone: ModelZone
}

export function modelZone(apex: Labels, rrsets: readonly RRset[]): ModelZone {
  const sets = rrsets.map(({ owner, type, ttl, rdatas }) => ({
    owner: labelsOf(owner),
    type,
    ttl,
    rdatas,
  }))
  return { apex, sets }
}

/** Case is folded in RDATA too: compression may take a name from where it is spelled otherwise. */
export function line(owner: Labels, type: number, ttl: number, rdata: Uint8Array): Line {
  const folded = rdata.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet))
  return `${idOf(owner)} ${ttl} ${type} ${Buffer.from(folded).toString('hex')}`
}

function linesOf(set: ModelSet, owner: Labels, ttl = set.ttl): Line[] {
  return set.rdatas.map((rdata) => line(owner, set.type, ttl, rdata))
}

function zoneFor(zones: readonly ModelZone[], name: Labels, type: number): ModelZone | undefined {
  const holding = zones
    .filter(({ apex }) => isAtOrBelow(name, apex))
    .sort((a, b) => b.apex.length - a.apex.length)
  const parent = holding.find(({ apex }) => isBelow(name, apex))
  return type === DS && parent ? parent : holding[0]
}

function setAt(zone: ModelZone, owner: Labels, type: number): ModelSet | undefined {
  return zone.sets.find((set) => set.type === type && sameLabels(set.owner, owner))
}

/** The topmost cut or DNAME that keeps a name from being answered from its own data. */
function hiding(zone: ModelZone, name: Labels, type: number): ModelSet | undefined {
  for (let depth = zone.apex.length; depth <= name.length; depth++) {
    const at = suffix(name, depth)
    const isLast = depth === name.length
    const ns = depth > zone.apex.length ? setAt(zone, at, NS) : undefined
    if (ns) return isLast && type === DS ? undefined : ns
    const dname = isLast ? undefined : setAt(zone, at, DNAME)
    if (dname) return dname
  }
  return undefined
}

/** Whether a name exists (RFC 4592 §2.2): it, or something below it, has data. */
export function exists(zone: ModelZone, name: Labels): boolean {
  return zone.sets.some(({ owner }) => isAtOrBelow(owner, name))
}

function negativeSoa(zone: ModelZone): Line[] {
  const soa = setAt(zone, zone.apex, SOA) as ModelSet
  const rdata = Buffer.from(soa.rdatas[0] as Uint8Array)
  return linesOf(soa, zone.apex, Math.min(soa.ttl, rdata.readUInt32BE(rdata.length - 4)))
}

function referral(zone: ModelZone, ns: ModelSet): Pick<Expected, 'authority' | 'additional'> {
  const ds = setAt(zone, ns.owner, DS)
  const additional = ns.rdatas.flatMap((rdata) =>
    [A, AAAA].flatMap((type) => {
      const set = setAt(zone, labelsOf(rdata), type)
      return set ? linesOf(set, set.owner) : []
    }),
  )
  return {
    authority: [...linesOf(ns, ns.owner), ...(ds ? linesOf(ds, ns.owner) : [])],
    additional: [...new Set(additional)],
  }
}

/**
 * RFC 1034 §4.3.2, RFC 4592 §3.3 and RFC 6672 §3.2 over plain lists, for types that zones store.
 * `aliasesMax` bounds the chain. DNSSEC records other than DS are left out. A server that has
 * proved an expansion (`provesExpansions`) does not follow the chain into another zone.
 */
export function expectAnswer(
  zones: readonly ModelZone[],
  qname: Labels,
  type: number,
  aliasesMax: number,
  provesExpansions = false,
): Expected | undefined {
  const answer: Line[] = []
  const seen: string[] = []
  let name = qname
  let zone = zoneFor(zones, name, type)
  let hasExpanded = false
  if (!zone) return undefined
  const end = (kind: Expected['kind'], rest: Partial<Expected> = {}): Expected => ({
    kind,
    authoritative: true,
    answer: [...new Set(answer)],
    authority: [],
    additional: [],
    name,
    zone: zone as ModelZone,
    ...rest,
  })
  for (;;) {
    const here = zoneFor(zones, name, type)
    if (!here) return end('elsewhere')
    if (here !== zone && hasExpanded && provesExpansions) return end('unfollowed')
    if (seen.includes(idOf(name)) || seen.length > aliasesMax) return end('loop')
    seen.push(idOf(name))
    zone = here
    const hidden = hiding(zone, name, type)
    if (hidden?.type === NS) {
      return end('referral', { authoritative: seen.length > 1, ...referral(zone, hidden) })
    }
    if (hidden) {
      answer.push(...linesOf(hidden, hidden.owner))
      const target = [
        ...name.slice(0, name.length - hidden.owner.length),
        ...labelsOf(hidden.rdatas[0] as Uint8Array),
      ]
      if (wireOf(target).length > 255) return end('yxdomain')
      answer.push(line(name, CNAME, hidden.ttl, wireOf(target)))
      // As NSD, Knot and BIND do: the CNAME that was asked for is there.
      if (type === CNAME) return end('positive')
      name = target
      continue
    }
    let source = name
    if (!exists(zone, name)) {
      let depth = name.length - 1
      while (!exists(zone, suffix(name, depth))) depth--
      source = ['*', ...suffix(name, depth)]
      if (!exists(zone, source)) return end('nxdomain', { authority: negativeSoa(zone) })
      hasExpanded = true
    }
    const set = setAt(zone, source, type)
    if (set) {
      answer.push(...linesOf(set, name))
      return end('positive')
    }
    const cname = setAt(zone, source, CNAME)
    if (!cname) return end('nodata', { authority: negativeSoa(zone) })
    answer.push(...linesOf(cname, name))
    name = labelsOf(cname.rdatas[0] as Uint8Array)
  }
}

/** Every owner of a zone, each once, in canonical order. */
export function owners(zone: ModelZone): Labels[] {
  const byId = new Map(zone.sets.map(({ owner }) => [idOf(owner), owner]))
  return [...byId.values()].sort(compareLabels)
}
