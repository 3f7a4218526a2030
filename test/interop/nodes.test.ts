import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { formatRdata, RR, type RRType } from '../../src/rr/index.ts'
import { startDanelaw } from '../support/danelaw.ts'
import {
  allCaughtUp,
  createShared,
  installNode,
  look,
  measurePassage,
  type Node,
  percentile,
  putAddress,
  shared,
  startNodes,
} from '../support/nodes.ts'
import { stopUnderLoad } from '../support/outage.ts'
import { dnsClient } from '../support/peers/client.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { asking } from '../support/provisioned.ts'

t.setTimeout(900_000)

/** How long PostgreSQL is gone, at least. */
const outageSeconds = 30

// Two programs as operators start them, which have a database and a sealing key in common.

t.test('two nodes on one PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  const nodes = await startNodes(t, await postgres.createDatabase(), ['a', 'b'])
  const [a, b] = nodes as [Node, Node]
  await createShared(a)
  sameAnswers(t, a, b)
  writers(t, a, b)
  outage(t, a, b, postgres)
  copies(t, a, postgres)
})

/** What is in an answer, in text. */
function texts(octets: Uint8Array, type: RRType): string[] {
  const { answer, authority } = readMessage(octets)
  return [...answer, ...authority]
    .filter((record) => record.type === type)
    .map(({ rdata }) => formatRdata(type, rdata))
}

function sameAnswers(t: Test, a: Node, b: Node): void {
  t.test('what A is told B answers, signed, a moment later', async (t) => {
    const { sinceSent, sinceTold } = await measurePassage(a, b, 50)
    const figures = [sinceSent, sinceTold].flatMap((times) =>
      [0.5, 0.99].map((share) => `${percentile(times, share).toFixed(1)} ms`),
    )
    const [sent50, sent99, told50, told99] = figures
    t.comment(`from the request to A to the answer of B: median ${sent50}, p99 ${sent99}`)
    t.comment(`from A's acknowledgement: median ${told50}, p99 ${told99}`)
    t.equal(sinceSent.length, 50)
  })

  t.test('both give the same serial, windows and octets', async (t) => {
    await putAddress(a, 'www', '192.0.2.1')
    await putAddress(b, '*.wild', '192.0.2.2')
    await allCaughtUp(a)
    const serials = new Set<string>()
    for (const [label, type] of [
      ['', RR.SOA],
      ['', RR.DNSKEY],
      ['www', RR.A],
      ['x.wild', RR.A],
      ['www', RR.MX],
      ['nope', RR.A],
      ['mark', RR.TXT],
    ] as const) {
      const [first, second] = await Promise.all([look(a, label, type), look(b, label, type)])
      t.ok(texts(first.octets, RR.RRSIG).length > 0, 'signed')
      const windows = ({ octets }: typeof first) =>
        texts(octets, RR.RRSIG).map((text) => text.split(' ').slice(4, 6).join(' to '))
      t.strictSame(windows(second), windows(first), `${label} ${type}: ${windows(first)[0]}`)
      // The first two octets are the identifier of the query.
      const octets = ({ octets }: typeof first) => Buffer.from(octets.subarray(2)).toString('hex')
      t.equal(octets(second), octets(first), `${label} ${type}, octet for octet`)
      for (const { octets } of [first, second]) {
        for (const soa of texts(octets, RR.SOA)) serials.add(soa.split(' ')[2] ?? '')
      }
    }
    t.equal(serials.size, 1, [...serials].join())
  })

  t.test('a key that A makes signs for B', async (t) => {
    const path = `/api/v1/servers/localhost/zones/${shared}/cryptokeys`
    const made = await a.ask('POST', path, { keytype: 'csk', active: true, published: true })
    t.equal(made.status, 201)
    await allCaughtUp(a)
    const [first, second] = [await look(a, '', RR.DNSKEY), await look(b, '', RR.DNSKEY)]
    t.equal(first.rdata.length, 2)
    t.strictSame(second.rdata, first.rdata)
    t.equal((await b.ask('DELETE', `${path}/${made.json.id}`)).status, 204)
    await allCaughtUp(b)
    t.equal((await look(a, '', RR.DNSKEY)).rdata.length, 1)
  })
}

