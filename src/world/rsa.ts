import { CodedError } from '../base/index.ts'
import type { RsaNumbers } from '../crypto/index.ts'
import { toHex } from '../wire/index.ts'
import { seededOctets } from './seeded.ts'

type Role = 'ksk' | 'zsk'

/**
 * How far the primes p and q of a modulus are from where the search for them began. To find them
 * takes seconds, to find them again nothing. They are no secrets: whoever reads this has them.
 */
const steps: ReadonlyMap<number, Readonly<Record<Role, readonly [p: bigint, q: bigint]>>> = new Map(
  [
    [512, { ksk: [588n, 580n], zsk: [264n, 636n] }],
    [1024, { ksk: [206n, 82n], zsk: [44n, 984n] }],
    [2048, { ksk: [1944n, 682n], zsk: [1142n, 2300n] }],
    [4096, { ksk: [1164n, 8730n], zsk: [1648n, 4462n] }],
    [8192, { ksk: [4630n, 1628n], zsk: [5080n, 4582n] }],
  ],
)

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x${toHex(octets)}`)
}

/** Where the search for a prime begins: odd, and high enough for a modulus of all bits. */
function beginning(bits: number, role: Role, which: 'p' | 'q'): bigint {
  const octets = seededOctets(`rsa ${bits} ${role} ${which}`, bits / 16)
  octets[0] = (octets[0] ?? 0) | 0xc0
  return numberOf(octets) | 1n
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b)
}

/** 3 for one octet, F4 for three, else a number without meaning, coprime to what it has to be. */
function exponentOf(octets: number, phi: bigint): bigint {
  if (octets === 1) return 3n
  if (octets === 3) return 65537n
  const seeded = seededOctets(`rsa exponent ${octets}`, octets)
  seeded[0] = ((seeded[0] ?? 0) & 0x3f) | 0x40
  let exponent = numberOf(seeded) | 1n
  while (divisor(phi, exponent) !== 1n) exponent += 2n
  return exponent
}

/**
 * The key of RSA of a size and role, the same in every world.
 *
 * @throws {CodedError} `world-invalid` where there are no keys of the size
 */
export function rsaNumbers(
  { bits, exponentOctets }: { readonly bits: number; readonly exponentOctets: number },
  role: Role,
): RsaNumbers {
  const step = steps.get(bits)
  if (!step) {
    const sizes = [...steps.keys()].join(', ')
    throw new CodedError('world-invalid', `Cannot make RSA key of ${bits} bits: expected ${sizes}`)
  }
  const p = beginning(bits, role, 'p') + step[role][0]
  const q = beginning(bits, role, 'q') + step[role][1]
  return { p, q, exponent: exponentOf(exponentOctets, (p - 1n) * (q - 1n)) }
}
