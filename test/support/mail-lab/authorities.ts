import { randomInt } from 'node:crypto'
import { CodedError, fixedClock } from '../../../src/base/index.ts'
import { dsRdata, generatePrivateKey, type PrivateKey } from '../../../src/crypto/index.ts'
import { type Message, readMessage, writeMessage } from '../../../src/message/index.ts'
import type { ServedZone } from '../../../src/query/index.ts'
import { formatRdata, formatType, RR, type RRType } from '../../../src/rr/index.ts'
import { type Server, startServer, type Via } from '../../../src/server/index.ts'
import {
  equalNames,
  formatName,
  isSubdomain,
  type Name,
  nameKey,
  parseName,
} from '../../../src/wire/index.ts'
import { buildZone, TestServer, type TestSigning, testTime } from '../served-zone.ts'

/** A zone of the small internet. Delegations, glue and DS in its parent are made for it. */
export interface LabZone {
  readonly apex: string
  /** Last octet of the loopback address of its server; zones of one server may share it. */
  readonly server: number
  /** Lines as `parseRRsets` reads them, without SOA, NS and address of the server. */
  readonly text: string
  /** Undefined: unsigned, and without a DS. */
  readonly signing?: TestSigning
  /** Nothing leads to it: a server that lies in wait. */
  readonly isUndelegated?: boolean
}

/** One question as it arrived, and its honest answer. */
export interface Exchange {
  readonly query: Message
  readonly response: Message
  readonly via: Via
  /** Last octet of the address of the server that was asked. */
  readonly server: number
  readonly internet: Authorities
}

/** What an attacker or a broken server sends instead: a message, octets, or nothing at all. */
export type Tamper = (exchange: Exchange) => Message | Uint8Array | undefined

/** One question that was asked of some server. */
export interface AskedQuestion {
  readonly name: Name
  readonly type: RRType
  readonly via: Via
  readonly server: number
}

/** What to answer falsely; what is left out matches everything. */
export interface TamperRule {
  readonly name?: string | undefined
  readonly type?: RRType | undefined
  readonly server?: number | undefined
  readonly tamper: Tamper
}

/** A key of a zone, and the DNSKEY RDATA that goes with it. */
export interface LabKey {
  readonly private: PrivateKey
  readonly dnskey: Uint8Array
}

/** The authorities of a small internet on loopback: real sockets, one port, an address each. */
export interface Authorities {
  readonly port: number
  /** The address of a server by its last octet. */
  address(server: number): string
  /** Every question so far, in the order of arrival. */
  readonly asked: AskedQuestion[]
  /** Rules in force; the first that matches tampers, the others are not looked at. */
  readonly rules: TamperRule[]
  /** RDATA of the root's DS: the anchor. */
  readonly rootDs: Uint8Array
  /** The keys of signed zones by apex. */
  readonly keys: ReadonlyMap<string, LabKey>
  /** The honest answer of a server to octets, as over TCP. */
  exchange(server: number, query: Uint8Array): Uint8Array | undefined
  /** What the server would say if it were honest, for forgers who quote elsewhere. */
  honest(server: number, name: string, type: string): Message
  close(): Promise<void>
}

/** Last octet of the address of a server that answers for all zones at once, as resolvers do. */
export const resolverServer = 5

/** Tries at a port that is free on every address. */
const portTriesMax = 32

/** A block of loopback addresses that other processes are unlikely to use at the same time. */
export function addressBlock(): string {
  return `127.${randomInt(1, 250)}.${randomInt(0, 250)}.`
}

function signingOf(zone: LabZone, keys: Map<string, LabKey>): TestSigning | undefined {
  if (!zone.signing) return undefined
  const key = zone.signing.key ?? generatePrivateKey(zone.signing.algorithm ?? 13)
  const dnskey = Uint8Array.from([1, 1, 3, key.algorithm, ...key.publicKey])
  keys.set(zone.apex, { private: key, dnskey })
  return { ...zone.signing, key }
}

/** The lines in a zone for everything that is delegated from it. */
function delegations(
  zone: LabZone,
  zones: readonly LabZone[],
  keys: ReadonlyMap<string, LabKey>,
  block: string,
): string {
  const apex = parseName(zone.apex)
  const below = (one: LabZone): boolean => {
    if (one.isUndelegated) return false
    const name = parseName(one.apex)
    return isSubdomain(name, apex) && !equalNames(name, apex)
  }
  const children = zones.filter((one) => {
    if (!below(one)) return false
    const name = parseName(one.apex)
    // Only of the closest zone above.
    return !zones.some(
      (other) => other !== one && below(other) && isSubdomain(name, parseName(other.apex)),
    )
  })
  const lines = children.flatMap((child) => {
    const key = keys.get(child.apex)
    const own = key ? [formatRdata(RR.DS, dsRdata(parseName(child.apex), key.dnskey, 2))] : []
    return [
      `${child.apex} NS ns.${child.apex}`,
      `ns.${child.apex} A ${block}${child.server}`,
      ...own.map((ds) => `${child.apex} DS ${ds}`),
    ]
  })
  return lines.join('\n')
}

