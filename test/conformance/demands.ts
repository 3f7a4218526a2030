/** One demand of an RFC on the companion, and the tests that hold it. */
export interface Demand {
  readonly section: string
  readonly says: string
  /** `file: words of a title in it`; the file below `test/`, without its ending. */
  readonly held: readonly string[]
  /** Why no test can hold it, or not wholly. */
  readonly note?: string
}

const on = (section: string, says: string, ...held: string[]): Demand => ({ section, says, held })
const noted = (section: string, says: string, note: string, ...held: string[]): Demand => ({
  ...on(section, says, ...held),
  note,
})

const discovery = 'conformance/rfc7672/discovery: '
const dane = 'conformance/rfc7672/authentication: '
const matching = 'conformance/rfc7671/matching: '
const tlsa = 'conformance/rfc6698/tlsa: '
const tls = 'conformance/rfc7672/tls: '
const judge = 'dane/judge: '
const starttls = 'conformance/rfc3207/starttls: '
const rptRecord = 'conformance/rfc8460/record: '
const rptReport = 'conformance/rfc8460/report: '
const rptDelivery = 'conformance/rfc8460/delivery: '
const stsRecords = 'conformance/rfc8461/records: '
const stsFetching = 'conformance/rfc8461/fetching: '
const stsValidation = 'conformance/rfc8461/validation: '
const signatures = 'conformance/rfc4035/signatures: '
const delegations = 'conformance/rfc4035/delegations: '
const proofs = 'conformance/rfc4035/proofs: '
const nsec3 = 'conformance/rfc5155/proofs: '
const clarified = 'conformance/rfc6840/signatures: '
const denied = 'conformance/rfc6840/denial: '
const limits = 'validator/limits: '

/** What RFC 7672 §2 asks of lookups. */
const lookups: readonly Demand[] = [
  on(
    'RFC 7672 §2.1.1',
    'bogus and indeterminate fail a lookup, insecure does not',
    `${discovery}§2.1.1: bogus and indeterminate`,
  ),
  on(
    'RFC 7672 §2.1.1',
    'NODATA and NXDOMAIN are no failures',
    `${discovery}§2.1.1: that there is nothing`,
  ),
  on(
    'RFC 7672 §2.1.1',
    'AD bits of a resolver are not trusted',
    'conformance/downgrade/names: nor does it when its server',
  ),
  on(
    'RFC 7672 §2.1.2',
    'a failed MX or CNAME lookup delays',
    `${discovery}§2.1.1: bogus and indeterminate`,
    `${discovery}§2.1.3: an alias that fails`,
  ),
  on(
    'RFC 7672 §2.1.2',
    'failed addresses make a host unreachable',
    `${discovery}§2.1.2: addresses that cannot`,
  ),
  on(
    'RFC 7672 §2.1.2',
    'failed TLSA makes a host unreachable, TLS or not',
    `${discovery}§2.1.2: TLSA that cannot`,
    `${judge}keeps mail back`,
  ),
  on('RFC 7672 §2.1.2', 'the remaining hosts are tried', `${discovery}§2.1.2: a failed host`),
  on('RFC 7672 §2.1.2', 'one family fails: strict or lax', `${discovery}§2.1.2: one family`),
  on(
    'RFC 7672 §2.1.3',
    'the first insecure alias makes all after it insecure',
    `${discovery}§2.1.3: what follows`,
  ),
  on(
    'RFC 7672 §2.1.3',
    'a failing alias fails the lookup',
    `${discovery}§2.1.3: an alias that fails`,
  ),
  on('RFC 7672 §2.1.3', 'DNAME needs no code of its own', `${discovery}§2.1.3: a DNAME`),
  on(
    'RFC 7672 §2.1.3',
    'whether an alias zone is signed is known hop by hop',
    `${discovery}§2.2.2: a secure alias of an insecure name`,
  ),
  on(
    'RFC 7672 §2.2',
    'the four outcomes',
    `${discovery}§2.2: the four outcomes`,
    `${dane}§2.2: a failed lookup`,
  ),
  on(
    'RFC 7672 §2.2',
    'an address literal has no DANE',
    'policy/key: parents and addresses have no policy',
  ),
  on(
    'RFC 7672 §2.2.1',
    'hosts in MX order, TLSA or not; equal ones shuffled',
    `${discovery}§2.2.1: hosts in the order`,
    'destination/examine: shuffles equal',
  ),
  on(
    'RFC 7672 §2.2.1',
    'behind insecure MX, DANE does not protect; mandatory delays',
    `${dane}§2.2.1: behind an insecure MX`,
    `${judge}mandatory DANE wants`,
  ),
  on(
    'RFC 7672 §2.2.1',
    'a domain that is an alias: MX of what it stands for',
    `${discovery}§2.2.1: a domain that is an alias`,
  ),
  on(
    'RFC 7672 §2.2.2',
    'no MX: the domain is its own host',
    `${discovery}§2.2.2: without MX the domain`,
  ),
  on(
    'RFC 7672 §2.2.2',
    'MX that names an address: no DANE',
    `${discovery}§2.2.2: an MX that names an address`,
  ),
  on('RFC 7505 §3', 'null MX: no delivery', 'conformance/rfc7505/null-mx: MX 0 . alone'),
  on(
    'RFC 7672 §2.2.2',
    'addresses before TLSA; insecure: TLSA is not asked for',
    `${discovery}§2.2.2: addresses are looked up first`,
  ),
  on(
    'RFC 7672 §2.2.2',
    'a host without addresses is unreachable',
    `${discovery}§2.2.2: a host without addresses`,
  ),
  on(
    'RFC 7672 §2.2.2',
    'an initial alias that is insecure: no DANE',
    `${discovery}§2.2.2: an alias that is insecure`,
  ),
  on(
    'RFC 7672 §2.2.3',
    'secure alias: end first, then beginning, nothing between',
    `${discovery}§2.2.3: a secure alias`,
    `${discovery}§2.2.3: names between`,
  ),
  on(
    'RFC 7672 §2.2.3',
    'an error at either candidate delays',
    `${discovery}§2.2.3: an error at one candidate`,
  ),
  on(
    'RFC 7672 §2.2.3',
    'owner _port._tcp.base, the port in use',
    `${discovery}§2.2.3: TLSA is looked for`,
  ),
  on(
    'RFC 7672 §2.2.3',
    'TLSA aliases are followed, the base stays',
    `${discovery}§2.2.3: TLSA behind an alias`,
  ),
  on(
    'RFC 7672 §2.2.3',
    'secure TLSA of any kind demand STARTTLS',
    `${discovery}§2.2.3: secure TLSA of any kind`,
    `${judge}wants STARTTLS`,
  ),
]

