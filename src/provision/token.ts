import { CodedError } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { formatHost, type Name, toBase32hex } from '../wire/index.ts'

/** Longest label in octets (RFC 1035 §2.3.4). */
const labelOctetsMax = 63
/** Octets that are left of a token that would be longer, in front of its hash. */
const prefixMax = 54
/** Octets of the hash in it, as 8 characters. */
const hashOctets = 5
/** Positions that one letter of the suffix tells of. */
const groupSize = 4
/** Letters, digits and hyphens, the latter only inside (RFC 1123 §2.1). */
const ldhLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The label by which the host of a domain goes: hyphens are left out, dots become hyphens, and a
 * suffix tells where the hyphens were. `contoso.com` is `contoso-com`, `ab-cd.example` is
 * `abcd-example0e`.
 *
 * No two host names whose last label is of letters have the same one; where that label has digits,
 * or where a token is too long and ends in a hash, uniqueness is for the claims of the store.
 */
export function tokenOf(domain: Name): string {
  const host = formatHost(domain)
  const token = host.replaceAll('-', '').replaceAll('.', '-') + hyphensOf(host)
  if (token.length <= labelOctetsMax) return token
  const hash = sha256(Buffer.from(host)).subarray(0, hashOctets)
  return `${token.slice(0, prefixMax)}-${toBase32hex(hash)}`
}

/**
 * Where the hyphens of a host name are: `0`, then for every group of four positions that has some
 * its number, left out for the first, and `a` plus its bits, the lowest for the first position.
 */
function hyphensOf(host: string): string {
  if (!host.includes('-')) return ''
  let suffix = '0'
  for (let at = 0; at < host.length; at += groupSize) {
    let bits = 0
    for (let bit = 0; bit < groupSize; bit++) if (host[at + bit] === '-') bits |= 1 << bit
    if (bits === 0) continue
    const group = at / groupSize
    suffix += `${group === 0 ? '' : group}${String.fromCharCode('a'.charCodeAt(0) + bits)}`
  }
  return suffix
}

/**
 * A token as somebody gave it, in lower case.
 *
 * @throws {CodedError} `token-invalid` for what is no label of letters, digits and hyphens
 */
export function readToken(text: string): string {
  const token = text.toLowerCase()
  if (ldhLabel.test(token)) return token
  const why = `it is no label of 1 to ${labelOctetsMax} letters, digits and hyphens`
  throw new CodedError('token-invalid', `Cannot use token ${JSON.stringify(text)}: ${why}`)
}

/** Whether a text is one label of letters, digits and hyphens, in lower case. */
export function isLdhLabel(text: string): boolean {
  return ldhLabel.test(text)
}

/** Whether a name is a host name of two labels or more (RFC 1123 §2.1), as mail domains are. */
export function isMailDomain(name: Name): boolean {
  const labels = formatHost(name).split('.')
  return labels.length > 1 && labels.every(isLdhLabel)
}
