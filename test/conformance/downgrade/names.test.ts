/**
 * Whoever sits on the path says what they like about one name: of a signed domain, nobody must be
 * made to believe that it is not signed (RFC 4033 §5), or anything else that its zone did not say.
 * Every question that it takes to find a mail server is answered with every lie in turn.
 */
import t from 'tap'
import { RR, type RRType } from '../../../src/rr/index.ts'
import type { Resolution } from '../../../src/stub/index.ts'
import { formatName, type Name, parseName } from '../../../src/wire/index.ts'
import { attacks } from '../../support/mail-lab/attacks.ts'
import { formatQuestion } from '../../support/mail-lab/authorities.ts'
import { type MailLab, openMailLab } from '../../support/mail-lab/lab.ts'
import { labStub } from '../../support/mail-lab/stub.ts'
import { chains, questionsAsked, targetScene } from './scene.ts'

/** What a sender asks of the domain, in its order. */
function questions({ mail }: MailLab): readonly (readonly [Name, RRType])[] {
  return [
    [parseName('example.test.'), RR.MX],
    [parseName('mx.example.test.'), RR.A],
    [parseName('mx.example.test.'), RR.AAAA],
    [parseName(`_${mail.port}._tcp.mx.example.test.`), RR.TLSA],
  ]
}

/** Asks with a stub that has seen nothing before. */
async function resolveAll(lab: MailLab): Promise<Resolution[]> {
  const stub = labStub(lab, { attempts: 2 })
  const found: Resolution[] = []
  for (const [name, type] of questions(lab)) found.push(await stub.resolve(name, type))
  await stub.close()
  return found
}

/** What was found, without how; names in whichever case. */
function factsOf({ rcode, answer }: Resolution): string {
  const sets = answer.map(({ rrset: { owner, type, rdatas } }) => [
    formatName(owner).toLowerCase(),
    type,
    rdatas.map((rdata) => Buffer.from(rdata).toString('hex')),
  ])
  return JSON.stringify([rcode, sets])
}

for (const [chain, zones] of Object.entries(chains)) {
  t.test(`${chain}: no lie makes a signed name insecure, or other than it is`, async (t) => {
    const lab = await openMailLab(targetScene({ mx: {} }, zones))
    t.teardown(() => lab.close())
    const honest: Resolution[] = []
    const asked = await questionsAsked(lab, async () => {
      honest.push(...(await resolveAll(lab)))
    })
    t.strictSame(
      honest.map(({ security }) => security),
      ['secure', 'secure', 'secure', 'secure'],
    )
    const facts = honest.map(factsOf)
    const fallen: string[] = []
    const unheard: string[] = []
    for (const question of asked) {
      for (const { title, tamper } of attacks) {
        const lie = `${title}, of ${formatQuestion(question)} at server ${question.server}`
        let isHeard = false
        lab.authorities.rules.splice(0, 1, {
          name: formatName(question.name),
          type: question.type,
          server: question.server,
          tamper(exchange) {
            isHeard = true
            return tamper(exchange)
          },
        })
        const found = await resolveAll(lab)
        if (!isHeard) unheard.push(lie)
        found.forEach((one, at) => {
          const isTrue = one.security === 'secure' && factsOf(one) === facts[at]
          const isRefused = one.security === 'bogus' || one.security === 'indeterminate'
          if (!isTrue && !isRefused) fallen.push(`${lie}: ${one.security}, ${one.reason.text}`)
        })
      }
    }
    t.strictSame(fallen, [])
    t.strictSame(unheard, [])
  })
}
