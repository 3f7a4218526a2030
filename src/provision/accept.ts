import { CodedError } from '../base/index.ts'
import { isSubdomain, parseName } from '../wire/index.ts'
import { domainKey, domainWrite } from './domain-document.ts'
import { timeJson } from './json.ts'
import { legacyWish } from './legacy.ts'
import { type HeldName, heldNameWrite } from './name-document.ts'
import { type Decision, perform } from './perform.ts'
import { lookForProof, makeProof } from './proof.ts'
import { isTaken, presentDomain, readDomain, readHeldName, subjectOf } from './read.ts'
import { deeds, type Refused, refuse, refuseFor } from './refusals.ts'
import { legacyLabels, removed, verified } from './states.ts'
import { isMailDomain, readToken, tokenOf } from './token.ts'
import type { Actor, Domain, DomainRef, Provisioned } from './types.ts'
import type { World } from './world.ts'

/** Tenants' own domains, which come with them. */
const initialParent = parseName('onmicrosoft.com.')
/** What a tenant can be called. */
const tenantForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** What is said of a domain that is accepted. */
interface Wish {
  readonly kind?: Domain['kind']
  readonly token?: string
}

/** Accepts a domain, unverified; one that is there already may be told another kind and token. */
export async function addDomain(
  world: World,
  ref: DomainRef,
  wish: Wish,
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.add
  const subject = subjectOf(ref)
  if (!tenantForm.test(ref.tenant)) {
    return refuse(deed, subject, 'domain-invalid', `${JSON.stringify(ref.tenant)} is no tenant`)
  }
  if (!isMailDomain(ref.domain)) {
    return refuse(deed, subject, 'domain-invalid', 'it is no host name of two labels or more')
  }
  return perform(world, { deed, subject, turn: domainKey(ref), actor }, async () => {
    return adding(world, ref, wish, await readDomain(world, ref))
  })
}

function adding(
  { clock, random }: World,
  ref: DomainRef,
  wish: Wish,
  before: Domain | undefined,
): Decision<Domain> {
  const subject = subjectOf(ref)
  const kind = isSubdomain(ref.domain, initialParent) ? 'initial' : wish.kind
  const token = wish.token === undefined ? undefined : readToken(wish.token)
  if (!before || before.removedAt !== undefined) {
    const domain: Domain = {
      ...{ ...ref, version: before?.version ?? 0, kind: kind ?? 'managed' },
      ...{ proof: makeProof(random), createdAt: clock.now(), verifiedAt: undefined },
      ...{ wishedToken: token, token: undefined, formerTokens: [] },
      ...{ partition: before?.partition, host: undefined, removedAt: undefined },
      ...{ dnssec: { kind: 'off' }, dane: { kind: 'off' }, legacy: { kind: 'off' } },
    }
    return domainChange(domain, `Accepted: ${subject}`)
  }
  const after = {
    ...before,
    kind: kind ?? before.kind,
    wishedToken: token ?? before.wishedToken,
  }
  const isToken = after.wishedToken === before.wishedToken || token === before.token
  if (isToken && after.kind === before.kind) return { kind: 'settled', value: before }
  if (before.verifiedAt !== undefined) {
    return refuse(deeds.add, subject, 'domain-exists', 'it is there already, and verified')
  }
  return domainChange(after, `Accepted: ${subject}`)
}

/** The next version of a domain, as a decision that concerns no zone. */
function domainChange(domain: Domain, note: string): Decision<Domain> {
  const documents = [domainWrite(domain, note)]
  const value = { ...domain, version: domain.version + 1 }
  return { kind: 'change', value, documents, zone: undefined, note }
}

/** Makes a domain its tenant's, if DNS has its proof or an operator says so. */
export async function verifyDomain(
  world: World,
  ref: DomainRef,
  options: { readonly skipProof: boolean },
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.verify
  const subject = subjectOf(ref)
  // Names are looked up before anybody's turn: that may take as long as their servers like.
  let proven: string | undefined
  if (!options.skipProof) {
    const asked = await askForProof(world, ref)
    if (typeof asked !== 'string') return asked
    proven = asked
  }
  return perform(world, { deed, subject, turn: domainKey(ref), actor }, async () => {
    const domain = await presentDomain(world, ref)
    if (!domain) return refuse(deed, subject, 'domain-absent', 'there is no such domain')
    if (!options.skipProof && domain.verifiedAt === undefined && domain.proof !== proven) {
      return refuse(deed, subject, 'proof-unseen', 'it has got another proof meanwhile')
    }
    return verifying(world, domain, await readHeldName(world, domain.domain))
  })
}

