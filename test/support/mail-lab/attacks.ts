/**
 * What somebody on the path can do to one answer in order to get mail delivered without DANE. They
 * can say whatever they like, and quote whatever was ever signed; what they cannot do is sign.
 */
import { generatePrivateKey } from '../../../src/crypto/index.ts'
import {
  Class,
  type Message,
  Rcode,
  type ResourceRecord,
  writeMessage,
} from '../../../src/message/index.ts'
import { formatType, makeRRset, RR, type RRType, type Ttl } from '../../../src/rr/index.ts'
import {
  equalNames,
  formatName,
  isSubdomain,
  labelCount,
  type Name,
  nameLabels,
  parentName,
  parseName,
  prependLabel,
  suffixName,
} from '../../../src/wire/index.ts'
import { rdata } from '../signed-data.ts'
import { readRrsig } from '../verify.ts'
import type { Authorities, Exchange, LabKey, Tamper } from './authorities.ts'

import { attackersServer } from './lab.ts'
import * as tampers from './tampers.ts'

const unsignedZone = parseName('plain.test.')

/** One way to lie. */
export interface Attack {
  readonly title: string
  readonly tamper: Tamper
}

function record(owner: Name, type: string, text: string): ResourceRecord {
  const set = makeRRset(owner, RR[type as keyof typeof RR], 3600 as Ttl, [rdata(type, text)])
  return {
    owner,
    type: set.type,
    class: Class.IN,
    ttl: set.ttl,
    rdata: set.rdatas[0] as Uint8Array,
  }
}

function questionOf({ query }: Exchange): { name: Name; type: number } {
  const question = query.questions[0]
  if (!question) throw new Error('Cannot attack: there is no question')
  return question
}

function withSections(response: Message, sections: Partial<Message>): Message {
  return {
    ...response,
    rcode: Rcode.NOERROR,
    answer: [],
    authority: [],
    additional: [],
    ...sections,
  }
}

/** Every denial record that a server gives away about a zone, each with its signature. */
function everyDenial(internet: Authorities, server: number, apex: string): ResourceRecord[] {
  const at = apex === '.' ? '' : apex
  const names = [apex, `0.${at}`, `zzz.${at}`, `m.${at}`, `mx0.${at}`, `_tcp.mx.${at}`, `ns.${at}`]
  return names
    .flatMap((name) => {
      const { authority } = internet.honest(server, name, 'NAPTR')
      return authority.filter(
        (one) =>
          one.type === RR.NSEC ||
          one.type === RR.NSEC3 ||
          tampers.isSignature(one, RR.NSEC) ||
          tampers.isSignature(one, RR.NSEC3),
      )
    })
    .filter(
      (one, at, all) =>
        all.findIndex(
          (other) =>
            other.type === one.type &&
            equalNames(other.owner, one.owner) &&
            Buffer.compare(other.rdata, one.rdata) === 0,
        ) === at,
    )
}

/** NODATA or NXDOMAIN with genuine denial records of other names, or of other zones. */
function replayed(apex: string, server: number, rcode: number): Tamper {
  return ({ response, internet }) => {
    const soa = internet.honest(server, apex, 'SOA').answer
    return withSections(response, {
      rcode,
      authority: [...soa, ...everyDenial(internet, server, apex)],
    })
  }
}

/** A referral to the attacker's server for a name between zone and question, without a DS. */
function referral(labelsAboveQuestion: number, denial?: { apex: string; server: number }): Tamper {
  return (exchange) => {
    let { name } = questionOf(exchange)
    for (let up = 0; up < labelsAboveQuestion && name.length > 1; up++) {
      name = parentName(name)
    }
    const nameServer = prependLabel(Buffer.from('ns'), name)
    const { internet, response } = exchange
    return withSections(response, {
      authority: [
        record(name, 'NS', formatName(nameServer)),
        ...(denial ? everyDenial(internet, denial.server, denial.apex) : []),
      ],
      additional: [record(nameServer, 'A', internet.address(attackersServer))],
    })
  }
}

/** An unsigned alias to an unsigned zone. */
const alias: Tamper = (exchange) => {
  const { name } = questionOf(exchange)
  return withSections(exchange.response, {
    answer: [record(name, 'CNAME', 'www.plain.test.')],
  })
}

/** The same by a DNAME one label up. */
const dname: Tamper = (exchange) => {
  const { name } = questionOf(exchange)
  const [label] = nameLabels(name)
  const target = label ? prependLabel(label, unsignedZone) : unsignedZone
  return withSections(exchange.response, {
    answer: [
      record(parentName(name), 'DNAME', formatName(unsignedZone)),
      record(name, 'CNAME', formatName(target)),
    ],
  })
}

