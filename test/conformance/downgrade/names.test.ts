/**
 * Whoever sits on the path says what they like about one name: of a signed domain, nobody must be
 * made to believe that it is not signed (RFC 4033 §5), or anything else that its zone did not say.
 * Every question that it takes to find a mail server is answered with every lie in turn.
 */
import t, { type Test } from 'tap'
import { RR, type RRType } from '../../../src/rr/index.ts'
import type { Mode, Resolution } from '../../../src/stub/index.ts'
import { formatName, type Name, parseName, rootName } from '../../../src/wire/index.ts'
import { attacks, takenOver } from '../../support/mail-lab/attacks.ts'
import { formatQuestion, type TamperRule } from '../../support/mail-lab/authorities.ts'
import { type MailLab, openMailLab, type Scene } from '../../support/mail-lab/lab.ts'
import { labStub } from '../../support/mail-lab/stub.ts'
import { chains, questionsAsked, targetScene } from './scene.ts'

/** Minutes, where a machine is busy: thousands of lookups. */
t.setTimeout(280_000)

/** What a sender asks of the domain, in its order. */
function questions({ mail }: MailLab): readonly (readonly [Name, RRType])[] {
  return [
    [parseName('example.test.'), RR.MX],
    [parseName('mx.example.test.'), RR.A],
    [parseName('mx.example.test.'), RR.AAAA],
    [parseName(`_${mail.port}._tcp.mx.example.test.`), RR.TLSA],
  ]
}

/** Asks with a stub that has seen nothing before, while rules are in force. */
async function resolveAll(
  lab: MailLab,
  rules: readonly TamperRule[],
  mode: Mode['kind'] = 'iterate',
): Promise<Resolution[]> {
  lab.authorities.rules.splice(0, Number.POSITIVE_INFINITY, ...rules)
  const stub = labStub(lab, { attempts: 2 }, mode)
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

/** What was believed that is not true; a lookup that fails believes nothing. */
function believed(found: readonly Resolution[], facts: readonly string[]): string[] {
  return found
    .filter((one, at) => {
      const isTrue = one.security === 'secure' && factsOf(one) === facts[at]
      return !isTrue && one.security !== 'bogus' && one.security !== 'indeterminate'
    })
    .map(({ security, reason }) => `${security}, ${reason.text}`)
}

/** Plays every lie about every question that is asked in a mode. */
async function product(
  t: Test,
  zones: Pick<Scene, 'denial' | 'optOut'>,
  mode: Mode['kind'],
): Promise<void> {
  const lab = await openMailLab(targetScene({ mx: {} }, zones))
  t.teardown(() => lab.close())
  const honest = await resolveAll(lab, [], mode)
  t.ok(honest.every(({ security }) => security === 'secure'))
  const facts = honest.map(factsOf)
  const fallen: string[] = []
  const unheard: string[] = []
  for (const question of await questionsAsked(lab, () => resolveAll(lab, [], mode))) {
    for (const { title, tamper } of attacks) {
      const lie = `${title}, of ${formatQuestion(question)} at server ${question.server}`
      let isHeard = false
      const rule: TamperRule = {
        ...question,
        name: formatName(question.name),
        tamper(exchange) {
          isHeard = true
          return tamper(exchange)
        },
      }
      const found = await resolveAll(lab, [rule], mode)
      if (!isHeard) unheard.push(lie)
      fallen.push(...believed(found, facts).map((text) => `${lie}: ${text}`))
    }
  }
  t.strictSame(fallen, [])
  t.strictSame(unheard, [])
}

for (const [chain, zones] of Object.entries(chains)) {
  t.test(`${chain}: no lie makes a signed name insecure, or other than it is`, (t) =>
    product(t, zones, 'iterate'),
  )

  t.test(`${chain}: nor does one of a resolver`, (t) => product(t, zones, 'forward'))

  t.test(`${chain}: nor does it when its server is the attacker's`, async (t) => {
    const lab = await openMailLab(targetScene({ mx: {} }, zones))
    t.teardown(() => lab.close())
    const facts = (await resolveAll(lab, [])).map(factsOf)
    const fallen: string[] = []
    for (const { title, tamper } of attacks) {
      for (const server of [1, 2]) {
        const rules = [
          { server: 10, tamper: takenOver },
          { server, tamper },
        ]
        const found = await resolveAll(lab, rules)
        fallen.push(...believed(found, facts).map((text) => `${title}, ${server}: ${text}`))
      }
    }
    t.strictSame(fallen, [])
  })
}

t.test('the lies are good: whoever does not validate falls for most of them', async (t) => {
  const lab = await openMailLab(targetScene({ mx: {} }, chains.NSEC))
  t.teardown(() => lab.close())
  const credulous = { ...lab, anchors: [{ zone: rootName, ds: [], dnskeys: [] }] }
  const [, , , honest] = await resolveAll(credulous, [])
  let fallen = 0
  for (const { tamper } of attacks) {
    const [, , , tlsa] = await resolveAll(credulous, [{ type: RR.TLSA, server: 10, tamper }])
    if (tlsa?.security === 'insecure' && factsOf(tlsa) !== (honest && factsOf(honest))) fallen++
  }
  t.ok(fallen > attacks.length / 3, `${fallen} of ${attacks.length}`)
})