/** What RFC 7671 and RFC 7672 §3 ask of matching. */
const authentication: readonly Demand[] = [
  on('RFC 7672 §3.1', 'publishers: 3 1 1, then 2 0 1', 'dane/lint: names what cannot be used'),
  on(
    'RFC 7672 §3.1.1',
    'DANE-EE: names, dates and chain are ignored',
    `${dane}§3.1.1`,
    `${matching}§5.1: with DANE-EE the rest`,
  ),
  on(
    'RFC 7672 §3.1.2',
    'DANE-TA: the anchor is in the chain',
    `${dane}§3.1.2: for DANE-TA`,
    `${matching}§5.2.2: a digest is no use`,
  ),
  on(
    'RFC 7671 §5.2.2',
    'only 2 0 0 may leave it out, 2 1 0 too',
    `${matching}§5.2.2: 2 0 0`,
    `${matching}§5.2.3: 2 1 0`,
  ),
  on('RFC 7672 §3.1.3', 'usages 0 and 1 are unusable', `${dane}§3.1.3`),
  on(
    'RFC 7671 §5.2',
    'dates and signatures below the anchor; its constraints',
    `${matching}§5.2: with DANE-TA signatures`,
    `${matching}§5.2: the constraints of the anchor`,
  ),
  on(
    'RFC 7671 §5.2',
    'the dates of the anchor itself: an option',
    'dane/match: the dates of a trust anchor',
  ),
  on('RFC 7672 §3.2.1', 'no name check for DANE-EE', `${dane}§3.2.1`),
  on(
    'RFC 7672 §3.2.2',
    'reference names, by the worked example',
    `${dane}§3.2.2: names a DANE-TA`,
    `${dane}§3.2.2: an insecure MX`,
    `${dane}§3.2.2: without MX`,
  ),
  on(
    'RFC 7672 §3.2.3',
    'DNS-ID over CN; wildcards',
    `${dane}§3.2.3: any DNS-ID`,
    `${dane}§3.2.3: a wildcard`,
  ),
  on(
    'RFC 6698 §2.1',
    'what is unknown or malformed is unusable, no error',
    `${tlsa}§2.1.1: an unknown`,
    `${tlsa}§2.1.2: an unknown`,
    `${tlsa}§2.1.3: an unknown`,
    `${tlsa}§2.1.3: a digest`,
    `${tlsa}§2.1.4: data in full`,
  ),
  on(
    'RFC 7671 §9',
    'digest agility, after what is unusable',
    `${matching}§9: of each usage`,
    `${matching}§9: a stronger digest`,
  ),
  on(
    'RFC 7671 §8',
    'every combination matches the live chain',
    'dane/lint: wants every combination',
  ),
  noted(
    'RFC 7671 §8.1',
    'pre-publish for twice the TTL',
    'One look does not tell how long a record has been there.',
    `${matching}§8: the next key`,
  ),
  on('RFC 7671 §10.1.2', 'Cert and Full are advised against', 'dane/lint: advises against whole'),
  on('RFC 7672 §8.1', 'SNI is the TLSA base', `${tls}RFC 7672 §8.1`),
  on('RFC 7672 §8.2', 'anonymous ciphers never', `${tls}RFC 7672 §8.2`),
  on('RFC 7672 §9.1', 'audit only', `${dane}§9.1`),
  noted(
    'RFC 7672 §9.2',
    'STARTTLS is not offered selectively',
    'A demand on servers; the case starttls-selective shows what it does to one.',
    'post/cases: every case is as expected',
  ),
  on(
    'RFC 7672 §2.2',
    'with secure TLSA never in clear; without, perhaps',
    `${judge}wants STARTTLS`,
    `${dane}§2.2: without secure TLSA`,
  ),
  on('RFC 7672 §6', 'mandatory: no usable TLSA is a delay', `${dane}§6`),
  on(
    'RFC 3207 §4.2',
    'EHLO, STARTTLS, plaintext discarded, TLS, EHLO',
    `${starttls}RFC 3207 §4.2: replies slipped`,
    `${starttls}RFC 3207 §4: after 220`,
  ),
  on(
    'RFC 3207 §4',
    'HELO only, or 454, is no STARTTLS',
    'smtp/probe: starttls-helo-only',
    'smtp/probe: starttls-454',
  ),
]

