import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Rcode } from '../../../src/message/index.ts'
import { install, type RunningDanelaw, startDanelaw } from '../danelaw.ts'
import { resolverAddress } from '../peers/own-network.ts'
import { startUnbound } from '../peers/servers.ts'

/** A zone below `test.`. */
export interface ChildZone {
  /** With its final dot. */
  readonly name: string
  /** Records, in master file form; SOA and NS are added. */
  readonly records: string
  /** What the parent says of its keys. `wrong` makes everything in it bogus. */
  readonly ds: 'right' | 'wrong' | 'none'
}

/** DNS as a mail server sees it: signed zones, and a resolver that validates. */
export interface MailDns {
  /** File with the trust anchor of the root, in BIND's form. */
  readonly anchor: string
  readonly authority: RunningDanelaw
}

const apex = `$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 60
@ NS ns
ns A 127.0.0.1
`

function zoneText(records: string): string {
  return `${apex}${records}\n`
}

/**
 * Serves the root, `test.` with `records` and zones below it from one danelaw, and starts an
 * unbound that validates them at the resolver's address of a network of its own.
 */
export async function startMailDns(
  t: Test,
  records: string,
  children: readonly ChildZone[] = [],
): Promise<MailDns> {
  const cuts = children.map(({ name }) => `${name} NS ns.${name}\nns.${name} A 127.0.0.1\n`)
  const parent = `${records}\n${cuts.join('')}`
  const danelaw = install(t, [
    { name: '.', text: zoneText('test. NS ns.test.\nns.test. A 127.0.0.1') },
    { name: 'test.', text: zoneText(parent) },
    ...children.map(({ name, records }) => ({ name, text: zoneText(records) })),
  ])
  const authority = await startDanelaw(t, danelaw)
  const dsOf = (zone: string): string => {
    const [ds] = authority.zones.find((ready) => ready.zone === zone)?.ds ?? []
    if (ds === undefined) throw new Error(`${zone} is not signed`)
    return `${zone} DS ${ds}\n`
  }
  const signed = children.filter(({ ds }) => ds !== 'none')
  const trust = signed.map(({ name, ds }) => (ds === 'right' ? dsOf(name) : spoilt(dsOf(name))))
  danelaw.writeZone({ name: 'test.', text: newer(zoneText(parent + trust.join(''))) })
  const root = `test. NS ns.test.\nns.test. A 127.0.0.1\n${dsOf('test.')}`
  danelaw.writeZone({ name: '.', text: newer(zoneText(root)) })
  authority.signal('SIGHUP')
  const reload = await authority.nextEvent()
  if (reload['clean'] !== true) throw new Error(`danelaw does not reload: ${authority.log()}`)
  await startUnbound(t, {
    port: authority.port,
    zones: authority.zones.map(({ zone }) => zone),
    anchors: [dsOf('.').trim()],
    qnameMinimisation: true,
    addresses: [resolverAddress],
  })
  return { anchor: join(danelaw.directory, 'keys', 'root.anchor'), authority }
}

/** Answers SERVFAIL to whatever it is asked, at port 53 of an address. */
export async function startFailingAuthority(t: Test, address: string): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { address, port }) => {
    const answer = Uint8Array.from(query)
    const [flags = 0] = answer.subarray(2)
    answer[2] = flags | 0x80
    answer[3] = Rcode.SERVFAIL
    socket.send(answer, port, address)
  })
  socket.bind(53, address)
  await once(socket, 'listening')
  t.teardown(() => socket.close())
}

/** The zone with a higher serial. */
function newer(text: string): string {
  return text.replace(' 1 7200', ' 2 7200')
}

/** A DS whose digest is that of no key. */
function spoilt(ds: string): string {
  return ds.replace(/[0-9A-Fa-f](?=\n$)/, (digit) => (digit === '0' ? '1' : '0'))
}
