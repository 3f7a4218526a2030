import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Flag, Rcode, readMessage } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { dnsClient, encodeQuery, impatient } from '../peers/client.ts'
import { startDaemon } from '../peers/daemon.ts'
import { resolverAddress } from '../peers/own-network.ts'
import { runProgram, transcript } from '../peers/programs.ts'

/** The validating resolver that everybody asks. */
export interface Validator {
  /** Forgets everything, as if the time of all that it knows were over. */
  forget(): Promise<void>
}

/** How far signatures may be beyond the machine's time, since danelaw's clock is moved. */
const skewSeconds = 60 * 86_400

function configuration(directory: string, anchor: string): string {
  return `server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 1
  val-log-level: 2
  interface: ${resolverAddress}@53
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-signaling: no
  root-key-sentinel: no
  unblock-lan-zones: yes
  insecure-lan-zones: no
  root-hints: "${join(directory, 'root.hints')}"
  trust-anchor: "${anchor}"
  val-sig-skew-min: ${skewSeconds}
  val-sig-skew-max: ${skewSeconds}
  aggressive-nsec: yes
  qname-minimisation: yes
  harden-dnssec-stripped: yes
  harden-glue: yes
remote-control:
  control-enable: yes
  control-interface: "${join(directory, 'control')}"
  control-use-cert: no
`
}

/** Starts unbound, which iterates from the root at 127.0.0.1; `anchor` is a DS of the root. */
export async function startValidator(t: Test, anchor: string): Promise<Validator> {
  const { directory } = await startDaemon(t, {
    name: 'unbound',
    address: resolverAddress,
    async ready(port, address) {
      const client = dnsClient(port, impatient, address)
      try {
        const query = encodeQuery({ name: '.', type: RR.SOA, flags: Flag.RD, dnssecOk: true })
        const { rcode, flags } = readMessage(await client.udp(query))
        return rcode === Rcode.NOERROR && (flags & Flag.AD) !== 0
      } finally {
        client.close()
      }
    },
    command(directory) {
      writeFileSync(join(directory, 'root.hints'), '. 3600 NS ns.\nns. 3600 A 127.0.0.1\n')
      const file = join(directory, 'unbound.conf')
      writeFileSync(file, configuration(directory, anchor))
      return ['unbound', '-d', '-p', '-c', file]
    },
  })
  return {
    async forget() {
      for (const what of [
        ['flush_zone', '.'],
        ['flush_infra', 'all'],
      ]) {
        const args = ['-c', join(directory, 'unbound.conf'), ...what]
        const finished = await runProgram('unbound-control', args)
        if (finished.status !== 0) throw new Error(`unbound-control: ${transcript(finished)}`)
      }
    },
  }
}
