import {
  dsRdata,
  ed448SigningKey,
  isRsa,
  keyTag,
  privateKeyFromSecret,
  rsaSigningKey,
  type SigningKey,
} from '../crypto/index.ts'
import { type Act, editDs, editKey, isSameKey, type Scene, type Setting } from '../lab/index.ts'
import type { ActiveKey, ZoneKeys } from '../signer/index.ts'
import { formatName, lowerName, type Name, toHex } from '../wire/index.ts'
import { rsaNumbers } from './rsa.ts'
import { seededOctets } from './seeded.ts'
import type { WorldFault } from './types.ts'

type Role = 'ksk' | 'zsk'
type KeyAct = Extract<Act, { readonly kind: 'key' }>

/** RFC 4034 §2.1.1. */
const flags: Readonly<Record<Role, number>> = { ksk: 257, zsk: 256 }
const protocol = 3
const digestType = 2

/** Octets of the secrets of algorithms, where they are any octets at all, or nearly. */
const secretOctets: ReadonlyMap<number, number> = new Map([
  [13, 32],
  [14, 48],
  [15, 32],
  [16, 57],
])

/** Octets of keys and signatures that only look like some: DSA (RFC 2536), and what is unknown. */
const dsaShape = { algorithms: [3, 6], keyOctets: 1 + 20 + 3 * 128, signatureOctets: 41 }
const unknownShape = { keyOctets: 64, signatureOctets: 64 }

/** What nobody can sign with: its signatures are octets that follow from what is signed. */
function opaqueKey(algorithm: number, seed: string): SigningKey {
  const isDsa = dsaShape.algorithms.includes(algorithm)
  const { keyOctets, signatureOctets } = isDsa ? dsaShape : unknownShape
  const publicKey = seededOctets(seed, keyOctets)
  // RFC 2536 §2: T says how long the numbers are: 64 octets and 8 for each.
  if (isDsa) publicKey[0] = 8
  return {
    algorithm,
    publicKey,
    sign: (data) => seededOctets(`${seed} ${toHex(data)}`, signatureOctets),
  }
}

function signingKey({ algorithm, rsa }: Setting, role: Role, seed: string): SigningKey {
  if (isRsa(algorithm)) return rsaSigningKey(algorithm, rsaNumbers(rsa, role))
  const octets = secretOctets.get(algorithm)
  if (octets === undefined) return opaqueKey(algorithm, seed)
  const secret = seededOctets(seed, octets)
  if (algorithm === 16) return ed448SigningKey(secret)
  return privateKeyFromSecret(algorithm, secret, { deterministic: true })
}

/** The keys of a zone, and what follows from them. */
export interface RaisedKeys {
  readonly zone: ZoneKeys
  readonly tags: Scene['keyTags']
  /** The DNSKEY that DS records are of. */
  readonly entryPoint: Uint8Array
}

/** One key as it is published, and as it signs. */
interface Made {
  readonly active: ActiveKey
  readonly published: readonly Uint8Array[]
  /** The DNSKEY that the key is as it signs: with other fields where these alone are edited. */
  readonly dnskey: Uint8Array
}

/** Makes keys of a zone by their role, with fields as acts have them. */
function made(apex: Name, setting: Setting, seed: string, acts: readonly KeyAct[]) {
  return (role: Role): Made => {
    const text = `key ${seed} ${formatName(lowerName(apex))} ${role}`
    const key = signingKey(setting, role, text)
    const { algorithm, publicKey } = key
    const plain = Uint8Array.from([
      ...[flags[role] >> 8, flags[role] & 0xff, protocol, algorithm],
      ...publicKey,
    ])
    let dnskey: Uint8Array = plain
    let published: readonly Uint8Array[] = [plain]
    for (const { which, edit } of acts) {
      if (which !== role && which !== 'both' && setting.keys !== 'csk') continue
      published = published.flatMap((rdata) => editKey(rdata, edit))
      if (isSameKey(edit)) dnskey = editKey(dnskey, edit)[0] ?? dnskey
    }
    return { active: { keyTag: keyTag(dnskey), private: key }, published, dnskey }
  }
}

/** Edits of keys that are made before anything is signed. */
function keyActsOf(faults: readonly WorldFault[]): KeyAct[] {
  return faults
    .filter(({ fault }) => fault.variant === 'isolated')
    .flatMap(({ fault }) => fault.acts.filter((act) => act.kind === 'key'))
}

/**
 * The keys of a zone, all of the seed. DNSKEY is signed by every key, as the testbed has it, unless
 * keys are edited before they sign: then by the KSK alone, lest a second thing be wrong.
 */
export function raisedKeys(
  apex: Name,
  setting: Setting,
  seed: string,
  faults: readonly WorldFault[],
): RaisedKeys {
  const acts = keyActsOf(faults)
  const make = made(apex, setting, seed, acts)
  const ksk = make('ksk')
  const keys = setting.keys === 'csk' ? [ksk] : [ksk, make('zsk')]
  const zsk = keys.at(-1) ?? ksk
  const keySigning = acts.length > 0 ? [ksk.active] : keys.map(({ active }) => active)
  return {
    zone: {
      keySigning,
      zoneSigning: [zsk.active],
      published: keys.flatMap(({ published }) => published),
      secureEntryPoints: [ksk.dnskey],
    },
    tags: { ksk: new Set([ksk.active.keyTag]), zsk: new Set([zsk.active.keyTag]) },
    entryPoint: ksk.dnskey,
  }
}

/** DS RDATA that the parent of a zone has for it. */
export function raisedDs(
  apex: Name,
  { ds }: Setting,
  keys: RaisedKeys | undefined,
  faults: readonly WorldFault[],
): readonly Uint8Array[] {
  if (!ds || !keys) return []
  const { entryPoint } = keys
  return faults
    .flatMap(({ fault }) => fault.acts)
    .reduce<readonly Uint8Array[]>(
      (rdatas, act) => (act.kind === 'ds' ? editDs(rdatas, act.edit, apex, entryPoint) : rdatas),
      [dsRdata(apex, entryPoint, digestType)],
    )
}
