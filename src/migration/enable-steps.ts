import type { Domain } from '../provision/index.ts'
import { equalNames, formatHost, type Name } from '../wire/index.ts'
import { accepted, raiseMxTtl, signZone } from './common-steps.ts'
import { mxCachedUntil, type SeenMx, wasMet } from './memory.ts'
import {
  done,
  first,
  hostOf,
  isSignedHostUp,
  overdue,
  quoted,
  quotedAll,
  type Scene,
  type Step,
  takesMail,
  trialPreference,
  untilText,
} from './scene.ts'
import { stsEnforce, stsExpired, stsMx, stsTesting, type Targets } from './sts-steps.ts'
import type { StatusCode } from './types.ts'
import { formatTime, printable } from './words.ts'

const targets: Targets = ({ expected: { signedHost } }) => (signedHost ? [signedHost] : [])

/** RFC 2181 §5.2: the records of a set have one TTL, so that lowering one lowers all. */
const lowerMxTtl: Step = {
  id: 'lower-mx-ttl',
  title: 'The TTL of the MX records is low',
  look({ ttl, signed, others, memory, at, settings }) {
    const { lowTtl, lowTtlMax } = settings
    if (ttl === undefined) return { state: 'skipped', text: 'There are no MX records' }
    if (signed.length > 0) return { state: 'skipped', text: 'The signed host is there already' }
    const records = quotedAll(others, lowTtl)
    if (ttl > lowTtlMax) {
      return { state: 'next', text: `The TTL is ${ttl} s; lower it: ${records}` }
    }
    if (ttl < lowTtl) {
      return { state: 'wrong', text: `The TTL is ${ttl} s, less than ${lowTtl} s: ${records}` }
    }
    const until = mxCachedUntil(memory, () => true)
    if (until !== undefined && until > at + ttl) {
      const text = `The TTL is ${ttl} s; caches may have the records of before ${untilText(until)}`
      return { state: 'wait', text, until }
    }
    return done(`The TTL is ${ttl} s`)
  },
}

/** Whether it is on, and since when. */
function sinceOf(state: Domain['dnssec'] | undefined): number | undefined {
  return state?.kind === 'on' ? state.since : undefined
}

const enableDnssec: Step = {
  id: 'enable-dnssec',
  title: 'The signed host is there',
  look(scene) {
    const { expected, domain, settings } = scene
    const since = sinceOf(expected.domain?.dnssec)
    if (since === undefined) {
      const text = `Run Enable-DnssecForVerifiedDomain -DomainName ${domain}`
      return { state: 'next', text, codes: ['EX013'] }
    }
    const host = hostOf(scene, expected.signedHost)
    const name = textOf(expected.signedHost)
    if (isSignedHostUp(scene)) return done(`${name} is at ${host?.addresses.join(', ')}`)
    const why = host ? `: ${printable(host.reason.text)}` : ''
    const what = `${name} has no addresses that are secure${why}`
    return overdue(scene, since, settings.hostSeconds, what)
  },
}

const addSignedMx: Step = {
  id: 'add-signed-mx',
  title: 'The signed host is among the MX hosts',
  look(scene) {
    const { signed, others, settings, preference, domain } = scene
    const [record] = signed
    if (record) {
      return done(`MX ${record.preference} ${formatHost(record.host)} is there`)
    }
    // RFC 7505 §3: who says that there is no mail must not say anything else.
    if (others.some(({ host }) => host.length === 1)) {
      const text = `${domain} says that it takes no mail; replace ${quotedAll(others)} by `
      const codes = [missingCode(others)]
      return { state: 'next', text: text + recordOf(scene, preference, settings.finalTtl), codes }
    }
    // Where nobody else takes mail there is nothing that a host could be tried out beside.
    const isNeeded = !others.some(({ host }) => takesMail(scene, host))
    const text = recordOf(
      scene,
      isNeeded ? preference : trialPreference(scene),
      others.length === 0 ? settings.finalTtl : settings.lowTtl,
    )
    const beside = others.length === 0 ? '' : ' beside the others, whose TTL becomes the same'
    return {
      state: 'next',
      text: `Add ${text}${beside}${deadline(scene)}`,
      codes: [missingCode(others)],
    }
  },
}

/** The host of before goes some time after enabling, whether records still lead to it or not. */
function deadline({ others, expected: { domain, legacyHost } }: Scene): string {
  const isUsed = others.some(({ host }) => legacyHost && equalNames(host, legacyHost))
  if (!isUsed || domain?.legacy.kind !== 'ending') return ''
  return `; the host of before goes at ${formatTime(domain.legacy.until)}`
}

function missingCode({ length }: Scene['others']): StatusCode {
  if (length === 0) return 'EX012'
  return length === 1 ? 'EX002' : 'EX007'
}

function textOf(host: Name | undefined): string {
  return host ? formatHost(host) : 'the signed host'
}

