import type { UnixSeconds } from '../../src/base/index.ts'
import { dsRdata, generatePrivateKey, type PrivateKey } from '../../src/crypto/index.ts'
import type { Message } from '../../src/message/index.ts'
import type { ServedZone } from '../../src/query/index.ts'
import { formatRdata, formatType, parseType, RR } from '../../src/rr/index.ts'
import {
  defaultValidatorLimits,
  drive,
  type Lookup,
  type LookupResult,
  type TrustAnchor,
  type TrustStore,
  type ValidationContext,
  type ValidationStep,
  type Verdict,
  validate,
  type ZoneTrust,
} from '../../src/validator/index.ts'
import { formatName, type NameKey, parseName } from '../../src/wire/index.ts'
import { buildZone, TestServer, type TestSigning, testTime } from './served-zone.ts'

/** A zone of a tree: its text, how it is signed, and whether its parent vouches for it. */
export interface TreeZone {
  readonly apex: string
  readonly text: string
  readonly signing?: TestSigning
  /** Leave the DS out of the parent. */
  readonly withoutDs?: boolean
}

/** The DNSKEY RDATA of the one key that `buildZone` signs with. */
export function dnskeyOf({ algorithm, publicKey }: PrivateKey): Uint8Array {
  return Uint8Array.from([1, 1, 3, algorithm, ...publicKey])
}

/** The DS of such a key as text for a parent's zone. */
export function dsText(apex: string, key: PrivateKey, digestType = 2): string {
  return formatRdata(RR.DS, dsRdata(parseName(apex), dnskeyOf(key), digestType))
}

/** The trust anchor for a zone that one key signs. */
export function anchorOf(apex: string, key: PrivateKey): TrustAnchor {
  const zone = parseName(apex)
  return { zone, ds: [dsRdata(zone, dnskeyOf(key), 2)], dnskeys: [] }
}

/** A tree of zones on one server, with what a validator needs to trust it. */
export interface Tree {
  readonly server: TestServer
  readonly anchors: readonly TrustAnchor[]
  readonly keys: ReadonlyMap<string, PrivateKey>
  readonly zones: ReadonlyMap<string, ServedZone>
}

/** What every zone needs, for texts that begin with it. */
export const apexText =
  '@ 600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n'

/**
 * Builds the zones, the root first; each gets its delegation, and DS when it is signed, in the
 * closest zone above.
 */
export function buildTree(zones: readonly TreeZone[]): Tree {
  const keys = new Map<string, PrivateKey>()
  for (const { apex, signing } of zones) {
    if (signing) keys.set(apex, signing.key ?? generatePrivateKey(signing.algorithm ?? 13))
  }
  const parentOf = (apex: string) =>
    zones
      .filter((zone) => zone.apex !== apex && (zone.apex === '.' || apex.endsWith(`.${zone.apex}`)))
      .sort((a, b) => b.apex.length - a.apex.length)[0]
  const served = zones.map((zone) => {
    const delegations = zones
      .filter((child) => child.apex !== '.' && parentOf(child.apex) === zone)
      .flatMap(({ apex, withoutDs }) => {
        const key = keys.get(apex)
        const ns = `${apex} NS ns.${apex}`
        return key && !withoutDs ? [ns, `${apex} DS ${dsText(apex, key)}`] : [ns]
      })
    const text = `${zone.text}\n${delegations.join('\n')}`
    const key = keys.get(zone.apex)
    return buildZone(zone.apex, text, key && zone.signing ? { ...zone.signing, key } : undefined)
  })
  const rootKey = keys.get('.')
  return {
    server: new TestServer(served),
    anchors: rootKey ? [anchorOf('.', rootKey)] : [],
    keys,
    zones: new Map(zones.map(({ apex }, at) => [apex, served[at] as ServedZone])),
  }
}

/** A store without bounds. */
export function trustStore(): TrustStore & { readonly entries: Map<NameKey, ZoneTrust> } {
  const entries = new Map<NameKey, ZoneTrust>()
  return {
    entries,
    get(name, now) {
      const trust = entries.get(name)
      return trust && trust.expires > now ? trust : undefined
    },
    set: (name, trust) => void entries.set(name, trust),
  }
}

/** The context of a validation; all of it can be replaced. */
export function contextFor(
  anchors: readonly TrustAnchor[],
  more: Partial<ValidationContext> = {},
): ValidationContext {
  return {
    anchors,
    now: testTime as UnixSeconds,
    limits: defaultValidatorLimits,
    trust: trustStore(),
    ...more,
  }
}

/** What a test may change of a response on its way. */
export type Tamper = (message: Message, lookup: Lookup) => Message | LookupResult

/** A verdict with what was looked up and said on the way. */
export interface Judged extends Verdict {
  /** Such as `test. DNSKEY`. */
  readonly lookups: readonly string[]
  readonly steps: readonly ValidationStep[]
}

/** Asks the tree's server for everything a validation wants to see. */
export function judge(
  { server, anchors }: Pick<Tree, 'server' | 'anchors'>,
  name: string,
  type: string,
  { tamper, context = {} }: { tamper?: Tamper; context?: Partial<ValidationContext> } = {},
): Judged {
  const lookups: string[] = []
  const steps: ValidationStep[] = []
  const full = contextFor(anchors, { onStep: (step) => steps.push(step), ...context })
  const verdict = drive(
    validate({ name: parseName(name), type: parseType(type) }, full),
    (lookup) => {
      const text = formatName(lookup.name)
      lookups.push(`${text} ${formatType(lookup.type)}`)
      const message = server.ask(text, formatType(lookup.type), { dnssec: true, stream: true })
      const changed = tamper?.(message, lookup) ?? message
      return 'kind' in changed ? changed : { kind: 'message', message: changed }
    },
  )
  return { ...verdict, lookups, steps }
}
