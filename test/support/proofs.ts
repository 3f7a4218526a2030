import { nsec3Hash } from '../../src/crypto/index.ts'
import { fromBase32hex, type Name } from '../../src/wire/index.ts'
import {
  commonLabels,
  compareLabels,
  isAtOrBelow,
  isBelow,
  type Labels,
  labelsOf,
  sameLabels,
  suffix,
  wireOf,
} from './labels.ts'

const NS = 2
const CNAME = 5
const SOA = 6
const DNAME = 39
const DS = 43
const NXNAME = 128

/** An NSEC record. */
export interface Nsec {
  readonly kind: 'nsec'
  readonly apex: Labels
  readonly owner: Labels
  readonly next: Labels
  readonly types: ReadonlySet<number>
}

/** An NSEC3 record, hashes as strings of code points 0 to 255. */
export interface Nsec3 {
  readonly kind: 'nsec3'
  readonly apex: Labels
  readonly hash: string
  readonly next: string
  readonly iterations: number
  readonly salt: Uint8Array
  readonly optOut: boolean
  readonly types: ReadonlySet<number>
}

export type DenialRecord = Nsec | Nsec3

/** What records prove of a name and type. `optOut`: nothing, but validly so (RFC 5155 §6). */
export type Proven = 'nodata' | 'wildcardNodata' | 'nxdomain' | 'optOut'

function typesOf(bitmap: Uint8Array): Set<number> {
  const types = new Set<number>()
  for (let at = 0; at < bitmap.length; at += 2 + (bitmap[at + 1] as number)) {
    for (let bit = 0; bit < (bitmap[at + 1] as number) * 8; bit++) {
      const octet = bitmap[at + 2 + (bit >> 3)] as number
      if (octet & (0x80 >> (bit & 7))) types.add((bitmap[at] as number) * 256 + bit)
    }
  }
  return types
}

/** Takes an NSEC (47) or NSEC3 (50) of the zone `apex` apart; throws when it is malformed. */
export function readDenial(
  type: number,
  owner: Labels,
  rdata: Uint8Array,
  apex: Labels,
): DenialRecord {
  if (type === 47) {
    const next = labelsOf(rdata)
    const types = typesOf(rdata.subarray(wireOf(next).length))
    return { kind: 'nsec', apex, owner, next, types }
  }
  const [algorithm, flags = 0] = rdata
  const saltLength = rdata[4] as number
  const hashLength = rdata[5 + saltLength] as number
  const hash = fromBase32hex(owner[0] as string)
  // RFC 5155 §8.1, §8.2
  if (algorithm !== 1 || flags > 1 || !hash || owner.length !== apex.length + 1) {
    throw new Error('NSEC3 not usable')
  }
  return {
    kind: 'nsec3',
    apex,
    hash: Buffer.from(hash).toString('latin1'),
    next: Buffer.from(rdata.slice(6 + saltLength, 6 + saltLength + hashLength)).toString('latin1'),
    iterations: (rdata[2] as number) * 256 + (rdata[3] as number),
    salt: rdata.slice(5, 5 + saltLength),
    optOut: flags === 1,
    types: typesOf(rdata.subarray(6 + saltLength + hashLength)),
  }
}

/** RFC 6840 §4.1: an NSEC of the parent's side of a cut, or of a DNAME, says nothing below it. */
function isHiding(types: ReadonlySet<number>): boolean {
  return (types.has(NS) && !types.has(SOA)) || types.has(DNAME)
}

/** Whether matching types deny a type: RFC 6840 §4.1, §4.3 and §4.4. */
function denies(types: ReadonlySet<number>, type: number, atApex: boolean): boolean {
  if (types.has(type) || types.has(CNAME)) return false
  if (type === DS) return atApex || !types.has(SOA)
  return !types.has(NS) || types.has(SOA)
}

/** Whether `name` lies strictly between owner and next (RFC 4035 §5.4; the last one wraps). */
export function covers(nsec: Nsec, name: Labels): boolean {
  if (!isAtOrBelow(name, nsec.apex)) return false
  if (isBelow(name, nsec.owner) && isHiding(nsec.types)) return false
  if (compareLabels(name, nsec.owner) <= 0) return false
  return compareLabels(nsec.owner, nsec.next) >= 0
    ? sameLabels(nsec.next, nsec.apex)
    : compareLabels(name, nsec.next) < 0
}

/** Whether nothing lies at or below `name`: covered, and neither end of the interval is there. */
export function deniesTree(nsec: Nsec, name: Labels): boolean {
  return covers(nsec, name) && !isAtOrBelow(nsec.next, name)
}

