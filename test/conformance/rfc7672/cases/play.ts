import type { Test } from 'tap'
import { type CheckReport, type DomainVerdict, tlsReportOf } from '../../../../src/check/index.ts'
import { parseName } from '../../../../src/wire/index.ts'
import { openMailLab } from '../../../support/mail-lab/lab.ts'
import { checkInLab } from '../../../support/mail-lab/sender.ts'
import type { Expectation, MailCase } from './case.ts'

/** R: how mail is protected, or that it is not sent. */
function rfcColumn({ outcome, protection }: DomainVerdict): string {
  return outcome === 'delivers' ? protection : outcome
}

/** X: the code while it is tried again, or at once where it is refused. */
function exchangeColumn({ outcome, status }: DomainVerdict): string {
  if (outcome === 'delivers') return outcome
  return (outcome === 'delayed' ? status?.transient : status?.permanent) ?? 'no code'
}

/** T: failures by their type, then policies under which a session succeeded; each once. */
function reportColumn(report: CheckReport): string[] {
  const reporter = { organization: 'Sender', contact: 'mailto:tls@sender.test', id: '1' }
  const { policies } = tlsReportOf(report, 'rfc', reporter)
  return [
    ...new Set([
      ...policies.flatMap(({ failures }) => failures.map(({ type }) => type)),
      ...policies.flatMap(({ type, successes }) => (successes > 0 ? [type] : [])),
    ]),
  ]
}

/** Plays each case in a world of its own, and holds the report to the three columns. */
export function play(t: Test, cases: readonly MailCase[]): void {
  for (const one of cases) {
    t.test(one.variant === undefined ? one.id : `${one.id}: ${one.variant}`, async (t) => {
      if (one.decided !== undefined) t.comment(one.decided)
      const lab = await openMailLab(one)
      t.teardown(() => lab.close())
      const report = await checkInLab(lab, {
        ...(one.domain === undefined ? {} : { domain: parseName(one.domain) }),
        ...(one.families === undefined ? {} : { families: one.families }),
      })
      const { rfc, exchange } = report.verdicts
      const found: Record<keyof Expectation, unknown> = {
        rfc: rfcColumn(rfc),
        exchange: exchangeColumn(exchange),
        report: reportColumn(report),
        isProtected: one.expect.isProtected === undefined ? undefined : rfc.isProtected,
      }
      t.strictSame(found, { isProtected: undefined, ...one.expect }, rfc.reason)
      for (const [holds, text] of one.also?.(report, lab) ?? []) t.ok(holds, text)
    })
  }
}