/** Pretends that the data are the expansion of a wildcard: fewer labels in every RRSIG. */
const fewerLabels: Tamper = (exchange) => ({
  ...exchange.response,
  answer: exchange.response.answer.map((one) => {
    if (!tampers.isSignature(one)) return one
    const octets = one.rdata.slice()
    octets[3] = Math.max(0, (octets[3] ?? 1) - 1)
    return { ...one, rdata: octets }
  }),
})

/** Another algorithm in what carries one: at this octet of DS (2), DNSKEY (3) and RRSIG (2). */
function otherAlgorithm(algorithm: number): Tamper {
  const positions = new Map<number, number>([
    [RR.DS, 2],
    [RR.DNSKEY, 3],
    [RR.RRSIG, 2],
  ])
  const change = (one: ResourceRecord): ResourceRecord => {
    const position = positions.get(one.type)
    if (position === undefined) return one
    const octets = one.rdata.slice()
    octets[position] = algorithm
    return { ...one, rdata: octets }
  }
  return ({ response }) => ({
    ...response,
    answer: response.answer.map(change),
    authority: response.authority.map(change),
  })
}

/** A digest type that nobody knows in every DS. */
const otherDigest: Tamper = ({ response }) => {
  const change = (one: ResourceRecord): ResourceRecord => {
    if (one.type !== RR.DS) return one
    const octets = one.rdata.slice()
    octets[3] = 250
    return { ...one, rdata: octets }
  }
  return {
    ...response,
    answer: response.answer.map(change),
    authority: response.authority.map(change),
  }
}

/** The attacker's own key: genuine mathematics, and nobody who vouches for it. */
const ownKey: LabKey = (() => {
  const key = generatePrivateKey(13)
  return { private: key, dnskey: Uint8Array.from([1, 1, 3, 13, ...key.publicKey]) }
})()

/** Everything signed again, by the attacker's key; DNSKEY RRsets hold that key alone. */
const signedByStranger: Tamper = ({ response }) => {
  const section = (records: readonly ResourceRecord[]): ResourceRecord[] =>
    records.flatMap((one) => {
      if (one.type === RR.DNSKEY) return { ...one, rdata: ownKey.dnskey }
      if (!tampers.isSignature(one)) return one
      const { typeCovered } = readRrsig(one.rdata)
      const rrset = tampers
        .rrsetsOf(records)
        .find(({ owner, type }) => type === typeCovered && equalNames(owner, one.owner))
      if (!rrset) return one
      const signer = one.rdata.subarray(18, one.rdata.indexOf(0, 18) + 1) as Name
      const signed = rrset.type === RR.DNSKEY ? { ...rrset, rdatas: [ownKey.dnskey] } : rrset
      return tampers.signatureOver(signed, signer, ownKey)
    })
  return { ...response, answer: section(response.answer), authority: section(response.authority) }
}

/** An NSEC of the attacker's making that denies all but what is listed, signed by a stranger. */
function forgedDenial(types: string): Tamper {
  return (exchange) => {
    const { name } = questionOf(exchange)
    const signer = zoneOf(exchange)
    const nsec = record(name, 'NSEC', `\\000.x.test. ${types}`)
    const [rrset] = tampers.rrsetsOf([nsec])
    if (!rrset) throw new Error('Cannot forge: no NSEC')
    return withSections(exchange.response, {
      authority: [nsec, tampers.signatureOver(rrset, signer, ownKey)],
    })
  }
}

/** The closest zone of the lab at or above the question, on the parent's side for DS. */
function zoneOf(exchange: Exchange): Name {
  const { name, type } = questionOf(exchange)
  const apexes = [...exchange.internet.keys.keys()].map((apex) => parseName(apex))
  const above = apexes.filter(
    (apex) => isSubdomain(name, apex) && !(type === RR.DS && equalNames(name, apex)),
  )
  return above.reduce((one, other) => (labelCount(other) > labelCount(one) ? other : one))
}

/**
 * Genuine data of another host of the zone under the name that was asked for, perhaps with every
 * denial that the zone can give.
 */
function relabelled(host: string, isDenied = false): Tamper {
  return (exchange) => {
    const { name, type } = questionOf(exchange)
    const { internet, response } = exchange
    const other = formatName(name)
      .toLowerCase()
      .replace(/(^|\.)(mx\.)?example\.test\.$/, `$1${host}.example.test.`)
    const { answer } = internet.honest(10, other, formatType(type as RRType))
    return withSections(response, {
      answer: answer.map((one) => ({ ...one, owner: name })),
      authority: isDenied ? everyDenial(internet, 10, 'example.test.') : [],
    })
  }
}

