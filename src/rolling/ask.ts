import { judgeHost, judgeTlsas, matchChain, type TlsaOutcome, tlsLevel } from '../dane/index.ts'
import { formatRcode, Rcode } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import type { Verdict } from '../validator/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import type { Expected, Outcome, Subject } from './scenario.ts'
import type { Stage } from './stage.ts'
import { tlsaOwner } from './zone-build.ts'

/** Who finds answers: a resolver, or whoever stands for one. */
export type Resolve = (name: Name, type: RRType) => Promise<Verdict>

/** What came of a question. */
export interface Answer {
  readonly outcome: Outcome
  readonly rcode: number
  /** RFC 8914 info code; undefined where nothing is wrong. */
  readonly ede: number | undefined
  readonly reason: string
}

/** Asks a question, or tries to send mail to a host, as the certificate there is now. */
export function ask(subject: Subject, resolve: Resolve, stage: Stage): Promise<Answer> {
  return subject.kind === 'query'
    ? query(subject.name, subject.type, resolve)
    : send(subject.host, resolve, stage)
}

async function query(name: Name, type: RRType, resolve: Resolve): Promise<Answer> {
  const { security, rcode, reason } = await resolve(name, type)
  const outcome = security === 'indeterminate' ? 'unreachable' : security
  return { outcome, rcode, ede: reason.ede, reason: reason.text }
}

function isFailure({ security }: Verdict): boolean {
  return security === 'bogus' || security === 'indeterminate'
}

/**
 * The way of a sender to one host (RFC 7672 §2.2.2): its address first; where that is secure, its
 * TLSA records; where those are secure and usable, its certificate has to be one of theirs.
 */
async function send(host: Name, resolve: Resolve, stage: Stage): Promise<Answer> {
  const address = await resolve(host, RR.A)
  const wayFailed = isFailure(address)
  const isSecure = address.security === 'secure'
  const tlsas = isSecure ? await resolve(tlsaOwner(host), RR.TLSA) : undefined
  const tlsaFailed = tlsas !== undefined && isFailure(tlsas)
  const isUsed = tlsas?.security === 'secure' && tlsas.data !== undefined
  const set = isUsed && tlsas.data ? judgeTlsas(tlsas.data.rrset.rdatas) : undefined
  const chain = wayFailed ? 'failed' : isSecure ? 'secure' : 'insecure'
  const level = tlsLevel(chain, tlsaOutcome(tlsas, tlsaFailed, set?.active.length)).dane
  const certificate = stage.certificateOf(host)
  const match =
    set &&
    matchChain({
      ...{ tlsa: set, chain: certificate ? [certificate] : [], referenceNames: [host] },
      now: stage.clock.now(),
    })
  const decisive = tlsas ?? address
  const { delivers, protection, text } = judgeHost(
    {
      ...{ domain: formatHost(host), level, reason: decisive.reason.text, match },
      failedLookup: wayFailed ? 'address' : tlsaFailed ? 'tlsa' : undefined,
      ...{ isProtected: isSecure, outcome: 'tls', sts: undefined, policy: 'opportunistic' },
    },
    'rfc',
  )
  const outcome = !delivers ? 'refused' : protection === 'dane' ? 'protected' : 'unprotected'
  return { outcome, rcode: decisive.rcode, ede: decisive.reason.ede, reason: text }
}

function tlsaOutcome(
  tlsas: Verdict | undefined,
  hasFailed: boolean,
  active: number | undefined,
): TlsaOutcome {
  if (!tlsas) return 'not-asked'
  if (hasFailed) return 'failed'
  if (active === undefined) return 'absent'
  return active > 0 ? 'usable' : 'unusable'
}

/** Whether an answer is what was expected. */
export function meets(answer: Answer, expected: Expected): boolean {
  return (
    answer.outcome === expected.outcome &&
    (expected.rcode ?? answer.rcode) === answer.rcode &&
    (expected.ede ?? answer.ede) === answer.ede &&
    (expected.because === undefined || answer.reason.includes(expected.because))
  )
}

/** An answer in one line: `bogus SERVFAIL, EDE 9: no DNSKEY of …`. */
export function formatAnswer({ outcome, rcode, ede, reason }: Answer): string {
  const hasRcode = rcode !== Rcode.NOERROR
  const code = ede === undefined ? '' : `, EDE ${ede}`
  return `${outcome}${hasRcode ? ` ${formatRcode(rcode)}` : ''}${code}: ${reason}`
}
