import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/index.ts'
import { openPost, type PlacedCase } from '../../src/post/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { keepDocument } from '../support/lab-matrix/kept.ts'
import { startLab } from '../support/lab-matrix/lab.ts'
import { killed, postfixDifferences } from '../support/lab-postfix/differences.ts'
import { postfixDocument, postfixVersionIn } from '../support/lab-postfix/document.ts'
import { mailFate } from '../support/lab-postfix/fates.ts'
import { type Fate, fateOf } from '../support/mail/fate.ts'
import { type Postfix, startPostfix } from '../support/mail/postfix.ts'
import { submit } from '../support/mail/submit.ts'
import { inOwnNetwork, prepareNetwork, resolverAddress } from '../support/peers/own-network.ts'
import { runProgram } from '../support/peers/programs.ts'
import { startUnboundResolver } from '../support/peers/resolvers.ts'

/*
 * Must be shown: what a real Postfix at level `dane` does with mail to every case of the lab.
 * Where that is not what RFC 7672 has it do, the table of differences says who is right; and
 * docs/lab-postfix.md is what its log says. `npm run docs:matrix` writes it.
 */

t.setTimeout(280_000)

const senderAddress = '127.55.0.1'

function startSender(t: Test): Promise<Postfix> {
  return startPostfix(t, {
    hostname: 'sender.test',
    listeners: [{ address: senderAddress, settings: {} }],
    settings: {
      inet_protocols: 'all',
      mydestination: '',
      smtp_address_preference: 'ipv4',
      smtp_dns_support_level: 'dnssec',
      smtp_host_lookup: 'dns',
      // So that the log says the same in every run.
      smtp_randomize_addresses: 'no',
      smtp_tls_loglevel: '1',
      smtp_tls_security_level: 'dane',
    },
  })
}

function send({ domain }: PlacedCase): Promise<string> {
  return submit(senderAddress, `user@${formatName(domain).slice(0, -1)}`)
}

/** Cases of which it is known that they take a process of Postfix with them. */
const deadly = postfixDifferences.flatMap(({ said, cases }) => (said === killed ? cases : []))

/** What becomes of a mail that may be the end of the process that sends it. */
async function fateOfDeadly(sender: Postfix, id: string): Promise<Fate> {
  const end = sender.log.line(/process \S+\/smtp pid \d+ killed by signal \d+/)
  return Promise.race([
    fateOf(sender, id),
    end.then(({ input }) => ({ status: killed, relay: 'none', line: input })),
  ])
}

await inOwnNetwork(t, import.meta.filename, ['postfix', 'unbound'], () => {
  t.test('a real Postfix sends mail to every case', async (t) => {
    prepareNetwork(t)
    const post = await openPost({ seed: 'matrix', clock: systemClock })
    t.teardown(() => post.close())
    const { root } = await startLab(t, [], post.zones)
    await startUnboundResolver(t, { ...root, address: resolverAddress })
    const sender = await startSender(t)
    const cases = post.cases.flatMap((placed) =>
      placed.case.kind === 'delivery' ? [{ placed, one: placed.case }] : [],
    )
    const ids = new Map<string, string>()
    const safe = cases.filter(({ one }) => !deadly.includes(one.id))
    for (const { placed, one } of safe) ids.set(one.id, await send(placed))
    const fates = new Map<string, Fate>()
    for (const { one } of safe) fates.set(one.id, await fateOf(sender, ids.get(one.id) ?? ''))
    for (const { placed, one } of cases) {
      if (deadly.includes(one.id)) fates.set(one.id, await fateOfDeadly(sender, await send(placed)))
    }
    const all = cases.map(({ placed, one }) => mailFate(placed, one, fates.get(one.id) as Fate))
    const unexplained = all
      .filter(({ agrees, difference }) => !agrees && !difference)
      .map(({ one, expected, said, line }) => `${one.id}: ${said}, not ${expected}: ${line}`)
    t.same(unexplained, [], 'each difference is explained')

    const { stdout } = await runProgram('postconf', ['-dh', 'mail_version'])
    const document = postfixDocument(all, stdout.trim())
    if (!keepDocument(t, 'lab-postfix.md', document, postfixVersionIn)) return
    const met = all.flatMap(({ one, difference }) => (difference ? [one.id] : []))
    const stale = postfixDifferences.flatMap((row) => row.cases).filter((id) => !met.includes(id))
    t.same(stale, [], 'each difference is still met')
  })
})