function writers(t: Test, a: Node, b: Node): void {
  t.test('20 writers of one RRset by way of both nodes lose nothing (If-Match)', async (t) => {
    const name = `list.${shared}`
    const path = `/v1/zones/${shared}`
    const edit = (strings: readonly string[]) => {
      const records = strings.map((content) => ({ content }))
      return { edits: [{ op: 'replace', name, type: 'TXT', ttl: 300, records }] }
    }
    let refused = 0
    const write = async (node: Node, text: string) => {
      for (;;) {
        // Reads, adds what is its own, and writes on the condition that nobody else did.
        const read = await node.ask('GET', `${path}/rrsets?name=${name}&type=TXT`)
        const before = (read.json.rrsets[0]?.records ?? []) as { content: string }[]
        const strings = [...before.map(({ content }) => content), `"${text}"`]
        const condition = { 'if-match': read.headers.get('etag') ?? '' }
        const { status } = await node.ask('PATCH', path, edit(strings), condition)
        if (status === 200) return
        if (status !== 412) throw new Error(`The change was answered with ${status}`)
        refused++
      }
    }
    const all = Array.from({ length: 20 }, (_, n) => `writer ${n}`)
    await Promise.all(all.map((text, n) => write(n % 2 === 0 ? a : b, text)))
    t.ok(refused > 0, `${refused} refusals with 412: writers did meet`)
    await allCaughtUp(a)
    for (const node of [a, b]) {
      const { octets } = await look(node, 'list', RR.TXT, 'tcp')
      const expected = all.map((text) => `"${text}"`)
      t.strictSame(texts(octets, RR.TXT).sort(), expected.sort())
    }
  })
}

function outage(t: Test, a: Node, b: Node, postgres: Postgres): void {
  t.test('PostgreSQL stops under load: no query is lost, and no write', async (t) => {
    const length = { seconds: outageSeconds, restMs: 10 }
    const outage = await stopUnderLoad([a, b], postgres, length, async () => {
      for (const { danelaw, ask, installation } of [a, b]) {
        t.equal((await ask('GET', '/v1/zones')).status, 200, 'known tokens read what is in memory')
        t.equal((await ask('GET', '/v1/nodes')).status, 503, 'but not what only the store has')
        const health = await fetch(`${danelaw.api}/healthz`)
        t.match(await health.json(), { state: 'degraded' })
        t.equal((await fetch(`${danelaw.api}/readyz`)).status, 200, 'fit to answer queries')
        const { stdout } = await installation.run('status')
        t.match(stdout, /Cannot reach PostgreSQL at 127\.0\.0\.1/)
      }
    })
    const { acknowledged, refused, answered, answeredMeanwhile, recoveryMs } = outage
    t.strictSame(outage.failures, [])
    t.ok(outage.seconds >= outageSeconds)
    t.comment(`${outage.seconds.toFixed(1)} s without PostgreSQL: ${refused} changes refused`)
    t.comment(`${answered} queries answered, ${answeredMeanwhile} of them meanwhile`)
    t.comment(`all writers went on ${recoveryMs.toFixed(0)} ms after PostgreSQL was back`)
    await allCaughtUp(a)
    for (const node of [a, b]) {
      for (const [label, address] of acknowledged) {
        const { rdata, isSigned } = await look(node, label)
        const found = rdata.map((octets) => octets.join('.')).join()
        if (!isSigned || found !== address) t.equal(found, address, label)
      }
      t.match(await (await fetch(`${node.danelaw.api}/healthz`)).json(), { state: 'ok' })
    }
    t.pass(`${acknowledged.size} acknowledged addresses are there on both nodes`)
    const [first, second] = await Promise.all([look(a, '', RR.SOA), look(b, '', RR.SOA)])
    t.strictSame(second.rdata, first.rdata)
  })
}

function copies(t: Test, a: Node, postgres: Postgres): void {
  t.test('a backup by one node fills another database, and a node serves it', async (t) => {
    const file = join(a.installation.directory, 'copy')
    const made = await a.installation.run('backup', file)
    t.equal(made.status, 0, made.stderr)
    const url = await postgres.createDatabase()
    const elsewhere = installNode(t, url, 'c')
    const restored = await elsewhere.run('restore', file)
    t.equal(restored.status, 0, restored.stderr)
    t.equal((await elsewhere.run('restore', file)).status, 1, 'only once')
    const danelaw = await startDanelaw(t, elsewhere)
    const c = { ...a, danelaw, ask: asking(danelaw, a.token), dns: dnsClient(danelaw.port) }
    t.teardown(() => c.dns.close())
    t.equal(await putAddress(c, 'here', '192.0.2.3'), 204, 'the token counts there too')
    t.strictSame((await look(c, '', RR.DNSKEY)).rdata, (await look(a, '', RR.DNSKEY)).rdata)
    t.equal((await look(c, 'www')).isSigned, true)
  })
}
