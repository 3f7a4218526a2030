import type { Json, Mnemonic } from '../../src/rr/index.ts'

/** One RDATA in its forms. */
export interface RdataSample {
  readonly type: Mnemonic
  /** The text that danelaw prints. */
  readonly text: string
  /** The wire in hexadecimal, where an RFC or a hand counted it. */
  readonly wire?: string
  /** Other texts of the same RDATA. */
  readonly also?: readonly string[]
  /** Some of the fields in JSON. */
  readonly json?: Readonly<Record<string, Json>>
}

/** A text that is no RDATA of the type, and what danelaw says of it. */
export type BadSample = readonly [type: Mnemonic, text: string, message: RegExp]

const sha1 = '2bb183af5f22588179a53b0a98631fad1a292118'
const sha256 = 'd4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a'
const sha384 = `${sha256}${sha256.slice(0, 32)}`
const key =
  'AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6'

function same(types: readonly Mnemonic[], sample: Omit<RdataSample, 'type'>): RdataSample[] {
  return types.map((type) => ({ type, ...sample }))
}

const classic: readonly RdataSample[] = [
  { type: 'A', text: '192.0.2.1', wire: 'c0000201', json: { address: '192.0.2.1' } },
  ...same(['NS', 'MD', 'MF', 'CNAME', 'MB', 'MG', 'MR', 'PTR', 'DNAME', 'NSAP-PTR'], {
    text: 'Host.Example.',
    wire: '04486f7374074578616d706c6500',
  }),
  { type: 'NS', text: '.', wire: '00', json: { target: '.' } },
  {
    type: 'SOA',
    text: 'ns.example. Host\\.master.example. 2026010101 3600 900 1209600 300',
    also: ['ns.example. Host\\.master.example. 2026010101 1h 15m 2w 5M'],
    json: { serial: 2026010101, rname: 'Host\\.master.example.' },
  },
  { type: 'HINFO', text: '"RFC8482" ""', wire: '075246433834383200', also: ['RFC8482 ""'] },
  { type: 'MINFO', text: 'A.example. b.example.' },
  { type: 'MX', text: '10 Mail.Example.', wire: '000a044d61696c074578616d706c6500' },
  { type: 'MX', text: '0 .', wire: '000000', json: { preference: 0, exchange: '.' } },
  {
    type: 'TXT',
    text: '"v=spf1 -all" "say \\"hi\\"" "back\\\\slash" "\\000\\255" ""',
    also: ['v=spf1\\032-all say\\ \\"hi\\" back\\\\slash "\\000\\255" ""'],
    json: { strings: ['v=spf1 -all', 'say "hi"', 'back\\\\slash', '\\000\\255', ''] },
  },
  ...same(['SPF', 'AVC', 'RESINFO', 'WALLET'], { text: '"one" "two"', wire: '036f6e650374776f' }),
  { type: 'RP', text: 'Admin.example. txt.Example.' },
  { type: 'AFSDB', text: '1 Afs.example.' },
  { type: 'X25', text: '"311061700956"' },
  { type: 'ISDN', text: '"150862028003217"' },
  { type: 'ISDN', text: '"150862028003217" "004"' },
  { type: 'RT', text: '2 Relay.Example.' },
  {
    type: 'NSAP',
    text: '0x47000580005a0000000001e133ffffff00016100',
    also: ['0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00'],
  },
  { type: 'PX', text: '10 Net2.it. PRMD-net2.ADMD-p400.C-it.' },
  { type: 'GPOS', text: '"-32.6882" "116.8652" "10.0"' },
  {
    type: 'AAAA',
    text: '2001:db8::1',
    wire: '20010db8000000000000000000000001',
    also: ['2001:0DB8:0:0:0:0:0.0.0.1', '2001:db8:0::0:1'],
  },
]

