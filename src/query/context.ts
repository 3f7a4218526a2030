import type { Clock } from '../base/index.ts'
import { type Denial, Proof } from '../denial/index.ts'
import { type Envelope, Response } from '../response/index.ts'
import type { ZoneSigner } from '../signer/index.ts'
import type { NameKey } from '../wire/index.ts'
import type { Zone, ZoneTable } from '../zone/index.ts'
import { emptyIntake, type Intake } from './intake.ts'

/** How a zone is signed. */
export interface Signing {
  readonly signer: ZoneSigner
  readonly denial: Denial
}

/** A zone as the corridor sees it. */
export interface ServedZone {
  readonly zone: Zone
  /** Undefined for a zone that is not signed. */
  readonly signing: Signing | undefined
}

/** What the answers of one kind of transport have in common. */
export interface AnswerOptions {
  readonly zones: ZoneTable<ServedZone>
  readonly clock: Clock
  /**
   * Most octets of an answer over datagrams, 512 to 65535; announced in OPT as well. Undefined for
   * streams, whose answers may have 65535 octets (RFC 7766 §8).
   */
  readonly datagramOctetsMax: number | undefined
  /** The payload size that OPT announces. */
  readonly udpOctets: number
  /** Octets for NSID (RFC 5001) and, as text, `id.server` (RFC 4892); undefined tells nobody. */
  readonly identity: Uint8Array | undefined
  /** Text for `version.bind` and `version.server`; undefined refuses. */
  readonly version: string | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The scratch space of one stream of queries, and what they share. One for each transport. */
export class AnswerContext {
  readonly options: AnswerOptions
  readonly intake: Intake = emptyIntake()
  readonly response = new Response()
  readonly proof = new Proof()
  /** The names of an alias chain so far. */
  readonly visited: NameKey[] = []
  readonly envelope: Mutable<Envelope>

  constructor(options: AnswerOptions) {
    this.options = options
    this.envelope = {
      id: 0,
      flags: 0,
      question: new Uint8Array(0),
      octetsMax: 512,
      edns: false,
      udpOctets: options.udpOctets,
      ednsFlags: 0,
      nsid: undefined,
    }
  }
}
