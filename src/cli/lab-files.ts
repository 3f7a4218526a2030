import { join } from 'node:path'
import { toHex } from '../wire/index.ts'

/** What resolvers have to be told of a lab. */
export interface LabPlaces {
  /** DS RDATA of the root. */
  readonly anchor: readonly Uint8Array[]
  /** Names, with final dots, and addresses of the root's servers. */
  readonly hints: readonly { readonly name: string; readonly address: string }[]
  /** DS RDATA of the zones below the root, by their names. */
  readonly tops: ReadonlyMap<string, readonly Uint8Array[]>
  /** Where every server listens: 53, or what resolvers cannot follow referrals to. */
  readonly port: number
  /** Where every zone is answered for at once. */
  readonly front: { readonly address: string; readonly port: number }
}

/** A file to be written, by its path below the directory. */
export interface LabFile {
  readonly path: string
  readonly text: string
  /** Whether it is to be run. */
  readonly isProgram?: true
}

/** Ports on which the resolvers of the configurations listen, on 127.0.0.1. */
export const resolverPorts = { unbound: 5361, bind: 5362, knot: 5363, powerdns: 5364 } as const

/** An address and port 53 for programs that know no other, where the lab has port 53 as well. */
export const stubAddress = '127.53.53.53'

/** DS RDATA in presentation form, one word for the digest. */
export function dsText(rdata: Uint8Array): string {
  const [high = 0, low = 0, algorithm = 0, digestType = 0] = rdata
  return `${(high << 8) | low} ${algorithm} ${digestType} ${toHex(rdata.subarray(4)).toUpperCase()}`
}

/**
 * Configurations of resolvers, ready to start; `directory` is where they will be, absolute. They
 * begin at the root of the lab where it has port 53, and forward to its front where it has not.
 * Whatever a fault refers them to, they send nothing beyond loopback.
 */
export function labFiles(directory: string, places: LabPlaces): readonly LabFile[] {
  return [
    { path: 'unbound.conf', text: unbound(directory, places) },
    { path: 'root.hints', text: hints(places) },
    { path: 'anchor.ds', text: anchorLines(places).join('') },
    { path: 'anchor.bind', text: `${bindAnchors(places)}\n` },
    { path: 'unbound-include.conf', text: unboundInclude(places) },
    { path: 'named.conf', text: named(directory, places) },
    { path: 'kresd.conf', text: kresd(directory, places) },
    { path: 'pdns/recursor.conf', text: recursor(join(directory, 'pdns'), places) },
    { path: 'pdns/recursor.lua', text: recursorLua(places) },
  ]
}

/** Commands that start the resolvers of a directory, by name, and where they then listen. */
export function resolverCommands(
  directory: string,
): readonly { readonly name: string; readonly command: string; readonly port: number }[] {
  const at = (file: string) => join(directory, file)
  const { unbound: one, bind: two, knot: three, powerdns: four } = resolverPorts
  return [
    { name: 'unbound', command: `unbound -d -c ${at('unbound.conf')}`, port: one },
    { name: 'BIND', command: `named -4 -g -c ${at('named.conf')}`, port: two },
    { name: 'Knot Resolver', command: `kresd -n -c kresd.conf ${directory}`, port: three },
    { name: 'PowerDNS', command: `pdns_recursor --config-dir=${at('pdns')}`, port: four },
  ]
}

/** The file of the authority that policies of MTA-STS are served under. */
export const authorityFile = 'ca.pem'

function hints({ hints: servers }: LabPlaces): string {
  return servers
    .map(({ name, address }) => `. 3600000 IN NS ${name}\n${name} 3600000 IN A ${address}\n`)
    .join('')
}

function anchorLines({ anchor }: LabPlaces): readonly string[] {
  return anchor.map((rdata) => `. 3600 IN DS ${dsText(rdata)}\n`)
}

function bindAnchors({ anchor }: LabPlaces): string {
  const lines = anchor.map((rdata) => {
    const [tag, algorithm, digestType, digest] = dsText(rdata).split(' ')
    return `  . static-ds ${tag} ${algorithm} ${digestType} "${digest}";`
  })
  return ['trust-anchors {', ...lines, '};'].join('\n')
}

/** Who has written a file, as a comment in it says. */
export const writer = 'Written by danelaw lab up --write-config'

const notice = (comment: string) => `${comment} ${writer}, for the lab that runs since then.\n`