const security: readonly RdataSample[] = [
  ...same(['RRSIG', 'SIG'], {
    text: `TXT 8 2 3600 20260301000000 20260201000000 12345 Example. ${key}`,
    also: [`TXT RSASHA256 2 3600 1772323200 1769904000 12345 Example. ${key.replace('+', ' + ')}`],
  }),
  ...same(['DNSKEY', 'CDNSKEY', 'KEY'], {
    text: `257 3 13 ${key}`,
    also: [`257 3 ecdsap256sha256 ${key}`],
    json: { algorithm: 13 },
  }),
  { type: 'KEY', text: '49152 3 1', wire: 'c0000301', json: { publicKey: '' } },
  { type: 'NXT', text: 'Next.example. A MX NXT', wire: '044e657874076578616d706c650040010002' },
  { type: 'CERT', text: `1 12345 8 ${key}`, also: [`PKIX 12345 RSASHA256 ${key}`] },
  ...same(['DS', 'CDS', 'DLV'], {
    text: `60485 5 1 ${sha1}`,
    also: [`60485 RSASHA1 SHA-1 ${sha1.slice(0, 9)} ${sha1.slice(9).toUpperCase()}`],
    wire: `ec450501${sha1}`,
  }),
  ...same(['DS', 'CDS'], { text: `1 13 2 ${sha256}` }),
  { type: 'DS', text: `1 14 4 ${sha384}` },
  { type: 'DS', text: '1 14 250 00' },
  { type: 'CDS', text: '0 0 0 00', wire: '0000000000' },
  { type: 'CDNSKEY', text: '0 3 0 AA==', wire: '0000030000' },
  { type: 'SSHFP', text: `4 2 ${sha256}` },
  { type: 'SSHFP', text: `1 1 ${sha1}` },
  { type: 'IPSECKEY', text: `10 1 2 192.0.2.38 ${key}`, json: { precedence: 10 } },
  { type: 'IPSECKEY', text: `10 0 2 . ${key}`, json: { gateway: { algorithm: 2, address: null } } },
  { type: 'IPSECKEY', text: `10 2 2 2001:db8:0:8002::2000:1 ${key}` },
  { type: 'IPSECKEY', text: '10 3 0 MyGateway.Example.' },
  { type: 'NSEC', text: 'Host.Example. A MX RRSIG NSEC TYPE1234' },
  {
    type: 'NSEC',
    text: 'host.example.com. A MX RRSIG NSEC TYPE1234',
    wire: `04686f7374076578616d706c6503636f6d00000640010000000304${'1b'}${'00'.repeat(26)}20`,
    json: { types: ['A', 'MX', 'RRSIG', 'NSEC', 'TYPE1234'] },
  },
  { type: 'DHCID', text: 'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=' },
  {
    type: 'NSEC3',
    text: '1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM',
    also: ['1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX DNSKEY NS SOA NSEC3PARAM RRSIG'],
  },
  {
    type: 'NSEC3',
    text: '1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr',
    json: { types: [], salt: '-' },
  },
  { type: 'NSEC3PARAM', text: '1 0 0 -', wire: '0100000000' },
  { type: 'NSEC3PARAM', text: '1 0 12 aabbccdd', wire: '0100000c04aabbccdd' },
  ...same(['TLSA', 'SMIMEA'], { text: `3 1 1 ${sha256}`, wire: `030101${sha256}` }),
  { type: 'TLSA', text: '3 1 1 00' },
  {
    type: 'HIP',
    text: `2 200100107b1a74df365639cc39f1d578 ${key} Rvs1.example.com. rvs2.example.com.`,
  },
  { type: 'HIP', text: `2 200100107b1a74df365639cc39f1d578 ${key}` },
  { type: 'OPENPGPKEY', text: key },
  { type: 'CSYNC', text: '66 3 A NS AAAA', wire: '000000420003000460000008' },
  { type: 'CSYNC', text: '66 3' },
  { type: 'ZONEMD', text: `2018031900 1 1 ${sha384}` },
  { type: 'ZONEMD', text: '2018031900 1 240 000102030405060708090a0b' },
  {
    type: 'CAA',
    text: '128 iodef "mailto:security@example.com"',
    json: { flags: 128, tag: 'iodef', value: 'mailto:security@example.com' },
  },
  { type: 'CAA', text: '0 issue ";"', wire: '000569737375653b', also: ['0 issue \\;'] },
  { type: 'CAA', text: '0 issue ""' },
]