function matches(rule: TamperRule, question: AskedQuestion): boolean {
  if (rule.name !== undefined && nameKey(parseName(rule.name)) !== nameKey(question.name)) {
    return false
  }
  if (rule.type !== undefined && rule.type !== question.type) return false
  return rule.server === undefined || rule.server === question.server
}

async function startAll(
  block: string,
  servers: readonly number[],
  respondFor: (server: number) => (query: Uint8Array, out: Uint8Array, via: Via) => number,
): Promise<Server[]> {
  for (let tries = 1; ; tries++) {
    const started: Server[] = []
    let port = 0
    try {
      for (const server of servers) {
        const plain = [{ address: `${block}${server}`, port }]
        const one = await startServer({ plain, respond: respondFor(server) })
        started.push(one)
        port = one.addresses()[0]?.port ?? 0
      }
      return started
    } catch (error) {
      await Promise.all(started.map((one) => one.stop({ graceMs: 0 })))
      if (!(error instanceof CodedError) || tries >= portTriesMax) throw error
    }
  }
}

/** Builds the zones, delegates each from the one above, and serves them on loopback. */
export async function openAuthorities(
  zones: readonly LabZone[],
  block = addressBlock(),
): Promise<Authorities> {
  const keys = new Map<string, LabKey>()
  const signings = new Map(zones.map((zone) => [zone, signingOf(zone, keys)]))
  const served = new Map<number, TestServer>()
  const everything: ServedZone[] = []
  for (const server of new Set(zones.map((zone) => zone.server))) {
    const own = zones.filter((zone) => zone.server === server)
    const built = own.map((zone) => {
      const text = [
        '@ SOA ns hostmaster 1 7200 900 1209600 300',
        '@ NS ns',
        `ns A ${block}${server}`,
        delegations(zone, zones, keys, block),
        zone.text,
      ]
      return buildZone(zone.apex, text.join('\n'), signings.get(zone))
    })
    served.set(server, new TestServer(built, fixedClock(testTime)))
    everything.push(...built.filter((_, at) => !own[at]?.isUndelegated))
  }
  served.set(resolverServer, new TestServer(everything, fixedClock(testTime)))
  const asked: AskedQuestion[] = []
  const rules: TamperRule[] = []
  const honestly = (server: number, query: Uint8Array, stream: boolean): Uint8Array | undefined =>
    served.get(server)?.exchange(query, stream)

  const respondFor = (server: number) => (query: Uint8Array, out: Uint8Array, via: Via) => {
    const honest = honestly(server, query, via !== 'udp')
    if (!honest) return 0
    const message = readMessage(query)
    const first = message.questions[0]
    if (!first) return 0
    const question: AskedQuestion = { name: first.name, type: first.type, via, server }
    asked.push(question)
    const rule = rules.find((one) => matches(one, question))
    const response = rule
      ? rule.tamper({ query: message, response: readMessage(honest), via, server, internet })
      : honest
    if (!response) return 0
    const octets = response instanceof Uint8Array ? response : writeMessage(response)
    out.set(octets)
    return octets.length
  }

  const started = await startAll(block, [...served.keys()], respondFor)
  const root = keys.get('.')
  const internet: Authorities = {
    port: started[0]?.addresses()[0]?.port ?? 0,
    address: (server) => `${block}${server}`,
    asked,
    rules,
    rootDs: root ? dsRdata(parseName('.'), root.dnskey, 2) : new Uint8Array(0),
    keys,
    exchange: (server, query) => honestly(server, query, true),
    honest(server, name, type) {
      const one = served.get(server)
      if (!one) throw new Error(`Cannot ask: no server ${server}`)
      return one.ask(name, type, { dnssec: true, stream: true })
    },
    async close() {
      await Promise.all(started.map((one) => one.stop({ graceMs: 0 })))
    },
  }
  return internet
}

/** `name` and its type, for titles. */
export function formatQuestion({ name, type }: Pick<AskedQuestion, 'name' | 'type'>): string {
  return `${formatName(name)} ${formatType(type)}`
}
