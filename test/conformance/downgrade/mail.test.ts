/**
 * Whoever sits between sender and receiver wants one thing: that mail is handed over without TLS,
 * or over TLS to them. For a domain with usable TLSA records that must never happen (RFC 7672
 * §2.1.2, §2.2), whatever is said about whichever name: every question that a check asks is
 * answered with every lie in turn.
 */
import t from 'tap'
import type { CheckReport } from '../../src/check/index.ts'
import { nameKey } from '../../src/wire/index.ts'
import { attackersServer, attacks } from '../support/mail-lab/attacks.ts'
import {
  type AskedQuestion,
  formatQuestion,
  type TamperRule,
} from '../support/mail-lab/authorities.ts'
import { type MailLab, openMailLab, type Scene } from '../support/mail-lab/lab.ts'
import { checkInLab } from '../support/mail-lab/sender.ts'

/** What the receiving end looks like to the sender: an attacker's server, or one without TLS. */
const ends = {
  'STARTTLS removed': { mx: { startTls: 'absent' } },
  "the attacker's certificate": { mx: { names: ['mx.example.test'] } },
} as const satisfies Readonly<Record<string, Scene['hosts']>>

/** A good domain in which the attacker has the mail server, and the name server that lies. */
function sceneOf(end: keyof typeof ends, zones: Pick<Scene, 'denial' | 'optOut'>): Scene {
  return {
    ...zones,
    zone: `
      @ MX 10 mx
      mx A {mx}
      mx TXT "more"
      _25._tcp.mx TLSA {real 3 1 1}
      *.wild MX 10 mx
    `,
    attackersZone: '@ MX 10 mx\nmx A {mx}\nwww A {mx}\nwww MX 10 mx',
    zones: { 'plain.test.': { text: 'a A 192.0.2.1', isSigned: false } },
    hosts: { ...ends[end], real: { names: ['mx.example.test'], isDown: true } },
  }
}

/** Checks with a stub that has seen nothing before. */
function attacked(lab: MailLab, rules: readonly TamperRule[]): Promise<CheckReport> {
  lab.authorities.rules.length = 0
  lab.authorities.rules.push(...rules)
  return checkInLab(lab)
}

/** What must never be said of a domain whose mail would go to the attacker. */
function fallsFor({ verdicts }: CheckReport): boolean {
  return verdicts.rfc.outcome === 'delivers' || verdicts.exchange.outcome === 'delivers'
}

/** Every question that the check of the honest domain asks, once for each server. */
async function questionsOf(lab: MailLab): Promise<AskedQuestion[]> {
  lab.authorities.asked.length = 0
  await attacked(lab, [])
  const unique = new Map(
    lab.authorities.asked.map((asked) => [
      `${asked.server} ${nameKey(asked.name)} ${asked.type}`,
      asked,
    ]),
  )
  return [...unique.values()]
}

const chains = {
  NSEC: { denial: 'nsec' },
  'NSEC3, its parent with opt-out': { denial: 'nsec3', optOut: true },
  'compact denial': { denial: 'compact' },
} as const

/** Plays every attack on every question; returns what the sender fell for. */
async function product(lab: MailLab): Promise<string[]> {
  const fallen: string[] = []
  for (const question of await questionsOf(lab)) {
    for (const { title, tamper } of attacks) {
      const { server, name, type } = question
      const report = await attacked(lab, [{ server, name: formatName(name), type, tamper }])
      if (fallsFor(report)) fallen.push(`${title}: ${formatQuestion(question)} at ${server}`)
    }
  }
  return fallen
}

for (const [chain, zones] of Object.entries(chains)) {
  for (const end of Object.keys(ends) as (keyof typeof ends)[]) {
    t.test(`one lie, ${chain}, ${end}: never delivers`, async (t) => {
      const lab = await openMailLab(sceneOf(end, zones))
      t.teardown(() => lab.close())
      t.same(await product(lab), [])
    })

    t.test(`everything is lied about, ${chain}, ${end}: never delivers`, async (t) => {
      const lab = await openMailLab(sceneOf(end, zones))
      t.teardown(() => lab.close())
      const servers = [undefined, 1, 2, 10]
      const fallen: string[] = []
      for (const { title, tamper } of attacks) {
        for (const server of servers) {
          const report = await attacked(lab, [{ server, tamper }])
          if (fallsFor(report)) fallen.push(`${title}, server ${server ?? 'any'}`)
        }
      }
      t.same(fallen, [])
    })
  }
}
