import { type Finished, findProgram, runProgram } from '../peers/programs.ts'
import type { Postfix } from './postfix.ts'

/**
 * How far a sender goes with a mail server, in words that every judge of it shares.
 *
 * - `authenticated`: delivers by TLS; TLSA records matched.
 * - `encrypted`: delivers by TLS, which nothing vouches for and nothing has to.
 * - `clear`: delivers without TLS, since nothing demands it.
 * - `refused`: does not deliver.
 */
export type Trust = 'authenticated' | 'encrypted' | 'clear' | 'refused'

/** What `posttls-finger -l dane` makes of a domain. */
export interface Fingered extends Finished {
  readonly trust: Trust
}

/**
 * Asks Postfix's own judge, as a sender with that `smtp_tls_security_level` would see it; under the
 * configuration of a Postfix of ours, not of the machine's.
 */
export async function finger(
  domain: string,
  { directory }: Postfix,
  level: 'dane' | 'may' = 'dane',
): Promise<Fingered> {
  const program = findProgram('posttls-finger') ?? 'posttls-finger'
  const command = [program, '-l', level, '-L', 'summary,verbose', domain]
  const finished = await runProgram('env', [`MAIL_CONFIG=${directory}`, ...command])
  return { ...finished, trust: trustOf(finished.stdout + finished.stderr) }
}

/** Reads its log: it goes on where a sender would stop, and tells what that would have minded. */
function trustOf(log: string): Trust {
  if (!/: < 250[ -]/.test(log)) return 'refused'
  const isUsable = /DNSSEC-signed TLSA record: /.test(log)
  const isDemanded = isUsable || /unsupported TLSA certificate usage/.test(log)
  const [, said] = / (\w+) TLS connection established to /.exec(log) ?? []
  if (said === undefined) return isDemanded ? 'refused' : 'clear'
  if (said === 'Verified') return 'authenticated'
  // `Trusted` is a match along MX records that are not secure: it vouches for nobody.
  return isUsable && said !== 'Trusted' ? 'refused' : 'encrypted'
}
