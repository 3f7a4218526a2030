import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Daemon, startDaemon, temporaryDirectory } from './daemon.ts'
import { servesZones } from './servers.ts'

/** A zone that Knot signs itself. */
export interface KnotZone {
  readonly name: string
  readonly text: string
  /** `online` is its module `onlinesign`: an NSEC at QNAME for each answer (RFC 4470 §4). */
  readonly mode: 'nsec' | 'nsec3' | 'optout' | 'online'
}

/** Knot DNS, which makes the keys of its zones and signs them. */
export function startSigningKnot(
  t: Test,
  zones: readonly KnotZone[],
  own?: string,
): Promise<Daemon> {
  const data = temporaryDirectory(t)
  for (const { name, text } of zones) writeFileSync(join(data, `${name}zone`), text)
  const signing = ({ mode }: KnotZone): string =>
    mode === 'online'
      ? 'module: mod-onlinesign/online'
      : `dnssec-signing: on\n    dnssec-policy: ${mode}`
  return startDaemon(t, {
    name: 'knotd',
    address: own,
    ready: (port, address) =>
      servesZones(
        port,
        zones.map(({ name }) => name),
        address,
      ),
    command(directory, port, address) {
      const file = join(directory, 'knot.conf')
      writeFileSync(
        file,
        `server:
    rundir: "${directory}"
    listen: ${address}@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    automatic-acl: off
log:
  - target: stderr
    any: info
database:
    storage: "${directory}"
control:
    listen: "${directory}/knot.sock"
policy:
  - id: nsec
    single-type-signing: on
  - id: nsec3
    single-type-signing: on
    nsec3: on
    nsec3-iterations: 0
    nsec3-salt-length: 0
  - id: optout
    single-type-signing: on
    nsec3: on
    nsec3-iterations: 0
    nsec3-salt-length: 0
    nsec3-opt-out: on
mod-onlinesign:
  - id: online
    policy: nsec
template:
  - id: default
    storage: "${data}"
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
zone:
${zones
  .map((zone) => `  - domain: "${zone.name}"\n    file: "${zone.name}zone"\n    ${signing(zone)}`)
  .join('\n')}
`,
      )
      return ['knotd', '-c', file]
    },
  })
}
