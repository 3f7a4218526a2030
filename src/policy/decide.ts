import type { DaneLevel } from '../dane/index.ts'
import type { Destination, Host } from '../destination/index.ts'
import type { StsPolicy } from '../mtasts/index.ts'
import type { Reply } from './protocol.ts'

/** What to tell a mail server about a destination, and why. */
export interface Verdict {
  readonly reply: Reply
  /** One sentence, without its full stop. */
  readonly reason: string
}

/**
 * What DNS alone comes to. Where MTA-STS has a say, `enforced` is the verdict under a policy that
 * is enforced; else `otherwise` holds whatever MTA-STS may say.
 */
export interface Weighed {
  readonly otherwise: Verdict
  readonly enforced: ((policy: StsPolicy) => Verdict) | undefined
}

const dane = (level: 'dane' | 'dane-only', reason: string): Verdict => ({
  reply: { kind: 'found', value: level },
  reason,
})

/** As much of a destination as counts. */
export type Weighable = Pick<Destination, 'kind' | 'reason' | 'isProtected' | 'hosts'> &
  Partial<Pick<Destination, 'mx'>>

/**
 * Weighs what DNS says of a destination. `unprotected` is what is said where nothing is demanded.
 *
 * - `dane-only` where every host has TLSA records that can be used, and MX records lead there
 *   securely: a mail server whose own resolver does not validate then waits, instead of falling
 *   back to what anybody can listen to.
 * - `dane` where hosts differ, or MX records are not secure: Postfix then judges host by host, as
 *   RFC 7672 §2.2 has it, with TLSA lookups of its own.
 * - nothing can be told where every host fails, or the MX lookup does (RFC 7672 §2.1.2).
 *
 * MTA-STS is asked only where DANE does not decide, and can never relax what it does (RFC 8461 §2).
 */
export function weigh(destination: Weighable, unprotected: Reply): Weighed {
  const { kind, reason, isProtected } = destination
  if (kind === 'failed') return settled(temporary(reason.text))
  if (kind === 'null-mx' || kind === 'absent') {
    const absent: Verdict = { reply: { kind: 'absent' }, reason: reason.text }
    // With proof, nothing will be sent there whatever is said here. Without, somebody may have made
    // it up for us alone, and Postfix see hosts: a policy then says which may be (RFC 8461 §4.1).
    return isProtected ? settled(absent) : { otherwise: absent, enforced: secure }
  }
  const hosts = destination.hosts.filter(isReachable)
  const has = (level: DaneLevel): boolean => hosts.some((host) => host.level === level)
  const all = (level: DaneLevel): boolean => has(level) && hosts.every((h) => h.level === level)
  if (all('failed')) return settled(temporary(firstReason(hosts, 'failed')))
  if (isProtected && all('authenticated')) {
    return settled(dane('dane-only', 'every host has usable TLSA records'))
  }
  const otherwise =
    hosts.length === 0 || all('none')
      ? { reply: unprotected, reason: hosts[0]?.reason.text ?? 'no host has an address' }
      : dane('dane', describeMix(hosts, isProtected))
  // A host with TLSA records is met as these demand; the others would be met without MTA-STS.
  if (isProtected && has('authenticated')) {
    const why = 'hosts without usable TLSA records are left out, as MTA-STS is enforced'
    return { otherwise, enforced: () => dane('dane-only', why) }
  }
  // Under `secure` Postfix asks for no TLSA: who makes that lookup fail must gain nothing.
  if (has('failed')) {
    return { otherwise, enforced: () => temporary(firstReason(hosts, 'failed')) }
  }
  return { otherwise, enforced: secure }
}

function settled(verdict: Verdict): Weighed {
  return { otherwise: verdict, enforced: undefined }
}

/** A verdict that makes mail wait. */
export function temporary(reason: string): Verdict {
  return { reply: { kind: 'temporary', reason }, reason }
}

/** A host without an address gets no mail, so it is no reason to think less of the others. */
function isReachable({ level, addresses }: Host): boolean {
  return level === 'failed' || addresses.length > 0
}

function firstReason(hosts: readonly Host[], level: DaneLevel): string {
  return hosts.find((host) => host.level === level)?.reason.text ?? ''
}

function describeMix(hosts: readonly Host[], isProtected: boolean): string {
  const count = (level: DaneLevel): number => hosts.filter((h) => h.level === level).length
  const kinds = [
    `${count('authenticated')} with usable TLSA records`,
    `${count('encrypted')} with unusable ones`,
    `${count('none')} without`,
    `${count('failed')} failing`,
  ].filter((kind) => !kind.startsWith('0 '))
  return `hosts: ${kinds.join(', ')}${isProtected ? '' : '; MX records are not secure'}`
}

/** A pattern of RFC 8461 §4.1, in letters that mean nothing else to Postfix. */
const pattern = /^(\*\.)?(?=[a-z0-9])[a-z0-9-]+(\.[a-z0-9-]+)+$/

/**
 * The level under an enforced policy: a chain to an authority that is trusted, for a name that the
 * policy allows (RFC 8461 §4.2). `*.example.com` allows one label, and Postfix's `.example.com`
 * any number of them: a certificate for these is the owner's of the domain, too.
 */
function secure({ mx }: StsPolicy): Verdict {
  const names = mx.filter((text) => pattern.test(text)).map((text) => text.replace(/^\*/, ''))
  if (names.length === 0) return temporary('the MTA-STS policy is enforced and allows no host')
  const value = `secure match=${[...new Set(names)].join(':')} servername=hostname`
  return { reply: { kind: 'found', value }, reason: 'an MTA-STS policy is enforced' }
}