function unbound(directory: string, places: LabPlaces): string {
  const { anchor, port, front } = places
  const isDirect = port === 53
  const anchors = anchor.map((rdata) => `  trust-anchor: ". DS ${dsText(rdata)}"\n`).join('')
  const forward = `forward-zone:
  name: "."
  forward-addr: ${front.address}@${front.port}
`
  return `${notice('#')}server:
  directory: "${directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 1
  val-log-level: 2
  interface: 127.0.0.1@${resolverPorts.unbound}
${isDirect ? `  interface: ${stubAddress}@53\n` : ''}  access-control: 127.0.0.0/8 allow
  outgoing-interface: 127.0.0.1
  do-ip6: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "validator iterator"
${anchors}  trust-anchor-signaling: no
  root-key-sentinel: no
  aggressive-nsec: no
  ede: yes
${isDirect ? '  root-hints: "root.hints"\n' : ''}remote-control:
  control-enable: no
${isDirect ? '' : forward}`
}

/** For an unbound that has other things to do: the lab is what is below its top zones. */
function unboundInclude({ tops, front }: LabPlaces): string {
  const names = [...tops.keys()]
  const settings = names.map((name) => `  local-zone: "${name}" nodefault\n`)
  const anchors = [...tops].flatMap(([name, ds]) =>
    ds.map((rdata) => `  trust-anchor: "${name} DS ${dsText(rdata)}"\n`),
  )
  const zones = names.map(
    (name) => `forward-zone:\n  name: "${name}"\n  forward-addr: ${front.address}@${front.port}\n`,
  )
  const server = ['server:\n', '  do-not-query-localhost: no\n', ...settings, ...anchors]
  return [notice('#'), ...server, ...zones].join('')
}

function named(directory: string, places: LabPlaces): string {
  const { port, front } = places
  const isDirect = port === 53
  const forward = `  forward only;
  forwarders port ${front.port} { ${front.address}; };
`
  const root = 'zone "." { type hint; file "root.hints"; };\n'
  return `${notice('//')}options {
  directory "${directory}";
  listen-on port ${resolverPorts.bind} { 127.0.0.1; };
  listen-on-v6 { none; };
  query-source address 127.0.0.1;
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion yes;
  allow-query { 127.0.0.0/8; };
  dnssec-validation yes;
  trust-anchor-telemetry no;
  empty-zones-enable no;
  qname-minimization relaxed;
  servfail-ttl 0;
${isDirect ? '' : forward}};
controls { };
${bindAnchors(places)}
${isDirect ? root : ''}`
}

function kresd(directory: string, places: LabPlaces): string {
  const { anchor, port, front, hints: servers } = places
  const roots = servers.map(({ name, address }) => `['${name}'] = '${address}'`).join(', ')
  const way =
    port === 53
      ? `modules = { 'hints' }
hints.root({ ${roots} })
policy.add(policy.all(policy.FLAGS('ALLOW_LOCAL')))
policy.add(policy.suffix(policy.PASS, { todname('test.') }))
`
      : `policy.add(policy.all(policy.FORWARD({ '${front.address}@${front.port}' })))\n`
  const anchors = anchor.map((rdata) => `trust_anchors.add('. 3600 IN DS ${dsText(rdata)}')\n`)
  return `${notice('--')}net.listen('127.0.0.1', ${resolverPorts.knot}, { kind = 'dns' })
net.ipv6 = false
net.outgoing_v4('127.0.0.1')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('ta_sentinel')
modules.unload('priming')
modules.unload('detect_time_jump')
${way}trust_anchors.remove('.')
${anchors.join('')}cache.open(20 * MB, 'lmdb://${join(directory, 'kresd')}')
`
}

function recursor(directory: string, { port, front }: LabPlaces): string {
  const way =
    port === 53
      ? `hint-file=${join(directory, '../root.hints')}\n`
      : `forward-zones-recurse=.=${front.address}:${front.port}\n`
  return `${notice('#')}local-address=127.0.0.1
local-port=${resolverPorts.powerdns}
socket-dir=${directory}
lua-config-file=${join(directory, 'recursor.lua')}
${way}dnssec=validate
dont-query=
query-local-address=127.0.0.1
threads=1
pdns-distributes-queries=no
daemon=no
disable-syslog=yes
write-pid=no
security-poll-suffix=
aggressive-nsec-cache-size=0
extended-resolution-errors=yes
`
}

function recursorLua(places: LabPlaces): string {
  const anchors = places.anchor.map((rdata) => `addTA('.', "${dsText(rdata)}")\n`)
  return `${notice('--')}clearTA('.')\n${anchors.join('')}`
}