const services: readonly RdataSample[] = [
  {
    type: 'LOC',
    text: '42 21 54.000 N 71 6 18.000 W -24m 30m 10000m 10m',
    wire: '003316138917 2dd070be15f00098 8d20'.replaceAll(' ', ''),
    also: ['42 21 54 N 71 06 18 W -24m 30m', '42 21 54 n 71 6 18.0 w -24.00 30.00m 10000.00m'],
  },
  { type: 'LOC', text: '90 0 0.000 S 180 0 0.000 E -100000m 0m 0.01m 90000000m' },
  { type: 'LOC', text: '0 0 0.001 N 0 0 59.999 W 42849672.95m 1m 10000m 10m' },
  { type: 'SRV', text: '0 5 5060 Sip.Example.' },
  {
    type: 'NAPTR',
    text: '100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.Gatech.edu.',
    also: ['100 50 s z3950+I2L+I2C "" _z3950._tcp.Gatech.edu.'],
  },
  { type: 'NAPTR', text: '100 10 "U" "E2U+sip" "!^.*$!sip:info@example.com!" .' },
  { type: 'KX', text: '2 Rock.Example.' },
  {
    type: 'APL',
    text: '1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8',
    wire: '00011503c0a8200001' + '1c83c0a826' + '00020801ff',
    also: ['1:192.168.32.0/21   !1:192.168.38.0/28 2:FF00:0:0:0:0:0:0:0/8'],
  },
  { type: 'APL', text: '', wire: '', json: { prefixes: [] } },
  { type: 'APL', text: '1:0.0.0.0/0', wire: '00010000' },
  { type: 'TALINK', text: 'h0.Example. h2.example.' },
  { type: 'SVCB', text: '0 Foo.example.com.', wire: '000003466f6f076578616d706c6503636f6d00' },
  ...same(['SVCB', 'HTTPS'], { text: '1 .', wire: '000100', json: { parameters: {} } }),
  {
    type: 'HTTPS',
    text: '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
    also: ['16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1'],
    wire:
      '001003666f6f076578616d706c65036f726700' +
      '0000000400010004' +
      '000100090268320568332d3139' +
      '00040004c0000201',
    json: {
      parameters: {
        mandatory: ['alpn', 'ipv4hint'],
        alpn: ['h2', 'h3-19'],
        ipv4hint: ['192.0.2.1'],
      },
    },
  },
  {
    type: 'SVCB',
    text:
      '1 . alpn="h2" no-default-alpn port=8443 ech=AEP+DQA/ ' +
      'ipv6hint=2001:db8::1,2001:db8::2 key667="hello\\210qoo"',
    also: [
      '1 . key667=hello\\210qoo alpn=h2 no-default-alpn port="8443" ech="AEP+DQA/" ' +
        'ipv6hint="2001:db8::1,2001:db8::2"',
    ],
    json: { priority: 1 },
  },
  { type: 'SVCB', text: '1 . dohpath="/q{?dns}"', also: ['1 . dohpath=/q{?dns}'] },
  { type: 'SVCB', text: '1 . ohttp', wire: '0001000008' + '0000' },
  {
    type: 'SVCB',
    text: '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    also: ['16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2'],
    wire: '001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832',
  },
  {
    type: 'NID',
    text: '10 0014:4fff:ff20:ee64',
    wire: '000a00144fffff20ee64',
    also: ['10 14:4fff:ff20:ee64'],
  },
  { type: 'L32', text: '10 10.1.2.0', wire: '000a0a010200' },
  { type: 'L64', text: '10 2001:0db8:1140:1000', wire: '000a20010db811401000' },
  { type: 'LP', text: '10 L64-subnet1.example.' },
  { type: 'EUI48', text: '00-00-5e-00-53-2a', wire: '00005e00532a', also: ['00-00-5E-00-53-2A'] },
  { type: 'EUI64', text: '00-00-5e-ef-10-00-00-2a', wire: '00005eef1000002a' },
  { type: 'URI', text: '10 1 "ftp://ftp1.example.com/public"', json: { weight: 1 } },
  { type: 'LIKE', text: '_Dane.Example.', wire: '055f44616e65074578616d706c6500' },
  { type: 'AMTRELAY', text: '10 0 1 203.0.113.15', wire: '0a01cb00710f' },
  { type: 'AMTRELAY', text: '10 1 0 .', wire: '0a80', also: ['10 1 0'] },
  { type: 'AMTRELAY', text: '10 0 2 2001:db8::15', json: { precedence: 10 } },
  {
    type: 'AMTRELAY',
    text: '128 1 3 Amtrelays.example.com.',
    json: { relay: { discoveryOptional: true, address: 'Amtrelays.example.com.' } },
  },
]