/** What the zone said once, when all its hosts were the attacker's: signed, and long expired. */
const formerData: Tamper = (exchange) => {
  const told = relabelled('evil')(exchange)
  const key = exchange.internet.keys.get('example.test.')
  if (!told || told instanceof Uint8Array || !key) return told
  const sets = tampers.rrsetsOf(told.answer)
  const times = { inception: -7 * 86_400, expiration: -3600 }
  const zone = parseName('example.test.')
  const signatures = sets.map((rrset) => tampers.signatureOver(rrset, zone, key, times))
  const data = told.answer.filter((one) => !tampers.isSignature(one))
  return { ...told, answer: [...data, ...signatures] }
}

const suffixOf = (name: Name): Name => suffixName(name, Math.min(1, labelCount(name)))

/** Every single lie; each is told about every question in turn. */
export const attacks: readonly Attack[] = [
  { title: 'signatures left out', tamper: tampers.withoutSignatures() },
  { title: 'signatures spoiled', tamper: tampers.corruptSignatures() },
  { title: 'data altered', tamper: tampers.corruptData() },
  { title: 'data left out, signatures left in', tamper: onlySignatures },
  { title: 'DS left out', tamper: tampers.without(RR.DS) },
  { title: 'denial left out', tamper: tampers.withoutDenial },
  { title: 'signatures of last week replayed', tamper: tampers.expired() },
  { title: 'signatures of next week', tamper: tampers.notYetValid() },
  ...(['FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const).map((mnemonic) => ({
    title: `${mnemonic} and nothing else`,
    tamper: tampers.rcode(Rcode[mnemonic]),
  })),
  { title: 'NOERROR and nothing else', tamper: tampers.rcode(Rcode.NOERROR) },
  { title: 'silence', tamper: tampers.silence },
  { title: 'NODATA, unsigned', tamper: tampers.unsignedNodata },
  { title: 'NXDOMAIN, unsigned', tamper: tampers.unsignedNxdomain },
  { title: 'truncated, and TCP refused', tamper: tampers.truncatedWithoutTcp },
  { title: 'EDNS stripped', tamper: tampers.withoutEdns },
  { title: 'AD set, signatures left out', tamper: tampers.claimedAuthentic },
  { title: 'another id', tamper: tampers.wrongId },
  { title: 'another question', tamper: tampers.wrongQuestion(parseName('www.attacker.test.')) },
  { title: 'the question cut to its top label', tamper: cutQuestion },
  { title: 'the question in lower case', tamper: tampers.lowerCase },
  { title: 'octets that are no message', tamper: () => Uint8Array.of(0xde, 0xad) },
  ...(['.', 'test.', 'example.test.'] as const).flatMap((apex, at) => {
    const server = [1, 2, 10][at] ?? 1
    return [
      { title: `NODATA with every denial of ${apex}`, tamper: replayed(apex, server, 0) },
      { title: `NXDOMAIN with every denial of ${apex}`, tamper: replayed(apex, server, 3) },
      {
        title: `referral without DS, with every denial of ${apex}`,
        tamper: referral(0, { apex, server }),
      },
    ]
  }),
  ...[0, 1, 2].map((up) => ({
    title: `referral ${up} labels above the question, without DS`,
    tamper: referral(up),
  })),
  { title: 'an unsigned CNAME', tamper: alias },
  { title: 'an unsigned DNAME', tamper: dname },
  { title: 'genuine data of another host', tamper: relabelled('evil') },
  { title: 'genuine data of a wildcard', tamper: relabelled('zz9') },
  { title: 'genuine data of a wildcard, with every denial', tamper: relabelled('zz9', true) },
  { title: 'data of last week, signed then', tamper: formerData },
  { title: 'fewer labels in RRSIG', tamper: fewerLabels },
  { title: 'an algorithm that nobody knows', tamper: otherAlgorithm(200) },
  { title: 'an algorithm that nobody trusts', tamper: otherAlgorithm(1) },
  { title: 'a digest that nobody knows', tamper: otherDigest },
  { title: 'signed by a stranger', tamper: signedByStranger },
  { title: 'a forged NSEC: an unsigned delegation', tamper: forgedDenial('NS RRSIG NSEC') },
  { title: 'a forged NSEC: no such type', tamper: forgedDenial('A RRSIG NSEC') },
]

/** The attacker's own server answers: without DNSSEC, and without TLSA records. */
export const takenOver: Tamper = ({ query, internet }) =>
  internet.exchange(attackersServer, writeMessage(query))

function onlySignatures({ response }: Exchange): Message {
  return { ...response, answer: response.answer.filter((one) => tampers.isSignature(one)) }
}

function cutQuestion({ response }: Exchange): Message {
  return {
    ...response,
    questions: response.questions.map((one) => ({ ...one, name: suffixOf(one.name) })),
  }
}
