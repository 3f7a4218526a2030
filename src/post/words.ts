import type { CertificateSpec, HostSpec, MailCase, SiteSpec, StartTls } from './types.ts'

const startTlsWords: Readonly<Record<StartTls, string>> = {
  good: 'STARTTLS as it should be',
  absent: 'no STARTTLS',
  refused: 'STARTTLS is answered 454',
  'helo-only': 'no EHLO',
  selective: 'STARTTLS for clients that have delivered before',
  'drop-after-220': 'the connection ends after 220',
  alert: 'an alert answers the ClientHello',
  tls10: 'nothing newer than TLS 1.0',
  'no-cipher': 'no cipher that anybody would take',
  injection: 'a reply in clear comes with 220',
}

const day = 86_400
/** Names of a certificate that are told; of more, their number. */
const toldNames = 3

/**
 * What a case serves beside the records of its zone: whether that is signed, zones beside it, its
 * mail servers and its policy of MTA-STS. A line each; records and lines of a policy are indented.
 */
export function sceneLines({ setting, siblings, hosts = { mx: {} }, sts }: MailCase): string[] {
  return [
    ...(setting?.signed === false ? ['Its zone is not signed.'] : []),
    ...Object.entries(siblings ?? {}).flatMap(([key, { records, signed }]) => [
      `In the zone {zone ${key}}, which is ${signed ? 'signed' : 'not signed'}:`,
      ...indented(records, '\n'),
    ]),
    ...Object.entries(hosts).map(([key, host]) => `Mail server ${key}: ${hostText(host)}.`),
    ...(sts ? siteLines(sts) : []),
  ]
}

function indented(text: string, end: string): string[] {
  const lines = text.split(end).map((line) => line.trim())
  return lines.filter((line) => line !== '').map((line) => `  ${line}`)
}

function hostText({ startTls = 'good', onlyForSni, ...certificate }: HostSpec): string {
  const sni = onlyForSni && `its certificate is for those who ask for ${onlyForSni}`
  return told([startTlsWords[startTls], ...certificateWords(certificate), sni])
}

function siteLines({ body = '', status, type, location, isSilent, ...certificate }: SiteSpec) {
  const words = told([
    status !== undefined && `status ${status}`,
    type !== undefined && `as ${type}`,
    location !== undefined && `moved to ${location}`,
    isSilent && 'never answered',
    ...certificateWords(certificate),
  ])
  const [first = '', ...others] = body.split(/(?<=\n)/)
  const lines = [first, ...others].map((line) => `  ${shortened(JSON.stringify(line))}`)
  return [`Policy of MTA-STS: ${words || 'status 200, as text/plain'}.`, ...lines]
}

/** A line longer than anybody reads. */
const toldColumns = 72

function shortened(line: string): string {
  return line.length <= toldColumns ? line : `${line.slice(0, toldColumns)}…`
}

function certificateWords({ names, chain = {} }: Pick<HostSpec, 'names' | 'chain'>) {
  const { leaf = {}, intermediate, anchor, selfSigned, omit } = chain
  const several = names && names.length > toldNames
  return [
    names && `certificate of ${several ? `${names.length} names` : names.join() || 'no dNSName'}`,
    leaf.commonName !== undefined && `common name ${leaf.commonName}`,
    validity('it', leaf),
    intermediate && validity('the one above', intermediate),
    anchor && validity('its authority', anchor),
    selfSigned && 'it signs itself',
    omit && `sent without ${omit.join(' and ')}`,
  ]
}

function validity(what: string, { from, to }: CertificateSpec): string | false {
  if (to !== undefined) return `${what} has ended ${-to / day} days ago`
  return from !== undefined && `${what} begins in ${from / day} days`
}

function told(words: readonly (string | false | undefined)[]): string {
  return words.filter((word) => word).join('; ')
}
