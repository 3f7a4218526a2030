import type { MatchResult } from '../dane/index.ts'
import type { Destination, Host } from '../destination/index.ts'
import type { StsState } from '../mtasts/index.ts'
import type { ProbeResult } from '../smtp/index.ts'
import type { RptRecord } from '../tlsrpt/index.ts'
import type { CheckRequest } from './world.ts'

/** One address of a host, as it was met. */
export interface Encounter {
  readonly result: ProbeResult
  /** How its chain fits the TLSA records; undefined without TLS, or without usable records. */
  readonly match: MatchResult | undefined
}

/** A host with all that was learnt of it. */
export interface MetHost {
  readonly host: Host
  readonly encounters: readonly Encounter[]
}

/** A lookup of a policy in DNS, and what it led to. */
export interface Discovered<T> {
  readonly state: T
  /** What DNS said, in lines. */
  readonly details: readonly string[]
  readonly elapsedMs: number
}

/** Everything that a check has gathered; what is made of it is pure. */
export interface Findings {
  readonly request: CheckRequest
  readonly destination: Destination
  readonly hosts: readonly MetHost[]
  /** Undefined where it was not asked for. */
  readonly sts: Discovered<StsState> | undefined
  readonly tlsRpt: Discovered<RptRecord> | undefined
  /** Unix seconds. */
  readonly time: number
  readonly elapsedMs: number
  readonly queries: number
}