function recordOf({ expected: { signedHost } }: Scene, preference: number, ttl: number): string {
  if (signedHost) return quoted(signedHost, preference, ttl)
  return `"@ ${ttl} IN MX ${preference} <DnssecMxValue>"`
}

/** Whether senders begin with the signed host. */
function isSignedFirst({ signed, others }: Scene): boolean {
  return first(signed) < first(others)
}

const test: Step = {
  id: 'test',
  title: 'The signed host takes mail',
  look(scene) {
    const { memory, domain, expected, observed } = scene
    const { signedHost } = expected
    const met = observed.meetings.find(({ host }) => formatHost(host) === textOf(signedHost))
    if (met && !met.isGood) return { state: 'wrong', text: printable(met.text) }
    if (signedHost && wasMet(memory, signedHost)) return done(`${textOf(signedHost)} took mail`)
    if (isSignedFirst(scene)) return done('Mail goes there already')
    const text = `Run the inbound SMTP test of ${domain} for ${textOf(signedHost)}`
    return { state: 'next', text: `${text}${deadline(scene)}` }
  },
}

const swap: Step = {
  id: 'swap',
  title: 'The signed host comes first',
  look(scene) {
    const { signed, others, preference, settings, memory, expected } = scene
    const isAsExpected = signed.every((record) => record.preference === preference)
    const ttl = settings.lowTtl
    if (others.length === 0) {
      if (isAsExpected) return done(`The signed host has preference ${preference}`)
      const text = `Set the preference: ${recordOf(scene, preference, scene.ttl ?? ttl)}`
      return { state: 'wrong', text, codes: ['EX003'] }
    }
    const retired = others.map(({ host }) => quoted(host, settings.retiredPreference, ttl))
    const records = [recordOf(scene, preference, ttl), ...retired].join(', ')
    const text = `Change the preferences: ${records}${deadline(scene)}`
    if (!isSignedFirst(scene)) return { state: 'next', text, codes: orderCodes(scene) }
    if (!isAsExpected) {
      const code = first(signed) > preference ? 'EX008' : 'EX009'
      return { state: 'wrong', text, codes: [code] }
    }
    const until = mxCachedUntil(memory, (seen) => !beginsWith(seen, textOf(expected.signedHost)))
    if (until !== undefined) {
      const cached = `Caches may have the records of before ${untilText(until)}`
      return { state: 'wait', text: cached, until }
    }
    return done('Senders begin with the signed host')
  },
}

function orderCodes({ signed, others }: Scene): StatusCode[] {
  return first(others) === first(signed) ? ['EX004'] : ['EX006']
}

function beginsWith(seen: readonly SeenMx[], host: string): boolean {
  const rest = seen.filter((record) => record.host !== host)
  return first(seen.filter((record) => record.host === host)) < first(rest)
}

const dropLegacy: Step = {
  id: 'drop-legacy',
  title: 'The signed host is the only one',
  look(scene) {
    const { others } = scene
    if (others.length === 0) return done('There is no other MX record')
    const text = `Delete ${quotedAll(others)}${deadline(scene)}`
    return { state: 'next', text, codes: ['EX005'] }
  },
}

const enableDane: Step = {
  id: 'enable-dane',
  title: 'SMTP DANE is on',
  look({ expected, domain }) {
    if (sinceOf(expected.domain?.dane) !== undefined) return done('SMTP DANE is enabled')
    return { state: 'next', text: `Run Enable-SmtpDaneInbound -DomainName ${domain}` }
  },
}

const tlsa: Step = {
  id: 'tlsa',
  title: 'TLSA records are there',
  look(scene) {
    const { expected, settings, domain } = scene
    const { signedHost } = expected
    const host = hostOf(scene, signedHost)
    const active = host?.tlsa?.active ?? []
    if (host?.level === 'authenticated' && active.length > 0) {
      return done(`${active.map((record) => record.text).join('; ')}`)
    }
    const why = host ? `: ${printable(host.reason.text)}` : ''
    const found = overdue(
      scene,
      sinceOf(expected.domain?.dane) ?? scene.at,
      settings.tlsaSeconds,
      `_25._tcp.${textOf(signedHost)} has no TLSA records that senders can use${why}`,
    )
    if (found.state === 'wait') return found
    const remedy = `if mail is held up, run Disable-SmtpDaneInbound -DomainName ${domain}`
    return { ...found, text: `${found.text}; ${remedy}` }
  },
}

/** The way to a signed host and SMTP DANE, in the order of the guide. */
export const enableSteps: readonly Step[] = [
  accepted,
  signZone,
  lowerMxTtl,
  stsTesting(targets),
  stsExpired(targets),
  enableDnssec,
  stsMx(targets),
  addSignedMx,
  test,
  swap,
  dropLegacy,
  raiseMxTtl(({ signed, others }) => signed.length > 0 && others.length === 0),
  enableDane,
  tlsa,
  stsEnforce(targets),
]
