import type { Destination, DestinationQuestion } from '../../src/destination/index.ts'
import { examineDestination } from '../../src/destination/index.ts'
import type { Stub } from '../../src/stub/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { apexText, buildTree, type Tree } from './signed-tree.ts'

const data = 'ab'.repeat(32)
const signing = { denial: 'nsec' } as const

/**
 * shop.test. is signed, plain.test. is not; between them they have all that hosts of mail can be
 * like. A host that has TLSA records says so in its name.
 */
export const mailText = `
  good          MX 10 tlsa
  tlsa          A 192.0.2.1
  tlsa          AAAA 2001:db8::1
  _25._tcp.tlsa TLSA 3 1 1 ${data}
  _587._tcp.tlsa587 TLSA 3 1 1 ${data}
  tlsa587       A 192.0.2.2

  several       MX 20 tlsa
  several       MX 10 bare
  several       MX 10 unusable
  bare          A 192.0.2.3
  unusable      A 192.0.2.4
  _25._tcp.unusable TLSA 1 1 1 ${data}
  nosuch        MX 10 absent
  unaddressed   MX 10 text
  text          TXT "no address"
  outside       MX 10 tlsa.plain.test.

  alone         A 192.0.2.5
  _25._tcp.alone TLSA 3 1 1 ${data}
  null          MX 0 .
  nullish       MX 0 .
  nullish       MX 10 tlsa
  literal       MX 10 192.0.2.1.
  literal       MX 15 2001:db8::1.
  literal       MX 20 tlsa

  domainalias   CNAME good
  farmail       CNAME good.plain.test.
  hostalias     CNAME alone
  tree          DNAME branch
  mail.branch   MX 10 tlsa

  toalias       MX 10 both
  both          CNAME tlsa
  _25._tcp.both TLSA 3 1 2 ${data}${data}
  toaliasonly   MX 10 aliasonly
  aliasonly     CNAME bare
  _25._tcp.aliasonly TLSA 3 1 1 ${data}
  tolong        MX 10 long
  long          CNAME middle
  middle        CNAME bare
  _25._tcp.middle TLSA 3 1 1 ${data}
  tofar         MX 10 far
  far           CNAME bare.plain.test.
  _25._tcp.far  TLSA 3 1 1 ${data}
  toloop        MX 10 loop
  loop          CNAME pool
  pool          CNAME loop
  todangling    MX 10 dangling
  dangling      CNAME absent

  tlsacname     MX 10 ctlsa
  ctlsa         A 192.0.2.6
  _25._tcp.ctlsa CNAME _dane
  _dane         TLSA 3 1 1 ${data}
  tlsafar       MX 10 farctlsa
  farctlsa      A 192.0.2.7
  _25._tcp.farctlsa CNAME _dane.plain.test.
  tlsaloop      MX 10 ltlsa
  ltlsa         A 192.0.2.8
  _25._tcp.ltlsa CNAME _loop
  _loop         CNAME _25._tcp.ltlsa
  tlsawild      MX 10 wild
  wild          A 192.0.2.9
  *._tcp.wild   TLSA 3 1 1 ${data}
  empty         MX 10 etlsa
  etlsa         A 192.0.2.11
  _25._tcp.etlsa TLSA 3 1 1
  mixed         MX 10 mix
  mix           A 192.0.2.10
  _25._tcp.mix  TLSA 0 1 1 ${data}
  _25._tcp.mix  TLSA 3 1 1 ${data}
  wrongowner    MX 10 bare
  _25._tcp.wrongowner TLSA 3 1 1 ${data}
  wrongport     MX 10 tlsa587`

const plainText = `
  good          MX 10 tlsa.shop.test.
  bare          A 192.0.2.20
  tlsa          A 192.0.2.21
  _25._tcp.tlsa TLSA 3 1 1 ${data}
  _dane         TLSA 3 1 1 ${data}
  alone         A 192.0.2.22
  toalias       MX 10 alias
  alias         CNAME tlsa.shop.test.
  _25._tcp.alias TLSA 3 1 1 ${data}`

/** The zones: root and test. above shop.test. and plain.test. */
export const mailTree: Tree = buildTree([
  { apex: '.', text: apexText, signing },
  { apex: 'test.', text: apexText, signing },
  { apex: 'shop.test.', text: apexText + mailText, signing },
  { apex: 'plain.test.', text: apexText + plainText },
])

/** Examines a domain, strict about families and without shuffling unless told otherwise. */
export function examine(
  stub: Stub,
  domain: string,
  changes: Partial<DestinationQuestion> = {},
): Promise<Destination> {
  const question = {
    domain: parseName(domain),
    port: 25,
    families: 'strict',
    hostsMax: 10,
    addressesMax: 10,
  } as const
  return examineDestination({ ...question, ...changes }, stub)
}

/** Each host in short: name, level, and the base where TLSA is in force. */
export function hostsOf({ hosts }: Destination): string[] {
  return hosts.map(({ name, level, tlsaBase }) =>
    [formatName(name), level, tlsaBase ? formatName(tlsaBase) : ''].join(' ').trim(),
  )
}
