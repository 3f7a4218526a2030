/**
 * Durable changes a second, and how long after a change was sent its signed answer is there, for
 * danelaw and for those of its peers that are installed: PowerDNS by its API, BIND and Knot by
 * dynamic update, one after the other on the same machine.
 *
 * Each writer has one connection and one change under way. A change replaces one A RRset of a
 * signed zone by another; all flush before they answer, as they do by default.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { RR } from '../src/rr/index.ts'
import { encodeQuery } from '../test/support/peers/client.ts'
import type { Push } from './pushers.ts'
import { absentRivals, type Rival, rivals, zone } from './rivals.ts'
import type { Cell, Table } from './table.ts'

const writersOf = [1, 16, 256] as const
const seconds = 3
/** RRsets of one change, where many are sent at a time; and who sends them. */
const batch = 100
const batchWriters = 4
/** Changes whose answers are waited for. */
const watched = 200
/** And for how long at most. */
const watchedSecondsMax = 20
const ms = 1000
/** How long a writer waits whose change was refused. */
const backOffMs = 10
/** How long an answer is waited for before the question is put again. */
const patienceMs = 1000

let pushed = 0

/** A change that nobody has made before. */
function nextPush(label: string): Push {
  pushed++
  return { label, address: [10, (pushed >> 16) & 255, (pushed >> 8) & 255, pushed & 255] }
}

interface Rate {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Changes that were not taken. */
  readonly refused: number
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function summary(times: number[]): { readonly p50: number; readonly p99: number } {
  times.sort((a, b) => a - b)
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/** Has writers push for a while, each its next change as soon as the last one is made. */
async function measure({ pusher }: Rival, writers: number, size: number): Promise<Rate> {
  const times: number[] = []
  let refused = 0
  const begun = performance.now()
  const until = begun + seconds * ms
  const work = async (writer: number) => {
    for (let n = 0; performance.now() < until; n++) {
      const changes = Array.from({ length: size }, (_, at) =>
        nextPush(`w${writer}-${(n * size + at) % 1000}`),
      )
      const sent = performance.now()
      if (await pusher.push(writer, changes)) times.push(performance.now() - sent)
      else {
        refused++
        await delay(backOffMs)
      }
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => work(writer)))
  const perSecond = (times.length * size) / ((performance.now() - begun) / ms)
  return { perSecond, refused, ...summary(times) }
}

/** From sending a change to having its answer, signed, while other writers push as well. */
async function watch(rival: Rival, others: number): Promise<Pick<Rate, 'p50' | 'p99'>> {
  const socket = createSocket('udp4')
  socket.connect(rival.dnsPort, '127.0.0.1')
  await once(socket, 'connect')
  let isOver = false
  const insist = async (writer: number, change: Push) => {
    while (!(await rival.pusher.push(writer, [change]))) await delay(backOffMs)
  }
  const noise = Array.from({ length: others }, async (_, writer) => {
    while (!isOver) await insist(1 + writer, nextPush(`w${writer}`))
  })
  const times: number[] = []
  const until = performance.now() + watchedSecondsMax * ms
  for (let n = 0; n < watched && performance.now() < until; n++) {
    const change = nextPush(`watched${n % 20}`)
    const sent = performance.now()
    await insist(0, change)
    await whenAnswered(socket, change)
    times.push(performance.now() - sent)
  }
  isOver = true
  await Promise.all(noise)
  socket.close()
  return summary(times)
}

/** Asks until the answer has the address and a signature. */
async function whenAnswered(socket: Socket, { label, address }: Push): Promise<void> {
  const query = encodeQuery({ name: `${label}.${zone}`, type: RR.A, dnssecOk: true })
  for (;;) {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(patienceMs) })
    socket.send(query)
    const [answer] = (await answered.catch(() => [])) as [Buffer?]
    const isSigned = answer !== undefined && answer.readUInt16BE(6) >= 2
    if (isSigned && answer.includes(Buffer.from(address))) return
  }
}

/** Changes a second and times, of every server that is here. */
export async function provisioningTables(): Promise<Table[]> {
  const rates: Cell[][] = []
  const answers: Cell[][] = []
  const absent = absentRivals()
  const leftOut = absent.length > 0 ? ` Left out: ${absent.join('; ')}.` : ''
  for await (const rival of rivals()) {
    try {
      process.stderr.write(`${rival.name} …\n`)
      await measure(rival, 16, 1)
      const row: Cell[] = [rival.name]
      let refusals = 0
      for (const writers of writersOf) {
        const { perSecond, p50, p99, refused } = await measure(rival, writers, 1)
        refusals += refused
        row.push(Math.round(perSecond), times(p50, p99))
      }
      const many = await measure(rival, batchWriters, batch)
      rates.push([...row, Math.round(many.perSecond), refusals + many.refused])
      const alone = await watch(rival, 0)
      const among = await watch(rival, 15)
      answers.push([rival.name, alone.p50, alone.p99, among.p50, among.p99])
    } finally {
      rival.pusher.close()
      await rival.stop()
    }
  }
  return [
    {
      title: 'Durable changes',
      note:
        `Changes of one A RRset of a signed zone by 1, 16 and 256 writers, ${seconds} s each, ` +
        'and p50 / p99 of one; ' +
        `then RRsets a second of ${batchWriters} writers in changes of ${batch}, and how many ` +
        `of all changes were refused.${leftOut}`,
      columns: [
        'server',
        ...writersOf.flatMap((writers) => [`/s by ${writers}`, `ms by ${writers}`]),
        'RRsets/s',
        'refused',
      ],
      rows: rates,
    },
    {
      title: 'From a change to its signed answer',
      note: `In ms: one writer, asking for what it changed; alone, and among 15 others.${leftOut}`,
      columns: ['server', 'p50 alone', 'p99 alone', 'p50 among 15', 'p99 among 15'],
      rows: answers,
    },
  ]
}

function times(p50: number, p99: number): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`
}
