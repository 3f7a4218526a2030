import { formatHost, type Name } from '../wire/index.ts'
import { accepted, raiseMxTtl, visible } from './common-steps.ts'
import { mxCachedUntil, wasMet } from './memory.ts'
import {
  done,
  type Finding,
  first,
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
import { formatTime, printable } from './words.ts'

/** Where mail is to go again: the MX hosts that are not signed, or else the host of before. */
const targets: Targets = ({ others, expected: { legacyHost } }) => {
  if (others.length > 0) return others.map(({ host }) => host)
  return legacyHost ? [legacyHost] : []
}

/** The one of them that takes mail. */
function targetOf(scene: Scene): Name | undefined {
  const hosts = targets(scene)
  return hosts.find((host) => takesMail(scene, host)) ?? hosts[0]
}

const disableDane: Step = {
  id: 'disable-dane',
  title: 'SMTP DANE is off',
  look({ expected, domain }) {
    if (expected.domain?.dane.kind !== 'on') return done('SMTP DANE is off')
    return { state: 'next', text: `Run Disable-SmtpDaneInbound -DomainName ${domain}` }
  },
}

const addLegacyMx: Step = {
  id: 'add-legacy-mx',
  title: 'A host that need not be signed is among the MX hosts',
  look(scene) {
    const { others, expected, settings } = scene
    const { legacyHost } = expected
    if (others.some(({ host }) => takesMail(scene, host))) return waitForCaches(scene)
    if (others.length > 0) {
      const hosts = others.map(({ host }) => formatHost(host)).join(', ')
      return { state: 'wrong', text: `No address of ${hosts} can be found` }
    }
    const isAlone = scene.signed.length === 0
    const at = isAlone ? 0 : trialPreference(scene)
    const ttl = isAlone ? settings.finalTtl : settings.lowTtl
    if (!legacyHost) {
      const text = `Add a record for the host that mail is to go to: "@ ${ttl} IN MX ${at} <host>"`
      return { state: 'next', text }
    }
    if (takesMail(scene, legacyHost)) {
      return { state: 'next', text: `Add ${quoted(legacyHost, at, ttl)}` }
    }
    return notYet(scene, legacyHost)
  },
}

/** RFC 1035 §3.2.1: who has the records of before does not know the host yet. */
function waitForCaches({ memory, signed, expected }: Scene): Finding {
  const own = expected.signedHost ? formatHost(expected.signedHost) : undefined
  const until = mxCachedUntil(memory, (seen) => seen.every(({ host }) => host === own))
  if (until === undefined || signed.length === 0) return done('There is another host')
  const text = `Caches may have the records without the other host ${untilText(until)}`
  return { state: 'wait', text, until }
}

/** Nothing leads to a host before it is there. */
function notYet(scene: Scene, host: Name): Finding {
  const legacy = scene.expected.domain?.legacy
  if (legacy?.kind === 'off') {
    const text = `${formatHost(host)} has no address; have it brought back by who provisions it`
    return { state: 'wrong', text }
  }
  const isBack = legacy?.kind === 'on' || legacy?.kind === 'returning'
  const since = isBack ? legacy.since : 0
  return overdue(scene, since, scene.settings.hostSeconds, `${formatHost(host)} has no address`)
}

const testLegacy: Step = {
  id: 'test-legacy',
  title: 'The other host takes mail',
  look(scene) {
    const { others, signed, memory, domain, observed } = scene
    const host = targetOf(scene)
    const text = host ? formatHost(host) : 'the other host'
    const met = observed.meetings.find((meeting) => formatHost(meeting.host) === text)
    if (met && !met.isGood) return { state: 'wrong', text: printable(met.text) }
    if (host && wasMet(memory, host)) return done(`${text} took mail`)
    if (first(others) < first(signed)) return done('Mail goes there already')
    return { state: 'next', text: `Run the inbound SMTP test of ${domain} for ${text}` }
  },
}

const disableDnssec: Step = {
  id: 'disable-dnssec',
  title: 'The signed host is given up',
  look({ expected, domain }) {
    if (expected.domain?.dnssec.kind !== 'on') return done('DNSSEC is disabled')
    return { state: 'next', text: `Run Disable-DnssecForVerifiedDomain -DomainName ${domain}` }
  },
}

const dropSignedMx: Step = {
  id: 'drop-signed-mx',
  title: 'The signed host is no MX host any more',
  look({ signed, expected }) {
    if (signed.length === 0) return done('No MX record leads to the signed host')
    const dnssec = expected.domain?.dnssec
    const end = dnssec?.kind === 'ending' ? `; it answers until ${formatTime(dnssec.until)}` : ''
    return { state: 'next', text: `Delete ${quotedAll(signed)}${end}` }
  },
}

/** Either is a preference from which the way can be gone again. */
const preferences: readonly number[] = [0, 10]

const restorePreference: Step = {
  id: 'restore-preference',
  title: 'The remaining MX record comes first',
  look(scene) {
    const { others, settings } = scene
    const least = first(others)
    if (preferences.includes(least)) return done(`The preference is ${least}`)
    const host = targetOf(scene)
    const record = host ? quoted(host, 0, settings.finalTtl) : '0'
    return { state: 'next', text: `Set the preference: ${record}` }
  },
}

/** The way back; mail has somewhere to go at every moment of it. */
export const disableSteps: readonly Step[] = [
  accepted,
  visible,
  disableDane,
  stsTesting(targets),
  stsMx(targets),
  addLegacyMx,
  testLegacy,
  stsExpired(targets),
  disableDnssec,
  dropSignedMx,
  restorePreference,
  raiseMxTtl(({ signed }) => signed.length === 0),
  stsEnforce(targets),
]
