import { type CheckReport, type DomainVerdict, tlsReportOf } from '../../../../src/check/index.ts'
import type { RptReport } from '../../../../src/tlsrpt/index.ts'

/** R: how mail is protected, or that it is not sent. */
function rfcColumn({ outcome, protection }: DomainVerdict): string {
  return outcome === 'delivers' ? protection : outcome
}

/** X: the code while it is tried again, or at once where it is refused. */
function exchangeColumn({ outcome, status }: DomainVerdict): string {
  if (outcome === 'delivers') return outcome
  return (outcome === 'delayed' ? status?.transient : status?.permanent) ?? 'no code'
}

/** The report of a check as a sender would send it. */
export function rptOf(report: CheckReport): RptReport {
  const reporter = { organization: 'Sender', contact: 'mailto:tls@sender.test', id: '1' }
  return tlsReportOf(report, 'rfc', reporter)
}

/** T: failures by their type, then policies under which a session succeeded; each once. */
function reportColumn(report: CheckReport): string[] {
  const { policies } = rptOf(report)
  return [
    ...new Set([
      ...policies.flatMap(({ failures }) => failures.map(({ type }) => type)),
      ...policies.flatMap(({ type, successes }) => (successes > 0 ? [type] : [])),
    ]),
  ]
}

/** What a report says in the three columns of the catalogue, and of protection by DANE. */
export function columnsOf(report: CheckReport) {
  const { rfc, exchange } = report.verdicts
  return {
    rfc: rfcColumn(rfc),
    exchange: exchangeColumn(exchange),
    report: reportColumn(report),
    isProtected: rfc.isProtected,
  }
}