function proveByNsec(nsecs: readonly Nsec[], name: Labels, type: number): Proven | undefined {
  const atApex = sameLabels(name, nsecs[0]?.apex ?? [])
  for (const nsec of nsecs) {
    if (!sameLabels(nsec.owner, name)) continue
    if (nsec.types.has(NXNAME)) return nsec.types.size === 3 ? 'nxdomain' : undefined
    if (denies(nsec.types, type, atApex)) return 'nodata'
  }
  for (const nsec of nsecs) {
    if (!covers(nsec, name)) continue
    if (isBelow(nsec.next, name)) return 'nodata' // an empty non-terminal
    const depth = Math.max(commonLabels(name, nsec.owner), commonLabels(name, nsec.next))
    const wildcard = ['*', ...suffix(name, depth)]
    for (const other of nsecs) {
      if (sameLabels(other.owner, wildcard)) {
        if (denies(other.types, type, false)) return 'wildcardNodata'
      } else if (covers(other, wildcard)) {
        return isBelow(other.next, wildcard) ? 'wildcardNodata' : 'nxdomain'
      }
    }
  }
  return undefined
}

/** The hash of a name under the parameters of a record. */
function hashOf(like: Nsec3, name: Labels): string {
  const hash = nsec3Hash(wireOf(name) as Name, like.iterations, like.salt)
  return Buffer.from(hash).toString('latin1')
}

function coversHash({ hash, next }: Nsec3, asked: string): boolean {
  return hash < next ? hash < asked && asked < next : asked > hash || asked < next
}

/** A closest encloser proof (RFC 5155 §8.3). */
interface Enclosure {
  readonly encloser: Labels
  readonly optOut: boolean
}

function enclosures(nsec3s: readonly Nsec3[], name: Labels): Enclosure[] {
  const like = nsec3s[0]
  if (!like) return []
  const found: Enclosure[] = []
  for (let depth = name.length - 1; depth >= like.apex.length; depth--) {
    const encloser = suffix(name, depth)
    const hash = hashOf(like, encloser)
    const match = nsec3s.find((one) => one.hash === hash)
    if (!match || isHiding(match.types)) continue
    const closer = hashOf(like, suffix(name, depth + 1))
    const cover = nsec3s.find((one) => coversHash(one, closer))
    if (cover) found.push({ encloser, optOut: cover.optOut })
  }
  return found
}

function proveByNsec3(nsec3s: readonly Nsec3[], name: Labels, type: number): Proven | undefined {
  const like = nsec3s[0]
  if (!like) return undefined
  const hash = hashOf(like, name)
  const match = nsec3s.find((one) => one.hash === hash)
  if (match) {
    return denies(match.types, type, sameLabels(name, like.apex)) ? 'nodata' : undefined
  }
  let proven: Proven | undefined
  for (const { encloser, optOut } of enclosures(nsec3s, name)) {
    const wildcard = hashOf(like, ['*', ...encloser])
    const at = nsec3s.find((one) => one.hash === wildcard)
    if (at && optOut) return 'optOut'
    if (at) return denies(at.types, type, false) ? 'wildcardNodata' : undefined
    const cover = nsec3s.find((one) => coversHash(one, wildcard))
    if (cover && !optOut) return 'nxdomain'
    if (optOut) proven = 'optOut'
  }
  return proven
}

/** What denial records, all verified, prove of a name and type in the zone `apex`. */
export function prove(
  records: readonly DenialRecord[],
  apex: Labels,
  name: Labels,
  type: number,
): Proven | undefined {
  const ofZone = records.filter((record) => sameLabels(record.apex, apex))
  return (
    proveByNsec(
      ofZone.filter((record) => record.kind === 'nsec'),
      name,
      type,
    ) ??
    proveByNsec3(
      ofZone.filter((record) => record.kind === 'nsec3'),
      name,
      type,
    )
  )
}

/** Whether an answer of the wildcard at `encloser` is proved for a name: nothing closer exists. */
export function proveExpansion(
  records: readonly DenialRecord[],
  apex: Labels,
  name: Labels,
  encloserLabels: number,
): boolean {
  const nextCloser = suffix(name, encloserLabels + 1)
  return records.some((record) => {
    if (!sameLabels(record.apex, apex)) return false
    if (record.kind === 'nsec') return deniesTree(record, nextCloser)
    return coversHash(record, hashOf(record, nextCloser)) // RFC 5155 §8.8
  })
}

/** Whether a delegation is proved to have no DS (RFC 6840 §4.4, RFC 5155 §8.9). */
export function proveInsecure(
  records: readonly DenialRecord[],
  apex: Labels,
  zoneCut: Labels,
): boolean {
  const ofZone = records.filter((record) => sameLabels(record.apex, apex))
  const nsec3s = ofZone.filter((record) => record.kind === 'nsec3')
  for (const record of ofZone) {
    const matches =
      record.kind === 'nsec'
        ? sameLabels(record.owner, zoneCut)
        : record.hash === hashOf(record, zoneCut)
    if (!matches) continue
    const { types } = record
    return types.has(NS) && !types.has(SOA) && !types.has(DS)
  }
  return enclosures(nsec3s, zoneCut).some(({ optOut }) => optOut)
}
