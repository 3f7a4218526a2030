/** RFC 9276 §3.2: what a validator does with NSEC3 of many iterations. */
import t from 'tap'
import { Ede } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { defaultValidatorLimits } from '../../../src/validator/index.ts'
import { faultTree, inShort, judgeText } from '../../support/fault-tree.ts'

const of = (iterations: number) =>
  faultTree({ denial: 'nsec3', nsec3: { iterations, salt: new Uint8Array(0), optOut: false } })
const limit = defaultValidatorLimits.nsec3Iterations

t.test('RFC 9276 §3.2: up to the limit iterations are computed', async (t) => {
  const tree = of(limit)
  t.equal(inShort(judgeText(tree, 'no.test. A')), 'secure NXDOMAIN')
  t.equal(inShort(judgeText(tree, 'x.wild.test. A')), 'secure NOERROR')
  t.equal(inShort(judgeText(tree, 'www.plain.test. A')), 'insecure NOERROR')
})

t.test('RFC 9276 §3.2: beyond the limit the answer is insecure, with EDE 27', async (t) => {
  const tree = of(limit + 1)
  for (const [question, expected] of [
    ['no.test. A', 'insecure NXDOMAIN'],
    ['mail.test. AAAA', 'insecure NOERROR'],
    ['x.wild.test. A', 'insecure NOERROR'],
    ['www.plain.test. A', 'insecure NOERROR'],
  ] as const) {
    const verdict = judgeText(tree, question)
    t.equal(inShort(verdict), expected, question)
    t.equal(verdict.reason.ede, Ede.UNSUPPORTED_NSEC3_ITERATIONS, question)
    t.equal(verdict.reason.limit, 'nsec3Iterations', question)
  }
  t.equal(inShort(judgeText(tree, 'mail.test. A')), 'secure NOERROR', 'data needs no denial')
})

t.test('RFC 9276 §3.2: the signature of the NSEC3 is verified first', async (t) => {
  const tree = of(limit + 1)
  for (const question of ['no.test. A', 'mail.test. AAAA', 'x.wild.test. A', 'plain.test. DS']) {
    const verdict = judgeText(tree, question, {
      tamper: (message) => ({
        ...message,
        authority: message.authority.map((record) => {
          const isOverNsec3 = record.type === RR.RRSIG && record.rdata[1] === RR.NSEC3
          if (!isOverNsec3) return record
          const rdata = record.rdata.slice()
          rdata[rdata.length - 1] = (rdata.at(-1) ?? 0) ^ 1
          return { ...record, rdata }
        }),
      }),
    })
    t.equal(inShort(verdict), 'bogus 6', question)
  }
})
