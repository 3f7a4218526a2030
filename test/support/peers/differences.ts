import { RR } from '../../../src/rr/index.ts'
import type { QuerySpec } from './client.ts'
import type { View } from './view.ts'

/** One question, and two answers to it that are not the same. */
export interface Observation {
  readonly peer: 'NSD' | 'Knot' | 'BIND'
  readonly question: QuerySpec & { readonly name: string; readonly stream?: boolean }
  readonly ours: View
  readonly theirs: View
}

/** A way in which a peer answers otherwise, and why danelaw answers as it does. */
export interface Difference {
  readonly id: string
  /** The section of an RFC that decides, or leaves it free. */
  readonly reference: string
  readonly why: string
  applies(observation: Observation): boolean
}

type Part = keyof View

/** Whether the answers differ in these parts and in no other. */
function differOnlyIn({ ours, theirs }: Observation, ...parts: readonly Part[]): boolean {
  const all = Object.keys(ours) as Part[]
  const differing = all.filter((part) => String(ours[part]) !== String(theirs[part]))
  return differing.every((part) => parts.includes(part))
}

/** Whether every line of `some` is a line of `all`. */
function within(some: readonly string[], all: readonly string[]): boolean {
  return some.every((line) => all.includes(line))
}

function isNsec(line: string): boolean {
  return / NSEC3? /.test(line)
}

/** The type of a line, or what an RRSIG covers. */
function typeOf(line: string): string {
  const [, , type = '', covered = ''] = line.split(' ')
  return type === 'RRSIG' ? covered : type
}

/** Whether all lines belong to one RRset: data, signatures, or both. */
function isOneRRset(lines: readonly string[]): boolean {
  return new Set(lines.map((line) => `${line.split(' ')[0]} ${typeOf(line)}`)).size === 1
}

function endsInAlias(lines: readonly string[]): boolean {
  return lines.some((line) => / [CD]NAME /.test(line))
}

function ownersOf(lines: readonly string[]): string[] {
  return [...new Set(lines.map((line) => line.split(' ')[0] ?? ''))]
}

/** Lines that only one of two sections has. */
function unshared(ours: readonly string[], theirs: readonly string[]): string[] {
  return [
    ...ours.filter((line) => !theirs.includes(line)),
    ...theirs.filter((line) => !ours.includes(line)),
  ]
}

/** Whether an address of a referral is glue proper: of a server at or below the cut. */
function isGlue(line: string, { authority }: View): boolean {
  const [owner = ''] = line.split(' ')
  const cut = authority.find((ns) => ns.endsWith(` ${owner}`))?.split(' ')[0]
  return cut !== undefined && `.${owner}`.endsWith(`.${cut}`)
}

/**
 * Whether some name server comes without an address. Each of the delegation whose glue is
 * large, the only one that does not fit, has two.
 */
function lacksGlue({ authority, additional }: View): boolean {
  const servers = authority.filter((line) => / NS /.test(line)).map((line) => line.split(' ')[3])
  return servers.some(
    (server) => additional.filter((line) => line.startsWith(`${server} `)).length < 2,
  )
}

/** Whether each line is an address, or its signature, of a name that the answer section names. */
function areTargets(additional: readonly string[], answer: readonly string[]): boolean {
  return (
    additional.every((line) => /^(A|AAAA)$/.test(typeOf(line))) &&
    ownersOf(additional).every((owner) => answer.some((line) => line.endsWith(` ${owner}`)))
  )
}