/** RFC 8460. */
const reporting: readonly Demand[] = [
  on(
    'RFC 8460 §3',
    'one record remains, else none; rua; extensions',
    `${rptRecord}records that do not begin`,
    `${rptRecord}of several records`,
    `${rptRecord}rua is a list`,
    `${rptRecord}extensions are ignored`,
  ),
  on(
    'RFC 8460 §3',
    'strings are joined, parents are not asked',
    'rr/strings: joinedText joins',
    `${rptRecord}any text is taken`,
  ),
  noted(
    'RFC 8460 §4.1',
    'per UTC day; random delay',
    'A check is no sender: its report covers the run, and goes when it is told to.',
    `${rptReport}a report is about a UTC day`,
  ),
  on('RFC 8460 §4.3', 'result types', 'dane/dialects: has a type of RFC 8460'),
  on(
    'RFC 8460 §4.4',
    'schema, I-JSON, both policies',
    `${rptReport}Appendix B: the example is written`,
    `${rptReport}a report is I-JSON`,
    `${rptReport}where MTA-STS and TLSA`,
  ),
  on('RFC 8460 §5.1', 'name of the file', `${rptDelivery}§5.1`),
  noted(
    'RFC 8460 §5.3',
    'mail with DKIM',
    'Reports are not sent by mail; what such a mail says is shown.',
    `${rptDelivery}§5.3`,
  ),
  on(
    'RFC 8460 §5.4',
    'POST, 2xx; certificates may be ignored',
    `${rptDelivery}§5.4: reports are posted`,
    `${rptDelivery}§3: certificates may be ignored`,
  ),
  on(
    'RFC 8460 §5.5',
    'again for 24 hours at most; one rua suffices',
    `${rptDelivery}§5.5`,
    `${rptDelivery}§3: each address has its result`,
  ),
  on('RFC 8460 §5.6', 'the body beats the name', `${rptDelivery}§5.6`),
]

