import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Flag, Rcode, readMessage } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { dnsClient, encodeQuery, impatient } from './client.ts'
import { type Daemon, type DaemonSpec, startDaemon } from './daemon.ts'
import { findProgram } from './programs.ts'

/** What a resolver starts with: a root of the test's own. */
export interface Resolving {
  /** The address of the root's only server, `ns.root.`, which listens at port 53. */
  readonly rootAddress: string
  /** Trust anchor of the root: DNSKEY or DS RDATA in presentation form. */
  readonly rootDs: string
  /** The resolver's own address; it listens at port 53. */
  readonly address: string
  /** A signed zone that it knows once it is ready; the root unless given. */
  readonly known?: string
}

const hints = ({ rootAddress }: Resolving): string =>
  `. 3600 IN NS ns.root.\nns.root. 3600 IN A ${rootAddress}\n`

/** Whether a resolver finds a zone secure. */
async function resolves(name: string, port: number, address: string): Promise<boolean> {
  const client = dnsClient(port, impatient, address)
  try {
    const query = encodeQuery({ name, type: RR.SOA, flags: Flag.RD, dnssecOk: true })
    const { rcode, flags } = readMessage(await client.udp(query))
    return rcode === Rcode.NOERROR && (flags & Flag.AD) !== 0
  } finally {
    client.close()
  }
}

function start(
  t: Test,
  { address, known = '.' }: Resolving,
  spec: Pick<DaemonSpec, 'name' | 'command'>,
): Promise<Daemon> {
  const ready = (port: number, at: string) => resolves(known, port, at)
  return startDaemon(t, { ...spec, address, ready })
}

/**
 * Since CVE-2024-33655, Unbound keeps answers to itself that took it longer than 1.9 s: who asked
 * is to ask again. Empty for versions that do not know that.
 */
function patience(directory: string): string {
  const file = join(directory, 'patience.conf')
  const option = 'discard-timeout'
  writeFileSync(file, 'server:\n')
  const { status } = spawnSync(findProgram('unbound-checkconf') ?? '', ['-o', option, file])
  return status === 0 ? `${option}: 0` : ''
}

/** Unbound as it comes, but for where the root is, and that it answers however long it takes. */
export function startUnboundResolver(t: Test, options: Resolving): Promise<Daemon> {
  return start(t, options, {
    name: 'unbound',
    command(directory, port, address) {
      const file = join(directory, 'unbound.conf')
      writeFileSync(join(directory, 'root.hints'), hints(options))
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
  interface: ${address}@${port}
  access-control: 0.0.0.0/0 allow
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  trust-anchor-signaling: no
  root-key-sentinel: no
  root-hints: "root.hints"
  trust-anchor: ". DS ${options.rootDs}"
  aggressive-nsec: no
  ede: yes
  ${patience(directory)}
  local-zone: "test." nodefault
remote-control:
  control-enable: no
`,
      )
      return ['unbound', '-d', '-p', '-c', file]
    },
  })
}

/** BIND as a resolver. */
export function startNamedResolver(t: Test, options: Resolving): Promise<Daemon> {
  return start(t, options, {
    name: 'named',
    command(directory, port, address) {
      const file = join(directory, 'named.conf')
      writeFileSync(join(directory, 'root.hints'), hints(options))
      const [tag, algorithm, digestType, ...digest] = options.rootDs.split(' ')
      const anchor = `. static-ds ${tag} ${algorithm} ${digestType} "${digest.join('')}";`
      writeFileSync(
        file,
        `options {
  directory "${directory}";
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  query-source address ${address};
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion yes;
  allow-query { any; };
  allow-recursion { any; };
  dnssec-validation yes;
  trust-anchor-telemetry no;
  empty-zones-enable no;
  qname-minimization relaxed;
  servfail-ttl 0;
};
controls { };
trust-anchors { ${anchor} };
zone "." { type hint; file "root.hints"; };
`,
      )
      return ['named', '-4', '-g', '-n', '1', '-c', file]
    },
  })
}

/** Knot Resolver. */
export function startKresd(t: Test, options: Resolving): Promise<Daemon> {
  return start(t, options, {
    name: 'kresd',
    command(directory, port, address) {
      const file = join(directory, 'kresd.conf')
      writeFileSync(join(directory, 'root.hints'), hints(options))
      writeFileSync(
        file,
        `net.listen('${address}', ${port}, { kind = 'dns' })
net.ipv6 = false
option('ALLOW_LOCAL', true)
modules = { 'hints' }
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('ta_sentinel')
modules.unload('priming')
modules.unload('detect_time_jump')
hints.root({ ['ns.root.'] = '${options.rootAddress}' })
policy.add(policy.suffix(policy.PASS, { todname('test.') }))
trust_anchors.remove('.')
trust_anchors.add('. 3600 IN DS ${options.rootDs}')
cache.open(20 * MB, 'lmdb://${directory}')
`,
      )
      return ['kresd', '-n', '-q', '-c', file, directory]
    },
  })
}

/**
 * PowerDNS Recursor. Without aggressive use of NSEC and NSEC3: in 4.8 that denies names below a
 * DNAME (RFC 8198 §5.4, RFC 6840 §4.1), and gives answers with half of their proof. It is patient,
 * since what is late on a busy machine is lost otherwise.
 */
export function startPowerRecursor(t: Test, options: Resolving): Promise<Daemon> {
  return start(t, options, {
    name: 'pdns_recursor',
    command(directory, port, address) {
      writeFileSync(join(directory, 'root.hints'), hints(options))
      writeFileSync(
        join(directory, 'recursor.lua'),
        `clearTA('.')\naddTA('.', "${options.rootDs}")\n`,
      )
      writeFileSync(
        join(directory, 'recursor.conf'),
        `local-address=${address}
local-port=${port}
socket-dir=${directory}
hint-file=${join(directory, 'root.hints')}
lua-config-file=${join(directory, 'recursor.lua')}
dnssec=validate
dont-query=
query-local-address=${address}
threads=1
pdns-distributes-queries=no
daemon=no
disable-syslog=yes
write-pid=no
security-poll-suffix=
loglevel=3
aggressive-nsec-cache-size=0
extended-resolution-errors=yes
network-timeout=4000
packetcache-servfail-ttl=0
max-total-msec=20000
`,
      )
      return ['pdns_recursor', `--config-dir=${directory}`]
    },
  })
}
