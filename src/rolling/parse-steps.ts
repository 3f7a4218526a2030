import { faultById } from '../lab/index.ts'
import { Rcode } from '../message/index.ts'
import { parseType } from '../rr/index.ts'
import { nameKey } from '../wire/index.ts'
import { type Draft, keyRoles, parseAbsolute, type ZoneDraft } from './draft.ts'
import { isPlayable } from './faults.ts'
import type { Line } from './line.ts'
import { readKey, readLabel, readSeconds } from './parse-head.ts'
import { type Deed, type Expected, type Outcome, rollLimits, type Subject } from './scenario.ts'

type StepReader = (line: Line, draft: Draft) => Deed

const ofQueries = ['secure', 'insecure', 'bogus', 'unreachable'] as const
const ofMail = ['protected', 'unprotected', 'refused'] as const
const outcomes: readonly Outcome[] = [...ofQueries, ...ofMail]
const edeMax = 0xffff

function readQuery(line: Line): Subject {
  const name = line.parsed('a domain name', parseAbsolute)
  return { kind: 'query', name, type: line.parsed('an RR type', parseType) }
}

function readSend(line: Line, draft: Draft): Subject {
  const host = line.parsed('the name of a mail host', parseAbsolute)
  if (!draft.presenting.has(nameKey(host))) throw line.wrong('a host of a CERT line before')
  return { kind: 'send', host }
}

function readServer(line: Line, { servers }: ZoneDraft): string {
  const server = line.word('the name of a server')
  if (!servers.includes(server)) throw line.wrong(`a server of the zone: ${servers.join(', ')}`)
  return server
}

/** Who asks: a resolver with a memory of its own, or one that knows nothing yet. */
function readAsker(line: Line, draft: Draft): string | undefined {
  if (line.takes('fresh')) return undefined
  const by = line.takes('by') ? readLabel(line, 'the name of a resolver') : 'resolver'
  draft.resolvers.add(by)
  if (draft.resolvers.size > rollLimits.resolvers) {
    throw line.senseless(`Cannot add resolver: more than ${rollLimits.resolvers}`)
  }
  return by
}

function asking(read: (line: Line, draft: Draft) => Subject): StepReader {
  return (line, draft) => {
    const subject = read(line, draft)
    const by = readAsker(line, draft)
    const at = line.takes('at') ? readLabel(line, 'the name of a server') : undefined
    if (at !== undefined && !draft.hasServer(at)) throw line.wrong('a server of a SERVERS line')
    draft.hasAsked = true
    return { kind: 'ask', subject, by, at }
  }
}

function readWatch(line: Line, draft: Draft): Deed {
  const subject =
    line.oneOf(['QUERY', 'SEND']) === 'QUERY' ? readQuery(line) : readSend(line, draft)
  if (!line.takes('every')) {
    line.word('every')
    throw line.wrong('every')
  }
  const everySeconds = readSeconds(line, 'how often it is looked at')
  if (++draft.watches > rollLimits.watches) {
    throw line.senseless(`Cannot add watch: more than ${rollLimits.watches}`)
  }
  draft.finest = Math.min(draft.finest, everySeconds)
  return { kind: 'watch', subject, everySeconds }
}

function readEde(text: string): number | undefined {
  const code = /^\d{1,5}$/.test(text) ? Number(text) : edeMax + 1
  return code <= edeMax ? code : undefined
}

function readExpected(line: Line): Expected {
  const outcome = line.oneOf(outcomes)
  let rcode: number | undefined
  let ede: number | undefined
  let because: string | undefined
  for (let word = line.maybe(); word !== undefined; word = line.maybe()) {
    if (word === 'because' && because === undefined) because = line.quoted('a reason in quotes')
    else if (word === 'ede' && ede === undefined) {
      ede = readEde(line.word('an info code of RFC 8914'))
      if (ede === undefined) throw line.wrong('an info code of RFC 8914')
    } else if (Object.hasOwn(Rcode, word) && rcode === undefined)
      rcode = Rcode[word as keyof typeof Rcode]
    else throw line.wrong('an rcode, ede or because, each once')
  }
  return { outcome, rcode, ede, because }
}

