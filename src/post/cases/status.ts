import { Rcode } from '../../message/index.ts'
import type { StatusCode } from '../../migration/index.ts'
import { RR } from '../../rr/index.ts'
import type { StatusCase } from '../types.ts'
import { faultOf } from './row.ts'

const mx = faultOf('@', RR.MX)

const signed = '@ MX 0 {signed}'
const gateway = '@ MX 10 gateway\ngateway A {gateway}'

/** A policy of MTA-STS of mode enforce that names a host. */
function withPolicy(records: string, host: string): Pick<StatusCase, 'records' | 'sts'> {
  const lines = ['version: STSv1', 'mode: enforce', `mx: ${host}`, 'max_age: 86400', '']
  return {
    records: `${records}\nmta-sts A {web}\n_mta-sts TXT "v=STSv1; id=1"`,
    sts: { body: lines.join('\r\n') },
  }
}

/** RFC 5321 §5.1 has the order of preferences; codes and their texts are those of the cmdlet. */
function row(
  id: string,
  title: string,
  records: string,
  codes: readonly StatusCode[],
  changes: Partial<StatusCase> = {},
): StatusCase {
  const state = { feature: 'on', partition: 'a-v1', preference: 0 } as const
  const hosts = records.includes('{gateway}') ? { gateway: {} } : {}
  const base = { kind: 'status', hosts, why: ['RFC 5321 §5.1'], ...state } as const
  return { ...base, id, title, records, codes, ...changes }
}

/** DNS says nothing, or nothing that can be believed. */
const lookups: readonly StatusCase[] = [
  row('cfg-ed001', 'The lookup of MX fails: SERVFAIL', signed, ['ED001', 'EX010'], {
    fault: mx.rcode(Rcode.SERVFAIL),
    why: ['RFC 2308 §7.1'],
  }),
  row('cfg-ed002', 'The domain does not exist', signed, ['ED002', 'EX012'], {
    domain: 'nowhere',
    why: ['RFC 2308 §2.1'],
  }),
  row('cfg-ed003', 'The domain is not signed', signed, ['ED003'], {
    setting: { signed: false, ds: false },
    why: ['RFC 7672 §2.2.1'],
  }),
  row('cfg-ex010', 'The lookup of MX fails: its signature is spoiled', signed, ['ED001', 'EX010'], {
    fault: mx.signature('corrupt'),
    why: ['RFC 4035 §5.5'],
  }),
  row('cfg-ex012', 'The domain has no MX record', '@ TXT x', ['EX012'], {
    why: ['RFC 2308 §2.2'],
  }),
]

/** MX records that are not what they should be. */
const records: readonly StatusCase[] = [
  row('cfg-ex002', 'The only MX record leads to another host', gateway, ['EX002']),
  row('cfg-ex003', 'The only MX record has another preference', '@ MX 10 {signed}', ['EX003']),
  row(
    'cfg-ex004',
    'Another MX record has the same preference',
    `${signed}\n${gateway.replace('10', '0')}`,
    ['EX004'],
  ),
  row(
    'cfg-ex005',
    'Another MX record comes after that of the signed host',
    `${signed}\n${gateway.replace('10', '20')}`,
    ['EX005'],
  ),
  row(
    'cfg-ex006',
    'Another MX record comes before that of the signed host',
    `@ MX 20 {signed}\n${gateway}`,
    ['EX006', 'EX008'],
  ),
  row(
    'cfg-ex007',
    'Of several MX records none leads to the signed host',
    `${gateway}\n@ MX 20 other\nother A {gateway}`,
    ['EX007'],
  ),
  row(
    'cfg-ex008',
    'Of several MX records that of the signed host has too large a number',
    `@ MX 5 {signed}\n${gateway}`,
    ['EX005', 'EX008'],
  ),
  row(
    'cfg-ex009',
    'Of several MX records that of the signed host has too small a number',
    `@ MX 5 {signed}\n${gateway.replace('10', '20')}`,
    ['EX005', 'EX009'],
    { preference: 10 },
  ),
]

/** Features that are off, and policies that do not fit. */
const features: readonly StatusCase[] = [
  row('cfg-ex013', 'DNSSEC was never enabled', gateway, ['EX013'], { feature: 'off' }),
  row('cfg-es001', 'The policy of MTA-STS does not name the signed host', signed, ['ES001'], {
    ...withPolicy(signed, 'gateway.{zone}'),
    why: ['RFC 8461 §4.1', 'RFC 8461 §5'],
  }),
  row(
    'cfg-es002',
    'There is a policy of MTA-STS, and no signed host',
    gateway,
    ['EX013', 'ES002'],
    { ...withPolicy(gateway, 'gateway.{zone}'), feature: 'off', why: ['RFC 8461 §3.2'] },
  ),
  row('cfg-eg001', 'The domain is none of the accepted ones', gateway, ['EG001', 'EX013'], {
    feature: 'absent',
  }),
  row('cfg-eg002', 'The proof of the domain was never seen', gateway, ['EG002', 'EX013'], {
    feature: 'unverified',
  }),
  row('cfg-valid', 'All is as it should be', signed, [], { partition: 'b-v1' }),
]

/** Domains by the status of provisioning, one for each of its codes. */
export const statusCases: readonly StatusCase[] = [...lookups, ...records, ...features]
