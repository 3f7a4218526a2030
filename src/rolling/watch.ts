import { CodedError, type Place, type UnixSeconds } from '../base/index.ts'
import type { RRType } from '../rr/index.ts'
import { defaultValidatorLimits, drive, type TrustStore, validate } from '../validator/index.ts'
import type { Name } from '../wire/index.ts'
import { type Answer, ask, formatAnswer } from './ask.ts'
import { questionKey, Remembered, type Version } from './caches.ts'
import { Choices } from './choices.ts'
import { rollLimits, type Subject } from './scenario.ts'
import type { Stage } from './stage.ts'

/** What some cache made of what is watched, and when. */
export interface Sighting {
  readonly answer: Answer
  readonly from: UnixSeconds
  /** The last moment at which it was seen. */
  to: UnixSeconds
  /** What is old in that cache; empty where all is of now. */
  readonly old: readonly OldVersion[]
}

/** Something that a cache has, and that is no longer said. */
export interface OldVersion {
  readonly name: Name
  readonly type: RRType
  /** When it was last said. */
  readonly seen: UnixSeconds
}

/** What makes two answers the same: all but how long ago something was. */
function kindOf(answer: Answer): string {
  return formatAnswer(answer).replace(/\d+ (?:second|minute|hour|day)s?/g, 'some time')
}

const noTrust: TrustStore = { get: () => undefined, set: () => undefined }

/**
 * Looks at one question through every cache that there may be. A cache has, of each answer that a
 * validation wants, one of the versions that are said now or have not run out; all combinations of
 * them are tried, for who may have asked when is nobody's to say.
 */
export class Watch {
  readonly everySeconds: number
  readonly #subject: Subject
  readonly #place: Place
  readonly #stage: Stage
  readonly #remembered = new Map<string, Remembered>()
  #sightings: Sighting[] = []
  /** What the last look was at, and until when another would see the same. */
  #mark = ''
  #until = 0
  #last: readonly Sighting[] = []
  #looks = 0
  #caches = 0
  #cachesMax = 0
  #isJudged = false

  /** Begins at the first look. `place` is that of the WATCH line. */
  constructor(subject: Subject, everySeconds: number, place: Place, stage: Stage) {
    this.everySeconds = everySeconds
    this.#subject = subject
    this.#place = place
    this.#stage = stage
  }

  /** What was seen since the last judgement, each kind of answer once. */
  get sightings(): readonly Sighting[] {
    return this.#sightings
  }

  /** How often was looked since then. */
  get looks(): number {
    return this.#looks
  }

  /** How many caches differed, at most, at one moment since then. */
  get cachesMax(): number {
    return this.#cachesMax
  }

  /** The next look begins another span of time. */
  judged(): void {
    this.#isJudged = true
  }

  /**
   * Looks, at the present moment.
   *
   * @throws {CodedError} `roll-invalid` where more caches differ than anybody wants to try
   */
  async look(): Promise<void> {
    if (this.#isJudged) {
      this.#isJudged = false
      this.#sightings = []
      this.#looks = 0
      this.#cachesMax = 0
    }
    this.#looks++
    for (const remembered of this.#remembered.values()) remembered.look(this.#stage)
    const now = this.#stage.clock.now()
    const mark = this.#markOf()
    if (mark !== this.#mark || now >= this.#until) {
      this.#last = await this.#combine()
      // Questions may have come up that were not remembered before.
      this.#mark = this.#markOf()
      this.#until = this.#boundary(now)
    }
    this.#cachesMax = Math.max(this.#cachesMax, this.#caches)
    for (const seen of this.#last) this.#note({ ...seen, from: now, to: now })
  }

  #note(sighting: Sighting): void {
    const kind = kindOf(sighting.answer)
    const known = this.#sightings.find(({ answer }) => kindOf(answer) === kind)
    if (known) known.to = sighting.to
    else this.#sightings.push(sighting)
  }

  #markOf(): string {
    const host = this.#subject.kind === 'send' ? this.#subject.host : undefined
    const certificate = host && this.#stage.certificateOf(host)
    const said = [...this.#remembered].map(([key, { versions }]) => {
      return `${key} ${versions.map(({ id }) => id).join(' ')}`
    })
    return [certificate?.subject ?? '', ...said].join('\n')
  }

  /** When the next signature begins or ends. */
  #boundary(now: UnixSeconds): number {
    const all = [...this.#remembered.values()].flatMap(({ versions }) => versions)
    const times = all.flatMap(({ turns }) => turns).filter((time) => time >= now)
    // A signature is good until its expiration, that second included (RFC 4034 §3.1.5).
    return Math.min(...times.map((time) => time + 1), Number.POSITIVE_INFINITY)
  }

  async #combine(): Promise<Sighting[]> {
    const now = this.#stage.clock.now()
    const sightings = new Map<string, Sighting>()
    const choices = new Choices()
    let count = 0
    do {
      if (++count > rollLimits.caches) {
        const text = `Cannot watch: more than ${rollLimits.caches} caches differ at a moment`
        throw new CodedError('roll-invalid', text, this.#place)
      }
      const old: OldVersion[] = []
      const chosen = new Map<string, Version>()
      const pick = (name: Name, type: RRType): Version => {
        const key = questionKey(name, type)
        const before = chosen.get(key)
        if (before) return before
        const versions = this.#versionsOf(name, type)
        // From the newest to the oldest: the plainest cache comes first.
        const version = versions.at(-1 - choices.next(versions.length)) as Version
        if (!version.isCurrent) old.push({ name, type, seen: version.seen })
        chosen.set(key, version)
        return version
      }
      const resolve = (name: Name, type: RRType) =>
        Promise.resolve(
          drive(this.#validation(name, type), (asked) => pick(asked.name, asked.type).result),
        )
      const answer = await ask(this.#subject, resolve, this.#stage)
      const kind = kindOf(answer)
      if (!sightings.has(kind)) sightings.set(kind, { answer, from: now, to: now, old })
    } while (choices.advance())
    this.#caches = count
    return [...sightings.values()]
  }

  #validation(name: Name, type: RRType) {
    return validate(
      { name, type },
      {
        anchors: this.#stage.anchors,
        now: this.#stage.clock.now(),
        limits: defaultValidatorLimits,
        trust: noTrust,
      },
    )
  }

  #versionsOf(name: Name, type: RRType): readonly Version[] {
    const key = questionKey(name, type)
    let remembered = this.#remembered.get(key)
    if (!remembered) {
      remembered = new Remembered(name, type)
      remembered.look(this.#stage)
      this.#remembered.set(key, remembered)
    }
    return remembered.versions
  }
}
