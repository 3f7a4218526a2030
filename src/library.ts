/**
 * What other programs import: a validating stub with plain arguments and plain results.
 *
 *     import { createStub } from 'danelaw'
 *
 *     const stub = createStub({ servers: ['192.0.2.53'] })
 *     const { status, answer } = await stub.resolve('example.com', 'MX')
 *     await stub.close()
 *
 * Like `main`, this is a root of composition: it knows the clock, the network and the disk of the
 * process. `resolve` never rejects for what the network does; it does for a name or type that is
 * none.
 */
import { readFileSync } from 'node:fs'
import { type Clock, CodedError, systemTimers, type UnixSeconds } from './base/index.ts'
import { randomOctets } from './crypto/index.ts'
import { parseType } from './rr/index.ts'
import {
  createStub as composeStub,
  type Mode,
  parseAnchors,
  parseHints,
  parseUpstream,
  type ResolutionJson,
  resolutionToJson,
  rootAnchors,
  rootHints,
  type StubLimits,
} from './stub/index.ts'
import type { TrustAnchor } from './validator/index.ts'
import { parseName } from './wire/index.ts'

export { CodedError, type ErrorCode, type Place } from './base/index.ts'
export type {
  HopJson,
  LinkJson,
  ReasonJson,
  RecordJson,
  ResolutionJson,
  RRsetJson,
  StubLimits,
} from './stub/index.ts'

/** What a stub is to do. Give `servers` or `iterate`, one of the two. */
export interface StubSettings {
  /** Resolvers: `192.0.2.1`, `[2001:db8::1]:5300`, `tls://192.0.2.1#dns.example`. */
  readonly servers?: readonly string[]
  /** Asks the authorities, from the root down. */
  readonly iterate?: {
    /** A file like named.root; default: the root servers that are built in. */
    readonly hintsFile?: string
    /** Where every authority listens; default 53. */
    readonly port?: number
  }
  /** Trust anchors in BIND, zone file or RFC 9718 XML form; default: those of the root. */
  readonly anchors?: string
  /** The same, in a file. */
  readonly anchorFile?: string
  /** The time at which it begins, such as `2026-01-01T00:00:00Z`; default: the present. */
  readonly now?: Date | string
  readonly limits?: Partial<StubLimits>
}

/** Asks and validates. */
export interface PlainStub {
  /**
   * Resolves one question. A name without a final dot is absolute all the same.
   *
   * @throws {CodedError} `name-invalid`, `type-unknown`; for nothing that the network does
   */
  resolve(name: string, type: string, options?: { signal?: AbortSignal }): Promise<ResolutionJson>
  /** Closes every socket; questions under way end indeterminate. */
  close(): Promise<void>
}

/**
 * Makes a stub. Nothing is opened before something is asked.
 *
 * @throws {CodedError} `server-invalid`, `anchor-invalid`, `hints-invalid`, or `config-invalid` for
 *   settings that do not go together
 */
export function createStub(settings: StubSettings): PlainStub {
  const clock = clockFrom(settings.now)
  const stub = composeStub({
    mode: modeOf(settings),
    anchors: anchorsOf(settings, clock.now()),
    clock,
    monotonicMs: () => performance.now(),
    timers: systemTimers,
    random: randomOctets,
    limits: settings.limits ?? {},
  })
  return {
    async resolve(name, type, options = {}) {
      return resolutionToJson(await stub.resolve(parseName(name), parseType(type), options))
    },
    close: () => stub.close(),
  }
}

/** A clock that shows `now` at this moment, and goes on from there. */
function clockFrom(now: Date | string | undefined): Clock {
  const start = now === undefined ? Date.now() : new Date(now).getTime()
  if (Number.isNaN(start)) throw invalid(`Cannot read time ${JSON.stringify(now)}`)
  const begun = performance.now()
  return { now: () => Math.floor((start + performance.now() - begun) / 1000) as UnixSeconds }
}

function modeOf({ servers, iterate }: StubSettings): Mode {
  if ((servers === undefined) === (iterate === undefined)) {
    throw invalid('Cannot make stub: give servers or iterate, one of the two')
  }
  if (servers?.length === 0) throw invalid('Cannot make stub: servers names none')
  if (servers) return { kind: 'forward', servers: servers.map(parseUpstream) }
  const { hintsFile, port = 53 } = iterate ?? {}
  const hints =
    hintsFile === undefined
      ? rootHints
      : parseHints(readText(hintsFile, 'hints-invalid'), hintsFile, port)
  return { kind: 'iterate', hints, port }
}

function anchorsOf(settings: StubSettings, now: UnixSeconds): readonly TrustAnchor[] {
  const { anchors, anchorFile } = settings
  if (anchors !== undefined && anchorFile !== undefined) {
    throw invalid('Cannot make stub: give anchors or anchorFile, not both')
  }
  if (anchors !== undefined) return parseAnchors(anchors, 'anchors', now)
  if (anchorFile === undefined) return rootAnchors
  return parseAnchors(readText(anchorFile, 'anchor-invalid'), anchorFile, now)
}

function readText(path: string, code: 'anchor-invalid' | 'hints-invalid'): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CodedError(code, `Cannot read ${path}: ${why}`)
  }
}

function invalid(message: string): CodedError {
  return new CodedError('config-invalid', message)
}