/** All of them. Each is as narrow as can be; one that is no longer met fails the test. */
export const differences: readonly Difference[] = [
  {
    id: 'any-is-one-rrset',
    reference: 'RFC 8482 §4.1',
    why: 'ANY is answered with one RRset or more of a name; danelaw gives one of its own choice.',
    applies: (seen) =>
      seen.question.type === RR.ANY &&
      differOnlyIn(seen, 'answer', 'additional', 'isTruncated') &&
      seen.ours.isAuthoritative &&
      isOneRRset(seen.ours.answer) &&
      seen.ours.additional.length === 0 &&
      areTargets(seen.theirs.additional, seen.theirs.answer) &&
      (seen.theirs.isTruncated ||
        isOneRRset(seen.theirs.answer) ||
        within(seen.ours.answer, seen.theirs.answer) ||
        (seen.peer === 'Knot' && ownersOf(seen.theirs.answer).length === 1)),
  },
  {
    id: 'rrsig-is-one',
    reference: 'RFC 8482 §7',
    why: 'RRSIG is answered as ANY is: with the signatures of one RRset.',
    applies: (seen) => {
      const lines = unshared(seen.ours.answer, seen.theirs.answer)
      const [owner = ''] = ownersOf(lines)
      return (
        seen.question.type === RR.RRSIG &&
        differOnlyIn(seen, 'answer') &&
        seen.ours.isAuthoritative &&
        ownersOf(lines).length === 1 &&
        lines.every((line) => / RRSIG /.test(line)) &&
        isOneRRset(seen.ours.answer.filter((line) => line.startsWith(`${owner} `)))
      )
    },
  },
  {
    id: 'any-below-dname',
    reference: 'RFC 1034 §4.3.2 step 3a, RFC 8482 §4.1',
    why: 'The synthesised CNAME matches ANY and ends the answer; NSD and Knot go on to its target.',
    applies: ({ peer, question, ours, theirs }) =>
      peer !== 'BIND' &&
      question.type === RR.ANY &&
      ours.answer.some((line) => / DNAME /.test(line)) &&
      ours.rcode === 'NOERROR' &&
      ours.authority.length === 0 &&
      within(ours.answer, theirs.answer) &&
      (theirs.answer.length > ours.answer.length || theirs.authority.length > 0),
  },
  {
    id: 'additional-is-optional',
    reference: 'RFC 2181 §9, RFC 1035 §3.3.9',
    why: 'Addresses of MX, SRV and NS targets may be added; danelaw keeps answers small.',
    applies: (seen) =>
      (seen.peer !== 'NSD' || seen.question.type === RR.NS) &&
      differOnlyIn(seen, 'additional') &&
      seen.ours.isAuthoritative &&
      seen.ours.additional.length === 0 &&
      areTargets(seen.theirs.additional, seen.theirs.answer),
  },
  {
    id: 'bind-addresses-not-glue',
    reference: 'RFC 9471 §3.2',
    why: 'Name servers outside the delegation need no glue; BIND leaves out what others add.',
    applies: (seen) =>
      seen.peer === 'BIND' &&
      differOnlyIn(seen, 'additional') &&
      !seen.ours.isAuthoritative &&
      within(seen.theirs.additional, seen.ours.additional) &&
      unshared(seen.ours.additional, seen.theirs.additional).every(
        (line) => !isGlue(line, seen.ours),
      ),
  },
  {
    id: 'glue-missing-without-tc',
    reference: 'RFC 9471 §3.1',
    why: 'Glue at or below the cut that does not fit must set TC; NSD and BIND send what fits.',
    applies: (seen) =>
      seen.peer !== 'Knot' &&
      seen.ours.isTruncated &&
      !seen.theirs.isTruncated &&
      !seen.ours.isAuthoritative &&
      !seen.theirs.isAuthoritative &&
      seen.ours.rcode === seen.theirs.rcode &&
      seen.theirs.answer.length === 0 &&
      lacksGlue(seen.theirs),
  },
  {
    id: 'glue-missing',
    reference: 'RFC 9471 §3.1',
    why: 'The same where all of it does fit into the answer: NSD and BIND leave some out.',
    applies: (seen) =>
      seen.peer !== 'Knot' &&
      differOnlyIn(seen, 'additional') &&
      !seen.ours.isAuthoritative &&
      within(seen.theirs.additional, seen.ours.additional) &&
      unshared(seen.ours.additional, seen.theirs.additional).every((line) =>
        isGlue(line, seen.ours),
      ),
  },
  {
    id: 'bind-cname-loop',
    reference: 'RFC 1034 §3.6.2',
    why: 'BIND says SERVFAIL where a chain of aliases comes back; the chain itself tells as much.',
    applies: (seen) =>
      seen.peer === 'BIND' &&
      seen.theirs.rcode === 'SERVFAIL' &&
      seen.ours.rcode === 'NOERROR' &&
      differOnlyIn(seen, 'rcode') &&
      seen.ours.answer.every((line) => typeOf(line) === 'CNAME'),
  },
  {
    id: 'bind-nsec-at-cut',
    reference: 'RFC 4035 §3.1.4.1',
    why: 'Only DS is answered with authority at a cut; BIND does so for NSEC too.',
    applies: ({ peer, question, ours, theirs }) =>
      peer === 'BIND' &&
      question.type === RR.NSEC &&
      !ours.isAuthoritative &&
      theirs.isAuthoritative &&
      theirs.answer.every(isNsec),
  },
  {
    id: 'nsd-nsec3-is-not-aliased',
    reference: 'RFC 1034 §4.3.2 step 3a',
    why: 'A CNAME stands for every type, also for NSEC3; NSD says NODATA there.',
    applies: ({ peer, question, ours, theirs }) =>
      peer === 'NSD' &&
      question.type === RR.NSEC3 &&
      theirs.rcode === 'NOERROR' &&
      theirs.answer.length === 0 &&
      endsInAlias(ours.answer),
  },
  {
    id: 'nsd-nsec-is-aliased',
    reference: 'RFC 4034 §2.5 and §3',
    why: 'NSEC and RRSIG may stand beside a CNAME, so it says nothing of them; NSD follows it.',
    applies: ({ peer, question, ours, theirs }) =>
      peer === 'NSD' &&
      (question.type === RR.NSEC || question.type === RR.RRSIG) &&
      ours.rcode === 'NOERROR' &&
      ours.answer.length === 0 &&
      endsInAlias(theirs.answer),
  },
  {
    id: 'nsd-asterisk-label',
    reference: 'RFC 5155 §7.2.3',
    why: 'NODATA needs the one matching NSEC3; asked for a wildcard itself, NSD adds another.',
    applies: (seen) =>
      seen.peer === 'NSD' &&
      seen.question.name.startsWith('*.') &&
      seen.ours.authority.filter((line) => / NSEC3 1 /.test(line)).length === 1 &&
      (seen.theirs.isTruncated
        ? differOnlyIn(seen, 'isTruncated', 'authority')
        : differOnlyIn(seen, 'authority') && within(seen.ours.authority, seen.theirs.authority)),
  },
  {
    id: 'name-inside-dname',
    reference: 'RFC 1035 §4.1.4',
    why: 'The synthesised CNAME may point into the DNAME, and then the answer fits; not so here.',
    applies: ({ peer, question, ours, theirs }) =>
      peer !== 'Knot' &&
      question.udpOctets === undefined &&
      ours.rcode === theirs.rcode &&
      !ours.isTruncated &&
      theirs.isTruncated &&
      ours.answer.length === 2 &&
      ours.answer.some((line) => / DNAME /.test(line)),
  },
  {
    id: 'knot-drops-soa',
    reference: 'RFC 2308 §2.1, RFC 2181 §9',
    why: 'A negative answer has its SOA or TC; where the SOA did not fit Knot gives neither.',
    applies: (seen) =>
      seen.peer === 'Knot' &&
      differOnlyIn(seen, 'authority') &&
      seen.question.udpOctets === undefined &&
      seen.theirs.authority.length === 0 &&
      seen.ours.authority.every((line) => / SOA /.test(line)),
  },
  {
    id: 'nsd-denial-after-dname',
    reference: 'RFC 4035 §3.1.3.2 and §3.1.3.3',
    why: 'After a DNAME NSD leaves out that no wildcard matches, or denies the name first asked.',
    applies: (seen) =>
      seen.peer === 'NSD' &&
      seen.question.dnssecOk === true &&
      seen.ours.answer.some((line) => / DNAME /.test(line)) &&
      differOnlyIn(seen, 'authority') &&
      unshared(seen.ours.authority, seen.theirs.authority).every(isNsec),
  },
]
