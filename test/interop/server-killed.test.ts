import { randomInt } from 'node:crypto'
import t from 'tap'
import { readMessage } from '../../src/message/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { install, type RunningDanelaw, startDanelaw } from '../support/danelaw.ts'
import { dnsClient, encodeQuery } from '../support/peers/client.ts'
import { apiSettings, asking, powerdns, provision, replace } from '../support/provisioned.ts'

t.setTimeout(300_000)

// The whole server is killed while it writes, as the store alone is in test/store/crash.test.ts.

const kills = 10
const writers = 8
/** Changes that are acknowledged before the server is killed, at most. */
const changesMax = 60
const zone = { name: 'killed.test.', kind: 'Native', nameservers: ['ns1.other.test.'] }

/** Addresses that were acknowledged until the server was gone, by owner. */
async function writeUntilKilled(
  danelaw: RunningDanelaw,
  token: string,
  life: number,
): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>()
  const enough = randomInt(1, changesMax)
  const ask = asking(danelaw, token)
  let gone: Promise<unknown> | undefined
  const write = async (writer: number) => {
    for (let n = 0; ; n++) {
      const owner = `w${writer}-${n}.life${life}.${zone.name}`
      const address = `10.${life}.${writer}.${n}`
      try {
        const path = `${powerdns}/${zone.name}`
        const { status } = await ask('PATCH', path, replace(owner, 'A', address))
        if (status !== 204) throw new Error(`The change of ${owner} was answered with ${status}`)
      } catch (error) {
        if (gone === undefined) throw error
        return
      }
      acknowledged.set(owner, address)
      if (acknowledged.size >= enough) gone ??= danelaw.stop('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  await gone
  return acknowledged
}

t.test(`kill -9 ${kills} times while it writes: it starts and answers all, signed`, async (t) => {
  const installation = install(t, [], apiSettings)
  const { danelaw: first, ask, token } = await provision(t, installation)
  t.equal((await ask('POST', powerdns, zone)).status, 201)
  const acknowledged = new Map<string, string>()
  let danelaw: RunningDanelaw = first
  for (let life = 0; life < kills; life++) {
    for (const [owner, address] of await writeUntilKilled(danelaw, token, life)) {
      acknowledged.set(owner, address)
    }
    danelaw = await startDanelaw(t, installation)
    const client = dnsClient(danelaw.port)
    const wrong: string[] = []
    for (const [owner, address] of acknowledged) {
      const query = encodeQuery({ name: owner, type: RR.A, dnssecOk: true })
      const { answer } = readMessage(await client.udp(query))
      const found = answer.filter(({ type }) => type === RR.A)
      const text = found.map(({ rdata }) => formatRdata(RR.A, rdata)).join()
      const isSigned = answer.some(({ type }) => type === RR.RRSIG)
      if (text !== address || !isSigned) wrong.push(`${owner}: ${text}, signed ${isSigned}`)
    }
    client.close()
    t.strictSame(wrong, [], `life ${life}: ${acknowledged.size} addresses`)
  }
})
