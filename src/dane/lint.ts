import type { Certificate } from '../crypto/index.ts'
import type { Name } from '../wire/index.ts'
import { matchChain } from './match.ts'
import { Matching, Selector, Usage } from './tlsa.ts'
import type { JudgedTlsa, TlsaSet } from './types.ts'

/** What a publisher of TLSA records ought to hear. */
export interface LintFinding {
  /** `error`: mail is lost or may be; `warning`: a MUST or SHOULD is broken; `advice`: the rest. */
  readonly severity: 'error' | 'warning' | 'advice'
  readonly text: string
  /** Such as `RFC 7671 §8`. */
  readonly rfc: string
}

/** What is to be looked at; without a chain only the records are. */
export interface LintQuestion {
  readonly tlsa: TlsaSet
  readonly chain: readonly Certificate[]
  readonly referenceNames: readonly Name[]
  readonly now: number
}

/** Looks at TLSA records as their publisher should (RFC 7671 §8, §10.1.2; RFC 7672 §3.1). */
export function lintTlsas(question: LintQuestion): readonly LintFinding[] {
  const { all } = question.tlsa
  if (all.length === 0) return []
  return [...lintRecords(all), ...lintChain(question)]
}

function* lintRecords(all: readonly JudgedTlsa[]): Generator<LintFinding> {
  for (const { text, usable, why = '' } of all) {
    if (usable) continue
    yield { severity: 'warning', text: `${text} cannot be used: ${why}`, rfc: 'RFC 7672 §3.1' }
  }
  for (const { record, text, usable } of all) {
    if (!usable || record.matching !== Matching.full) continue
    const isCert = record.selector === Selector.cert
    const verdict = isCert ? 'whole certificates should not be' : 'whole keys are better not'
    yield {
      severity: isCert ? 'warning' : 'advice',
      text: `${text}: ${verdict} published; publish a digest`,
      rfc: 'RFC 7671 §10.1.2',
    }
  }
  const isCommon = ({ record, usable }: JudgedTlsa): boolean => {
    const { usage, selector, matching } = record
    if (!usable || matching !== Matching.sha256) return false
    return usage === Usage.daneEe ? selector === Selector.spki : selector === Selector.cert
  }
  if (!all.some(isCommon)) {
    const text = 'None of the records is 3 1 1 or 2 0 1, the forms that are recommended for mail'
    yield { severity: 'advice', text, rfc: 'RFC 7672 §3.1' }
  }
}

/** RFC 7671 §8: each combination that is published has to match what the server presents now. */
function* lintChain(question: LintQuestion): Generator<LintFinding> {
  const usable = question.tlsa.all.filter((tlsa) => tlsa.usable)
  if (question.chain.length === 0 || usable.length === 0) return
  const result = matchChain(question)
  const severity = result.authenticated ? 'warning' : 'error'
  for (const combination of new Set(usable.map(combinationOf))) {
    const active = usable.filter((tlsa) => combinationOf(tlsa) === combination)
    const part = matchChain({ ...question, tlsa: { all: active, active } })
    if (part.authenticated) continue
    const why = part.records.find(({ failure }) => failure === part.failure)?.text ?? ''
    const text = `No ${combination} record matches the server as it is now: ${why}`
    yield { severity, text, rfc: 'RFC 7671 §8' }
  }
  const supplied = result.records.find(({ matched, depth, tlsa }) => {
    return matched && depth === undefined && tlsa.record.usage === Usage.daneTa
  })
  if (supplied) {
    const text = `${supplied.tlsa.text}: the server does not send its trust anchor along`
    yield { severity: 'warning', text, rfc: 'RFC 7671 §5.2.3' }
  }
  if (result.by?.tlsa.record.usage === Usage.daneEe) yield* lintEndEntity(result.endEntity)
}

function* lintEndEntity(
  endEntity: ReturnType<typeof matchChain>['endEntity'],
): Generator<LintFinding> {
  const faults = [
    endEntity?.isExpired ? 'has expired' : undefined,
    endEntity?.isNotYetValid ? 'is not valid yet' : undefined,
    endEntity?.hasName === false ? 'does not have the name of the host' : undefined,
  ]
  for (const fault of faults) {
    if (fault === undefined) continue
    const text = `The certificate ${fault}: usage 3 ignores it, and some senders do not`
    yield { severity: 'advice', text, rfc: 'RFC 7672 §3.1.1' }
  }
}

function combinationOf({ record }: JudgedTlsa): string {
  return `${record.usage} ${record.selector} ${record.matching}`
}
