import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { Flag, Rcode, readMessage } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { fateOf } from '../support/mail/fate.ts'
import { followLog } from '../support/mail/log-stream.ts'
import { submit } from '../support/mail/submit.ts'
import { dnsClient, encodeQuery, impatient } from '../support/peers/client.ts'
import { startDaemon, temporaryDirectory } from '../support/peers/daemon.ts'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'
import { danelawProgram } from '../support/peers/paths.ts'
import { runProgram } from '../support/peers/programs.ts'

/*
 * Must be shown: what `danelaw lab up --write-config` writes, and says to type, starts resolvers
 * that find a sound zone secure and one whose DS matches no key bogus; where the lab has port 53,
 * and where it has not. And it starts a Postfix that delivers by DANE.
 */

t.setTimeout(240_000)

/** A line that says what to type, and the one below it, for a resolver. */
const row = /^ {2}(unbound|BIND|Knot Resolver|PowerDNS) +(\S.*)\n +dig @(\S+) -p (\d+) /gm
const postfixRow = /^ {2}Postfix +(\S+)/m

/** Starts a lab as a newcomer does, and gives what it says. */
async function startLab(t: Test): Promise<string> {
  const cwd = temporaryDirectory(t)
  chmodSync(cwd, 0o755)
  const args = ['lab', 'up', '--write-config', join(cwd, 'conf')]
  const child = spawn(process.execPath, [danelawProgram(), ...args], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const log = followLog(child.stdout, child.stderr)
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  await log.line(/Ctrl-C ends all of it/)
  return log.text()
}

async function ask(address: string, port: number, name: string) {
  const client = dnsClient(port, undefined, address)
  try {
    const query = encodeQuery({ name, type: RR.A, dnssecOk: true, flags: Flag.RD })
    return readMessage(await client.udp(query))
  } finally {
    client.close()
  }
}

/** Whether somebody answers at a port; it does not matter what. */
async function answers(address: string, port: number): Promise<boolean> {
  const client = dnsClient(port, impatient, address)
  try {
    const query = encodeQuery({ name: '.', type: RR.SOA, flags: Flag.RD })
    return readMessage(await client.udp(query)).rcode === Rcode.NOERROR
  } finally {
    client.close()
  }
}

/** A command of a shell, as somebody would type it. */
const typed = (command: string) => ['sh', '-c', `PATH=$PATH:/usr/sbin; exec ${command}`] as const

/** Types what the lab says, and looks at two zones through each resolver. */
async function tryResolvers(t: Test, told: string): Promise<void> {
  const rows = [...told.matchAll(row)]
  t.equal(rows.length, 4, told)
  for (const [, name = '', command = '', address = '', port = ''] of rows) {
    await startDaemon(t, {
      name,
      command: () => typed(command),
      ready: () => answers(address, Number(port)),
    })
    const valid = await ask(address, Number(port), 'valid.lab.test.')
    t.equal(valid.rcode, Rcode.NOERROR, `${name}: valid`)
    t.ok(valid.flags & Flag.AD, `${name}: valid is secure`)
    const wrong = await ask(address, Number(port), 'ds-bogus-digest-value.lab.test.')
    t.equal(wrong.rcode, Rcode.SERVFAIL, `${name}: DS does not match any DNSKEY`)
  }
}

const peers = ['kresd', 'named', 'pdns_recursor', 'postfix', 'unbound'] as const

await inOwnNetwork(t, import.meta.filename, peers, () => {
  t.test('a lab with port 53', async (t) => {
    prepareNetwork(t)
    const told = await startLab(t)
    await tryResolvers(t, told)
    const [, start = ''] = postfixRow.exec(told) ?? []
    // Postfix opens /dev/stdout, which works for a pipe and not for the socket that Node.js gives.
    const child = spawn('bash', ['-c', 'exec "$0" > >(exec cat) 2>&1', start], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = followLog(child.stdout, child.stderr)
    t.teardown(async () => {
      const { status } = await runProgram('postfix', ['-c', dirname(start), 'stop'])
      if (status === 0 && child.exitCode === null) await once(child, 'exit')
      if (!t.passing()) t.comment(log.text())
    })
    await log.line(/daemon started/)
    const send = (to: string) => submit('127.0.0.1', `user@${to}.mail.test`, 5325)
    const good = await fateOf({ log }, await send('dane-good-311'))
    t.match(good, { status: 'sent', tls: 'Verified' }, good.line)
    const stale = await fateOf({ log }, await send('tlsa-stale-rollover'))
    t.equal(stale.status, 'deferred', stale.line)
  })

  t.test('a lab without it', async (t) => {
    const taken = createSocket('udp4')
    taken.bind(53, '127.53.0.1')
    await once(taken, 'listening')
    t.teardown(() => taken.close())
    await tryResolvers(t, await startLab(t))
  })
})
