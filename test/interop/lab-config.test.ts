import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
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

/** A lab, what it says, and where its configurations are. */
interface StartedLab {
  readonly told: string
  readonly directory: string
}

/** Starts a lab as a newcomer does. */
async function startLab(t: Test): Promise<StartedLab> {
  const cwd = temporaryDirectory(t)
  chmodSync(cwd, 0o755)
  const directory = join(cwd, 'conf')
  const args = ['lab', 'up', '--write-config', directory]
  const child = spawn(process.execPath, [danelawProgram(), ...args], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const log = followLog(child.stdout, child.stderr)
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  await log.line(/Ctrl-C ends all of it/)
  return { told: log.text(), directory }
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

/** Whether somebody at a port knows the lab. */
async function answers(address: string, port: number): Promise<boolean> {
  const client = dnsClient(port, impatient, address)
  try {
    const query = encodeQuery({ name: 'lab.test.', type: RR.SOA, flags: Flag.RD })
    return readMessage(await client.udp(query)).rcode === Rcode.NOERROR
  } finally {
    client.close()
  }
}

/** A command of a shell, as somebody would type it. */
const typed = (command: string) => ['sh', '-c', `PATH=$PATH:/usr/sbin; exec ${command}`] as const

/** Looks at two zones through a resolver. */
async function tryResolver(t: Test, name: string, address: string, port: number): Promise<void> {
  const valid = await ask(address, port, 'valid.lab.test.')
  t.equal(valid.rcode, Rcode.NOERROR, `${name}: valid`)
  t.ok(valid.flags & Flag.AD, `${name}: valid is secure`)
  const wrong = await ask(address, port, 'ds-bogus-digest-value.lab.test.')
  t.equal(wrong.rcode, Rcode.SERVFAIL, `${name}: DS does not match any DNSKEY`)
}

/** Types what the lab says. */
async function tryAll(t: Test, { told }: StartedLab): Promise<void> {
  const rows = [...told.matchAll(row)]
  t.equal(rows.length, 4, told)
  for (const [, name = '', command = '', address = '', port = ''] of rows) {
    const ready = () => answers(address, Number(port))
    await startDaemon(t, { name, command: () => typed(command), ready })
    await tryResolver(t, name, address, Number(port))
  }
}

/** An Unbound that somebody has, and what it is to include. */
async function tryInclude(t: Test, { directory }: StartedLab): Promise<void> {
  const { address, port } = await startDaemon(t, {
    name: 'unbound',
    command(own, port, address) {
      const file = join(own, 'unbound.conf')
      const silent = '  chroot: ""\n  username: ""\n  pidfile: ""\n  use-syslog: no'
      const server = `server:\n  interface: ${address}@${port}\n  directory: "${own}"\n${silent}`
      writeFileSync(file, `${server}\ninclude: "${join(directory, 'unbound-include.conf')}"\n`)
      return ['unbound', '-d', '-p', '-c', file]
    },
    ready: (port, address) => answers(address, port),
  })
  await tryResolver(t, 'included', address, port)
}

const peers = ['kresd', 'named', 'pdns_recursor', 'postfix', 'unbound'] as const

await inOwnNetwork(t, import.meta.filename, peers, () => {
  t.test('a lab with port 53', async (t) => {
    prepareNetwork(t)
    const lab = await startLab(t)
    await tryAll(t, lab)
    await tryInclude(t, lab)
    const [, start = ''] = postfixRow.exec(lab.told) ?? []
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
    await tryAll(t, await startLab(t))
  })
})
