import type { UnixSeconds } from '../base/index.ts'
import type { CarriedFault, Setting } from '../lab/index.ts'
import type { Name } from '../wire/index.ts'

/** A fault as a zone carries it. */
export type WorldFault = CarriedFault

/** One zone. */
export interface ZoneSpec {
  readonly apex: Name
  /** How it is made before anything is wrong. Lines of `records` are relative to the apex. */
  readonly setting: Setting
  readonly faults: readonly WorldFault[]
  /** Addresses of its servers, in the order that faults number them. */
  readonly servers: readonly string[]
}

/** What to raise. Parents need not be named before children. The root must be there. */
export interface WorldSpec {
  /** All keys and all that looks random come of it. */
  readonly seed: string
  /** Seconds since 1970; read at each question. */
  now(): UnixSeconds
  readonly zones: readonly ZoneSpec[]
  /**
   * An address that answers for every zone, as its first server would: for those who reach a world
   * through one door.
   */
  readonly front?: string
}

/** Who is asked, and how. */
export interface Asked {
  /** The address of the server. */
  readonly server: string
  readonly via: 'udp' | 'tcp'
  /** The address of the client. */
  readonly from: string
}

/** What a server does about a query. */
export interface Reply {
  /** A message of its own memory; none: silence over UDP, the end of the connection over TCP. */
  readonly octets: Uint8Array | undefined
  readonly delayMs: number
}

/** A zone that is up. */
export interface WorldZone extends ZoneSpec {
  /** DS RDATA as its parent has it, faults included; empty without. */
  readonly ds: readonly Uint8Array[]
}

/** A world that is up, without sockets. */
export interface World {
  /** By apex as `formatName` writes it, in lower case. */
  readonly zones: ReadonlyMap<string, WorldZone>
  /** DS RDATA of the root: what a validator begins with (RFC 4033 §5). */
  readonly anchor: readonly Uint8Array[]
  /** Names and addresses of the root's servers. */
  readonly hints: readonly { readonly name: Name; readonly address: string }[]
  /** The address that answers for every zone, if there is one. */
  readonly front: string | undefined
  /** Pure but for the clock and caches of signatures. Never throws, whatever comes in. */
  answer(query: Uint8Array, asked: Asked): Reply
  /**
   * Another set of faults for a zone, from the next question on; its parent's DS with it.
   *
   * @throws {CodedError} `zone-absent`, `world-invalid`, `name-invalid`; faults stay as they were
   */
  setFaults(apex: Name, faults: readonly WorldFault[]): void
}
