/**
 * Whoever sits between sender and receiver wants one thing: that mail is handed over without TLS,
 * or over TLS to them. For a domain with usable TLSA records that must never happen (RFC 7672
 * §2.1.2, §2.2): every question that a check asks is answered with every lie in turn, while the
 * host that it leads to is the attacker's.
 */
import t from 'tap'
import type { CheckReport } from '../../../src/check/index.ts'
import { formatName } from '../../../src/wire/index.ts'
import { attacks, takenOver } from '../../support/mail-lab/attacks.ts'
import { formatQuestion, type TamperRule } from '../../support/mail-lab/authorities.ts'
import { type HostSpec, type MailLab, openMailLab } from '../../support/mail-lab/lab.ts'
import { checkInLab } from '../../support/mail-lab/sender.ts'
import { chains, questionsAsked, targetScene } from './scene.ts'

/** The attacker's host: it offers no TLS, or TLS with a certificate of the attacker's. */
const ends = {
  'STARTTLS removed': { startTls: 'absent' },
  'a certificate of the attacker': { names: ['mx.example.test'] },
} as const satisfies Readonly<Record<string, HostSpec>>

/** Minutes, where a machine is busy: thousands of checks. */
t.setTimeout(280_000)

/** What is played: names are lied about in every chain already in `names.test.ts`. */
const plays = [
  ['STARTTLS removed', 'NSEC'],
  ['STARTTLS removed', 'NSEC3 with opt-out'],
  ['STARTTLS removed', 'compact denial'],
  ['a certificate of the attacker', 'NSEC3 with opt-out'],
] as const

/** Checks with a stub that has seen nothing before, while rules are in force. */
function attacked(lab: MailLab, rules: readonly TamperRule[]): Promise<CheckReport> {
  lab.authorities.rules.splice(0, Number.POSITIVE_INFINITY, ...rules)
  return checkInLab(lab, {}, { attempts: 2 })
}

/** Whether anybody would hand mail over, or call the domain protected. */
function fallsFor({ verdicts: { rfc, exchange } }: CheckReport): boolean {
  return [rfc, exchange].some(({ outcome, isProtected }) => outcome !== 'delayed' || isProtected)
}

for (const [end, chain] of plays) {
  const scene = () => targetScene({ mx: ends[end] }, chains[chain])

  t.test(`${end}, ${chain}: no lie about any one name has mail delivered`, async (t) => {
    const lab = await openMailLab(scene())
    t.teardown(() => lab.close())
    const fallen: string[] = []
    for (const question of await questionsAsked(lab, () => attacked(lab, []))) {
      for (const { title, tamper } of attacks) {
        const report = await attacked(lab, [
          { ...question, name: formatName(question.name), tamper },
        ])
        if (fallsFor(report)) fallen.push(`${title}, of ${formatQuestion(question)}`)
      }
    }
    t.strictSame(fallen, [])
  })

  t.test(`${end}, ${chain}: nor do lies about everything`, async (t) => {
    const lab = await openMailLab(scene())
    t.teardown(() => lab.close())
    const fallen: string[] = []
    for (const { title, tamper } of attacks) {
      for (const server of [undefined, 1, 2, 10]) {
        const rules = [
          { server, tamper },
          ...(server === 10 ? [] : [{ server: 10, tamper: takenOver }]),
        ]
        const report = await attacked(lab, rules)
        if (fallsFor(report)) fallen.push(`${title}, server ${server ?? 'any'}`)
      }
    }
    t.strictSame(fallen, [])
  })
}

t.test('the same without a lie, and without the attacker: delivered by DANE', async (t) => {
  const zone = '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}'
  const lab = await openMailLab({ zone })
  t.teardown(() => lab.close())
  const { verdicts } = await attacked(lab, [])
  for (const { outcome, protection, isProtected } of [verdicts.rfc, verdicts.exchange]) {
    t.strictSame(
      { outcome, protection, isProtected },
      {
        outcome: 'delivers',
        protection: 'dane',
        isProtected: true,
      },
    )
  }
})

t.test('the same of a domain that is not signed: the attacker gets the mail', async (t) => {
  for (const mx of Object.values(ends)) {
    const lab = await openMailLab(targetScene({ mx }, { isSigned: false }))
    t.teardown(() => lab.close())
    const report = await attacked(lab, [])
    t.ok(fallsFor(report), 'what is held above can fail')
  }
})
