import type { Act, Expectation as Answer, Behaviour, SignatureEdit } from '../../lab/index.ts'
import { RR, type RRType } from '../../rr/index.ts'
import type { DeliveryCase, MailExpectation, ZoneFault } from '../types.ts'

/** What a row may add, or leave as it should be. */
export type Extras = Partial<Omit<DeliveryCase, 'kind' | 'id' | 'title' | 'expect' | 'why'>>

/** The domain of most cases: one host with a good chain and TLSA `3 1 1`. */
export const goodZone = `
  @ MX 10 mx
  mx A {mx}
  _25._tcp.mx TLSA {mx 3 1 1}
`

/** The same with other TLSA records, or none. */
export function zoneWith(...tlsa: readonly string[]): string {
  return ['@ MX 10 mx', 'mx A {mx}', ...tlsa.map((rdata) => `_25._tcp.mx TLSA ${rdata}`)].join('\n')
}

/** A row: the good zone unless it says otherwise. */
export function row(
  id: string,
  title: string,
  expect: MailExpectation,
  why: readonly string[],
  extras: Extras = {},
): DeliveryCase {
  return { kind: 'delivery', records: goodZone, ...extras, id, title, expect, why }
}

/** Expectations that come again and again. */
export const expected = {
  dane: { rfc: 'dane', exchange: 'delivers', report: ['tlsa'] },
  encrypted: { rfc: 'encrypted', exchange: 'delivers', report: ['tlsa'] },
  opportunistic: { rfc: 'opportunistic', exchange: 'delivers', report: ['no-policy-found'] },
  noMatch: { rfc: 'delayed', exchange: '4.7.323', report: ['tlsa-invalid'] },
  badDnssec: { rfc: 'delayed', exchange: '4.7.324', report: ['dnssec-invalid'] },
  noLookup: { rfc: 'delayed', exchange: '4.4.312', report: ['dnssec-invalid'] },
  noStartTls: { rfc: 'delayed', exchange: '4.7.321', report: ['starttls-not-supported'] },
  noTls: { rfc: 'delayed', exchange: '4.7.321', report: ['validation-failure'] },
} as const satisfies Readonly<Record<string, MailExpectation>>

/** What a validator says of an answer that is wrong, or that never comes. */
const answers = {
  corrupt: answer('bogus', [6], 'RFC 4035 §5.3.3', 'RFC 8914 §4.7'),
  expired: answer('bogus', [7], 'RFC 4035 §5.3.1', 'RFC 8914 §4.8'),
  unsigned: answer('bogus', [10], 'RFC 4035 §5.3.1', 'RFC 8914 §4.11'),
  undenied: answer('bogus', [12], 'RFC 4035 §5.4', 'RFC 8914 §4.13'),
  silent: answer('unreachable', [22, 23], 'RFC 2308 §7.2', 'RFC 8914 §4.23'),
  failing: answer('unreachable', [22, 23], 'RFC 2308 §7.1', 'RFC 8914 §4.23'),
} as const

function answer(
  status: Answer['status'],
  ede: readonly number[],
  ...why: readonly string[]
): Answer {
  return { status, rcode: 'SERVFAIL', ede, why }
}

/** Octets of a signature that are spoiled. */
const spoiledOctets = 8
/** Signatures that ended an hour ago. */
const expired: SignatureEdit = { kind: 'window', inception: -86_400, expiration: -3600 }

const edits = {
  corrupt: { kind: 'corrupt', octets: spoiledOctets },
  expired,
  unsigned: { kind: 'drop' },
} as const

/** Faults of the answer about one owner and type. */
export function faultOf(owner: string, type: RRType) {
  const ask = { owner, type }
  const about = (acts: readonly Act[], expect: Answer): ZoneFault => ({ acts, ask, expect })
  const behave = (as: Behaviour, expect: Answer, via?: 'tcp'): ZoneFault => {
    const when = { owners: [owner], types: [type], ...(via ? { via } : {}) }
    return about([{ kind: 'behave', as, when }], expect)
  }
  return {
    /** Its signatures are spoiled, over, or gone. */
    signature(edit: keyof typeof edits, covered: RRType = type): ZoneFault {
      const at = { owner, type: covered }
      return about([{ kind: 'signature', at, by: 'any', edit: edits[edit] }], answers[edit])
    },
    /** The NSEC record of an owner, itself unless named, is left out. */
    withoutProof: (of = owner): ZoneFault =>
      about([{ kind: 'remove', at: { owner: of, type: RR.NSEC } }], answers.undenied),
    rcode: (rcode: number): ZoneFault =>
      behave({ kind: 'rcode', rcode, sections: 'empty' }, answers.failing),
    silence: (): ZoneFault => behave({ kind: 'drop' }, answers.silent),
    withoutTcp: (): ZoneFault => behave({ kind: 'refuseTcp' }, answers.silent),
  }
}
