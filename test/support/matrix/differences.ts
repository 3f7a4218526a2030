import type { Opinion } from './opinions.ts'

/** Whose opinion differs from that of our stub when it iterates. */
export type Other =
  /** Validators of others. */
  | 'unbound'
  | 'BIND'
  | 'Knot Resolver'
  | 'PowerDNS Recursor'
  | 'delv'
  /** Our stub, forwarding to one of these. */
  | 'through unbound'
  | 'through BIND'
  | 'through Knot Resolver'
  | 'through PowerDNS Recursor'

/** One question, and two opinions of it that are not the same. */
export interface Dissent {
  readonly other: Other
  /** The zone that was asked about, such as `knot-nsec3.test.` or `expired.test.` */
  readonly zone: string
  /** What kind of question it was. */
  readonly what: string
  readonly ours: Opinion
  readonly theirs: Opinion
}

/** A way in which opinions differ, and who is right. */
export interface MatrixDifference {
  readonly id: string
  /** The section of an RFC that decides. */
  readonly reference: string
  readonly why: string
  /** Whether it is a matter of chance, or of time, and need not be met in every run. */
  readonly isFickle?: boolean
  applies(dissent: Dissent): boolean
}

const isOfMode = (mode: string, { zone }: Dissent): boolean => zone.endsWith(`-${mode}.test.`)

/** Whether `theirs` is what `ours` is but for its security. */
function isOnly(from: string, to: string, { ours, theirs }: Dissent): boolean {
  return ours.startsWith(`${from} `) && theirs === ours.replace(from, to)
}

const isValidator = ({ other }: Dissent): boolean => !other.startsWith('through ')

/** All of them. Each is as narrow as can be; one that is no longer met fails the test. */
export const matrixDifferences: readonly MatrixDifference[] = [
  {
    id: 'nxname-is-nxdomain',
    reference: 'RFC 9824 §3.1 and §5.1',
    why: 'NXNAME says that a name does not exist; no peer knows it yet: they say NODATA.',
    applies: (seen) =>
      isValidator(seen) &&
      isOfMode('compact', seen) &&
      seen.ours === 'secure NXDOMAIN' &&
      seen.theirs === 'secure NOERROR',
  },
  {
    id: 'opt-out-is-insecure',
    reference: 'RFC 5155 §9.2',
    why: 'No AD where the next closer name is in an opt-out span; delv calls it fully validated.',
    applies: (seen) =>
      seen.other === 'delv' && isOfMode('optout', seen) && isOnly('insecure', 'secure', seen),
  },
  {
    id: 'iterations-are-few',
    reference: 'RFC 9276 §3.2',
    why: 'More than 50 iterations make insecure; all peers but Knot Resolver still take 150.',
    applies: (seen) =>
      isValidator(seen) && seen.zone === 'iterations.test.' && isOnly('insecure', 'secure', seen),
  },
  {
    id: 'sha1-is-ignored',
    reference: 'RFC 4509 §3',
    why: 'Where there is a DS of SHA-256, one of SHA-1 does not count; unbound 1.17 lets it.',
    applies: ({ other, zone, ours, theirs }) =>
      other === 'unbound' &&
      zone === 'ds-sha1-right-sha256-wrong.test.' &&
      ours === 'bogus' &&
      theirs.startsWith('secure '),
  },
  {
    id: 'checking-disabled',
    reference: 'RFC 4035 §3.2.2',
    why: 'Asked with CD, a resolver is to hand out what it finds bogus; PowerDNS 4.8 does not.',
    applies: ({ other, ours, theirs }) =>
      other === 'through PowerDNS Recursor' && ours === 'bogus' && theirs === 'indeterminate',
  },
  {
    id: 'recursor-opt-out-below-nxdomain',
    reference: 'RFC 8020 §2, RFC 5155 §9.2',
    why: 'Below a name that opt-out denied a moment ago, PowerDNS 4.8 says SERVFAIL.',
    isFickle: true,
    applies: (seen) =>
      seen.other.endsWith('PowerDNS Recursor') &&
      isOfMode('optout', seen) &&
      seen.what.startsWith('NXDOMAIN') &&
      seen.theirs === (isValidator(seen) ? 'bogus' : 'indeterminate'),
  },
  {
    id: 'bind-no-ds-from-referral',
    reference: 'RFC 4035 §3.2.3',
    why: 'A proof that there is no DS is as good as any; BIND may answer from a referral, not AD.',
    isFickle: true,
    applies: (seen) =>
      seen.other === 'BIND' && seen.what === 'no DS' && isOnly('secure', 'insecure', seen),
  },
  {
    id: 'unbound-cname-before-dname',
    reference: 'RFC 6672 §5.3.1, RFC 1034 §3.6',
    why: 'Sections have no order; PowerDNS shuffles, and unbound wants the DNAME before its CNAME.',
    isFickle: true,
    applies: ({ other, zone, what, theirs }) =>
      (other === 'unbound' || other === 'through unbound') &&
      zone.startsWith('powerdns-') &&
      what.startsWith('DNAME') &&
      theirs === 'bogus',
  },
]
