import { type Destination, type Host, isFailure, type TlsaLookup } from '../destination/index.ts'
import { formatRcode } from '../message/index.ts'
import type { Resolution } from '../stub/index.ts'
import type { ChainLink } from '../validator/index.ts'
import { equalNames, formatName } from '../wire/index.ts'
import { lookupDetails, securityStatus } from './lookup-text.ts'
import { adviceForLookup } from './remedies.ts'
import type { CheckStep, StepStatus } from './report.ts'
import { count, printable } from './words.ts'

/** The step that walks down from the trust anchor to the domain, zone by zone. */
export function chainStep({ domain, mx }: Destination): CheckStep {
  const steps = mx.chain.map(zoneStep)
  const secure = mx.chain.filter(({ security }) => security === 'secure')
  const broken = mx.chain.find(({ security }) => security === 'bogus')
  const open = mx.chain.find(({ security }) => security !== 'secure')
  const found = `${count(secure.length, 'zone')} on the way down, each vouched for by its parent`
  const results: Readonly<Record<'failed' | 'warning' | 'ok', string>> = {
    failed: `The chain of trust breaks at ${broken ? formatName(broken.zone) : 'its anchor'}`,
    warning: `The chain of trust ends above ${open ? formatName(open.zone) : 'the domain'}`,
    ok: `The chain of trust reaches the domain: ${found}`,
  }
  const isEmpty = mx.chain.length === 0
  const status = broken || isEmpty ? 'failed' : open ? 'warning' : 'ok'
  return {
    kind: 'chain',
    title: `Following the chain of trust to '${formatName(domain)}'`,
    status,
    result: isEmpty ? 'No zone could be looked at' : results[status],
    details: [],
    advice: [],
    elapsedMs: mx.elapsedMs,
    steps,
  }
}

function zoneStep({ zone, security, by, keys, reason }: ChainLink): CheckStep {
  const trusted = { anchor: 'by a trust anchor', ds: 'by the DS of its parent', none: 'by nothing' }
  const list = keys.map(({ algorithm, keyTag }) => `${keyTag} (algorithm ${algorithm})`)
  return {
    kind: 'zone',
    title: `Zone '${formatName(zone)}'`,
    status: securityStatus[security],
    result: printable(reason.text),
    details: [
      `${security}, trusted ${trusted[by]}`,
      ...(list.length > 0 ? [`keys ${list.join(', ')}`] : []),
    ],
    advice: security === 'bogus' ? adviceForLookup(reason) : [],
    elapsedMs: 0,
    steps: [],
  }
}

/** The step that looks for MX records, and what follows when there are none. */
export function mxStep(destination: Destination): CheckStep {
  const { domain, expanded, mx, kind, reason, notes, hosts } = destination
  const failed = kind === 'failed' || kind === 'absent' || kind === 'null-mx'
  const hostCount = count(hosts.length, 'mail host')
  const results = {
    mx: mx.security === 'secure' ? `${hostCount}, signed and valid` : `${hostCount}, not signed`,
    implicit: 'No MX records: the domain is its own mail host (RFC 5321 §5.1)',
    'null-mx': 'The domain takes no mail: its only MX record is "0 ." (RFC 7505)',
    absent: 'The domain does not exist',
    failed: printable(reason.text),
  } as const
  const alias = equalNames(domain, expanded)
    ? []
    : [`the domain is an alias of ${formatName(expanded)}`]
  const isUnsigned = mx.security === 'insecure' && !failed
  return {
    kind: 'mx',
    title: `Looking up the MX records of '${formatName(domain)}'`,
    status: failed ? 'failed' : securityStatus[mx.security],
    result: results[kind],
    details: [...alias, ...lookupDetails(mx), ...notes.map((note) => printable(note))],
    advice: kind === 'failed' ? adviceForLookup(mx.reason) : isUnsigned ? [signAdvice] : [],
    elapsedMs: mx.elapsedMs,
    steps: [],
  }
}

const signAdvice =
  'Sign the zone of the domain with DNSSEC and have its DS record put into the parent zone: ' +
  'without it nobody can know that the MX records are genuine'

/** The step that finds a host's addresses. */
export function addressesStep({ name, a, aaaa, addresses, security, reason }: Host): CheckStep {
  const isFound = addresses.length > 0
  const found = `${count(addresses.length, 'address', 'addresses')}, ${security}`
  const failed = [a, aaaa].filter(isFailure)
  const status: StepStatus = !isFound
    ? 'failed'
    : failed.length > 0
      ? 'warning'
      : securityStatus[security]
  return {
    kind: 'addresses',
    title: `Looking up the addresses of '${formatName(name)}'`,
    status,
    result: isFound ? found : printable(reason.text),
    details: [...familyDetails('A', a), ...familyDetails('AAAA', aaaa)],
    advice: failed.slice(0, 1).flatMap((lookup) => adviceForLookup(lookup.reason)),
    elapsedMs: Math.max(a.elapsedMs, aaaa.elapsedMs),
    steps: [],
  }
}

function familyDetails(type: string, lookup: Resolution): string[] {
  return lookupDetails(lookup).map((line) => `${type}: ${line}`)
}

/** The steps that look for TLSA records, one for each base domain that was asked at. */
export function tlsaSteps(host: Host): CheckStep[] {
  if (host.tlsaLookups.length > 0) return host.tlsaLookups.map((lookup) => tlsaStep(host, lookup))
  const why =
    host.security === 'insecure'
      ? 'Not asked for: the addresses are not signed (RFC 7672 §2.2.2)'
      : 'Not asked for: the host has no usable addresses'
  return [
    {
      kind: 'tlsa',
      title: `Looking up TLSA records for '${formatName(host.name)}'`,
      status: 'skipped',
      result: why,
      details: [],
      advice: host.security === 'insecure' ? [hostAdvice] : [],
      elapsedMs: 0,
      steps: [],
    },
  ]
}

const hostAdvice =
  'Use a mail host whose name lies in a signed zone, or have its zone signed: only then TLSA ' +
  'records for it count'

function tlsaStep(host: Host, { base, owner, resolution }: TlsaLookup): CheckStep {
  const { security, rcode, reason, data, elapsedMs } = resolution
  const inForce = host.tlsaBase !== undefined && equalNames(base, host.tlsaBase)
  const set = inForce ? host.tlsa : undefined
  const active = set?.active.length ?? 0
  const total = set?.all.length ?? 0
  const none = `None here (${formatRcode(rcode)}, ${security})`
  const found = `${count(total, 'record')}, ${active} in use: TLS and a match are required`
  const unusable = `${count(total, 'record')}, none of them usable: TLS is required`
  const failed = isFailure(resolution)
  const results = failed ? printable(reason.text) : data === undefined ? none : unsigned
  return {
    kind: 'tlsa',
    title: `Looking up TLSA records at '${formatName(owner)}'`,
    status: failed ? 'failed' : active > 0 ? 'ok' : total > 0 ? 'warning' : 'note',
    result: total === 0 ? results : active > 0 ? found : unusable,
    details: [
      ...(set?.all ?? []).flatMap(({ text, usable, why }) =>
        why === undefined ? [] : [`${usable ? 'left out' : 'unusable'}: ${text}: ${why}`],
      ),
      ...lookupDetails(resolution),
    ],
    advice: failed ? adviceForLookup(reason) : [],
    elapsedMs,
    steps: [],
  }
}

const unsigned = 'Records that are not signed, so they do not count'