/** RFC 8461. */
const sts: readonly Demand[] = [
  on(
    'RFC 8461 §3.1',
    'record; several are none; CNAME is followed',
    `${stsRecords}§3.1: what a record`,
    `${stsRecords}§3.1: of several`,
  ),
  on(
    'RFC 8461 §3.2',
    'policy: fields, line ends, duplicates',
    `${stsRecords}§3.2: what is no policy`,
    `${stsRecords}§3.2: of fields that come twice`,
    `${stsRecords}§3.2: max_age`,
    `${stsRecords}§3.2: at least one mx`,
  ),
  on(
    'RFC 8461 §3.3',
    '200, no redirect, text/plain, 64 KB, 60 s, back-off, certificate',
    `${stsFetching}200 only`,
    `${stsFetching}text/plain only`,
    `${stsFetching}64 KB`,
    `${stsFetching}a minute`,
    `${stsFetching}within five minutes`,
    `${stsFetching}the certificate has to be right`,
  ),
  on('RFC 8461 §3.4', 'parents are not asked', `${stsFetching}§3.4`),
  on('RFC 8461 §4.1', 'a wildcard is one label', `${stsValidation}§4.1: a wildcard`),
  on('RFC 8461 §4.2', 'certificate of the MX host', `${stsValidation}§4.2`),
  on('RFC 8461 §5', 'enforce, testing', `${judge}MTA-STS decides`),
  on(
    'RFC 8461 §5.1',
    'kept while unexpired when a fetch fails',
    `${stsValidation}§5.1: when a fetch fails`,
  ),
  on(
    'RFC 8461 §2',
    'MTA-STS never overrides DANE that fails',
    `${judge}MTA-STS never makes good`,
    'check/verdict: never against it',
  ),
  noted(
    'RFC 8461 §8',
    'order of publishing and removal',
    'A demand on publishers; the lints tell what they can.',
    'check/lints: MTA-STS that only tests',
  ),
]

