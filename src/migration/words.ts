import type { UnixSeconds } from '../base/index.ts'
import type { ExpectedMx } from '../provision/index.ts'
import { formatHost, formatName } from '../wire/index.ts'

/** An MX record as Exchange Online writes it: `@ 60 IN MX 0 contoso-com.o-v1.mx.microsoft`. */
export function mxRecord({ ttl, preference, host }: ExpectedMx): string {
  return `@ ${ttl} IN MX ${preference} ${host.length === 1 ? '.' : formatHost(host)}`
}

/** The same as it can be pasted into a zone file, where a name ends in a dot. */
export function zoneRecord({ ttl, preference, host }: ExpectedMx): string {
  return `@ ${ttl} IN MX ${preference} ${formatName(host)}`
}

/** Unix seconds as RFC 3339 has them. */
export function formatTime(time: UnixSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}

/** Characters that move a cursor, break lines, hide, or turn the direction of a text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Characters of a foreign text that are shown. */
const foreignTextMax = 300

/** What a stranger may have had a hand in, made fit for terminals: one line, and cut. */
export function printable(text: string): string {
  const cut = text.length > foreignTextMax ? `${text.slice(0, foreignTextMax)}…` : text
  return cut.replace(unprintable, '?')
}
