import type { DeliveryCase, HostSpec, MailExpectation } from '../types.ts'
import { expected, row, zoneWith } from './row.ts'

const day = 86_400
/** Of whose end or beginning any clock can tell on which side it is. */
const over = -30 * day
const begins = 30 * day

const endEntity = ['RFC 7672 §3.1.1']
const anchored = ['RFC 7672 §3.1.2', 'RFC 7672 §3.2.3']
const dated = ['RFC 7672 §3.1.2', 'RFC 5280 §6.1.3']

const notTrusted: MailExpectation = {
  rfc: 'delayed',
  exchange: '4.7.323',
  report: ['certificate-not-trusted'],
}
const nameMismatch: MailExpectation = {
  rfc: 'delayed',
  exchange: '4.7.325',
  report: ['certificate-host-mismatch'],
}
const isExpired: MailExpectation = {
  rfc: 'delayed',
  exchange: '4.7.322',
  report: ['certificate-expired'],
}

const exchangeMinds = {
  decided:
    'RFC 7672 §3.1.1: dates and names of a DANE-EE certificate MUST be ignored; Exchange minds ' +
    'them, in its own profile alone.',
}

function ee(
  id: string,
  title: string,
  mx: HostSpec,
  exchange: MailExpectation['exchange'] = 'delivers',
): DeliveryCase {
  return row(id, title, { ...expected.dane, exchange }, endEntity, { hosts: { mx } })
}

function ta(
  id: string,
  title: string,
  mx: HostSpec,
  expect: MailExpectation,
  { tlsa = '{mx 2 0 1}', why = anchored }: { tlsa?: string; why?: readonly string[] } = {},
): DeliveryCase {
  return row(id, title, expect, why, { records: zoneWith(tlsa), hosts: { mx } })
}

/** DANE-EE: the key alone counts. */
const endEntities: readonly DeliveryCase[] = [
  {
    ...ee(
      'ee-expired',
      'TLSA 3 1 1 matches a certificate that has expired',
      { chain: { leaf: { to: over } } },
      '4.7.322',
    ),
    ...exchangeMinds,
  },
  {
    ...ee(
      'ee-notyet',
      'TLSA 3 1 1 matches a certificate that is not valid yet',
      { chain: { leaf: { from: begins } } },
      '4.7.323',
    ),
    ...exchangeMinds,
  },
  {
    ...ee(
      'ee-wrongname',
      'TLSA 3 1 1 matches a certificate of another name',
      { names: ['elsewhere.test'] },
      '4.7.325',
    ),
    ...exchangeMinds,
  },
  ee('ee-selfsigned', 'TLSA 3 1 1 matches a certificate that signs itself', {
    chain: { selfSigned: true },
  }),
]

/** DANE-TA: a chain to the anchor, with its names and dates. */
const anchors: readonly DeliveryCase[] = [
  ta(
    'ta-missing-in-chain',
    'TLSA 2 0 1 of an authority that the server does not send',
    { chain: { omit: ['anchor'] } },
    notTrusted,
    { why: ['RFC 7672 §3.1.2', 'RFC 7671 §5.2.2'] },
  ),
  {
    ...ta(
      'ta-missing-in-chain-211',
      'TLSA 2 1 1 of an authority that the server does not send',
      { chain: { omit: ['anchor'] } },
      notTrusted,
      { tlsa: '{mx 2 1 1}', why: ['RFC 7672 §3.1.2', 'RFC 7671 §5.2.2'] },
    ),
    row: 'ta-missing-in-chain',
  },
  {
    ...ta(
      'ta-omitted-200',
      'TLSA 2 0 0 of an authority that the server does not send',
      { chain: { omit: ['anchor'] } },
      expected.dane,
      { tlsa: '{mx 2 0 0}', why: ['RFC 7671 §5.2.2'] },
    ),
    decided:
      'RFC 7671 §5.2.2: with `2 0 0` the anchor is in DNS whole, so it need not be sent. Nothing ' +
      'is known of Exchange here: taken to do as the RFC says.',
  },
  ta(
    'ta-name-mismatch',
    'The certificate has another name than the host',
    { names: ['elsewhere.test'] },
    nameMismatch,
  ),
  ta(
    'ta-name-nexthop',
    'The certificate has the name of the domain',
    { names: ['{zone}'] },
    expected.dane,
  ),
  ta(
    'ta-wildcard',
    'The certificate has a wildcard for the host',
    { names: ['*.{zone}'] },
    expected.dane,
  ),
  ta(
    'ta-partial-wildcard',
    'The certificate has a wildcard for a part of a label',
    { names: ['m*.{zone}'] },
    nameMismatch,
  ),
  ta(
    'ta-cn-only',
    'The certificate has its name as common name alone',
    { names: [], chain: { leaf: { commonName: 'mx.{zone}' } } },
    expected.dane,
  ),
  ta(
    'ta-san-beats-cn',
    'The certificate has the right common name and other alternative names',
    { names: ['elsewhere.test'], chain: { leaf: { commonName: 'mx.{zone}' } } },
    nameMismatch,
  ),
  ta(
    'ta-leaf-expired',
    'The certificate of the server has expired',
    { chain: { leaf: { to: over } } },
    isExpired,
    { why: dated },
  ),
  ta(
    'ta-intermediate-expired',
    'The certificate between server and authority has expired',
    { chain: { intermediate: { to: over } } },
    isExpired,
    { why: dated },
  ),
  {
    ...ta(
      'ta-self-expired',
      'The certificate of the authority has expired',
      { chain: { anchor: { to: over } } },
      isExpired,
      { why: ['RFC 7671 §5.2'] },
    ),
    decided:
      'RFC 7671 §5.2 leaves open whether the dates of the anchor count (§5.2.3 wants them to for ' +
      'a bare key at the top). They do here, as with OpenSSL and so with Postfix: who sends a ' +
      'certificate that has expired should hear of it. Exchange: taken to do the same.',
  },
  ta(
    'ta-matches-leaf',
    'TLSA 2 1 1 of the key of the server, which is no authority',
    {},
    expected.noMatch,
    { tlsa: '{mx 2 1 1 leaf}', why: ['RFC 7672 §3.1.2', 'RFC 7671 §5.2'] },
  ),
]

/** Certificates and chains. */
export const certificateCases: readonly DeliveryCase[] = [
  ...endEntities,
  ...anchors,
  row(
    'sni-picks-cert',
    'The right certificate is for those who name the host by SNI',
    expected.dane,
    ['RFC 7672 §8.1'],
    { hosts: { mx: { onlyForSni: 'mx.{zone}' } } },
  ),
]