/** The validator. */
const validation: readonly Demand[] = [
  on(
    'RFC 4035 §5.3.1',
    'what an RRSIG must be',
    `${signatures}owner and class`,
    `${signatures}the signer is the zone`,
    `${signatures}type covered`,
    `${signatures}labels do not exceed`,
    `${signatures}now lies between`,
    `${signatures}key tag, algorithm`,
    `${signatures}the key is a zone key`,
  ),
  on('RFC 4034 §3.1.5', 'serial arithmetic of times', `${signatures}times compare in serial`),
  on('RFC 4035 §5.3.3', 'TTL is clamped', `${signatures}TTL is the least`),
  on(
    'RFC 4034 §6',
    'canonical form; NSEC keeps its case',
    `${signatures}canonical form is what`,
    `${clarified}the next name of an NSEC`,
  ),
  on('RFC 4035 §5.3.4', 'wildcards need proof', `${signatures}a wildcard answer needs`),
  on(
    'RFC 4035 §5.2',
    'DS to DNSKEY; one good path',
    `${delegations}the key that the DS matches has signed`,
    `${delegations}one good DS suffices`,
  ),
  on(
    'RFC 4035 §5.2',
    'nothing supported: insecure',
    'conformance/rfc9905/sha1: counts as unsupported',
    `${delegations}a supported DS that fails`,
  ),
  on(
    'RFC 4509 §3',
    'SHA-1 only where nothing better is there',
    'conformance/rfc4509/digests: §3: SHA-1 is ignored',
  ),
  on(
    'RFC 6840 §4.1',
    'NSEC from above a cut',
    `${denied}an NSEC from above`,
    `${denied}nor does an NSEC3`,
  ),
  on('RFC 6840 §4.3', 'CNAME in NODATA', `${denied}a name with a CNAME`),
  on('RFC 6840 §4.4', 'insecure delegation', `${denied}an insecure delegation`),
  on('RFC 6840 §4.2', 'ANY: all RRsets', `${clarified}every RRset of an answer`),
  on('RFC 6840 §5.4', 'one valid RRSIG suffices', `${clarified}any one RRSIG`),
  noted(
    'RFC 6840 §5.9',
    'CD on queries; AD is not looked at',
    'AD is nowhere read; that lies with AD set change nothing is shown.',
    'stub/exchange: asks with RD, CD, DO',
    'conformance/downgrade/names: no lie makes',
  ),
  on('RFC 6840 §5.11', 'not every algorithm is insisted on', `${clarified}not every algorithm`),
  on('RFC 6840 §5.12', 'unknown keys are ignored', `${clarified}signatures by keys`),
  noted(
    'RFC 9077',
    'TTL of NSEC',
    'A demand on signers; a validator clamps by what it gets.',
    `${signatures}TTL is the least`,
  ),
  on(
    'RFC 4035 §5.4',
    'NODATA, ENT, NXDOMAIN with its wildcard',
    `${proofs}App. B.2`,
    `${proofs}App. B.3`,
    `${proofs}an NSEC proves only`,
  ),
  on('RFC 5155 §8.1', 'unknown hash', `${nsec3}§8.1`),
  on('RFC 5155 §8.2', 'flags; one chain', `${nsec3}flags other than`, `${nsec3}share iterations`),
  on(
    'RFC 5155 §8.3',
    'closest encloser',
    `${nsec3}the closest encloser is no name`,
    `${nsec3}the name below the closest`,
  ),
  on('RFC 5155 §8.4', 'name error', `${nsec3}§8.4, App. B.1`),
  on('RFC 5155 §8.5', 'NODATA', `${nsec3}§8.5, App. B.2`),
  on('RFC 5155 §8.6', 'DS NODATA, opt-out', `${nsec3}§8.6: DS is denied`),
  on('RFC 5155 §8.7', 'wildcard NODATA', `${nsec3}§8.7`),
  on('RFC 5155 §8.8', 'wildcard answer', `${nsec3}§8.8`),
  on('RFC 5155 §8.9', 'unsigned referral', `${nsec3}§8.9`),
  noted(
    'RFC 9276 §3.1',
    'signers: no iterations',
    'A demand on signers; danelaw makes chains of 0 iterations only.',
  ),
  on(
    'RFC 9276 §3.2',
    'beyond 50: insecure, EDE 27, signature first',
    'conformance/rfc9276/validation: beyond the limit',
    'conformance/rfc9276/validation: is verified first',
  ),
  on(
    'RFC 9904, RFC 9905',
    'algorithms',
    'conformance/rfc9905/sha1: the algorithms that count',
    `${delegations}every supported algorithm`,
  ),
  on('RFC 8914 §4', 'codes', 'conformance/rfc8914/validator: RFC 8914 §4'),
  on('RFC 9824 §3.1', 'NXNAME is NXDOMAIN', 'conformance/rfc9824/proofs: NXNAME is NODATA'),
  on(
    'CVE-2023-50387',
    'keys and signatures',
    `${limits}keys that share a tag`,
    `${limits}bad signatures of one RRset`,
    `${limits}keys that fail their DS`,
  ),
  on('CVE-2023-50868', 'hashing', `${limits}rounds of hashing`),
  on('RFC 1034 §5.2.2', 'aliases', `${limits}aliases are followed`),
  on('RFC 5702 §2', 'size of RSA keys', 'conformance/rfc9905/sha1: keys out of bounds'),
  on('NXNSAttack', 'fan-out of referrals', 'stub/iterate: NXNSAttack'),
]

/** Exchange Online beside the RFCs, and the table of DANE and MTA-STS. */
const tables: readonly Demand[] = [
  on(
    'RFC 7672 §3.1.1',
    'expiry, dates and names count for Exchange Online only',
    `${judge}Exchange looks at dates`,
  ),
  on(
    'RFC 7672 §2.1.2',
    'one run, three dialects',
    'dane/dialects: exchangeStatus',
    'post/cases: every case is as expected',
  ),
  on('RFC 8461 §2', 'DANE × MTA-STS', 'dane/level: tlsLevel is the table'),
]

/** Every demand. */
export const demands: readonly Demand[] = [
  ...lookups,
  ...authentication,
  ...reporting,
  ...sts,
  ...validation,
  ...tables,
]
