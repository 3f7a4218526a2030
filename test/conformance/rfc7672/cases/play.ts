import type { Test } from 'tap'
import type { CheckReport } from '../../../../src/check/index.ts'
import { parseName } from '../../../../src/wire/index.ts'
import { openMailLab } from '../../../support/mail-lab/lab.ts'
import { checkInLab } from '../../../support/mail-lab/sender.ts'
import type { Expectation, MailCase } from './case.ts'

/** What a report says, in the three columns of the catalogue. */
function columnsOf({ verdicts, tlsReport }: CheckReport): Expectation {
  const { rfc, exchange } = verdicts
  return {
    rfc: rfc.outcome === 'delivers' && rfc.protection !== 'none' ? rfc.protection : rfc.outcome,
  } as Expectation
}

/** Plays each case in a world of its own. */
export function play(t: Test, cases: readonly MailCase[]): void {
  for (const one of cases) {
    t.test(one.variant ? `${one.id}: ${one.variant}` : one.id, async (t) => {
      const lab = await openMailLab(one)
      t.teardown(() => lab.close())
      const report = await checkInLab(lab, {
        ...(one.domain === undefined ? {} : { domain: parseName(one.domain) }),
        ...(one.families === undefined ? {} : { families: one.families }),
      })
      t.same(columnsOf(report), one.expect)
      for (const [holds, text] of one.also?.(report, lab) ?? []) t.ok(holds, text)
    })
  }
}
