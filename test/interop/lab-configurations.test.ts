import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { inOwnNetwork, prepareNetwork } from '../support/peers/own-network.ts'
import { begin, finished, openTerminal, type Running, type Terminal } from '../support/terminal.ts'

/*
 * Must be shown: what `danelaw lab up --write-config` writes is ready to start, where the lab has
 * port 53, and where it has not. Commands are those that it tells.
 */

t.setTimeout(280_000)

/** What resolvers write when they can be asked; the last of them writes nothing. */
const readyOf: Readonly<Record<string, RegExp>> = {
  unbound: /start of service/,
  BIND: /running/,
  'Knot Resolver': /./,
  PowerDNS: /Enabled multiplexer|Listening/,
}

/** The commands that `lab up` tells for a resolver: to start it, and to ask it. */
function commandsFor(name: string, output: string): readonly [start: string, ask: string] {
  const lines = output.split('\n').map((line) => line.slice(17))
  const at = output.split('\n').findIndex((line) => line.startsWith(`  ${name}`))
  return [lines[at] ?? '', lines[at + 1] ?? '']
}

/** Some resolvers listen a while after they have begun to write. */
const betweenTriesMs = 100

/** What a resolver says of a name, as soon as it says anything. */
async function saidOf(ask: string, name: string, terminal: Terminal): Promise<string> {
  const command = `${ask.replace(/\S+$/, `${name}.lab.test`)} +noall +comments`
  for (;;) {
    const said = await finished(command, terminal)
    if (/status:/.test(said)) return said
    await delay(betweenTriesMs)
  }
}

async function eachResolver(t: Test, lab: Running, terminal: Terminal): Promise<void> {
  for (const [name, ready] of Object.entries(readyOf)) {
    const [start, ask] = commandsFor(name, lab.output())
    const resolver = await begin(t, start, ready, terminal)
    t.match(await saidOf(ask, 'valid', terminal), /status: NOERROR[\s\S]*flags: qr rd ra ad;/, name)
    const bogus = await saidOf(ask, 'ds-bogus-digest-value', terminal)
    t.match(bogus, /status: SERVFAIL/, name)
    await resolver.end()
  }
}

/** Sends a message by SMTP, in one go for each reply. */
async function send(port: number, to: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const lines = ['EHLO me.test', 'MAIL FROM:<a@me.test>', `RCPT TO:<${to}>`, 'DATA']
  const rest = [...lines, 'Subject: lab\r\n\r\nmail\r\n.', 'QUIT']
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk.toString()
    const next = /^\d{3} .*\r\n$/m.test(chunk.toString()) ? rest.shift() : undefined
    if (next !== undefined) socket.write(`${next}\r\n`)
  })
  await once(socket, 'close')
  return said
}

const peers = ['unbound', 'named', 'kresd', 'pdns_recursor', 'dig', 'postfix'] as const

await inOwnNetwork(t, import.meta.filename, peers, () => {
  t.test('with port 53: resolvers begin at the root, and a Postfix delivers', async (t) => {
    prepareNetwork(t)
    const terminal = openTerminal(t)
    const lab = await begin(t, 'danelaw lab up --write-config lab', /Ctrl-C ends/, terminal)
    t.match(lab.output(), 'root hint      ns1. 127.53.0.1 port 53')
    await eachResolver(t, lab, terminal)
    await begin(t, 'unbound -d -c lab/unbound.conf', /start of service/, terminal)
    // Postfix opens /dev/stdout, which works for a pipe and not for the socket that Node.js gives.
    const start = 'lab/postfix/start 2>&1 | cat'
    const postfix = await begin(t, start, /daemon started/, terminal)
    t.match(await send(5325, 'postmaster@dane-good-311.mail.test'), /^250 .* queued as /m)
    await postfix.written(/status=\w+/)
    t.match(
      postfix.output(),
      /Verified TLS connection established to mx\.dane-good-311\.mail\.test/,
    )
    t.match(postfix.output(), /to=<postmaster@dane-good-311\.mail\.test>.* status=sent/)
  })

  t.test('without port 53: resolvers forward to the front', async (t) => {
    const terminal = openTerminal(t)
    const other = createServer().listen(53, '127.53.0.1')
    await once(other, 'listening')
    t.teardown(() => other.close())
    const lab = await begin(t, 'danelaw lab up --write-config lab', /Ctrl-C ends/, terminal)
    t.match(lab.output(), 'root hint      ns1. 127.53.0.1 port 5354')
    await eachResolver(t, lab, terminal)
  })
})