/** The proof that was seen, or that need not be; else why the domain cannot be verified. */
async function askForProof(world: World, ref: DomainRef): Promise<string | Refused> {
  const deed = deeds.verify
  const subject = subjectOf(ref)
  try {
    const domain = await presentDomain(world, ref)
    if (!domain) return refuse(deed, subject, 'domain-absent', 'there is no such domain')
    if (domain.verifiedAt !== undefined) return domain.proof
    const why = await lookForProof(world, domain)
    return why === undefined ? domain.proof : refuse(deed, subject, 'proof-unseen', why)
  } catch (error) {
    if (error instanceof CodedError) return refuseFor(deed, subject, error)
    throw error
  }
}

async function verifying(
  world: World,
  domain: Domain,
  held: HeldName | undefined,
): Promise<Decision<Domain>> {
  const { clock, settings } = world
  const subject = subjectOf(domain)
  const { tenant, domain: name } = domain
  const hasLegacy = settings.legacyZone !== undefined
  const lacksLegacy = hasLegacy && domain.legacy.kind === 'off' && domain.dnssec.kind === 'off'
  if (domain.verifiedAt !== undefined && !lacksLegacy) return { kind: 'settled', value: domain }
  if (held?.isHeld && held.tenant !== tenant) {
    return refuse(deeds.verify, subject, 'domain-taken', 'another tenant has it')
  }
  const token = domain.token ?? domain.wishedToken ?? held?.token ?? tokenOf(name)
  if (await isTaken(world, token, name)) {
    return refuse(deeds.verify, subject, 'token-taken', `another domain has the token ${token}`)
  }
  const after = verified(domain, token, hasLegacy, clock.now())
  const note = `Verified: ${subject} has the token ${token}`
  const heldAfter = { version: held?.version ?? 0, name, tenant, isHeld: true, token }
  return {
    kind: 'change',
    value: { ...after, version: after.version + 1 },
    documents: [domainWrite(after, note), heldNameWrite(heldAfter)],
    zone: legacyWish(world, after, true),
    note,
  }
}

/** Gives a domain up; its name keeps its token, and may be verified by another tenant. */
export function removeDomain(
  world: World,
  ref: DomainRef,
  actor: Actor,
): Promise<Provisioned<Domain>> {
  const deed = deeds.remove
  const subject = subjectOf(ref)
  return perform(world, { deed, subject, turn: domainKey(ref), actor }, async () => {
    const domain = await readDomain(world, ref)
    if (!domain) return refuse(deed, subject, 'domain-absent', 'there is no such domain')
    if (domain.removedAt !== undefined) return { kind: 'settled', value: domain }
    return removing(world, domain, await readHeldName(world, domain.domain))
  })
}

function removing(world: World, domain: Domain, held: HeldName | undefined): Decision<Domain> {
  const subject = subjectOf(domain)
  const { dnssec } = domain
  if (dnssec.kind === 'on') {
    return refuse(deeds.remove, subject, 'domain-enabled', 'DNSSEC is enabled for it')
  }
  // The host goes by the name of the domain: who has it next must not lose it to a hold of before.
  if (dnssec.kind === 'ending') {
    const why = `its host is held until ${timeJson(dnssec.until)}, as caches lead to it`
    return refuse(deeds.remove, subject, 'domain-enabled', why)
  }
  const after = removed(domain, world.clock.now())
  const note = `Removed: ${subject}`
  const isMine = held?.isHeld === true && held.tenant === domain.tenant
  const had = legacyLabels(domain).length > 0
  return {
    kind: 'change',
    value: { ...after, version: after.version + 1 },
    documents: [
      domainWrite(after, note),
      ...(isMine ? [heldNameWrite({ ...held, isHeld: false })] : []),
    ],
    zone: isMine && had ? legacyWish(world, domain, false) : undefined,
    note,
  }
}
