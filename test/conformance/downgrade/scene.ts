import { nameKey } from '../../../src/wire/index.ts'
import type { AskedQuestion } from '../../support/mail-lab/authorities.ts'
import type { MailLab, Scene } from '../../support/mail-lab/lab.ts'

/** How the zones on the way prove what is not there. */
export const chains = {
  NSEC: { denial: 'nsec' },
  'NSEC3 with opt-out': { denial: 'nsec3', optOut: true },
  'minimal denial': { denial: 'minimal' },
  'compact denial': { denial: 'compact' },
} as const satisfies Readonly<Record<string, Pick<Scene, 'denial' | 'optOut'>>>

/**
 * A domain with usable TLSA records: those of the host `real`, which can be had by nobody. Its
 * address leads to `mx`, which belongs to the attacker, as do a name server that lies, and all
 * other hosts of the zone: `evil`, and whatever its wildcard makes.
 */
export function targetScene(
  hosts: NonNullable<Scene['hosts']>,
  zones: Pick<Scene, 'denial' | 'optOut' | 'isSigned'>,
): Scene {
  return {
    ...zones,
    isOneKey: true,
    zone: `
      @ MX 10 mx
      mx A {mx}
      mx TXT "more"
      _25._tcp.mx TLSA {real 3 1 1}
      evil MX 10 evil
      evil A {mx}
      evil AAAA 2001:db8::25
      _25._tcp.evil TLSA {mx 3 1 1}
      * MX 10 evil
      * A {mx}
      * AAAA 2001:db8::25
      * TLSA {mx 3 1 1}
      unsigned NS ns.plain.test.
    `,
    attackersZone: '@ MX 10 mx\nmx A {mx}\nwww A {mx}\nwww MX 10 mx',
    zones: { 'plain.test.': { text: 'www A {mx}\nwww MX 10 www', isSigned: false } },
    hosts: { ...hosts, real: { names: ['mx.example.test'], isDown: true } },
  }
}

/** The questions that were asked while `run` ran, once for each server. */
export async function questionsAsked(
  { authorities }: MailLab,
  run: () => Promise<unknown>,
): Promise<AskedQuestion[]> {
  authorities.rules.length = 0
  authorities.asked.length = 0
  await run()
  const unique = new Map(
    authorities.asked.map((asked) => [
      `${asked.server} ${nameKey(asked.name)} ${asked.type}`,
      asked,
    ]),
  )
  return [...unique.values()]
}
