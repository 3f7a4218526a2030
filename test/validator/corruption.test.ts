/**
 * One octet of each record of each message that a validation looks at is changed in turn, for every
 * kind of answer and every way to deny. The verdict may become a failure. It must never be secure
 * with other data, and never insecure where it was secure: that is how data would be swapped.
 */
import t from 'tap'
import { formatRdata } from '../../src/rr/index.ts'
import type { Verdict } from '../../src/validator/index.ts'
import { formatName, lowerName } from '../../src/wire/index.ts'
import {
  denialModes,
  faultQuestions,
  faultTree,
  judgeText,
  lookupText,
  messagesFor,
} from '../support/fault-tree.ts'
import { called, corrupted, octetsOf, places } from '../support/tampering.ts'

/** What somebody who asks gets to see: data without TTL, names without case. */
function seen({ security, rcode, answer, data }: Verdict): string {
  const sets = [...answer, ...(data ? [data] : [])].map(({ rrset: { owner, type, rdatas } }) => {
    const texts = rdatas.map((rdata) => formatRdata(type, rdata).toLowerCase())
    return `${formatName(lowerName(owner))} ${type} ${texts.join(' | ')}`
  })
  return [security, rcode, ...sets].join('\n')
}

t.setTimeout(300_000)

/** Every octet of what comes before RDATA and of its start, then every so many. */
const closely = 32
const stride = 13
const wayDown = new Set(['. DNSKEY', 'test. DS', 'test. DNSKEY'])
const masks = [0x01, 0x20, 0x80] as const

for (const [mode, signing] of Object.entries(denialModes)) {
  const tree = faultTree(signing)
  for (const [kind, question] of Object.entries(faultQuestions)) {
    t.test(`${mode}, ${kind}: no octet changed makes other data secure`, async (t) => {
      let tried = 0
      let failed = 0
      const before = judgeText(tree, question)
      for (const [lookup, message] of messagesFor(tree, question)) {
        // What is not signed anybody can change.
        if (lookup === 'www.plain.test. A') continue
        // The way down to test. is the same for all; once is enough.
        if (wayDown.has(lookup) && kind !== 'positive') continue
        for (const place of places(message)) {
          for (let octet = 0; octet < octetsOf(place.record); octet++) {
            if (octet >= closely && octet % stride !== 0) continue
            const mask = masks[octet % masks.length] as number
            const after = judgeText(tree, question, {
              tamper: (m, asked) =>
                lookupText(asked) === lookup ? corrupted(message, place, octet, mask) : m,
            })
            tried++
            if (after.security === 'bogus' || after.security === 'indeterminate') {
              failed++
              continue
            }
            if (seen(after) === seen(before) && after.ttl <= before.ttl) continue
            t.equal(seen(after), seen(before), `${lookup} ${called(place.record)} octet ${octet}`)
          }
        }
      }
      t.ok(failed > 0 && tried > failed / 2, `${failed} of ${tried} changes were noticed`)
    })
  }
}
