import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { askSoa, checkHealth, reachable, someZone } from '../../docker/healthcheck.ts'
import { parseConfig } from '../../src/config/index.ts'
import { Flag, type Message, Rcode, readMessage, writeMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

interface Teardown {
  teardown(close: () => void): void
}

/** A server on a free port of loopback that answers as `respond` says; closed with the test. */
async function serve(t: Teardown, respond: (query: Message) => Partial<Message>): Promise<number> {
  const socket: Socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.on('message', (octets, { port, address }) => {
    const query = readMessage(octets)
    const answer = { ...query, flags: Flag.QR | Flag.AA, ...respond(query) }
    socket.send(writeMessage(answer), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

t.test('reachable: a wildcard address is asked over loopback', async (t) => {
  t.same(reachable({ address: '0.0.0.0', port: 53 }), { address: '127.0.0.1', port: 53 })
  t.same(reachable({ address: '::', port: 53 }), { address: '::1', port: 53 })
  t.same(reachable({ address: '192.0.2.1', port: 5 }), { address: '192.0.2.1', port: 5 })
  t.same(reachable({ address: '2001:db8::1', port: 5 }), { address: '2001:db8::1', port: 5 })
})

t.test('someZone: a configured file first, then the directory, else none', async (t) => {
  const directory = t.testdir({
    zones: { 'README.md': '', 'b.example.yaml': '', 'c.example.zone': '' },
    empty: {},
  })
  const zoneOf = (text: string) => {
    const { config } = parseConfig(text, { file: 'danelaw.yaml', directory })
    const zone = config && someZone(config)
    return zone && formatName(zone)
  }
  t.equal(zoneOf('zones: { files: { a.example: x } }'), 'a.example.')
  t.equal(zoneOf(''), 'b.example.')
  t.equal(zoneOf('zones: { directory: empty }'), undefined)
})

t.test('askSoa: asks for the SOA of the zone in class IN', async (t) => {
  const asked: Message[] = []
  const port = await serve(t, (query) => {
    asked.push(query)
    return {}
  })
  await askSoa({ address: '127.0.0.1', port }, parseName('example.org.'))
  const [question] = asked[0]?.questions ?? []
  t.equal(question && formatName(question.name), 'example.org.')
  t.equal(question?.type, RR.SOA)
  t.equal(question?.class, 1)
})

t.test('checkHealth: only an authoritative NOERROR is healthy', async (t) => {
  type Reply = (query: Message) => Partial<Message>
  const say = async (reply: Reply, zones: Record<string, string>) => {
    const port = await serve(t, reply)
    const directory = t.testdir({ zones, 'danelaw.yaml': `listen: ['127.0.0.1:${port}']\n` })
    return checkHealth(join(directory, 'danelaw.yaml'))
  }
  const refuse = () => ({ rcode: Rcode.REFUSED })
  const zones = { 'a.example.zone': '' }
  t.equal(await say(() => ({}), zones), 'a.example. SOA: NOERROR AA')
  await t.rejects(
    say(() => ({ flags: Flag.QR }), zones),
    /Not authoritative: a\.example\. SOA: NOERROR/,
  )
  await t.rejects(say(refuse, zones), /Not authoritative.*REFUSED/)
  await t.rejects(
    say(({ id }) => ({ id: id ^ 1 }), zones),
    /Answer to another query/,
  )
  t.equal(await say(refuse, {}), 'answers REFUSED', 'no zone: an answer is enough')
})

t.test('checkHealth: a configuration with errors is not healthy', async (t) => {
  const directory = t.testdir({ 'danelaw.yaml': 'lissten: []\n' })
  await t.rejects(checkHealth(join(directory, 'danelaw.yaml')), /lissten/)
})
