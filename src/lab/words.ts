import { formatRcode } from '../message/index.ts'
import { formatType } from '../rr/index.ts'
import { soundZone } from './catalogue/row.ts'
import type {
  Act,
  Behaviour,
  Child,
  DenialEdit,
  DsEdit,
  Expectation,
  KeyEdit,
  Place,
  Setting,
  SignatureEdit,
} from './types.ts'

/** Names of Extended DNS Errors that are ever due, as IANA has them. */
const edeNames: ReadonlyMap<number, string> = new Map([
  [0, 'Other Error'],
  [1, 'Unsupported DNSKEY Algorithm'],
  [2, 'Unsupported DS Digest Type'],
  [5, 'DNSSEC Indeterminate'],
  [6, 'DNSSEC Bogus'],
  [7, 'Signature Expired'],
  [8, 'Signature Not Yet Valid'],
  [9, 'DNSKEY Missing'],
  [10, 'RRSIGs Missing'],
  [11, 'No Zone Key Bit Set'],
  [12, 'NSEC Missing'],
  [22, 'No Reachable Authority'],
  [23, 'Network Error'],
  [25, 'Signature Expired before Valid'],
  [27, 'Unsupported NSEC3 Iterations Value'],
])

/** An Extended DNS Error with its name, where it has one here. */
export function formatEde(code: number): string {
  const name = edeNames.get(code)
  return name === undefined ? `${code}` : `${code} (${name})`
}

/** What must be said, in one line: `bogus, SERVFAIL, EDE 9 (DNSKEY Missing)`. */
export function formatExpectation({ status, rcode, ede, or }: Expectation): string {
  const codes = ede.length === 0 ? [] : [`EDE ${ede.map(formatEde).join(' or ')}`]
  const also =
    or === undefined ? '' : `; or ${[or.status, ...(or.rcode ? [or.rcode] : [])].join(', ')}`
  return [status, rcode, ...codes].join(', ') + also
}

function placeText({ owner, type }: Place): string {
  const what = type === 'any' ? 'every RRset' : formatType(type)
  if (owner === '*') return type === 'any' ? 'every RRset of the zone' : `every ${what}`
  return `${what} at ${owner === '@' ? 'the apex' : owner}`
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** A span of time by its two largest units. */
function spanText(seconds: number): string {
  if (seconds === 0) return 'now'
  let left = Math.abs(seconds)
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count > 0 ? [`${count} ${unit}`] : []
  })
  const span = parts.slice(0, 2).join(' ')
  return seconds < 0 ? `${span} ago` : `in ${span}`
}

function signatureText(edit: SignatureEdit): string {
  switch (edit.kind) {
    case 'drop':
      return 'left out'
    case 'corrupt':
      return `${edit.octets} octets of it changed`
    case 'window':
      return `valid from ${spanText(edit.inception)} to ${spanText(edit.expiration)}`
    case 'labels':
      return `its Labels field ${edit.add < 0 ? 'lowered' : 'raised'} by ${Math.abs(edit.add)}`
    case 'originalTtl':
      return `its Original TTL set to ${edit.ttl}`
    case 'signer':
      return `its signer is the ${edit.zone} zone`
    case 'typeCovered':
      return `covers ${formatType(edit.type)} by its field`
    case 'flood':
      return `after ${edit.count} wrong ones of the same key`
  }
}

function keyText(edit: KeyEdit): string {
  switch (edit.kind) {
    case 'remove':
      return 'left out of the DNSKEY RRset'
    case 'corrupt':
      return `${edit.octets} octets of it changed`
    case 'flags':
      return `its flags set to ${edit.flags}`
    case 'algorithm':
      return `its algorithm set to ${edit.algorithm}`
    case 'protocol':
      return `its protocol set to ${edit.protocol}`
    case 'revoke':
      return 'revoked'
    case 'collide':
      return `beside ${edit.count} others of the same key tag`
  }
}

function dsText(edit: DsEdit): string {
  switch (edit.kind) {
    case 'none':
      return 'none, and the parent proves it'
    case 'strip':
      return 'left out, with no proof that it is absent'
    case 'keyTag':
      return `its key tag set to ${edit.keyTag}`
    case 'algorithm':
      return `its algorithm set to ${edit.algorithm}`
    case 'digestType':
      return `its digest type set to ${edit.digestType}`
    case 'digest':
      return `its digest is that of ${JSON.stringify(edit.of)}`
    case 'made':
      return `made with digest type ${edit.digestType}`
    case 'extra':
      return (
        `and one more of algorithm ${edit.algorithm}, digest type ${edit.digestType}, ` +
        `its digest ${edit.digest}`
      )
  }
}

const parts = {
  all: 'all of them left out',
  closestEncloser: 'that of the closest encloser left out',
  nextCloser: 'that of the next closer name left out',
  wildcard: 'that of the wildcard left out',
} as const

function denialText(edit: DenialEdit): string {
  switch (edit.kind) {
    case 'drop':
      return parts[edit.part]
    case 'nsec3Owner':
      return `${edit.octets} octets of owner hashes changed`
    case 'nsec3Next':
      return `${edit.octets} octets of next hashed owners changed`
    case 'nsec3Hash':
      return `their hash algorithm set to ${edit.algorithm}`
    case 'nsec3Flags':
      return `their flags set to ${edit.flags}`
    case 'nsec3Iterations':
      return `one of them with ${edit.iterations} iterations`
    case 'nsec3Salt':
      return `one of them with the salt ${edit.salt}`
    case 'addType':
      return `${formatType(edit.type)} added to their bitmaps`
    case 'removeType':
      return `${formatType(edit.type)} removed from their bitmaps`
    case 'nsecNextCase':
      return 'next names in mixed case'
    case 'from':
      return `those of the ${edit.where === 'parent' ? 'parent zone' : 'child’s apex'} instead`
  }
}

