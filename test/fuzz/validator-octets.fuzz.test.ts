import t from 'tap'
import { type Message, readMessage, writeMessage } from '../../src/message/index.ts'
import type { LookupResult } from '../../src/validator/index.ts'
import { denialModes, faultQuestions, faultTree, judgeText } from '../support/fault-tree.ts'
import { seededRandom } from '../support/peers/random.ts'

/**
 * Messages of any octets that can be read at all: no exception, an end, and nothing secure that was
 * not so before. Every message of a validation is changed in several places at once.
 */

const seed = Number(process.env['DANELAW_FUZZ_SEED'] ?? 20261125)
const rounds = Number(process.env['DANELAW_FUZZ_ROUNDS'] ?? 60)
t.setTimeout(300_000)
t.comment(`seed ${seed}, ${rounds} rounds; DANELAW_FUZZ_SEED and DANELAW_FUZZ_ROUNDS`)

const { below } = seededRandom(seed)

/** The message with some octets changed, doubled or dropped. */
function mangled(message: Message): Message | LookupResult {
  let octets = Buffer.from(writeMessage({ ...message, edns: undefined }))
  for (let change = below(4); change > 0; change--) {
    const at = 12 + below(octets.length - 12)
    const kind = below(8)
    if (kind < 6) octets[at] = below(256)
    else if (kind === 6) octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1)])
    else octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at - 1)])
  }
  try {
    const read = readMessage(octets)
    const shuffled = below(6) === 0 ? { answer: read.authority, authority: read.answer } : {}
    return { ...read, ...shuffled }
  } catch {
    return { kind: 'failed', rcode: 2, reason: { text: 'malformed', ede: undefined } }
  }
}

for (const [mode, signing] of Object.entries(denialModes)) {
  const tree = faultTree(signing)
  t.test(`validate, ${mode}: messages of any octets end in a verdict`, async (t) => {
    const believed: string[] = []
    for (let round = 0; round < rounds; round++) {
      for (const question of Object.values(faultQuestions)) {
        const verdict = judgeText(tree, question, { tamper: mangled })
        if (verdict.security !== 'secure') continue
        const truth = judgeText(tree, question)
        const shown = ({ answer }: typeof truth) =>
          JSON.stringify(answer.map(({ rrset: { type, rdatas } }) => [type, rdatas]))
        if (shown(verdict) !== shown(truth) || verdict.rcode !== truth.rcode) {
          believed.push(`${question} in round ${round}: ${verdict.reason.text}`)
        }
      }
    }
    t.strictSame(believed, [])
  })
}
