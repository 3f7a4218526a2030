import { type Certificate, readCertificate } from '../../src/crypto/index.ts'
import { type AnchorDates, judgeTlsas, type MatchResult, matchChain } from '../../src/dane/index.ts'
import { parseName } from '../../src/wire/index.ts'
import type { Issued } from './certificates.ts'

/** 2026-11-25, within what certificates of tests have for dates. */
export const matchTime = 1_795_600_000

/** Seconds before and after `matchTime`. */
export const past = { from: matchTime - 200_000, to: matchTime - 100_000 }
export const future = { from: matchTime + 100_000, to: matchTime + 200_000 }

/** What danelaw reads of certificates that it must be able to read. */
export function certificates(...chain: readonly Issued[]): Certificate[] {
  return chain.map(({ der }) => {
    const certificate = readCertificate(der)
    if (!certificate) throw new Error('a certificate of a test cannot be read')
    return certificate
  })
}

/** Matches a chain as sent against TLSA RDATA, for reference names as text. */
export function matchFor(
  chain: readonly Issued[],
  tlsa: readonly Uint8Array[],
  names: readonly string[] = ['mx.example.com.'],
  options: { readonly anchorDates?: AnchorDates } = {},
): MatchResult {
  return matchChain({
    tlsa: judgeTlsas(tlsa),
    chain: certificates(...chain),
    referenceNames: names.map((name) => parseName(name)),
    now: matchTime,
    ...options,
  })
}
