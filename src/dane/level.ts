import type { DaneLevel } from './types.ts'

/** What came of the way to the TLSA records: MX host, its aliases, its addresses. */
export type ChainSecurity = 'secure' | 'insecure' | 'failed'

/** What came of the TLSA lookup; what is insecure is as good as absent (RFC 7672 §2.2). */
export type TlsaOutcome = 'usable' | 'unusable' | 'absent' | 'failed' | 'not-asked'

/** What MTA-STS still has to say of a host (RFC 8461 §2). */
export type StsRole =
  /** It decides, as there is no DANE. */
  | 'decides'
  /** It may ask for more than DANE does, never for less. */
  | 'adds'
  /** DANE has decided. */
  | 'silent'

/** How a host has to be met. */
export interface HostLevel {
  readonly dane: DaneLevel
  readonly sts: StsRole
}

const failed: HostLevel = { dane: 'failed', sts: 'silent' }
const opportunistic: HostLevel = { dane: 'none', sts: 'decides' }

/** The rows for a secure way: RFC 7672 §2.2, the four outcomes, with MTA-STS beside them. */
const secureRows: Readonly<Record<TlsaOutcome, HostLevel>> = {
  usable: { dane: 'authenticated', sts: 'silent' },
  unusable: { dane: 'encrypted', sts: 'adds' },
  absent: opportunistic,
  // RFC 7672 §2.1.2: who can make the lookup fail must not be able to turn DANE off.
  failed,
  'not-asked': opportunistic,
}

/**
 * The table of DANE and MTA-STS: how a host has to be met, from what DNS said of it. Where the way
 * there is not secure nothing found under it counts (RFC 7672 §2.2.2).
 */
export function tlsLevel(chain: ChainSecurity, tlsa: TlsaOutcome): HostLevel {
  if (chain === 'failed') return failed
  return chain === 'secure' ? secureRows[tlsa] : opportunistic
}
