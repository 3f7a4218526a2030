/**
 * Each record of each message that a validation looks at is taken away in turn, for every kind of
 * answer and every way to deny. What is left must not be believed, unless it is enough by itself.
 */
import t from 'tap'
import {
  denialModes,
  faultQuestions,
  faultTree,
  inShort,
  judgeText,
  lookupText,
  messagesFor,
} from '../support/fault-tree.ts'
import { called, places, without } from '../support/tampering.ts'

/** What becomes of the verdict when a record is gone; `same` is what it was before. */
const rules: readonly (readonly [pattern: RegExp, expected: string])[] = [
  // What is there of an RRset does not fit its signature any more.
  [/ two\.test\. A: two\.test\. A - A$/, 'bogus 6'],
  // An alias whose target is looked up by itself, or made again from the DNAME.
  [/ alias\.test\. A: alias\.test\. A - A$/, 'same'],
  [/ x\.old\.test\. A: x\.old\.test\. A - (A|CNAME)$/, 'same'],
  // Without its DNAME a CNAME looks unsigned.
  [/ x\.old\.test\. A: x\.old\.test\. A - DNAME$/, 'bogus 10'],
  // The proof of the expansion shows that there is something to expand, or says nothing of it.
  [/^nsec x\.wild\.test\. A: x\.wild\.test\. A - A$/, 'bogus 6'],
  // In an opt-out span nothing is secure, and everything may be unsigned (RFC 5155 §6, §9.2).
  [/^optOut x\.wild\.test\. A: x\.wild\.test\. A - RRSIG A$/, 'same'],
  [/^optOut (x\.wild\.test\. AAAA|no\.test\. A): .* - (RRSIG )?SOA$/, 'same'],
  [/^optOut plain\.test\. DS: plain\.test\. DS - (RRSIG )?SOA$/, 'same'],
  // The SOA proves nothing. On the way down it is not looked at.
  [/ www\.plain\.test\. A: plain\.test\. DS - (RRSIG )?SOA$/, 'same'],
  [/ - SOA$/, 'same'],
  // An unsigned zone may hide what it likes.
  [/ www\.plain\.test\. A: www\.plain\.test\. A - A$/, 'insecure NOERROR'],
  [/ - RRSIG \w+$/, 'bogus 10'],
  [/ - DNSKEY$/, 'bogus 9'],
  [/ - (A|CNAME|DS|NSEC|NSEC3)$/, 'bogus 12'],
]

/** Opt-out: a record was taken that does not count, and the span is still there. */
const spared = new Set([
  'optOut x.wild.test. AAAA: x.wild.test. AAAA - NSEC3',
  'optOut x.wild.test. AAAA: x.wild.test. AAAA - RRSIG NSEC3',
  'optOut no.test. A: no.test. A - NSEC3',
  'optOut no.test. A: no.test. A - RRSIG NSEC3',
])

for (const [mode, signing] of Object.entries(denialModes)) {
  const tree = faultTree(signing)
  for (const [kind, question] of Object.entries(faultQuestions)) {
    t.test(`${mode}, ${kind}: each record removed gives its verdict and code`, async (t) => {
      const before = inShort(judgeText(tree, question))
      for (const [lookup, message] of messagesFor(tree, question)) {
        for (const place of places(message)) {
          const id = `${mode} ${question}: ${lookup} - ${called(place.record)}`
          const expected = rules.find(([pattern]) => pattern.test(id))?.[1] ?? 'no rule'
          const after = judgeText(tree, question, {
            tamper: (m, asked) => (lookupText(asked) === lookup ? without(m, place) : m),
          })
          const short = inShort(after)
          const isSpared = spared.has(id) && after.security === 'insecure'
          if (!isSpared) t.equal(short, expected === 'same' ? before : expected, id)
        }
      }
    })
  }
}
