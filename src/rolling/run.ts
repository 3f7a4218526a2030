import { type Answer, ask, formatAnswer, meets } from './ask.ts'
import { parseScenario } from './parse.ts'
import { formatTime, type Report, type StepReport } from './report.ts'
import { Resolvers } from './resolvers.ts'
import type { Deed, Scenario, Step } from './scenario.ts'
import { type Act, Stage } from './stage.ts'
import { formatOld, type Sighting, Watch } from './watch.ts'

/** How a scenario is played. */
export interface PlayOptions {
  /** What places and the report call the text. */
  readonly file: string
  /** Instead of the seed that the file has. */
  readonly seed?: string
  /** Hears of each step as it has been taken. */
  readonly onStep?: (step: StepReport) => void
}

/**
 * Plays a scenario to its end, whether expectations are met or not. Its clock moves only by its own
 * ADVANCE steps; nothing is sent over a network.
 *
 * @throws {CodedError} `roll-invalid`: the text cannot be read, or a step makes no sense when its time
 *   has come; with its place
 */
export async function runScenario(text: string, options: PlayOptions): Promise<Report> {
  const read = parseScenario(text, options.file)
  const scenario = { ...read, seed: options.seed ?? read.seed }
  const play = new Play(scenario)
  const steps: StepReport[] = []
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

type Found = Pick<StepReport, 'status' | 'says'>

const silence: Found = { status: 'done', says: [] }

/** A scenario under way. */
class Play {
  readonly #stage: Stage
  readonly #resolvers: Resolvers
  readonly #watches: Watch[] = []
  #answer: Answer | undefined

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
        return this.#expect(deed)
      case 'watch': {
        const watch = new Watch(deed.subject, deed.everySeconds, step, this.#stage)
        this.#watches.push(watch)
        await watch.look()
        return silence
      }
      case 'advance':
        await this.#advance(deed.seconds)
        return silence
      default:
        await this.#perform(deed, step)
        return silence
    }
  }

  async #ask({ subject, by, at }: Extract<Deed, { kind: 'ask' }>): Promise<Found> {
    const answer = await this.#resolvers.use(by, at, (stub) => {
      return ask(subject, (name, type) => stub.resolve(name, type), this.#stage)
    })
    this.#answer = answer
    return { status: 'done', says: [formatAnswer(answer)] }
  }

  #expect({ when, expected }: Extract<Deed, { kind: 'expect' }>): Found {
    if (when === 'now') {
      const isMet = this.#answer !== undefined && meets(this.#answer, expected)
      return { status: isMet ? 'met' : 'unmet', says: [] }
    }
    const sightings = this.#watches.flatMap((watch) => watch.sightings)
    const met = sightings.filter(({ answer }) => meets(answer, expected))
    const isMet = when === 'always' ? met.length === sightings.length : met.length > 0
    const counts = this.#watches.map((watch) => watch.counts)
    const total = (of: 'moments' | 'caches') => counts.reduce((sum, count) => sum + count[of], 0)
    for (const watch of this.#watches) watch.judged()
    return {
      status: isMet ? 'met' : 'unmet',
      says: [
        `${total('moments')} looks at ${total('caches')} different caches found`,
        ...sightings.map(formatSighting),
      ],
    }
  }

  /** Time passes; whoever watches looks as often as said, and once more at the end. */
  async #advance(seconds: number): Promise<void> {
    const { clock } = this.#stage
    const start = clock.now()
    const times = new Set([seconds])
    for (const { everySeconds } of this.#watches) {
      for (let at = everySeconds; at < seconds; at += everySeconds) times.add(at)
    }
    for (const time of [...times].sort((a, b) => a - b)) {
      clock.advance(start + time - clock.now())
      await this.#look((watch) => time === seconds || time % watch.everySeconds === 0)
    }
  }

  async #perform(act: Act, step: Step): Promise<void> {
    this.#stage.perform(act, step)
    await this.#look(() => true)
  }

  async #look(isDue: (watch: Watch) => boolean): Promise<void> {
    for (const watch of this.#watches) if (isDue(watch)) await watch.look()
  }
}

function formatSighting({ answer, from, to, old }: Sighting): string {
  const span = from === to ? `at ${formatTime(from)}` : `${formatTime(from)} to ${formatTime(to)}`
  const names = old.map(formatOld).join(', ')
  const whose = names === '' ? '' : ` (by who had ${names} from before)`
  return `${span}: ${formatAnswer(answer)}${whose}`
}