function behaviourText(as: Behaviour): string {
  switch (as.kind) {
    case 'rcode':
      return `answer ${formatRcode(as.rcode)}${as.sections === 'kept' ? ', with all sections' : ''}`
    case 'ede':
      return `add EDE ${formatEde(as.code)}`
    case 'delay':
      return `answer after ${as.ms} ms`
    case 'inject':
      return `add an RRset that nobody asked for and nobody signed (${as.section} section)`
    default:
      return behaviours[as.kind]
  }
}

const behaviours = {
  drop: 'do not answer',
  truncate: 'answer with TC and nothing else',
  stripEdns: 'ignore EDNS',
  stripDnssec: 'ignore the bit DO',
  badVersion: 'answer EDNS with BADVERS',
  lame: 'answer as if they did not have the zone',
  upward: 'refer to the root',
  wrongId: 'answer with another message id',
  wrongQuestion: 'answer to another question',
  caseLost: 'send the question back in lower case',
  notAuthoritative: 'answer without the bit AA',
  refuseTcp: 'do not answer over TCP',
  refuseUdp: 'do not answer over UDP',
} as const

function narrowing({ when }: Extract<Act, { readonly kind: 'behave' }>): string {
  const { owners, types, via, server, notFrom } = when
  return [
    ...(types ? [`for ${types.map(formatType).join(', ')}`] : []),
    ...(owners ? [`at ${owners.join(', ')}`] : []),
    ...(via ? [`over ${via.toUpperCase()}`] : []),
    ...(server === undefined ? [] : [`server ${server} only`]),
    ...(notFrom ? [`unless asked from ${notFrom.join(', ')}`] : []),
  ]
    .map((text) => `, ${text}`)
    .join('')
}

const proofsOf = { ds: 'proofs that there is no DS', zone: 'proofs of absence' } as const

const forms = {
  twice: 'sent twice',
  shuffled: 'in another order',
  mixedCase: 'in mixed case',
} as const

function clockText({ set, rate }: Extract<Act, { readonly kind: 'clock' }>): string {
  const time = 'by' in set ? spanText(set.by) : new Date(set.to * 1000).toISOString()
  return `clock: set to ${time}, ${rate === 0 ? 'standing' : `running at ${rate}`}`
}

/** How a zone is made, as far as it is not as zones are that are in order; without its records. */
export function formatSetting(setting: Setting): readonly string[] {
  const { signed, ds, algorithm, keys, denial, nsec3, rsa, servers, children } = setting
  const { iterations, salt, optOut } = nsec3
  const isRsa = algorithm === 8 || algorithm === 10
  const signing = [
    ...(ds ? [] : ['no DS']),
    ...(algorithm === soundZone.algorithm ? [] : [`algorithm ${algorithm}`]),
    ...(isRsa
      ? [`a modulus of ${rsa.bits} bits, an exponent of ${rsa.exponentOctets} octets`]
      : []),
    ...(keys === soundZone.keys ? [] : ['one key for everything']),
    ...(denial === soundZone.denial ? [] : [`denies by ${denial}`]),
    ...(iterations === 0 ? [] : [`NSEC3 with ${iterations} iterations`]),
    ...(salt === '' ? [] : [`NSEC3 with the salt ${salt}`]),
    ...(optOut ? ['NSEC3 with opt-out'] : []),
  ]
  return [
    ...(signed ? signing : ['not signed']),
    ...(servers === 1 ? [] : [`${servers} servers`]),
    ...children.map(childText),
  ]
}

function childText({ label, signed, ds }: Child): string {
  const how = signed ? `signed, ${ds ? 'with' : 'without'} DS` : 'not signed'
  return `a zone ${label} below, ${how}`
}

function whichText(which: 'ksk' | 'zsk' | 'both'): string {
  return which === 'both' ? 'KSK and ZSK' : which.toUpperCase()
}

/** One act, in one line. */
export function formatAct(act: Act): string {
  switch (act.kind) {
    case 'signature': {
      const by = act.by === 'any' ? '' : ` by the ${act.by.toUpperCase()}`
      const server = act.server === undefined ? '' : `, by server ${act.server} only`
      return `RRSIG of ${placeText(act.at)}${by}: ${signatureText(act.edit)}${server}`
    }
    case 'rdata':
      return `${placeText(act.at)}: ${act.octets} octets from ${act.offset} changed after signing`
    case 'form':
      return `${placeText(act.at)}: ${forms[act.as]}`
    case 'remove':
      return `${placeText(act.at)}: left out, with its signatures`
    case 'key':
      return `${whichText(act.which)}: ${keyText(act.edit)}`
    case 'ds':
      return `DS at the parent: ${dsText(act.edit)}`
    case 'denial':
      return `${proofsOf[act.of]}: ${denialText(act.edit)}`
    case 'behave':
      return `servers: ${behaviourText(act.as)}${narrowing(act)}`
    case 'glue':
      return `glue at the parent: ${act.address}, where there is no server`
    case 'clock':
      return clockText(act)
  }
}
