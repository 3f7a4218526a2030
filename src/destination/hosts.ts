import { isIP } from 'node:net'
import type { RRset } from '../rr/index.ts'
import { equalNames, formatName, type Name, nameFromOctets, nameLabels } from '../wire/index.ts'

/** A host as MX records name it. */
export interface MailHost {
  readonly name: Name
  readonly preference: number
}

/** What MX records say: hosts in the order they are tried, with what was left out and why. */
export interface MailHosts {
  readonly hosts: readonly MailHost[]
  /** The one record is `MX 0 .`: no mail is taken (RFC 7505 §3). */
  readonly isNull: boolean
  readonly notes: readonly string[]
}

/** How MX records are put in order. */
export interface HostOrder {
  readonly random?: (octets: number) => Uint8Array
  readonly hostsMax: number
}

const preferenceOctets = 2

/**
 * The hosts of an MX RRset, lowest preference first; equal ones are shuffled (RFC 5321 §5.1). That
 * one has TLSA and another has not never changes the order (RFC 7672 §2.2.1).
 */
export function orderHosts({ rdatas }: RRset, { random, hostsMax }: HostOrder): MailHosts {
  const records = rdatas.map(readMx)
  if (records.length === 1 && records[0] && isRoot(records[0].name)) {
    return { hosts: [], isNull: true, notes: [] }
  }
  const notes: string[] = []
  const hosts: MailHost[] = []
  const shuffled = random ? shuffle(records, random) : records
  for (const host of shuffled.toSorted((a, b) => a.preference - b.preference)) {
    const why = whyLeftOut(host, hosts, hostsMax)
    const text = `MX ${host.preference} ${formatName(host.name)}`
    if (why === undefined) hosts.push(host)
    else notes.push(`${text} is left out: ${why}`)
  }
  return { hosts, isNull: false, notes }
}

function readMx(rdata: Uint8Array): MailHost {
  return {
    preference: ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0),
    name: nameFromOctets(rdata.subarray(preferenceOctets)),
  }
}

function whyLeftOut(
  { name }: MailHost,
  earlier: readonly MailHost[],
  hostsMax: number,
): string | undefined {
  if (isRoot(name)) return 'a null MX has to be alone (RFC 7505 §3)'
  if (isIP(plainText(name))) return 'it names an address, not a host (RFC 5321 §5.1)'
  if (earlier.some((host) => equalNames(host.name, name))) return 'the host is there already'
  return earlier.length < hostsMax ? undefined : `only ${hostsMax} hosts are looked at`
}

/** A name without escapes, which addresses have none of. */
function plainText(name: Name): string {
  return nameLabels(name)
    .map((label) => Buffer.from(label).toString('latin1'))
    .join('.')
}

function isRoot(name: Name): boolean {
  return name.length === 1
}

/** A fresh array in an order that nobody can foresee (Fisher and Yates). */
function shuffle<T>(items: readonly T[], random: (octets: number) => Uint8Array): T[] {
  const shuffled = [...items]
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Buffer.from(random(4)).readUInt32BE() % (at + 1)
    const kept = shuffled[at] as T
    shuffled[at] = shuffled[other] as T
    shuffled[other] = kept
  }
  return shuffled
}
