import { formatType } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import { type Answer, ask, meets } from './ask.ts'
import { parseScenario } from './parse.ts'
import type { Report, SightingReport, StepReport } from './report.ts'
import { Resolvers } from './resolvers.ts'
import type { Deed, Expected, Scenario, Step } from './scenario.ts'
import { Stage } from './stage.ts'
import { type Sighting, Watch } from './watch.ts'

/** How a scenario is played. */
export interface PlayOptions {
  /** What places and the report call the text. */
  readonly file: string
  /** Instead of the seed that the file has. */
  readonly seed?: string
  /** Hears the title of the scenario before its first step. */
  readonly onTitle?: (title: string) => void
  /** Hears of each step as it has been taken. */
  readonly onStep?: (step: StepReport) => void
}

/**
 * Plays a scenario to its end, whether expectations are met or not. Its clock moves only by its own
 * ADVANCE steps; nothing is sent over a network.
 *
 * @throws {CodedError} `roll-invalid`: the text cannot be read, or a step makes no sense when its
 *   time
 *   has come; with its place
 */
export async function runScenario(text: string, options: PlayOptions): Promise<Report> {
  const read = parseScenario(text, options.file)
  const scenario = { ...read, seed: options.seed ?? read.seed }
  const play = new Play(scenario)
  const steps: StepReport[] = []
  options.onTitle?.(scenario.title)
  try {
    for (const step of scenario.steps) {
      const report = await play.take(step)
      steps.push(report)
      options.onStep?.(report)
    }
  } finally {
    await play.close()
  }
  const { file, title, seed } = scenario
  const passed = steps.every(({ status }) => status !== 'unmet')
  return { file, title, seed, passed, steps, digest: play.digest }
}

type Found = Pick<StepReport, 'status' | 'answer' | 'watched'>

const done: Found = { status: 'done' }

/** A scenario under way. */
class Play {
  readonly #stage: Stage
  readonly #resolvers: Resolvers
  readonly #watches: Watch[] = []
  #answer: Answer | undefined
  /** Whether something was done that no watch has seen yet. */
  #isChanged = false

  constructor(scenario: Scenario) {
    this.#stage = new Stage(scenario)
    this.#resolvers = new Resolvers(this.#stage, scenario.seed)
  }

  get digest(): string {
    return this.#stage.digest
  }

  async take(step: Step): Promise<StepReport> {
    const at = this.#stage.clock.now()
    const found = await this.#do(step)
    return { line: step.place.line, text: step.text, at, ...found }
  }

  async close(): Promise<void> {
    await this.#resolvers.close()
  }

  async #do(step: Step): Promise<Found> {
    const { deed } = step
    switch (deed.kind) {
      case 'ask':
        return await this.#ask(deed)
      case 'expect':
        return deed.when === 'now' ? this.#expect(deed.expected) : await this.#expectOfWatches(deed)
      case 'watch':
        await this.#watch(deed, step)
        return done
      case 'advance':
        await this.#advance(deed.seconds)
        return done
      default:
        this.#stage.perform(deed, step)
        this.#isChanged = true
        return done
    }
  }

  async #ask({ subject, by, at }: Extract<Deed, { kind: 'ask' }>): Promise<Found> {
    this.#answer = await this.#resolvers.use(by, at, (stub) => {
      return ask(subject, (name, type) => stub.resolve(name, type), this.#stage)
    })
    return { status: 'done', answer: this.#answer }
  }

  #expect(expected: Expected): Found {
    const answer = this.#answer
    if (answer === undefined || meets(answer, expected)) return { status: 'met' }
    return { status: 'unmet', answer }
  }

  async #expectOfWatches({ when, expected }: Extract<Deed, { kind: 'expect' }>): Promise<Found> {
    await this.#lookAtChanges()
    const sightings = this.#watches.flatMap((watch) => watch.sightings)
    const met = sightings.filter(({ answer }) => meets(answer, expected))
    const isMet = when === 'always' ? met.length === sightings.length : met.length > 0
    const watched = {
      looks: this.#watches.reduce((sum, { looks }) => sum + looks, 0),
      cachesMax: Math.max(...this.#watches.map(({ cachesMax }) => cachesMax)),
      sightings: sightings.map(reportOf),
    }
    for (const watch of this.#watches) watch.judged()
    return { status: isMet ? 'met' : 'unmet', watched }
  }

  async #watch(
    { subject, everySeconds }: Extract<Deed, { kind: 'watch' }>,
    step: Step,
  ): Promise<void> {
    await this.#lookAtChanges()
    const watch = new Watch(subject, everySeconds, step.place, this.#stage)
    this.#watches.push(watch)
    await watch.look()
  }

  /** Time passes; whoever watches looks as often as said, and once more at the end. */
  async #advance(seconds: number): Promise<void> {
    await this.#lookAtChanges()
    const { clock } = this.#stage
    const start = clock.now()
    const times = new Set([seconds])
    for (const { everySeconds } of this.#watches) {
      for (let at = everySeconds; at < seconds; at += everySeconds) times.add(at)
    }
    for (const time of [...times].sort((a, b) => a - b)) {
      clock.advance(start + time - clock.now())
      for (const watch of this.#watches) {
        if (time === seconds || time % watch.everySeconds === 0) await watch.look()
      }
    }
  }

  /** What is done while no time passes is done at once: watches see it when all of it is done. */
  async #lookAtChanges(): Promise<void> {
    if (!this.#isChanged) return
    this.#isChanged = false
    for (const watch of this.#watches) await watch.look()
  }
}

function reportOf({ answer, from, to, old }: Sighting): SightingReport {
  const olds = old.map(({ name, type, seen }) => {
    return { question: `${formatName(name)} ${formatType(type)}`, said: seen }
  })
  return { answer, from, to, old: olds }
}