function readExpect(line: Line, draft: Draft): Deed {
  const isAlways = line.takes('always')
  const when = isAlways ? 'always' : line.takes('sometimes') ? 'sometimes' : 'now'
  const isLate = when === 'now' ? draft.hasAsked : draft.watches > 0
  if (!isLate) {
    const what = when === 'now' ? 'QUERY or SEND' : 'WATCH'
    throw line.senseless(`Cannot expect anything: there is no ${what} before`)
  }
  return { kind: 'expect', when, expected: readExpected(line) }
}

function readAdvance(line: Line, draft: Draft): Deed {
  const seconds = readSeconds(line, 'a span of time')
  draft.seconds += seconds
  if (draft.seconds > rollLimits.seconds) throw line.wrong('ten years at most in one scenario')
  draft.moments += seconds / draft.finest
  if (draft.moments > rollLimits.moments) {
    throw line.wrong(`no more than ${rollLimits.moments} moments to look at: watch less often`)
  }
  return { kind: 'advance', seconds }
}

function readFault(line: Line, draft: Draft): Deed {
  const zone = draft.zone(line)
  const expected = 'a fault of messages or servers (danelaw lab list); KEY and DS do the rest'
  const fault = faultById(line.word(expected))
  if (!fault || !isPlayable(fault)) throw line.wrong(expected)
  const server = line.takes('at') ? readServer(line, zone) : undefined
  return { kind: 'fault', zone: zone.apex, fault, server }
}

function readKeyDeed(line: Line, draft: Draft): Deed {
  const zone = draft.zone(line)
  const verb = line.oneOf(['publish', 'activate', 'retire', 'remove'])
  if (verb === 'publish') {
    const key = readKey(line, line.oneOf(keyRoles))
    draft.addKey(zone, key, line)
    return { kind: 'publish', zone: zone.apex, key }
  }
  return { kind: 'key', zone: zone.apex, key: readKeyName(line, zone), verb }
}

function readKeyName(line: Line, { known }: ZoneDraft): string {
  const expected = `a key of the zone: ${[...known.keys()].join(', ')}`
  const name = line.word(expected)
  if (!known.has(name)) throw line.wrong(expected)
  return name
}

/** One name or more; or `none`. */
function readNames(line: Line, expected: string, read: (line: Line) => string): string[] {
  if (line.takes('none')) return []
  const names: string[] = []
  do {
    const name = read(line)
    if (names.includes(name)) throw line.wrong(`${expected}, each once`)
    names.push(name)
  } while (!line.isDone)
  return names
}

function readDs(line: Line, draft: Draft): Deed {
  const zone = draft.zone(line)
  if (zone.apex.length === 1) throw line.wrong('a zone with a parent')
  const keys = readNames(line, 'keys of the zone', () => readKeyName(line, zone))
  return { kind: 'ds', zone: zone.apex, keys }
}

function readHost(line: Line, draft: Draft) {
  const host = line.parsed('the name of a mail host', parseAbsolute)
  if (!draft.isServed(host)) throw line.wrong('a host in a zone of the scenario')
  return host
}

const certificateName = (line: Line) => readLabel(line, 'the name of a certificate')

function readTlsa(line: Line, draft: Draft): Deed {
  const host = readHost(line, draft)
  return { kind: 'tlsa', host, certificates: readNames(line, 'certificates', certificateName) }
}

function readCert(line: Line, draft: Draft): Deed {
  const host = readHost(line, draft)
  draft.presenting.add(nameKey(host))
  return { kind: 'cert', host, certificate: certificateName(line) }
}

const readIsOn = (line: Line) => line.oneOf(['start', 'stop']) === 'start'

function readTransfer(line: Line, draft: Draft): Deed {
  const zone = draft.zone(line)
  const server = readServer(line, zone)
  return { kind: 'transfer', zone: zone.apex, server, isOn: readIsOn(line) }
}

/** The lines that do something. */
export const stepReaders: ReadonlyMap<string, StepReader> = new Map<string, StepReader>([
  ['QUERY', asking(readQuery)],
  ['SEND', asking(readSend)],
  ['EXPECT', readExpect],
  ['WATCH', readWatch],
  ['ADVANCE', readAdvance],
  ['FAULT', readFault],
  ['HEAL', (line, draft) => ({ kind: 'heal', zone: draft.zone(line).apex })],
  ['KEY', readKeyDeed],
  ['DS', readDs],
  ['TLSA', readTlsa],
  ['CERT', readCert],
  ['SIGN', (line, draft) => ({ kind: 'sign', zone: draft.zone(line).apex, isOn: readIsOn(line) })],
  ['TRANSFER', readTransfer],
])
