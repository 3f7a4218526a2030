import { done, type Finding, quotedAll, type Scene, type Step } from './scene.ts'
import { isAccepted } from './status.ts'
import { printable } from './words.ts'

/** Steps that both ways have. */

/** Whether the domain is one that can be provisioned. */
export const accepted: Step = {
  id: 'accepted',
  title: 'The domain is accepted and verified',
  look({ expected: { domain }, domain: text }) {
    if (!isAccepted(domain)) {
      const what = `${text} is not among the accepted domains; add it and verify it`
      return { state: 'wrong', text: what, codes: ['EG001'] }
    }
    if (domain.kind === 'initial') {
      return { state: 'wrong', text: `${text} is the tenant's initial domain: not supported` }
    }
    if (domain.kind === 'selfService') {
      return { state: 'wrong', text: `${text} was signed up by self-service: not supported` }
    }
    if (domain.verifiedAt === undefined) {
      const what = `Publish "@ 3600 IN TXT ${domain.proof}", then verify the domain`
      return { state: 'next', text: what, codes: ['EG002'] }
    }
    return done(`${text} is accepted and verified`)
  },
}

/** What is wrong if MX records cannot be seen at all; undefined where they can. */
function blindness({ observed: { mx }, domain }: Scene): Finding | undefined {
  switch (mx.kind) {
    case 'skipped':
      return { state: 'wrong', text: 'The MX records were not looked at' }
    case 'failed':
      return {
        state: 'wrong',
        text:
          `The lookup of MX fails: ${printable(mx.text)}. If it is DNSSEC that fails, take the ` +
          `DS of ${domain} out of the parent zone at the DNS provider, and mend it there`,
        codes: ['ED001'],
      }
    case 'nxdomain':
      return { state: 'wrong', text: `DNS knows no ${domain}`, codes: ['ED002'] }
    case 'nodata':
    case 'found':
      return undefined
  }
}

/** On the way back it is enough that DNS answers. */
export const visible: Step = {
  id: 'visible',
  title: 'DNS answers for the domain',
  look: (scene) => blindness(scene) ?? done('The MX records can be seen'),
}

/** On the way there the domain has to be signed by whoever hosts its zone. */
export const signZone: Step = {
  id: 'sign-zone',
  title: "DNSSEC is on at the domain's own DNS provider",
  look(scene) {
    const { observed, domain } = scene
    const blind = blindness(scene)
    if (blind) return blind
    if ('security' in observed.mx && observed.mx.security === 'secure') {
      return done(`The MX records of ${domain} are secure`)
    }
    return {
      state: 'next',
      text:
        `Enable DNSSEC for ${domain} at its DNS provider, and have the DS record published in ` +
        'the parent zone',
      codes: ['ED003'],
    }
  },
}

/** At the end, when nothing is left of the other hosts, records may be kept for long again. */
export function raiseMxTtl(isEnd: (scene: Scene) => boolean): Step {
  return {
    id: 'raise-mx-ttl',
    title: 'The TTL of the MX record is high again',
    look(scene) {
      const { ttl, signed, others, settings } = scene
      const { finalTtl } = settings
      if (isEnd(scene) && ttl !== undefined && ttl >= finalTtl) return done(`The TTL is ${ttl} s`)
      const records = quotedAll([...signed, ...others], finalTtl)
      return { state: 'next', text: `Raise the TTL: ${records}` }
    },
  }
}
