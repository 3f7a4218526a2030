import type { Message } from '../../src/message/index.ts'
import { formatType } from '../../src/rr/index.ts'
import type { Lookup, ValidationContext, Verdict } from '../../src/validator/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { forged } from './forge.ts'
import type { TestSigning } from './served-zone.ts'
import { apexText, buildTree, judge, type Tree } from './signed-tree.ts'

/** Every way to deny, by the name that tests give it. */
export const denialModes: Readonly<Record<string, TestSigning>> = {
  nsec: { denial: 'nsec' },
  nsec3: { denial: 'nsec3' },
  optOut: { denial: 'nsec3', nsec3: { iterations: 0, salt: new Uint8Array(0), optOut: true } },
  minimal: { denial: 'minimal' },
  compact: { denial: 'compact' },
}

/** A tree that has one of everything: a root, a zone, a signed and an unsigned zone below it. */
export function faultTree(signing: TestSigning): Tree {
  return buildTree([
    { apex: '.', text: apexText, signing },
    {
      apex: 'test.',
      text: `${apexText}
        mail A 192.0.2.1
        two A 192.0.2.1
        two A 192.0.2.2
        *.wild A 192.0.2.2
        alias CNAME mail
        old DNAME new
        x.new A 192.0.2.3
        a.b.ent A 192.0.2.9`,
      signing,
    },
    { apex: 'sub.test.', text: `${apexText}\nwww A 192.0.2.4`, signing },
    { apex: 'plain.test.', text: `${apexText}\nwww A 192.0.2.5` },
  ])
}

/** Every kind of answer that the tree can give. */
export const faultQuestions: Readonly<Record<string, string>> = {
  positive: 'mail.test. A',
  'several records': 'two.test. A',
  wildcard: 'x.wild.test. A',
  CNAME: 'alias.test. A',
  DNAME: 'x.old.test. A',
  NODATA: 'mail.test. AAAA',
  'empty non-terminal': 'ent.test. A',
  'wildcard NODATA': 'x.wild.test. AAAA',
  NXDOMAIN: 'no.test. A',
  DS: 'sub.test. DS',
  'below a signed delegation': 'www.sub.test. A',
  'absence of DS': 'plain.test. DS',
  'below an unsigned delegation': 'www.plain.test. A',
}

/** A lookup as text, such as `test. DNSKEY`. */
export function lookupText({ name, type }: Pick<Lookup, 'name' | 'type'>): string {
  return `${formatName(name)} ${formatType(type)}`
}

/** Asks a question given as `name type`. */
export function judgeText(
  tree: Tree,
  question: string,
  more: Parameters<typeof judge>[3] = {},
): ReturnType<typeof judge> {
  const [name = '', type = ''] = question.split(' ')
  return judge(tree, name, type, more)
}

/** The messages that a validation looks at, by lookup. */
export function messagesFor(tree: Tree, question: string): Map<string, Message> {
  const messages = new Map<string, Message>()
  judgeText(tree, question, {
    tamper(message, lookup) {
      messages.set(lookupText(lookup), message)
      return message
    },
  })
  return messages
}

/** A verdict in short: `bogus 10`, `secure NXDOMAIN`. */
export function inShort({ security, rcode, reason }: Verdict): string {
  if (security === 'bogus') return `bogus ${reason.ede}`
  return `${security} ${rcode === 3 ? 'NXDOMAIN' : rcode === 0 ? 'NOERROR' : `RCODE${rcode}`}`
}

/** Asks a question where some lookups are answered otherwise than by the tree's server. */
export function judgeWith(
  tree: Tree,
  question: string,
  answers: Readonly<Record<string, Parameters<typeof forged>[1]>>,
  context: Partial<ValidationContext> = {},
): ReturnType<typeof judge> {
  return judgeText(tree, question, {
    context,
    tamper(message, lookup) {
      const answer = answers[lookupText(lookup)]
      return answer ? forged(message, answer) : message
    },
  })
}
