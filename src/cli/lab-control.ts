import { CodedError } from '../base/index.ts'
import type { CommandHandler, ControlRequest } from '../control/index.ts'
import type { Place } from '../lab/index.ts'
import { type Injection, injectionSecondsMax, type Ledger } from '../overlay/index.ts'
import { formatType, parseType } from '../rr/index.ts'
import { findFault } from '../scenario/index.ts'
import { formatName, type Name, parseName } from '../wire/index.ts'

/** A fault at work, as programs are told of it. */
export interface InjectionView {
  readonly zone: string
  readonly fault: string
  readonly title: string
  /** A name, or a name and type, where it is not where the catalogue has it; relative. */
  readonly at: string | null
  /** As Unix time. */
  readonly since: number
  /** As Unix time; null for until it is healed. */
  readonly until: number | null
}

/** What `danelaw lab inject`, `heal` and `status` get. */
export interface InjectionsView {
  readonly faults: readonly InjectionView[]
}

/** Tells of a fault at work. */
export function injectionView({ apex, fault, at, since, until }: Injection): InjectionView {
  const { id, title } = fault
  const place = at ? placeText(at) : null
  const times = { since, until: until ?? null }
  return { zone: formatName(apex), fault: id, title, at: place, ...times }
}

function placeText({ owner, type }: Place): string {
  return type === 'any' ? owner : `${owner} ${formatType(type)}`
}

function malformed(what: string): CodedError {
  return new CodedError('control-malformed', `Cannot read request: ${what}`)
}

function textOf(request: ControlRequest, key: string): string {
  const value = request[key]
  if (typeof value === 'string') return value
  throw malformed(`${key} must be a string`)
}

function zoneOf(request: ControlRequest): Name {
  const text = textOf(request, 'zone')
  return parseName(text.endsWith('.') ? text : `${text}.`)
}

function secondsOf({ seconds }: ControlRequest): number | undefined {
  if (seconds === undefined) return undefined
  const isSpan = typeof seconds === 'number' && Number.isInteger(seconds)
  if (isSpan && seconds >= 1 && seconds <= injectionSecondsMax) return seconds
  throw malformed(`seconds must be from 1 to ${injectionSecondsMax}`)
}

/** Reads `NAME` or `NAME TYPE`, relative to a zone. @throws {CodedError} of names and types */
function parsePlace(text: string): Place {
  const [owner = '', type, ...more] = text.trim().split(/\s+/)
  if (owner === '' || more.length > 0) throw malformed('at must be NAME or "NAME TYPE"')
  if (owner.endsWith('.')) throw malformed('at must be relative to the zone: no dot at the end')
  if (owner !== '@') parseName(`${owner}.`)
  return { owner, type: type === undefined ? 'any' : parseType(type) }
}

/**
 * What `danelaw lab inject`, `heal` and `status` ask of a server that runs.
 */
export function labCommands(ledger: Ledger): readonly (readonly [string, CommandHandler])[] {
  const view = (faults: readonly Injection[]): InjectionsView => ({
    faults: faults.map(injectionView),
  })
  return [
    [
      'lab-inject',
      async (request) => {
        const at = request['at'] === undefined ? undefined : parsePlace(textOf(request, 'at'))
        const fault = findFault(textOf(request, 'fault'))
        const seconds = secondsOf(request)
        return view([ledger.inject({ apex: zoneOf(request), fault, at, seconds })])
      },
    ],
    [
      'lab-heal',
      async (request) => {
        if (request['all'] === true) return view(ledger.heal())
        const id = request['fault'] === undefined ? undefined : textOf(request, 'fault')
        return view(ledger.heal(zoneOf(request), id))
      },
    ],
    // What a lab began with is long; what was injected is looked for.
    ['lab-status', async () => view(ledger.list().toReversed())],
  ]
}
