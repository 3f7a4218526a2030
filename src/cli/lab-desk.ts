import { CodedError } from '../base/index.ts'
import { type Config, isLoopback } from '../config/index.ts'
import type { CommandHandler } from '../control/index.ts'
import type { Log } from '../observe/index.ts'
import type { ServedZone } from '../query/index.ts'
import type { Respond } from '../server/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { Io } from './io.ts'
import type { InjectionView } from './lab-control.ts'

/** What a server has to do with faults that are injected into it. */
export interface LabDesk {
  /** What `danelaw lab inject` and its like ask for. */
  readonly commands: readonly (readonly [string, CommandHandler])[]
  /** Puts what is at work in front of an honest server; itself where nothing may ever be. */
  over(honest: Respond): Respond
  /** What is at work. */
  atWork(): readonly InjectionView[]
  /** Lets go of timers. */
  close(): void
}

/** What may be broken, and who is told. */
interface DeskParts {
  readonly zones: ZoneTable<ServedZone>
  readonly log: Log
}

/**
 * The desk of a server that serves. Where the configuration does not consent, its commands are
 * refused with `lab-inject-off` or `lab-inject-remote`, answers are left alone, and the rooms of
 * the lab are not loaded.
 */
export async function openLabDesk(
  config: Config,
  { zones, log }: DeskParts,
  { clock, timers }: Pick<Io, 'clock' | 'timers'>,
): Promise<LabDesk> {
  const refusal = refusalOf(config)
  if (refusal) return closedDesk(refusal)
  const { openOverlay } = await import('../overlay/index.ts')
  const { injectionView, labCommands } = await import('./lab-control.ts')
  const { ledger, over } = openOverlay({
    ...{ allowed: config.lab.inject, zones, clock, timers },
    onChange: (injection, became) => log.warn(events[became], { ...injectionView(injection) }),
  })
  log.warn('zones may be broken on purpose', { count: config.lab.inject.length })
  return {
    commands: labCommands(ledger),
    over,
    atWork: () => ledger.list().map(injectionView),
    close: () => ledger.close(),
  }
}

/** Names of the commands, which are there for every server, so that it can say why not. */
const commandNames = ['lab-inject', 'lab-heal', 'lab-status']

const events = {
  injected: 'fault injected',
  healed: 'fault healed',
  over: 'fault over: its time has come',
} as const

function closedDesk(refusal: CodedError): LabDesk {
  const refuse = async (): Promise<object> => {
    throw refusal
  }
  return {
    commands: commandNames.map((name) => [name, refuse] as const),
    over: (honest) => honest,
    atWork: () => [],
    close: () => undefined,
  }
}

/** Why a server must not be broken; undefined where it may. */
function refusalOf({ lab, listen, tls }: Config): CodedError | undefined {
  const cannot = 'Cannot break zones of this server'
  if (lab.inject.length === 0) {
    return new CodedError('lab-inject-off', `${cannot}: lab.inject of its configuration is empty`)
  }
  const remote = [...listen, ...tls.listen].find(({ address }) => !isLoopback(address))
  if (!remote || lab.allowRemote) return undefined
  const why = `it listens on ${remote.address}, which is not loopback, without lab.allowRemote`
  return new CodedError('lab-inject-remote', `${cannot}: ${why}`)
}
