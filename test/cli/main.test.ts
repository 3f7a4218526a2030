import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { install, startDanelaw } from '../support/danelaw.ts'
import { dnsClient, encodeQuery, frame } from '../support/peers/client.ts'
import { danelawProgram } from '../support/peers/paths.ts'
import { runProgram } from '../support/peers/programs.ts'
import { zoneText } from '../support/publishing.ts'

const query = encodeQuery({ name: 'host.a.test.', type: RR.A, dnssecOk: true })

function zone(serial: number, last: number) {
  return { name: 'a.test.', text: zoneText(serial, `host A 192.0.2.${last}`) }
}

/** The address in an answer, and how many signatures stand beside it. */
function read(octets: Uint8Array): readonly [address: string, signatures: number] {
  const { answer } = readMessage(octets)
  const address = answer.find(({ type }) => type === RR.A)?.rdata.join('.') ?? 'none'
  return [address, answer.filter(({ type }) => type === RR.RRSIG).length]
}

t.test('the program serves, reloads by command and by SIGHUP, and stops by SIGTERM', async (t) => {
  const installation = install(t, [zone(1, 1)])
  const danelaw = await startDanelaw(t, installation)
  const client = dnsClient(danelaw.port)
  t.teardown(() => client.close())
  const ask = async () => [read(await client.udp(query)), read(await client.tcp(query))]
  const both = (address: string) => [
    [address, 1],
    [address, 1],
  ]
  t.same(await ask(), both('192.0.2.1'))

  installation.writeZone(zone(2, 2))
  const reload = await installation.run('reload')
  t.match(reload, { status: 0, stdout: /^a\.test\. updated serial 2, 2 RRsets changed\n$/ })
  t.same(await ask(), both('192.0.2.2'))

  installation.writeZone(zone(3, 3))
  danelaw.signal('SIGHUP')
  t.match(await danelaw.nextEvent(), { event: 'reload', zones: [{ serial: 3 }] })
  t.same(await ask(), both('192.0.2.3'))

  installation.writeZone({ name: 'a.test.', text: 'rubbish' })
  danelaw.signal('SIGHUP')
  t.match(await danelaw.nextEvent(), { event: 'reload', clean: false, zones: [{ serial: 3 }] })
  t.same(await ask(), both('192.0.2.3'), 'what was served before stays')

  t.equal(await danelaw.stop(), 0)
  t.equal(danelaw.log(), '', 'nothing on standard error')
})

t.test('reloads lose no query', async (t) => {
  const installation = install(t, [zone(1, 1)])
  const danelaw = await startDanelaw(t, installation)
  const client = dnsClient(danelaw.port)
  t.teardown(() => client.close())
  let reloading = true
  let answers = 0
  const asking = (async () => {
    while (reloading) {
      const [address, signatures] = read(await client.tcp(query))
      if (!/^192\.0\.2\.\d+$/.test(address) || signatures !== 1) t.fail(`answered ${address}`)
      answers++
    }
  })()
  for (let serial = 2; serial <= 20; serial++) {
    installation.writeZone(zone(serial, serial))
    danelaw.signal('SIGHUP')
    t.match(await danelaw.nextEvent(), { event: 'reload', zones: [{ serial }] })
  }
  reloading = false
  await asking
  t.ok(answers > 0, `${answers} answers while reloading`)
  t.same(read(await client.tcp(query)), ['192.0.2.20', 1])
})

t.test('what was asked before a stop is answered', async (t) => {
  const danelaw = await startDanelaw(t, install(t, [zone(1, 1)]))
  const socket = connect({ host: '127.0.0.1', port: danelaw.port, noDelay: true })
  await once(socket, 'connect')
  const count = 500
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const framed = Buffer.concat(Array.from({ length: count }, () => frame(query)))
  await new Promise((resolve) => socket.write(framed, resolve))
  await once(socket, 'data')
  const closed = once(socket, 'close')
  const status = danelaw.stop()
  await closed
  t.equal(await status, 0)
  const octets = Buffer.concat(chunks)
  let answers = 0
  for (let at = 0; at < octets.length; at += 2 + octets.readUInt16BE(at)) answers++
  t.equal(answers, count)
})

t.test('SIGINT stops too', async (t) => {
  const danelaw = await startDanelaw(t, install(t, [zone(1, 1)]))
  t.equal(await danelaw.stop('SIGINT'), 0)
  t.match(await danelaw.nextEvent(), { event: 'stopped' })
})

t.test('the program exits with 2 when it is not understood, with 1 on errors', async (t) => {
  const installation = install(t, [])
  writeFileSync(join(installation.directory, 'a.test.zone'), 'rubbish')
  const run = (...args: string[]) =>
    runProgram(process.execPath, [danelawProgram(), ...args], { cwd: installation.directory })
  t.match(await run('srve'), { status: 2, stdout: '', stderr: /Did you mean serve\?/ })
  t.match(await run('zone', 'check', 'a.test.zone'), { status: 1 })
  t.match(await run('--version'), { status: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' })
})

t.test('a reader that goes away is no error', async (t) => {
  const installation = install(t, [])
  const hosts = Array.from({ length: 20_000 }, (_, i) => `h${i} A 192.0.2.1`).join('\n')
  installation.writeZone({ name: 'a.test.', text: zoneText(1, hosts) })
  const command = `"${process.execPath}" "${danelawProgram()}" zone print a.test | head -n 1`
  const { status, stdout, stderr } = await runProgram('bash', ['-o', 'pipefail', '-c', command], {
    cwd: installation.directory,
  })
  t.match(stdout, /^a\.test\.\t3600\tIN\tSOA\t.*\n$/)
  t.same([status, stderr], [0, ''])
})
