import { matchesMx, type StsState } from '../mtasts/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import { refusedUntil } from './memory.ts'
import { done, type Finding, type Scene, type Step, untilText } from './scene.ts'
import { formatTime, printable } from './words.ts'

/** The hosts that mail is to go to: the signed one, or on the way back the others. */
export type Targets = (scene: Scene) => readonly Name[]

type Policy = Extract<StsState, { readonly kind: 'policy' }>

/** A policy that says something; one of mode none says nothing. */
function policyOf({ observed: { sts } }: Scene): Policy | undefined {
  return sts.kind === 'policy' && sts.policy.mode !== 'none' ? sts : undefined
}

function without({ observed: { sts } }: Scene): Finding {
  const text = sts.kind === 'failed' ? `: ${printable(sts.text)}` : ''
  return { state: 'skipped', text: `There is no MTA-STS policy in force${text}` }
}

function names({ policy }: Policy, hosts: readonly Name[]): boolean {
  return hosts.length > 0 && hosts.every((host) => matchesMx(policy, host))
}

function newId({ domain }: Scene): string {
  return `give "_mta-sts.${domain} TXT" a new id`
}

/** RFC 8461 §3.1: senders fetch a policy anew when its id is another one, and only then. */
function staleness(scene: Scene): Finding | undefined {
  const { lastPolicy } = scene.memory
  const { sts } = scene.observed
  if (sts.kind !== 'policy' || lastPolicy?.id !== sts.id || !lastPolicy.isStale) return undefined
  const text = `The policy was changed, its id ${sts.id} was not: ${newId(scene)}`
  return { state: 'wrong', text }
}

/** Mode testing, so that nobody refuses a host while records and policy change. */
export function stsTesting(targets: Targets): Step {
  return {
    id: 'sts-testing',
    title: 'MTA-STS does not stand in the way',
    look(scene) {
      const stale = staleness(scene)
      if (stale) return stale
      const sts = policyOf(scene)
      if (!sts) return without(scene)
      if (sts.policy.mode === 'testing') return done('The policy is in mode testing')
      if (names(sts, targets(scene))) return done('The policy names the host already')
      const text = `Set the MTA-STS policy to "mode: testing", then ${newId(scene)}`
      return { state: 'next', text, codes: targets(scene).length > 0 ? ['ES001'] : [] }
    },
  }
}

/** RFC 8461 §3.2: a sender keeps to a policy for its max_age after it was fetched. */
export function stsExpired(targets: Targets): Step {
  return {
    id: 'sts-expired',
    title: 'No sender keeps to an older MTA-STS policy',
    look(scene) {
      const until = refusedUntil(scene.memory, targets(scene))
      // A policy with a max_age of 0 is kept by nobody.
      if (until !== undefined && until > scene.at) {
        const text =
          'A policy in mode enforce that does not name the host was seen before; wait for its ' +
          `max_age, ${untilText(until)}`
        return { state: 'wait', text, until }
      }
      if (!policyOf(scene)) return without(scene)
      return done('No policy that refuses the host is known to be kept by senders')
    },
  }
}

/** The policy names the hosts that mail is to go to. */
export function stsMx(targets: Targets): Step {
  return {
    id: 'sts-mx',
    title: 'The MTA-STS policy names the host',
    look(scene) {
      const sts = policyOf(scene)
      if (!sts) return without(scene)
      const hosts = targets(scene)
      if (names(sts, hosts)) return done(`The policy names ${hosts.map(formatHost).join(', ')}`)
      const lines = hosts.map((host) => `"mx: ${formatHost(host)}"`)
      const change = `Replace the mx lines of the MTA-STS policy by ${lines.join(', ')}`
      return { state: 'next', text: `${change}, then ${newId(scene)}` }
    },
  }
}

/** At the end the policy is meant again. */
export function stsEnforce(targets: Targets): Step {
  return {
    id: 'sts-enforce',
    title: 'The MTA-STS policy is in mode enforce',
    look(scene) {
      const stale = staleness(scene)
      if (stale) return stale
      const sts = policyOf(scene)
      if (!sts) return without(scene)
      if (sts.policy.mode === 'enforce' && names(sts, targets(scene))) {
        return done(`In mode enforce; a fetch from now holds until ${formatTime(sts.expires)}`)
      }
      const text = `Set the MTA-STS policy to "mode: enforce", then ${newId(scene)}`
      return { state: 'next', text }
    },
  }
}
