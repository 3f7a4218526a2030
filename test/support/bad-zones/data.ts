import type { BadZone } from './bad-zone.ts'

/** Faults of what records say: targets, TTLs, timers, TLSA, SPF. */
export const badData: readonly BadZone[] = [
  {
    title: 'NS to a CNAME',
    text: '@ NS a\na CNAME ns',
    findings: [
      'z:5:1 error target-alias: NS of example.test. points to a.example.test., an ' +
        'alias (RFC 2181 §10.3)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'NS without address',
    text: '@ NS a',
    findings: [
      'z:5:1 error target-unaddressed: NS of example.test. points to a.example.test., ' +
        'which has no address',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'NS of a cut without address',
    text: 'a NS b',
    findings: [
      'z:5:1 error target-unaddressed: NS of a.example.test. points to b.example.test., ' +
        'which has no address',
    ],
    bind: 'served',
    knot: 'refused',
    why: 'RFC 1034 §4.2.2: BIND warns, though the child cannot be reached',
  },
  {
    title: 'MX to a CNAME',
    text: '@ MX 10 a\na CNAME ns',
    findings: [
      'z:5:1 warning target-alias: MX of example.test. points to a.example.test., an ' +
        'alias (RFC 2181 §10.3)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'MX without address',
    text: '@ MX 10 a',
    findings: [
      'z:5:1 warning target-unaddressed: MX of example.test. points to a.example.test., ' +
        'which has no address',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'MX to a literal',
    text: '@ MX 10 192.0.2.1',
    findings: [
      'z:5:1 warning target-address: MX of example.test. points to the address ' +
        '192.0.2.1, not to a host',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'NS to a literal',
    text: '@ NS 192.0.2.1.',
    findings: [
      'z:5:1 warning target-address: NS of example.test. points to the address ' +
        '192.0.2.1, not to a host',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'SRV to a CNAME',
    text: '_x._tcp SRV 1 1 1 a\na CNAME ns',
    findings: [
      'z:5:1 warning target-alias: SRV of _x._tcp.example.test. points to ' +
        'a.example.test., an alias (RFC 2181 §10.3)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'SRV without address',
    text: '_x._tcp SRV 1 1 1 a',
    findings: [
      'z:5:1 warning target-unaddressed: SRV of _x._tcp.example.test. points to ' +
        'a.example.test., which has no address',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'null MX and null SRV',
    text: '@ MX 0 .\n_x._tcp SRV 0 0 0 .',
    findings: [],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'MX through a wildcard',
    text: '@ MX 10 x.w\n*.w A 192.0.2.2',
    findings: [],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'MX below a DNAME',
    text: '@ MX 10 x.d\nd DNAME b.other.',
    findings: [
      'z:5:1 warning target-alias: MX of example.test. points to x.d.example.test., an ' +
        'alias (RFC 2181 §10.3)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'two TTLs',
    text: 'a 60 A 192.0.2.1\na 30 A 192.0.2.2',
    findings: [
      'z:6:1 warning ttl-differs: TTL 30 of a.example.test. A differs from 60: the ' +
        'least is used (RFC 2181 §5.2)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'duplicate',
    text: 'a NS x.other.\na NS X.other.',
    findings: ['z:6:1 warning record-duplicate: a.example.test. NS X.other. stands there twice'],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'long TTL',
    text: 'a 30d A 192.0.2.1',
    findings: ['z:5:1 warning ttl-long: TTL 2592000 of a.example.test. A exceeds 432000 seconds'],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'SOA timers',
    text: '$TTL 60\n@ SOA ns hostmaster 1 900 900 1000 100000\n@ NS ns\nns A 192.0.2.1',
    isWhole: true,
    findings: [
      'z:2:1 warning soa-timers: SOA retry 900 should be less than refresh 900 (RFC ' +
        '1912 §2.2)',
      'z:2:1 warning soa-timers: SOA expire 1000 should exceed refresh and retry, 1800 ' +
        '(RFC 1912 §2.2)',
      'z:2:1 warning soa-timers: SOA minimum 100000 makes resolvers remember denials ' +
        'for over a day (RFC 2308 §5)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA at a plain owner',
    text: 'ns TLSA 3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [
      'z:5:1 warning tlsa-owner: TLSA at ns.example.test. is not asked for: expected ' +
        '_PORT._PROTOCOL.HOST (RFC 6698 §3)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA without host',
    text:
      '_25._tcp.mail TLSA 3 1 1 ' +
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [
      'z:5:1 warning tlsa-owner: TLSA at _25._tcp.mail.example.test. is for ' +
        'mail.example.test., which has no address',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA usage 1 for SMTP',
    text:
      '_25._tcp.ns TLSA 1 1 1 ' +
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [
      'z:5:1 warning tlsa-unusable: TLSA usage 1 at _25._tcp.ns.example.test. is ' +
        'unusable for mail: use 3 or 2 (RFC 7672 §3.1.3)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA usage 1 for HTTPS',
    text:
      '_443._tcp.ns TLSA 1 1 1 ' +
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA of a digest too short',
    text: '_25._tcp.ns TLSA 3 1 1 aabb',
    findings: [
      'z:5:1 warning tlsa-unusable: TLSA at _25._tcp.ns.example.test. has 2 octets of ' +
        'data, expected 32 for matching type 1',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'TLSA unknown numbers',
    text: '_25._tcp.ns TLSA 4 2 3 aabb',
    findings: [
      'z:5:1 warning tlsa-unusable: TLSA 4 2 3 at _25._tcp.ns.example.test. is unusable ' +
        '(RFC 6698 §2.1)',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'two SPF policies',
    text: 'a TXT "v=spf1 -all"\na TXT "v=spf1 " "mx -all"\na TXT "v=spf10"',
    findings: [
      'z:6:1 warning spf-multiple: a.example.test. has more than one SPF policy (RFC ' +
        '7208 §4.5)',
    ],
    bind: 'served',
    knot: 'served',
  },
]
