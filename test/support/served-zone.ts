import { type Clock, fixedClock } from '../../src/base/index.ts'
import { generatePrivateKey, keyTag, type PrivateKey } from '../../src/crypto/index.ts'
import {
  compactDenial,
  type Denial,
  minimalDenial,
  nsec3Denial,
  nsecDenial,
} from '../../src/denial/index.ts'
import { ednsFlagDo, type Message, readMessage, writeMessage } from '../../src/message/index.ts'
import { AnswerContext, answer, type ServedZone } from '../../src/query/index.ts'
import {
  formatRdata,
  formatType,
  makeRRset,
  parseRdata,
  parseType,
  RR,
  type RRset,
  type RRType,
  scanRdataText,
  type Ttl,
} from '../../src/rr/index.ts'
import { apexRRsets, SignatureCache, standardPolicy, ZoneSigner } from '../../src/signer/index.ts'
import { formatName, type Name, nameKey, parseName } from '../../src/wire/index.ts'
import { type Nsec3Parameters, Zone, type ZoneOptions, ZoneTable } from '../../src/zone/index.ts'

export type DenialKind = Denial['kind']

/** How a zone in a test is to be signed; leave out for an unsigned zone. */
export interface TestSigning {
  readonly denial: DenialKind
  readonly algorithm?: number
  readonly key?: PrivateKey
  readonly nsec3?: Nsec3Parameters
}

const denials: Readonly<Record<DenialKind, Denial>> = {
  nsec: nsecDenial,
  nsec3: nsec3Denial,
  minimal: minimalDenial,
  compact: compactDenial,
}

/** 2026-01-01T00:00:00Z, the time at which tests happen. */
export const testTime = 1767225600

/**
 * Reads lines `owner [ttl] TYPE rdata`; names are relative to the origin, the TTL is 3600 when left
 * out, `;` at the start of a line makes a comment. Plain on purpose: tests of the data plane
 * shall not depend on the zone file parser.
 */
export function parseRRsets(text: string, origin: Name): RRset[] {
  const groups = new Map<string, { owner: Name; type: RRType; ttl: Ttl; rdatas: Uint8Array[] }>()
  for (const line of text.split('\n')) {
    const fields = /^\s*([^\s;]\S*)\s+(?:(\d+)\s+)?(?:IN\s+)?(\S+)\s+(.*)$/.exec(line)
    if (!fields) continue
    const [, owner = '', ttl = '3600', mnemonic = '', rdata = ''] = fields
    const name = parseName(owner, origin)
    const type = parseType(mnemonic)
    const id = `${type} ${nameKey(name)}`
    const group = groups.get(id) ?? { owner: name, type, ttl: Number(ttl) as Ttl, rdatas: [] }
    group.rdatas.push(parseRdata(type, scanRdataText(rdata, origin)))
    groups.set(id, group)
  }
  return [...groups.values()].map((g) => makeRRset(g.owner, g.type, g.ttl, g.rdatas))
}

/** Builds a zone from text and signs it as asked, with a key made for it unless one is given. */
export function buildZone(
  apexText: string,
  text: string,
  signing?: TestSigning,
  options: ZoneOptions = {},
): ServedZone {
  const apex = parseName(apexText)
  const nsec3 =
    signing?.denial === 'nsec3'
      ? (signing.nsec3 ?? { iterations: 0, salt: new Uint8Array(0), optOut: false })
      : undefined
  const zone = new Zone(apex, nsec3 ? { ...options, nsec3 } : options)
  const rrsets = parseRRsets(text, apex)
  let signed: ServedZone['signing']
  if (signing) {
    const key = signing.key ?? generatePrivateKey(signing.algorithm ?? 13)
    const dnskey = Uint8Array.from([1, 1, 3, key.algorithm, ...key.publicKey])
    const active = { keyTag: keyTag(dnskey), private: key }
    const keys = {
      keySigning: [active],
      zoneSigning: [active],
      published: [dnskey],
      secureEntryPoints: [dnskey],
    }
    rrsets.push(...apexRRsets(apex, keys, { ttl: 3600 as Ttl, cds: true, nsec3 }))
    const signer = new ZoneSigner(apex, keys, standardPolicy, new SignatureCache(1 << 22))
    signed = { signer, denial: denials[signing.denial] }
  }
  zone.apply(rrsets.map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset })))
  return { zone, signing: signed }
}

/** How a test asks. */
export interface Asking {
  readonly dnssec?: boolean
  /** Announced payload size; undefined asks without EDNS. Default 1232 with DO. */
  readonly udpOctets?: number
  readonly stream?: boolean
  readonly flags?: number
  readonly ednsFlags?: number
  readonly class?: number
}

/** A server without sockets: zones in, questions in, decoded answers out. */
export class TestServer {
  readonly zones: ZoneTable<ServedZone>
  readonly clock: Clock
  readonly #datagram: AnswerContext
  readonly #stream: AnswerContext
  readonly #out = new Uint8Array(65535)

  constructor(
    served: readonly ServedZone[],
    clock: Clock = fixedClock(testTime),
    zones = new ZoneTable<ServedZone>(),
  ) {
    this.clock = clock
    this.zones = zones
    for (const zone of served) this.zones.put(zone)
    const options = {
      zones: this.zones,
      clock,
      udpOctets: 1232,
      identity: Buffer.from('test-node'),
      version: 'danelaw test',
    }
    this.#datagram = new AnswerContext({ ...options, datagramOctetsMax: 1232 })
    this.#stream = new AnswerContext({ ...options, datagramOctetsMax: undefined })
  }

  /** Octets in, octets out; undefined when the server stays silent. */
  exchange(query: Uint8Array, stream = false): Uint8Array | undefined {
    const length = answer(query, this.#out, stream ? this.#stream : this.#datagram)
    return length === 0 ? undefined : this.#out.slice(0, length)
  }

  /** Asks one question. */
  ask(name: string, type: string, asking: Asking = {}): Message {
    const dnssec = asking.dnssec ?? false
    const udpOctets = asking.udpOctets ?? (dnssec ? 1232 : undefined)
    const ednsFlags = (asking.ednsFlags ?? 0) | (dnssec ? ednsFlagDo : 0)
    const query = writeMessage({
      id: 4711,
      flags: asking.flags ?? 0,
      opcode: 0,
      rcode: 0,
      questions: [{ name: parseName(name), type: parseType(type), class: asking.class ?? 1 }],
      answer: [],
      authority: [],
      additional: [],
      edns:
        udpOctets === undefined
          ? undefined
          : { udpOctets, version: 0, flags: ednsFlags, options: [] },
    })
    const reply = this.exchange(query, asking.stream)
    if (!reply) throw new Error(`no answer for ${name} ${type}`)
    return readMessage(reply)
  }
}

/** Lines `owner ttl TYPE rdata`; of an RRSIG only what it covers and its labels are told. */
export function lines(records: Message['answer']): string[] {
  return records.map(({ owner, type, ttl, rdata }) => {
    const text = formatRdata(type, rdata)
    const told = type === RR.RRSIG ? text.split(' ').slice(0, 3).join(' ') : text
    return `${formatName(owner)} ${ttl} ${formatType(type)} ${told}`
  })
}
