import { setTimeout as delay } from 'node:timers/promises'
import { allCaughtUp, look, type Node, putAddress, shared } from './nodes.ts'
import type { Postgres } from './postgres.ts'

/** Writers on each node, each with one change under way. */
const writersPerNode = 4
/** What is waited for before PostgreSQL goes, and again after it is back, from each writer. */
const changesEach = 10
/** What each node is asked while PostgreSQL is gone, at least. */
const answersEach = 100

/** What happened while PostgreSQL was gone, and before and after. */
export interface Outage {
  /** Addresses whose change was acknowledged, by the labels of their owners. */
  readonly acknowledged: ReadonlyMap<string, string>
  /** How often a change was refused with 503. */
  readonly refused: number
  /** Queries, all of which got a signed answer; and how many of them while PostgreSQL was gone. */
  readonly answered: number
  readonly answeredMeanwhile: number
  /** What went otherwise than it should; nothing. */
  readonly failures: readonly string[]
  /** Seconds without PostgreSQL. */
  readonly seconds: number
  /** Milliseconds from PostgreSQL's being ready to the first change that every node took. */
  readonly recoveryMs: number
}

/** Load on all nodes at once: who asks and who writes, and what came of it. */
class Load {
  readonly acknowledged = new Map<string, string>()
  readonly failures: string[] = []
  /** By node. */
  readonly answered: number[]
  /** By writer. */
  readonly changes: number[]
  readonly refusals: number[]
  readonly #nodes: readonly Node[]
  readonly #restMs: number
  #isOver = false
  #steps = new Set<() => void>()

  constructor(nodes: readonly Node[], restMs: number) {
    const writers = Array<number>(nodes.length * writersPerNode).fill(0)
    this.#nodes = nodes
    this.#restMs = restMs
    this.answered = nodes.map(() => 0)
    this.changes = [...writers]
    this.refusals = [...writers]
  }

  /** Resolves when `end` was called and nothing is under way any more. */
  async run(): Promise<void> {
    await Promise.all([
      ...this.#nodes.flatMap((node, at) => [
        this.#ask(node, at, 'udp'),
        this.#ask(node, at, 'tcp'),
      ]),
      ...this.changes.map((_, writer) => this.#write(writer)),
    ])
  }

  end(): void {
    this.#isOver = true
  }

  /** Resolves when `condition` holds, which is looked at whenever anything happened. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const step = () => {
        if (!condition() && this.failures.length === 0) return
        this.#steps.delete(step)
        resolve()
      }
      this.#steps.add(step)
      step()
    })
  }

  #step(): void {
    for (const step of [...this.#steps]) step()
  }

  async #ask(node: Node, at: number, via: 'udp' | 'tcp'): Promise<void> {
    while (!this.#isOver) {
      const { isSigned } = await look(node, 'www', undefined, via).catch((error: Error) => {
        this.failures.push(`query by ${via} to node ${at}: ${error.message}`)
        return { isSigned: true }
      })
      if (!isSigned) this.failures.push(`an answer of node ${at} by ${via} is not signed`)
      this.answered[at] = (this.answered[at] ?? 0) + 1
      this.#step()
      await this.#rest()
    }
  }

  async #write(writer: number): Promise<void> {
    const node = this.#nodes[writer % this.#nodes.length] as Node
    while (!this.#isOver) {
      const n = this.changes[writer] ?? 0
      const label = `w${writer}-${n % 50}`
      const address = `10.${writer}.${n >> 8}.${n & 255}`
      const status = await putAddress(node, label, address).catch((error: Error) => error.message)
      if (status === 204) {
        this.acknowledged.set(label, address)
        this.changes[writer] = n + 1
      } else if (status === 503) this.refusals[writer] = (this.refusals[writer] ?? 0) + 1
      else this.failures.push(`change of ${label}.${shared}: ${status}`)
      this.#step()
      await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    if (this.#restMs > 0) await delay(this.#restMs)
  }
}

/**
 * Stops PostgreSQL under load, for at least so many seconds and until everybody has noticed, does
 * `meanwhile`, and starts it again; the load ends when every writer has gone on for a while. Who
 * asks and who writes rests for `restMs` after each answer: a test has a machine for itself as
 * little as a server has.
 */
export async function stopUnderLoad(
  nodes: readonly Node[],
  postgres: Postgres,
  { seconds, restMs }: { readonly seconds: number; readonly restMs: number },
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Outage> {
  const [first] = nodes as [Node]
  await putAddress(first, 'www', '192.0.2.1')
  await allCaughtUp(first)
  const load = new Load(nodes, restMs)
  const running = load.run()
  await load.until(() => load.changes.every((count) => count >= changesEach))
  await postgres.stop()
  const stopped = performance.now()
  const before = [...load.answered]
  await load.until(
    () =>
      performance.now() - stopped >= seconds * 1000 &&
      load.refusals.every((count) => count > 0) &&
      load.answered.every((count, at) => count >= (before[at] ?? 0) + answersEach),
  )
  await meanwhile()
  const answeredMeanwhile = sum(load.answered) - sum(before)
  const gone = (performance.now() - stopped) / 1000
  await postgres.start()
  const started = performance.now()
  const changes = [...load.changes]
  const since = (writer: number) => (load.changes[writer] ?? 0) - (changes[writer] ?? 0)
  await load.until(() => changes.every((_, writer) => since(writer) > 0))
  const recoveryMs = performance.now() - started
  await load.until(() => changes.every((_, writer) => since(writer) >= changesEach))
  load.end()
  await running
  const { acknowledged, failures } = load
  const counts = { refused: sum(load.refusals), answered: sum(load.answered), answeredMeanwhile }
  return { acknowledged, failures, ...counts, seconds: gone, recoveryMs }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
