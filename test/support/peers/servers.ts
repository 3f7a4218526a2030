import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Flag, Rcode, readMessage } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { dnsClient, encodeQuery, impatient } from './client.ts'
import { type Daemon, startDaemon } from './daemon.ts'

/** One zone for a peer to serve: its name with the final dot, and its master file. */
export interface PeerZone {
  readonly name: string
  /** Absolute path. */
  readonly file: string
}

/** Whether the server on `port` answers the SOA query of every zone with authority. */
export async function servesZones(
  port: number,
  zones: readonly string[],
  address?: string,
): Promise<boolean> {
  const client = dnsClient(port, impatient, address)
  try {
    for (const name of zones) {
      const answer = readMessage(await client.udp(encodeQuery({ name, type: RR.SOA })))
      const isServed = answer.rcode === Rcode.NOERROR && (answer.flags & Flag.AA) !== 0
      if (!isServed || answer.answer.length === 0) return false
    }
    return true
  } finally {
    client.close()
  }
}

/**
 * The servers below are given an address of their own, with port 53, where a test has a network of
 * its own; elsewhere each has a free port of 127.0.0.1.
 */

/** The most a peer may send by UDP; danelaw is configured alike where peers are compared. */
export const peerUdpOctetsMax = 4096

/** BIND, authoritative only; serves a zone with RRSIGs as it is. */
export function startNamed(t: Test, zones: readonly PeerZone[], own?: string): Promise<Daemon> {
  return startDaemon(t, {
    name: 'named',
    address: own,
    ready: (port, address) =>
      servesZones(
        port,
        zones.map((zone) => zone.name),
        address,
      ),
    command(directory, port, address) {
      const file = join(directory, 'named.conf')
      writeFileSync(
        file,
        `options {
  directory "${directory}";
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer { none; };
  minimal-responses yes;
  minimal-any no;
  zero-no-soa-ttl no;
  rrset-order { order none; };
  edns-udp-size ${peerUdpOctetsMax};
  max-udp-size ${peerUdpOctetsMax};
  check-integrity no;
  check-names primary ignore;
  empty-zones-enable no;
  tcp-clients 100;
};
controls { };
${zones.map((zone) => `zone "${zone.name}" { type primary; file "${zone.file}"; };`).join('\n')}
`,
      )
      return ['named', '-g', '-n', '1', '-c', file]
    },
  })
}

/** NSD. */
export function startNsd(t: Test, zones: readonly PeerZone[], own?: string): Promise<Daemon> {
  return startDaemon(t, {
    name: 'nsd',
    address: own,
    ready: (port, address) =>
      servesZones(
        port,
        zones.map((zone) => zone.name),
        address,
      ),
    command(directory, port, address) {
      const file = join(directory, 'nsd.conf')
      writeFileSync(
        file,
        `server:
  ip-address: ${address}@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${directory}"
  zonelistfile: "${directory}/zone.list"
  xfrdfile: "${directory}/xfrd.state"
  xfrdir: "${directory}"
  pidfile: ""
  ipv4-edns-size: ${peerUdpOctetsMax}
  minimal-responses: yes
  round-robin: no
  refuse-any: no
  rrl-ratelimit: 0
  tcp-count: 50
remote-control:
  control-enable: no
${zones.map((zone) => `zone:\n  name: "${zone.name}"\n  zonefile: "${zone.file}"`).join('\n')}
`,
      )
      return ['nsd', '-d', '-c', file]
    },
  })
}

/** Knot DNS. */
export function startKnot(t: Test, zones: readonly PeerZone[], own?: string): Promise<Daemon> {
  return startDaemon(t, {
    name: 'knotd',
    address: own,
    ready: (port, address) =>
      servesZones(
        port,
        zones.map((zone) => zone.name),
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
    udp-max-payload: ${peerUdpOctetsMax}
    answer-rotation: off
    automatic-acl: off
log:
  - target: stderr
    any: info
database:
    storage: "${directory}"
control:
    listen: "${directory}/knot.sock"
template:
  - id: default
    storage: "${directory}"
    semantic-checks: off
    journal-content: none
    zonefile-sync: -1
zone:
${zones.map((zone) => `  - domain: "${zone.name}"\n    file: "${zone.file}"`).join('\n')}
`,
      )
      return ['knotd', '-c', file]
    },
  })
}

/** How unbound shall resolve. */
export interface UnboundOptions {
  /** The port of 127.0.0.1 where every zone is served. */
  readonly port: number
  /**
   * The zones, root first. Each becomes a stub zone: unbound asks addresses from NS records at port
   * 53 only, where a test cannot listen.
   */
  readonly zones: readonly string[]
  /** Trust anchor of the root: DS or DNSKEY records in presentation form. */
  readonly anchors: readonly string[]
  readonly qnameMinimisation: boolean
  /** Addresses to answer at port 53 of too; only in a network of one's own. */
  readonly addresses?: readonly string[]
}

/**
 * unbound as a validating resolver: hardened in every way it can be, with aggressive use of its
 * NSEC cache (RFC 8198).
 */
export function startUnbound(t: Test, options: UnboundOptions): Promise<Daemon> {
  return startDaemon(t, {
    name: 'unbound',
    ready: async (port) => {
      const client = dnsClient(port, impatient)
      try {
        const octets = await client.udp(
          encodeQuery({ name: '.', type: RR.SOA, flags: Flag.RD, dnssecOk: true }),
        )
        return readMessage(octets).rcode === Rcode.NOERROR
      } finally {
        client.close()
      }
    },
    command(directory, port) {
      const file = join(directory, 'unbound.conf')
      writeFileSync(
        file,
        `server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 1
  val-log-level: 2
${[`127.0.0.1@${port}`, ...(options.addresses ?? []).map((address) => `${address}@53`)]
  .map((where) => `  interface: ${where}`)
  .join('\n')}
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-signaling: no
  root-key-sentinel: no
  unblock-lan-zones: yes
  insecure-lan-zones: no
  qname-minimisation: ${options.qnameMinimisation ? 'yes' : 'no'}
  aggressive-nsec: yes
  use-caps-for-id: yes
  harden-glue: yes
  harden-dnssec-stripped: yes
  harden-below-nxdomain: yes
  harden-referral-path: yes
  harden-algo-downgrade: yes
  harden-large-queries: yes
  harden-short-bufsize: yes
  minimal-responses: no
  ede: yes
  val-clean-additional: yes
  rrset-roundrobin: no
  local-zone: "test." nodefault
${options.anchors.map((anchor) => `  trust-anchor: "${anchor}"`).join('\n')}
remote-control:
  control-enable: no
${options.zones
  .map(
    (name) =>
      `stub-zone:\n  name: "${name}"\n  stub-addr: 127.0.0.1@${options.port}\n  stub-prime: no`,
  )
  .join('\n')}
`,
      )
      return ['unbound', '-d', '-p', '-c', file]
    },
  })
}
