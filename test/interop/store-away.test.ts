import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { type RunningDanelaw, startDanelaw } from '../support/danelaw.ts'
import {
  createShared,
  installNode,
  look,
  type Node,
  putAddress,
  shared,
  startNodes,
} from '../support/nodes.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { guarded, type Postgres, startPostgres } from '../support/postgres.ts'
import { asking, powerdns } from '../support/provisioned.ts'

t.setTimeout(300_000)

t.test('a server that starts while PostgreSQL is away', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  starting(t, postgres)
  reloading(t, postgres)
  misconfigured(t, postgres)
  goneBack(t, postgres)
})

const files = {
  name: 'files.test.',
  text: [
    '$ORIGIN files.test.',
    '$TTL 300',
    '@ SOA ns hostmaster 1 3600 600 86400 60',
    '@ NS ns',
    'ns A 192.0.2.1',
    '',
  ].join('\n'),
}

async function health({ api }: RunningDanelaw, path: string) {
  const response = await fetch(`${api}${path}`)
  return { status: response.status, ...((await response.json()) as object) }
}

/** Asks for something until it is there. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate)
}

function starting(t: Test, postgres: Postgres): void {
  t.test('bug: without PostgreSQL nothing was served, not even zones of files', async (t) => {
    const url = await postgres.createDatabase()
    const [before] = (await startNodes(t, url, ['a'])) as [Node]
    await createShared(before)
    t.equal(await putAddress(before, 'www', '192.0.2.7'), 204)
    await before.danelaw.stop()
    await postgres.stop()

    const { installation } = before
    installation.writeZone(files)
    const danelaw = await startDanelaw(t, installation)
    const ask = asking(danelaw, before.token)
    const dns = dnsClient(danelaw.port)
    t.teardown(() => dns.close())
    const file = readMessage(
      await dns.udp(encodeQuery({ name: 'ns.files.test.', type: RR.A, dnssecOk: true })),
    )
    t.equal(file.answer.length, 2, 'a zone of a file is answered, signed')
    t.strictSame(await health(danelaw, '/healthz'), { status: 200, state: 'degraded' })
    const notReady = { status: 503, state: 'degraded', ready: false }
    t.strictSame(await health(danelaw, '/readyz'), notReady, 'it knows not half of its zones')
    const { stdout } = await installation.run('status')
    t.match(stdout, /store +down +Cannot open store 127\.0\.0\.1:\d+\/store\d+: .*ECONNREFUSED/)
    t.match(danelaw.log(), /store-unavailable.*"store gone"/)
    const body = { name: 'new.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }
    t.equal((await ask('POST', powerdns, body)).status, 503)
    t.equal((await ask('GET', `${powerdns}/${shared}`)).status, 503, 'and not 404')

    await postgres.start()
    await until(async () => (await health(danelaw, '/readyz')).status === 200)
    const after: Node = { ...before, danelaw, ask, dns }
    t.match(await look(after, 'www'), { isSigned: true, rdata: [Buffer.from([192, 0, 2, 7])] })
    t.strictSame(await health(danelaw, '/healthz'), { status: 200, state: 'ok' })
    t.match(danelaw.log(), /"store back"/)
    t.equal(await putAddress(after, 'www', '192.0.2.8'), 204)
    t.equal(await danelaw.stop(), 0)
  })
}

function reloading(t: Test, postgres: Postgres): void {
  t.test('bug: a reload while PostgreSQL is away ended the server', async (t) => {
    const [node] = (await startNodes(t, await postgres.createDatabase(), ['a'])) as [Node]
    await createShared(node)
    await postgres.stop()
    const { danelaw, installation } = node
    const policy = 'policy: { denial: nsec3 }\n'
    writeFileSync(installation.config, `${readFileSync(installation.config, 'utf8')}${policy}`)
    danelaw.signal('SIGHUP')
    t.match(await danelaw.nextEvent(), {
      event: 'reload',
      findings: [{ severity: 'warning', code: 'store-unavailable' }],
    })
    t.equal((await look(node, '', RR.SOA)).isSigned, true, 'what was there is served')
    await postgres.start()
    const proof = async () => {
      const { authority } = readMessage((await look(node, 'nope')).octets)
      return authority.map(({ type }) => type)
    }
    await until(async () => (await proof()).includes(RR.NSEC3))
    t.pass('the new policy holds once the store is there')
  })
}

function misconfigured(t: Test, postgres: Postgres): void {
  t.test('what only a person can mend ends the start, and says what to do', async (t) => {
    const url = new URL(await postgres.createDatabase())
    await postgres.query(`create role ${guarded} login password 'right'`)
    url.username = guarded
    const installation = installNode(t, url.href, 'a')
    const { status, stdout } = await installation.run('serve', '--json')
    t.equal(status, 1)
    t.match(JSON.parse(stdout), {
      event: 'failed',
      findings: [{ code: 'store-refused', message: /see store\.url and store\.passwordFile/ }],
    })
  })
}

function goneBack(t: Test, postgres: Postgres): void {
  t.test('bug: a database that lost change sets went unnoticed by running nodes', async (t) => {
    const url = await postgres.createDatabase()
    const database = new URL(url).pathname.slice(1)
    const nodes = (await startNodes(t, url, ['a', 'b'])) as [Node, Node]
    const [a, b] = nodes
    await createShared(a)
    t.equal(await putAddress(a, 'kept', '192.0.2.1'), 204)
    await a.danelaw.stop()
    await b.danelaw.stop()
    // What a replica has that takes over without the last commits.
    await postgres.query(`create database replica template ${database}`)
    const [first, second] = await Promise.all(
      nodes.map(async (node) => {
        const danelaw = await startDanelaw(t, node.installation)
        const dns = dnsClient(danelaw.port)
        t.teardown(() => dns.close())
        return { ...node, danelaw, dns, ask: asking(danelaw, node.token) }
      }),
    )
    if (!first || !second) throw new Error('two nodes')
    t.equal(await putAddress(first, 'lost', '192.0.2.2'), 204)
    const other = { name: 'lost.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }
    t.equal((await first.ask('POST', powerdns, other)).status, 201)
    await until(async () => (await look(second, 'lost')).rdata.length === 1)
    await postgres.query(`alter database ${database} allow_connections false`)
    await postgres.query(`select pg_terminate_backend(pid, 60000) from pg_stat_activity
      where datname = '${database}'`)
    await postgres.query(`alter database ${database} rename to primary_that_died`)
    await postgres.query(`alter database replica rename to ${database}`)
    for (const node of [first, second]) {
      await until(async () => (await look(node, 'lost')).rdata.length === 0)
      t.equal((await look(node, 'kept')).isSigned, true)
      await until(async () => !/"lost\.test\./.test((await node.installation.run('status')).stdout))
      t.match(node.danelaw.log(), /"from":5,"to":3,"event":"store lost change sets"/)
    }
    await until(async () => (await putAddress(first, 'next', '192.0.2.3')) === 204)
    await until(async () => (await look(second, 'next')).isSigned)
    const { stdout } = await second.installation.run('status')
    t.match(stdout, /store +ok +writes and reads; lost change sets 1 times, see the log/)
    t.notMatch(stdout, /lost\.test\./)
  })
}
