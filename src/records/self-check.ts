import type { Clock, UnixSeconds } from '../base/index.ts'
import { ednsFlagDo, type Message, Rcode, readMessage, writeMessage } from '../message/index.ts'
import { AnswerContext, answer, type ServedZone } from '../query/index.ts'
import {
  canonicalRdata,
  compareRdata,
  formatType,
  RR,
  type RRset,
  type RRType,
} from '../rr/index.ts'
import type { ZoneSigner } from '../signer/index.ts'
import {
  defaultValidatorLimits,
  drive,
  type Lookup,
  type LookupResult,
  type TrustStore,
  type Verdict,
  validate,
  type ZoneTrust,
} from '../validator/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import { lookup, type Outcome, ZoneTable } from '../zone/index.ts'
import type { SelfCheck } from './types.ts'

/** A question that is put to a changed zone before anybody else can. */
export interface Probe {
  readonly what: SelfCheck['what']
  readonly name: Name
  readonly key: NameKey
  readonly type: RRType
}

/** A probe with what came of it. */
export interface ProbeResult {
  readonly check: SelfCheck
  /** Whether the answer is right, and as secure as the zone is. */
  readonly isGood: boolean
}

const classIn = 1
const answerOctets = 65535

/**
 * Asks the corridor what a resolver would ask, and has the answers judged by the validator with the
 * zone's own keys as trust anchor. Synchronous. One for all zones.
 */
export class SelfChecker {
  readonly #zones = new ZoneTable<ServedZone>()
  readonly #context: AnswerContext
  readonly #clock: Clock
  readonly #out = new Uint8Array(answerOctets)
  /** The keys of each signing once they were found good: they need not be verified every time. */
  readonly #trusted = new WeakMap<ZoneSigner, ZoneTrust>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#context = new AnswerContext({
      ...{ zones: this.#zones, clock, datagramOctetsMax: undefined },
      ...{ udpOctets: 1232, identity: undefined, version: undefined },
    })
  }

  /** Whether the keys of a signing have been found good already. */
  trusts({ signing }: ServedZone): boolean {
    const trust = signing && this.#trusted.get(signing.signer)
    return signing === undefined || (trust !== undefined && trust.expires > this.#clock.now())
  }

  /** Puts questions to a zone as it is at this moment. */
  check(served: ServedZone, probes: readonly Probe[]): ProbeResult[] {
    const { zone, signing } = served
    this.#zones.put(served)
    const trust = this.#trustIn(served)
    const anchor = { zone: zone.apex, ds: [], dnskeys: signing?.signer.keys.published ?? [] }
    const context = {
      ...{ anchors: [anchor], now: this.#clock.now(), trust },
      limits: defaultValidatorLimits,
    }
    try {
      return probes.map((probe) => {
        const verdict = drive(validate(probe, context), (asked) => this.#ask(asked))
        return judge(served, probe, verdict)
      })
    } finally {
      this.#zones.delete(zone.apexKey)
    }
  }

  /** Trust for one check: that in the apex lasts, what is known of names below may change. */
  #trustIn({ zone, signing }: ServedZone): TrustStore {
    const known = new Map<NameKey, ZoneTrust>()
    const kept = signing && this.#trusted.get(signing.signer)
    if (kept) known.set(zone.apexKey, kept)
    return {
      get(name: NameKey, now: UnixSeconds) {
        const trust = known.get(name)
        return trust && trust.expires > now ? trust : undefined
      },
      set: (name, trust) => {
        known.set(name, trust)
        const isSecure = trust.link.security === 'secure'
        if (signing && isSecure && name === zone.apexKey) this.#trusted.set(signing.signer, trust)
      },
    }
  }

  #ask({ name, type }: Lookup): LookupResult {
    const query = writeMessage({
      ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
      questions: [{ name, type, class: classIn }],
      edns: { udpOctets: answerOctets, version: 0, flags: ednsFlagDo, options: [] },
    })
    const length = answer(query, this.#out, this.#context)
    const message: Message = readMessage(this.#out.subarray(0, length))
    return { kind: 'message', message }
  }
}

/** Compares what the validator made of an answer with what the zone has to say. */
function judge({ zone, signing }: ServedZone, probe: Probe, verdict: Verdict): ProbeResult {
  const { what, name, type } = probe
  const outcome = lookup(zone, probe.key, type)
  const { security } = verdict
  const restsOnAbsence = !('rrset' in outcome) || outcome.kind === 'wildcardAnswer'
  // RFC 5155 §6: under opt-out a span may hold what is not signed, so that neither the absence of
  // a name in it is proved nor, with that, the expansion of a wildcard (§8.8).
  const mayBeOpen = restsOnAbsence && zone.nsec3?.parameters.optOut === true
  const isSafe = signing
    ? security === 'secure' || (mayBeOpen && security === 'insecure')
    : security === 'insecure'
  const isTrue = isSafe && saysTheSame(outcome, verdict)
  const question = `${formatName(name)} ${formatType(type)}`
  const wrong = isSafe
    ? `${question} is answered otherwise than the zone has it`
    : `${question}: ${verdict.reason.text}`
  const text = isTrue ? verdict.reason.text : wrong
  return { check: { what, name, type, security, text }, isGood: isTrue }
}

function saysTheSame(outcome: Outcome, { data, rcode }: Verdict): boolean {
  if (!('rrset' in outcome)) {
    return data === undefined && (rcode === Rcode.NXDOMAIN) === (outcome.kind === 'nxdomain')
  }
  if (!data) return false
  const said = canonical(data.rrset)
  const meant = canonical(outcome.rrset)
  return (
    said.length === meant.length &&
    said.every((rdata, at) => compareRdata(rdata, meant[at] as Uint8Array) === 0)
  )
}

/** Compression may have changed the case of names in RDATA: only the canonical form counts. */
function canonical({ type, rdatas }: RRset): Uint8Array[] {
  return rdatas.map((rdata) => canonicalRdata(type, rdata)).sort(compareRdata)
}

/** A probe for a name and type. */
export function probeFor(what: Probe['what'], name: Name, type: RRType): Probe {
  return { what, name, key: nameKey(name), type }
}

/** The probe of a zone's keys, which comes first. */
export function keysProbe(apex: Name): Probe {
  return probeFor('dnskey', apex, RR.DNSKEY)
}