/** At least one RDATA of every row. */
export const rdataSamples: readonly RdataSample[] = [...classic, ...security, ...services]

/** What must be refused, each with its reason. */
export const badSamples: readonly BadSample[] = [
  ['A', '192.0.2', /^Cannot read IPv4 address: "192\.0\.2" is none \(A address\)$/],
  ['A', '192.0.2.1 x', /^Cannot read A: "x" follows its last field$/],
  ['A', '', /^Cannot read IPv4 address: the record ends too early \(A address\)$/],
  ['A', '\\# 3 c00002', /^Cannot read octets at offset 0: 4 octets wanted, 3 left$/],
  ['A', '\\# 4 c00002', /^Cannot read RDATA: 3 octets given, length says 4$/],
  ['A', '\\# x c00002', /^Cannot read length: "x" is not a number from 0 to 65535$/],
  ['A', '\\# 1 zz', /^Cannot read RDATA: "zz" is not hexadecimal$/],
  ['AAAA', 'fe80::1%eth0', /"fe80::1%eth0" is none/],
  ['AAAA', '1::2::3', /"1::2::3" is none/],
  ['NS', 'a..b.', /has an empty label \(NS target\)$/],
  ['SOA', '\\# 24 00 c000 00000001 00000001 00000001 00000001 00000001 00', /octets follow/],
  ['SOA', '\\# 26 016100c000 0000000100000001000000010000000100000001 00', /octets follow/],
  ['SOA', '\\# 25 016100c000 0000000100000001000000010000000100000001', /a name is compressed$/],
  ['SOA', 'a. b. 1 2 3 4', /^Cannot read duration: the record ends too early \(SOA minimum\)$/],
  ['SOA', 'a. b. 4294967296 2 3 4 5', /"4294967296" is not a number from 0 to 4294967295/],
  ['SOA', 'a. b. 1 2x 3 4 5', /"2x" is not seconds, or units as in 1h30m \(SOA refresh\)$/],
  ['MX', '65536 mx.', /"65536" is not a number from 0 to 65535 \(MX preference\)$/],
  ['MX', '-1 mx.', /"-1" is not a number/],
  ['TXT', '', /ends too early/],
  ['TXT', `"${'x'.repeat(256)}"`, /^Cannot read character-string: length 256 exceeds 255/],
  ['TXT', '"\\256"', /escape \\256 is not three digits up to 255/],
  ['TXT', '"\\1"', /escape \\1 is not three digits up to 255/],
  ['ISDN', 'a b c', /"c" follows its last field/],
  ['NSAP', '47', /"47" is not 0x and hex/],
  ['DS', `1 13 2 ${sha1}`, /^Cannot read digest: 20 octets, type 2 has 32$/],
  ['DS', `1 NOPE 2 ${sha256}`, /"NOPE" is neither number nor mnemonic \(DS algorithm\)$/],
  ['DS', `1 __PROTO__ 2 ${sha256}`, /is neither number nor mnemonic/],
  ['DS', '1 13 2', /^Cannot read hexadecimal: there is none/],
  ['CDS', '0 0 0 0', /^Cannot read hexadecimal: "0" is malformed/],
  ['SSHFP', `1 1 ${sha256}`, /32 octets, type 1 has 20/],
  ['DNSKEY', '257 3 13 A', /^Cannot read base64: "A" is malformed \(DNSKEY publicKey\)$/],
  ['RRSIG', `A 8 2 3600 20260230000000 1 1 . ${key}`, /"20260230000000" is not YYYYMMDDHHmmSS/],
  ['RRSIG', `NOPE 8 2 3600 2 1 1 . ${key}`, /^Cannot read type: "NOPE" is not one/],
  ['NSEC3', '1 0 0 - 2t7b4g4v MX', /^Cannot read digest: 5 octets, type 1 has 20$/],
  ['NSEC3', '1 0 0 - - MX', /^Cannot read base32hex: "-" is malformed \(NSEC3 nextHashedOwner\)$/],
  ['NSEC3PARAM', '1 0 0 0', /^Cannot read hexadecimal: "0" is malformed \(NSEC3PARAM salt\)$/],
  ['NSEC', '\\# 5 00 00024000', /bad block/],
  ['NSEC', '\\# 4 00 000100', /bad block/],
  ['NXT', 'a. TYPE128', /^Cannot read NXT types: NXNAME is not 1 to 127/],
  ['NXT', 'a.', /^Cannot read NXT types: there are none/],
  ['IPSECKEY', '10 4 2 x AAAA', /type 4 is not 0 to 3/],
  ['IPSECKEY', '10 1 2 2001:db8::1 AAAA', /Cannot read IPv4 address: "2001:db8::1" is none/],
  ['HIP', '2 zz AAAA', /^Cannot read host identity tag: "zz" is not hex of 1 to 255 octets/],
  ['CAA', '0 is-sue ";"', /^Cannot read tag: "is-sue" is not letters and digits$/],
  ['CAA', '0 "" ";"', /^Cannot read tag: "" is not letters and digits$/],
  ['ZONEMD', '1 1 240 00', /^Cannot read digest: 1 octets, 12 is least$/],
  ['ZONEMD', `1 1 1 ${sha256}`, /32 octets, type 1 has 48/],
  ['URI', '1 1 ""', /^Cannot read URI to the end: it is empty/],
  ['LOC', '91 N 0 E 0m', /"91" is not a number up to 90/],
  ['LOC', '90 0 0.001 N 0 E 0m', /is not up to 90 degrees, then N or S/],
  ['LOC', '1 2 60 N 0 E 0m', /"60" is not a number up to 59\.999/],
  ['LOC', '1 N 1 E 42849673m', /^Cannot read altitude: "42849673m" is not metres/],
  ['LOC', '1 N 1 E 1m 90000001m', /^Cannot read size: "90000001m" is not metres/],
  ['APL', '1:192.0.2.0/33', /"33" is not a number from 0 to 32/],
  ['APL', '192.0.2.0/24', /is not \[!\]family:address\/length/],
  ['APL', '\\# 8 0001 18 04 c0000200', /\/24 of family 1 is malformed/],
  ['EUI48', '00:00:5e:00:53:2a', /"00:00:5e:00:53:2a" is none/],
  ['NID', '1 1:2:3', /"1:2:3" is none/],
  ['SVCB', '1 . port=1 port=2', /port is there twice/],
  ['SVCB', '1 . mandatory=port', /port is mandatory and not there/],
  ['SVCB', '1 . mandatory=mandatory port=1', /its keys are not ascending from 1/],
  ['SVCB', '1 . mandatory=port,port port=1', /its keys are not ascending from 1/],
  ['SVCB', '1 . no-default-alpn', /no-default-alpn needs alpn/],
  ['SVCB', '1 . no-default-alpn=1 alpn=h2', /"1" is given, it has no value/],
  ['SVCB', '1 . alpn=h2,,h3', /has an empty item/],
  ['SVCB', '1 . alpn', /^Cannot read alpn: it has no value/],
  ['SVCB', '1 . port=65536', /"65536" is not a number from 0 to 65535/],
  ['SVCB', '1 . key65535=x', /"key65535" is not a key/],
  ['SVCB', '1 . key0667=x', /"key0667" is not a key/],
  ['SVCB', '1 . Port=1', /"Port" is not a key/],
  ['SVCB', '1 . dohpath=/q', /is no path with the variable dns/],
  ['SVCB', '\\# 16 0001 00 0003000201bb 00010003026832', /alpn is out of order/],
  ['SVCB', '\\# 8 0001 00 0003000101', /port: it is not two octets/],
  ['HTTPS', '1 . ipv4hint=2001:db8::1', /Cannot read IPv4 address/],
  ['AMTRELAY', '10 2 0 .', /"2" is not a number from 0 to 1/],
]
