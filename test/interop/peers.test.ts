import t from 'tap'
import { Flag, Rcode, readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { equalNames, parseName } from '../../src/wire/index.ts'
import { dnsClient, encodeQuery, scrambleCase } from '../support/peers/client.ts'
import type { Daemon } from '../support/peers/daemon.ts'
import { fixture } from '../support/peers/paths.ts'
import { runProgram, skipWithoutPeers } from '../support/peers/programs.ts'
import { seededRandom } from '../support/peers/random.ts'
import {
  type PeerZone,
  startKnot,
  startNamed,
  startNsd,
  startUnbound,
} from '../support/peers/servers.ts'
import { decodeWithDnspython, viewOf } from '../support/peers/view.ts'

// The tools of the interop tests, tried on one another: before danelaw is judged by them, they
// must be shown to work.

const zones: readonly PeerZone[] = [
  { name: 'rich.test.', file: fixture('rich.zone') },
  { name: 'odd.test.', file: fixture('odd.zone') },
]

const starters: readonly [
  program: 'named' | 'nsd' | 'knotd',
  start: (t: Parameters<typeof startNsd>[0], zones: readonly PeerZone[]) => Promise<Daemon>,
][] = [
  ['named', startNamed],
  ['nsd', startNsd],
  ['knotd', startKnot],
]

for (const [program, start] of starters) {
  t.test(`${program} serves the fixtures, by UDP and TCP, to every client`, async (t) => {
    if (skipWithoutPeers(t, [program, 'dig', 'kdig', 'drill', 'dnspython'])) return
    const { port } = await start(t, zones)
    const client = dnsClient(port)
    t.teardown(() => client.close())
    const name = scrambleCase(parseName('mail.rich.test.'), seededRandom(1))
    const query = encodeQuery({ name, type: RR.A, udpOctets: 1232 })
    const answers = [await client.udp(query), await client.tcp(query)]
    for (const octets of answers) {
      const message = readMessage(octets)
      t.same(viewOf(message).answer, ['mail.rich.test. 300 A 192.0.2.25'])
      t.equal(message.flags & (Flag.QR | Flag.AA), Flag.QR | Flag.AA)
      t.ok(equalNames(message.questions[0]?.name ?? parseName('.'), name))
    }
    for (const foreign of await decodeWithDnspython(answers)) {
      t.match(foreign, { sections: [[{ owner: 'mail.rich.test.', type: 1, rdata: 'c0000219' }]] })
    }
    const at = ['@127.0.0.1', '-p', String(port), 'mail.rich.test', 'A']
    for (const tool of ['dig', 'kdig', 'drill']) {
      const finished = await runProgram(tool, at)
      t.match(finished.stdout, /192\.0\.2\.25/, tool)
    }
  })
}

t.test('unbound resolves through a stub zone at a port of its own', async (t) => {
  if (skipWithoutPeers(t, ['unbound', 'nsd'])) return
  const tree = [{ name: '.', file: fixture('root.zone') }, ...zones]
  const server = await startNsd(t, tree)
  const resolver = await startUnbound(t, {
    port: server.port,
    zones: tree.map((zone) => zone.name),
    anchors: [],
    qnameMinimisation: true,
  })
  const client = dnsClient(resolver.port)
  t.teardown(() => client.close())
  const ask = async (name: string) =>
    readMessage(await client.udp(encodeQuery({ name, type: RR.A, flags: Flag.RD })))
  const found = await ask('alias3.rich.test')
  t.equal(found.rcode, Rcode.NOERROR)
  t.match(viewOf(found).answer.at(-1), 'types.rich.test. 3600 A 192.0.2.3')
  t.equal((await ask('missing.rich.test')).rcode, Rcode.NXDOMAIN)
})
