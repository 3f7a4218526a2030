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

/** All of them. Each is as narrow as can be; one that is no longer met fails the test. */
export const differences: readonly Difference[] = [
  {
    id: 'any-and-rrsig',
    reference: 'RFC 8482 §4.1 and §7',
    why: 'An answer to ANY or RRSIG may be any part of what there is. danelaw gives one RRset.',
    applies: ({ question, ours, theirs }) =>
      (question.type === RR.ANY || question.type === RR.RRSIG) &&
      (ours.isAuthoritative || theirs.isAuthoritative),
  },
  {
    id: 'additional-is-optional',
    reference: 'RFC 2181 §9, RFC 1035 §3.3.9',
    why: 'Addresses of MX, SRV and NS targets may be added; danelaw keeps answers small.',
    applies: (seen) =>
      seen.peer !== 'NSD' || seen.question.type === RR.NS
        ? differOnlyIn(seen, 'additional') &&
          seen.ours.isAuthoritative &&
          seen.ours.additional.length === 0
        : false,
  },
  {
    id: 'bind-addresses-not-glue',
    reference: 'RFC 9471 §3.2',
    why: 'Name servers outside the delegation need no glue; BIND leaves out what others add.',
    applies: (seen) =>
      seen.peer === 'BIND' &&
      differOnlyIn(seen, 'additional') &&
      !seen.ours.isAuthoritative &&
      within(seen.theirs.additional, seen.ours.additional),
  },
  {
    id: 'glue-missing-without-tc',
    reference: 'RFC 9471 §3.1',
    why: 'Glue at or below the cut that does not fit must set TC; NSD and BIND send what fits.',
    applies: (seen) =>
      seen.peer !== 'Knot' &&
      differOnlyIn(seen, 'isTruncated', 'authority', 'additional') &&
      (seen.ours.isTruncated || seen.theirs.additional.length < seen.ours.additional.length) &&
      !seen.theirs.isTruncated &&
      !seen.theirs.isAuthoritative,
  },
  {
    id: 'bind-cname-loop',
    reference: 'RFC 1034 §3.6.2',
    why: 'BIND says SERVFAIL where a chain of aliases comes back; the chain itself tells as much.',
    applies: (seen) =>
      seen.peer === 'BIND' && seen.theirs.rcode === 'SERVFAIL' && differOnlyIn(seen, 'rcode'),
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
      theirs.answer.some(isNsec),
  },
  {
    id: 'nsd-nsec3-is-not-aliased',
    reference: 'RFC 1034 §4.3.2 step 3a',
    why: 'A CNAME stands for every type, also for NSEC3; NSD says NODATA there.',
    applies: ({ peer, question, theirs }) =>
      peer === 'NSD' && question.type === RR.NSEC3 && theirs.answer.length === 0,
  },
  {
    id: 'nsd-nsec-is-aliased',
    reference: 'RFC 4034 §2.5',
    why: 'NSEC may stand beside a CNAME, so the CNAME says nothing of it; NSD follows it.',
    applies: ({ peer, question, ours, theirs }) =>
      peer === 'NSD' &&
      question.type === RR.NSEC &&
      ours.answer.length === 0 &&
      theirs.answer.some((line) => / CNAME /.test(line)),
  },
  {
    id: 'nsd-asterisk-label',
    reference: 'RFC 5155 §7.2.3',
    why: 'NODATA needs the one matching NSEC3; asked for a wildcard itself, NSD adds another.',
    applies: ({ peer, question, ours, theirs }) =>
      peer === 'NSD' &&
      question.name.startsWith('*.') &&
      !ours.isTruncated &&
      (theirs.isTruncated ||
        (within(ours.authority, theirs.authority) &&
          theirs.authority.length > ours.authority.length)),
  },
  {
    id: 'name-inside-dname',
    reference: 'RFC 1035 §4.1.4',
    why: 'The synthesised CNAME may point into the DNAME, and then the answer fits; not so here.',
    applies: ({ peer, question, ours, theirs }) =>
      peer !== 'Knot' &&
      question.udpOctets === undefined &&
      !ours.isTruncated &&
      theirs.isTruncated &&
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
    id: 'nsd-denial-after-alias',
    reference: 'RFC 4035 §3.1.3.2 and §3.1.3.4',
    why: 'After an alias NSD proves against the name first asked: records too few or too many.',
    applies: (seen) =>
      seen.peer === 'NSD' &&
      seen.question.dnssecOk === true &&
      seen.ours.answer.some((line) => / [CD]NAME /.test(line)) &&
      differOnlyIn(seen, 'authority') &&
      [...seen.ours.authority, ...seen.theirs.authority]
        .filter(
          (line) => !seen.ours.authority.includes(line) || !seen.theirs.authority.includes(line),
        )
        .every(isNsec),
  },
]
