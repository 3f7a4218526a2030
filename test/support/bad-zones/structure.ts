import type { BadZone } from './bad-zone.ts'

/** Faults of the shape of a zone: apex, aliases, cuts, places of DNSSEC records. */
export const badStructures: readonly BadZone[] = [
  {
    title: 'no SOA',
    text: '$TTL 60\n@ NS ns\nns A 192.0.2.1',
    isWhole: true,
    findings: ['- error zone-soa: Zone example.test. has no SOA record at its apex'],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'two SOA',
    text: '@ SOA ns hostmaster 2 7200 900 1209600 300',
    findings: ['z:5:1 error zone-soa: Zone example.test. has more than one SOA record'],
    bind: 'refused',
    knot: 'served',
    why: 'RFC 1035 §5.2: exactly one SOA; Knot keeps the last',
  },
  {
    title: 'SOA below the apex',
    text: 'a SOA ns hostmaster 1 7200 900 1209600 300',
    findings: [
      'z:5:1 error zone-soa: Cannot place SOA at a.example.test.: it belongs to ' +
        'example.test. alone',
    ],
    bind: 'refused',
    knot: 'served',
    why: 'RFC 1035 §5.2: exactly one SOA; Knot ignores others',
  },
  {
    title: 'no NS',
    text: '$TTL 60\n@ SOA ns hostmaster 1 7200 900 1209600 300\nns A 192.0.2.1',
    isWhole: true,
    findings: ['z:2:1 error zone-ns-missing: Zone example.test. has no NS record at its apex'],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'a record outside',
    text: 'a.other. A 192.0.2.2',
    findings: ['z:5:1 error zone-outside: Cannot place a.other.: it is not in zone example.test.'],
    bind: 'served',
    knot: 'served',
    why: 'RFC 1035 §5.2: all data in the zone; BIND and Knot leave it out',
  },
  {
    title: 'CNAME and A',
    text: 'a CNAME ns\na A 192.0.2.2',
    findings: [
      'z:6:1 error cname-and-other: a.example.test. has A beside its CNAME (RFC 1034 §3.6.2)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'CNAME at the apex',
    text: '@ CNAME ns',
    findings: [
      'z:2:1 error cname-and-other: example.test. has SOA beside its CNAME (RFC 1034 §3.6.2)',
      'z:3:1 error cname-and-other: example.test. has NS beside its CNAME (RFC 1034 §3.6.2)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'two CNAME',
    text: 'a CNAME ns\na CNAME b.other.',
    findings: [
      'z:6:1 error cname-multiple: a.example.test. has more than one CNAME (RFC 2181 §10.1)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'CNAME twice the same',
    text: 'a CNAME ns\na CNAME NS',
    findings: [
      'z:6:1 warning record-duplicate: a.example.test. CNAME NS.example.test. stands ' +
        'there twice',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'CNAME beside NS',
    text: 'a NS x.other.\na CNAME ns',
    findings: [
      'z:5:1 error cname-and-other: a.example.test. has NS beside its CNAME (RFC 1034 §3.6.2)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'two DNAME',
    text: 'a DNAME b.other.\na DNAME c.other.',
    findings: [
      'z:6:1 error dname-multiple: a.example.test. has more than one DNAME (RFC 6672 §2.4)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'DNAME beside CNAME',
    text: 'a DNAME b.other.\na CNAME ns',
    findings: [
      'z:5:1 error cname-and-other: a.example.test. has DNAME beside its CNAME (RFC ' +
        '1034 §3.6.2)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'DNAME with data below',
    text: 'a DNAME b.other.\nx.a A 192.0.2.2',
    findings: [
      'z:6:1 error record-occluded: A at x.a.example.test. is hidden by the DNAME at ' +
        'a.example.test.',
    ],
    bind: 'served',
    knot: 'refused',
    why: 'RFC 6672 §2.4: no data below a DNAME',
  },
  {
    title: 'DNAME at a cut',
    text: 'a NS x.other.\na DNAME b.other.',
    findings: ['z:6:1 error dname-at-cut: a.example.test. has a DNAME beside NS (RFC 6672 §2.3)'],
    bind: 'served',
    knot: 'refused',
    why: 'RFC 6672 §2.3: a DNAME beside NS only at an apex',
  },
  {
    title: 'DNAME at the apex with data',
    text: '@ DNAME b.other.',
    findings: [
      'z:4:1 error record-occluded: A at ns.example.test. is hidden by the DNAME at ' +
        'example.test.',
      'z:3:1 error target-alias: NS of example.test. points to ns.example.test., an ' +
        'alias (RFC 2181 §10.3)',
    ],
    bind: 'refused',
    knot: 'refused',
  },
  {
    title: 'DS without NS',
    text: 'a DS 1 13 2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [
      'z:5:1 error dnssec-misplaced: DS at a.example.test. has no NS beside it (RFC ' +
        '4035 §2.4)',
    ],
    bind: 'served',
    knot: 'served',
    why: 'RFC 4035 §2.4: a DS RRset stands at a delegation',
  },
  {
    title: 'DS at the apex',
    text: '@ DS 1 13 2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    findings: [
      'z:5:1 error dnssec-misplaced: DS at example.test. has no NS beside it (RFC 4035 §2.4)',
    ],
    bind: 'refused',
    knot: 'served',
    why: 'RFC 4035 §2.4: no DS RRset at the apex of a zone',
  },
  {
    title: 'DNSKEY below the apex',
    text: 'a DNSKEY 257 3 13 AQAB',
    findings: [
      'z:5:1 warning dnssec-misplaced: DNSKEY at a.example.test. belongs to the apex of ' +
        'a zone',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'NSEC3PARAM below the apex',
    text: 'a NSEC3PARAM 1 0 0 -',
    findings: [
      'z:5:1 warning dnssec-misplaced: NSEC3PARAM at a.example.test. belongs to the ' +
        'apex of a zone',
      'z:5:1 warning dnssec-ignored: NSEC3PARAM records of the file are not used in a ' +
        'zone that is signed',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'CDS and CDNSKEY below the apex',
    text:
      'a CDS 1 13 2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\na ' +
      'CDNSKEY 257 3 13 AQAB',
    findings: [
      'z:5:1 warning dnssec-misplaced: CDS at a.example.test. belongs to the apex of a zone',
      'z:6:1 warning dnssec-misplaced: CDNSKEY at a.example.test. belongs to the apex ' +
        'of a zone',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'RRSIG, NSEC, NSEC3PARAM in the file',
    text:
      'a RRSIG A 13 3 60 20300101000000 20200101000000 1 @ AQAB\na NSEC b A\n@ NSEC3PARAM ' +
      '1 0 0 -',
    findings: [
      'z:5:1 warning dnssec-ignored: RRSIG records of the file are not used in a zone ' +
        'that is signed',
      'z:6:1 warning dnssec-ignored: NSEC records of the file are not used in a zone ' +
        'that is signed',
      'z:7:1 warning dnssec-ignored: NSEC3PARAM records of the file are not used in a ' +
        'zone that is signed',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'delegation without glue',
    text: 'a NS ns.a',
    findings: [
      'z:5:1 error glue-missing: Delegation of a.example.test. has no glue for ' +
        'ns.a.example.test.',
    ],
    bind: 'served',
    knot: 'refused',
    why: 'RFC 1034 §4.2.1: BIND warns, though the child cannot be reached',
  },
  {
    title: 'delegation to a cousin without glue',
    text: 'a NS ns.b\nb NS x.other.',
    findings: [],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'data below a cut',
    text: 'a NS x.other.\nb.a TXT hidden\nc.a A 192.0.2.2',
    findings: [
      'z:6:1 warning record-occluded: TXT at b.a.example.test. is hidden by the ' +
        'delegation of a.example.test.',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'data at a cut',
    text: 'a NS x.other.\na TXT hidden\na MX 10 ns',
    findings: [
      'z:6:1 warning record-occluded: TXT at a.example.test. is not served: the name is ' +
        'delegated',
      'z:7:1 warning record-occluded: MX at a.example.test. is not served: the name is ' +
        'delegated',
    ],
    bind: 'served',
    knot: 'served',
  },
  {
    title: 'wildcard NS',
    text: '*.a NS x.other.',
    findings: [
      'z:5:1 warning wildcard-ns: *.a.example.test. delegates by a wildcard (RFC 4592 §4.2)',
    ],
    bind: 'refused',
    knot: 'served',
    why: 'RFC 4592 §4.2: discouraged, not forbidden',
  },
]
