/** RFC 7672 §1.3.1, §2.1: whoever can forge answers must not be able to turn DANE off. */
import t from 'tap'
import { Rcode } from '../../../src/message/index.ts'
import { formatType, RR } from '../../../src/rr/index.ts'
import { formatName } from '../../../src/wire/index.ts'
import { examine, mailTree } from '../../support/mail-tree.ts'
import type { Tamper } from '../../support/signed-tree.ts'
import { failing, spoiling, treeStub } from '../../support/tree-stub.ts'

type Answer = Parameters<Tamper>[0]

/** What an attacker may do to any one answer. */
const lies: Record<string, (answer: Answer) => Answer> = {
  'everything taken out': (answer) => ({ ...answer, answer: [], authority: [] }),
  'signatures taken out': (answer) => ({
    ...answer,
    answer: answer.answer.filter(({ type }) => type !== RR.RRSIG),
    authority: answer.authority.filter(({ type }) => type !== RR.RRSIG),
  }),
  'data taken out': (answer) => ({ ...answer, answer: [] }),
  'denials taken out': (answer) => ({ ...answer, authority: [] }),
  'called NXDOMAIN': (answer) => ({ ...answer, rcode: Rcode.NXDOMAIN, answer: [] }),
  'data changed': (answer) => ({
    ...answer,
    answer: answer.answer.map((record) => {
      if (record.type === RR.RRSIG) return record
      const rdata = record.rdata.slice()
      // Not the first one: in names it is a length.
      rdata[1] = (rdata[1] ?? 0) ^ 1
      return { ...record, rdata }
    }),
  }),
  'taken for an answer from below an unsigned cut': (answer) => ({
    ...answer,
    answer: answer.answer.filter(({ type }) => type !== RR.RRSIG),
    authority: [],
    flags: answer.flags & ~0x20,
  }),
}

/** Every question, for keys included, that leads to the verdict on a domain. */
async function questionsFor(domain: string): Promise<string[]> {
  const questions = new Set<string>()
  const listen: Tamper = (message, { name, type }) => {
    questions.add(`${formatName(name)} ${formatType(type)}`)
    return message
  }
  await examine(treeStub(mailTree, listen), domain)
  return [...questions]
}

/** Whether mail would go, if it went at all, only to who has the right certificate. */
async function holds(domain: string, tamper: Tamper): Promise<boolean> {
  const { kind, hosts } = await examine(treeStub(mailTree, tamper), domain, { families: 'lax' })
  if (kind === 'failed') return true
  const reachable = hosts.filter(({ addresses }) => addresses.length > 0)
  const isHeld = reachable.every(({ level }) => level === 'authenticated' || level === 'failed')
  return kind !== 'null-mx' && kind !== 'absent' && isHeld
}

for (const domain of [
  'good',
  'alone',
  'toalias',
  'toaliasonly',
  'tofar',
  'tlsacname',
  'tlsawild',
]) {
  t.test(`§2.1: no lie in any one answer takes TLSA from ${domain}.shop.test.`, async (t) => {
    const questions = await questionsFor(`${domain}.shop.test.`)
    t.ok(questions.length > 6, 'keys and DS are among them')
    for (const question of questions) {
      for (const [title, lie] of Object.entries(lies)) {
        const tamper: Tamper = (message, { name, type }) =>
          question === `${formatName(name)} ${formatType(type)}` ? lie(message) : message
        if (!(await holds(`${domain}.shop.test.`, tamper))) t.fail(`${question}: ${title}`)
      }
      for (const tamper of [
        failing(Rcode.SERVFAIL, question),
        failing(Rcode.REFUSED, question),
        failing(Rcode.NXDOMAIN, question),
        spoiling(question),
      ]) {
        if (!(await holds(`${domain}.shop.test.`, tamper))) t.fail(`${question}: fails`)
      }
    }
  })
}

t.test('§2.1: the search for lies finds what has no TLSA, and what lies about it', async (t) => {
  t.equal(await holds('good.shop.test.', (message) => message), true)
  t.equal(await holds('wrongowner.shop.test.', (message) => message), false)
  const believed: Tamper = (message, { name }) =>
    formatName(name) === 'good.shop.test.' ? { ...message, answer: [] } : message
  t.equal(await holds('good.shop.test.', believed), true, 'an answer without proof is a failure')
})
