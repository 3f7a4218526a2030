import { CodedError } from '../base/index.ts'
import type { TlsaConfig } from '../config/index.ts'
import { openRollovers, type Rollovers, type WatchedOwner } from '../rollover/index.ts'
import type { Ttl } from '../rr/index.ts'
import { probe } from '../smtp/index.ts'
import { ehloDefault } from './flags.ts'
import type { Io } from './io.ts'
import type { Provisioning, ProvisioningParts } from './provisioning.ts'
import { readPem } from './tlsa-files.ts'

/** TLSA owners, and who looks after them. */
export interface OpenTlsa {
  readonly rollovers: Rollovers
  /** Begins a round of what is to be done every minute, unless one is under way. */
  lookAfter(): void
  /** Gives up talking to mail servers, and waits for the end of the round. */
  close(): Promise<void>
}

/** Takes up the TLSA owners of a store, those of the configuration among them. */
export function openTlsa(
  { store, records }: Pick<Provisioning, 'store' | 'records'>,
  { log, currentConfig, onFault }: Pick<ProvisioningParts, 'log' | 'currentConfig' | 'onFault'>,
  io: Io,
): OpenTlsa {
  const { clock, timers, monotonicMs } = io
  const ending = new AbortController()
  const { signal } = ending
  const rollovers = openRollovers({
    ...{ store, records, clock, readPem },
    ehloName: ehloDefault(io.hostName),
    probe: (request) => probe(request, { timers, monotonicMs, signal }),
    watched: () => [...currentConfig().tlsa.values()].map(watchedOwner),
    onFault(error, owner) {
      if (error instanceof CodedError) log.warn('tlsa not seen to', { owner, error })
      else onFault(error)
    },
    onNote(owner, { severity, text }) {
      const say = severity === 'error' ? 'error' : 'warn'
      log[say]('tlsa', { owner, text })
    },
  })
  let round: Promise<void> | undefined
  return {
    rollovers,
    lookAfter() {
      if (signal.aborted) return
      round ??= rollovers
        .lookAfter()
        .catch(onFault)
        .finally(() => {
          round = undefined
        })
    },
    async close() {
      ending.abort()
      await round
    },
  }
}

function watchedOwner({ owner, certificates, ttl, ...rest }: TlsaConfig): WatchedOwner {
  const { issuer, lag, warn, servers } = rest
  const wish = { ttl: ttl as Ttl, issuer, lagSeconds: lag, warnSeconds: warn, servers }
  return { owner, certificates, wish }
}
