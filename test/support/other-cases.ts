import type { DeliveryCase, HostSpec, MailCase, StatusCase } from '../../src/post/index.ts'

/** A case that differs in one thing from one of the catalogue, and what must come of it then. */
export interface OtherCase {
  readonly other: MailCase
  /** The column of RFC 7672, or codes of status. */
  readonly becomes: string
}

type Change =
  | Partial<Omit<DeliveryCase, 'kind' | 'expect'>>
  | Partial<Omit<StatusCase, 'kind'>>
  | { readonly fault: undefined }
type Rule = (one: MailCase) => readonly [becomes: string, change: Change]

function replaced(text: string, from: string | RegExp, to: string): string {
  const changed = text.replaceAll(from, to)
  if (changed === text) throw new Error(`nothing to replace: ${from}`)
  return changed
}

/** Other records in the zone. */
const records =
  (becomes: string, from: string | RegExp, to: string): Rule =>
  (one) => [becomes, { records: replaced(one.records, from, to) }]

/** Further records. */
const more =
  (becomes: string, line: string): Rule =>
  (one) => [becomes, { records: `${one.records}\n${line}` }]

/** TLSA records of the host that match nothing, wherever they stand. */
const spoiled =
  (becomes = 'delayed'): Rule =>
  (one) => {
    const spoil = (text: string) => text.replace(/\{(?:mx|two) (\d)/g, '{no $1')
    const siblings = Object.entries(one.siblings ?? {}).map(([key, sibling]) => [
      key,
      { ...sibling, records: spoil(sibling.records) },
    ])
    const own = spoil(one.records)
    return [becomes, { records: own, siblings: Object.fromEntries(siblings) }]
  }

/** Siblings that are signed, or are not. */
const signed =
  (becomes: string, isSigned: boolean): Rule =>
  ({ siblings = {} }) => {
    const others = Object.entries(siblings).map(([key, sibling]) => [
      key,
      { ...sibling, signed: isSigned },
    ])
    return [becomes, { siblings: Object.fromEntries(others) }]
  }

/** Another mail server. */
const host =
  (becomes: string, mx: HostSpec): Rule =>
  () => [becomes, { hosts: { mx } }]

/** Another policy of MTA-STS. */
const policy =
  (becomes: string, from: string | RegExp, to: string): Rule =>
  ({ sts }) => [becomes, { sts: { body: replaced(sts?.body ?? '', from, to) } }]

const changed =
  (becomes: string, change: Change): Rule =>
  () => [becomes, change]

const tlsa = '_25._tcp.mx TLSA {mx 3 1 1}'
const elsewhere: HostSpec = { names: ['elsewhere.test'] }
const soundPolicy = 'version: STSv1\r\nmode: enforce\r\nmx: mx.{zone}\r\nmax_age: 86400\r\n'
const withSoundPolicy: Rule = changed('sts', { sts: { body: soundPolicy } })

/** What is to be changed where no rule fits many cases. */
const rules: Readonly<Record<string, Rule>> = {
  'mx-zone-insecure': changed('dane', { setting: {} }),
  'mx-null': records('dane', '0 .', `10 mx\nmx A {mx}\n${tlsa}`),
  'host-insecure': signed('delayed', true),
  'host-aaaa-bogus-lax': changed('delayed', { families: 'strict' }),
  'host-cname-loop': records('opportunistic', 'pool CNAME loop', 'pool A 127.53.1.1'),
  'host-cname-dangling': records('opportunistic', 'CNAME gone', 'A 127.53.1.1'),
  'dane-good-200': spoiled('encrypted'),
  'tlsa-full-0-0': spoiled('encrypted'),
  'tlsa-none-nodata': more('dane', tlsa),
  'tlsa-none-nxdomain': more('dane', tlsa),
  'tlsa-none-ent': more('dane', tlsa),
  'tlsa-wrong-owner': records('delayed', '_25._tcp ', '_25._tcp.mx '),
  'tlsa-wrong-port': records('delayed', '_587', '_25'),
  'tlsa-cname-insecure-target': signed('delayed', true),
  'tlsa-cname-loop': records('dane', /loop CNAME .*/g, 'loop TLSA {mx 3 1 1}'),
  'tlsa-unusable-plus-bad': records('dane', '{no', '{mx'),
  'tlsa-agility': records('dane', '{no 3 1 2}', '{mx 3 1 2}'),
  'tlsa-stale-rollover': records('dane', '{no', '{mx'),
  'ta-name-nexthop': host('delayed', elsewhere),
  'ta-wildcard': host('delayed', { names: ['*.mx.{zone}'] }),
  'ta-cn-only': host('delayed', { names: [], chain: { leaf: { commonName: 'elsewhere.test' } } }),
  'ta-omitted-200': records('delayed', '2 0 0', '2 0 1'),
  'ta-matches-leaf': records('dane', '2 1 1 leaf', '3 1 1'),
  'sni-picks-cert': host('delayed', { onlyForSni: 'elsewhere.test' }),
  'unusable-no-starttls': records('cleartext', /_25.*/g, ''),
  'host-cname-secure-both-bad': records('dane', '{no', '{mx'),
  'ip-split': changed('delayed', { hosts: { stale: {}, mx: { startTls: 'absent' } } }),
  'pref-10-none-20-dane': more('dane', '_25._tcp.one TLSA {one 3 1 1}'),
  'pref-10-fail-20-none': records('dane', '{no', '{one'),
  'pref-all-fail': records('dane', '_25._tcp.two TLSA {no', '_25._tcp.two TLSA {two'),
  'sts-ok': policy('delayed', 'mx: mx.', 'mx: other.'),
  'sts-testing': policy('sts', 'testing', 'enforce'),
  'sts-none': policy('sts', 'none', 'enforce'),
  'sts-txt-two': records('sts', '_mta-sts TXT "v=STSv1; id=2"', ''),
  'sts-txt-bad-id': records('sts', 'not-alphanumeric', 'alphanumeric'),
  'sts-txt-cname': records('opportunistic', 'sts-record TXT', 'another-record TXT'),
  'sts-policy-maxage-big': policy('opportunistic', '99999999', '99999999999'),
  'sts-policy-dup-keys': policy('opportunistic', 'enforce', 'none'),
  'sts-policy-lf': policy('opportunistic', '\n', ' '),
  'sts-policy-trailing': policy('opportunistic', '86400', '86400 seconds'),
  'sts-wildcard-two-labels': policy('sts', '*.', '*.b.'),
  'sts-cert-mismatch': host('sts', {}),
  'sts-pass-dane-fail': records('dane', '{no', '{mx'),
  'sts-fail-dane-pass': policy('dane', 'other.', 'mx.'),
  'rpt-two-txt': records('dane', /_smtp.*mailto:b.*/g, ''),
  'rpt-no-rua': records('dane', 'v=TLSRPTv1;', 'v=TLSRPTv1; rua=mailto:a@{zone}'),
  'rpt-http': records('dane', 'http:', 'https:'),
  'rpt-big-list': records('dane', '" ",', '" "'),
  'cfg-ed002': more('valid', 'nowhere MX 0 {signed}'),
  'cfg-ed003': changed('valid', { setting: {} }),
  'cfg-ex012': more('valid', '@ MX 0 {signed}'),
  'cfg-ex002': records('valid', '10 gateway', '0 {signed}'),
  'cfg-ex003': changed('valid', { preference: 10 }),
  'cfg-ex004': records('valid', '@ MX 0 gateway', ''),
  'cfg-ex005': records('valid', '@ MX 20 gateway', ''),
  'cfg-ex006': records('EX003', '@ MX 10 gateway', ''),
  'cfg-ex007': records('EX006 EX008', '20 other', '20 {signed}'),
  'cfg-ex008': records('EX005', 'MX 5 ', 'MX 0 '),
  'cfg-ex009': changed('EX005', { preference: 5 }),
  'cfg-ex013': changed('EX002', { feature: 'on' }),
  'cfg-es001': policy('valid', 'mx: gateway.{zone}', 'mx: *.a-v1.mx.microsoft'),
  'cfg-es002': records('EX013', /_mta-sts .*/g, ''),
  'cfg-eg001': changed('EX013', { feature: 'off' }),
  'cfg-eg002': changed('EX013', { feature: 'off' }),
  'cfg-valid': records('EX003', 'MX 0', 'MX 5'),
}

/** A fault that is gone. */
const sound: Rule = (one) => {
  if (one.kind === 'status') return ['valid', { fault: undefined }]
  return [one.id.startsWith('tlsa-denial') ? 'opportunistic' : 'dane', { fault: undefined }]
}

function ruleOf(one: MailCase): Rule {
  const rule = rules[one.id]
  if (rule) return rule
  if (one.fault) return sound
  if (one.id.startsWith('sts-')) return withSoundPolicy
  if (one.kind === 'status') throw new Error(`no rule for ${one.id}`)
  const { rfc, exchange } = one.expect
  if (rfc === 'dane' && exchange === 'delivers') return spoiled()
  if (rfc === 'encrypted') return records('dane', /TLSA .*/g, 'TLSA {mx 3 1 1}')
  return host('dane', {})
}

/**
 * The same case without what is wrong with it; where nothing is, or must not matter, without what
 * is right. Its expectation stays, and must not be met any more.
 */
export function otherCase(one: MailCase): OtherCase {
  const [becomes, change] = ruleOf(one)(one)
  return { other: { ...one, ...change } as MailCase, becomes }
}
