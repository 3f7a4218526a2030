import { table } from '../lab-matrix/table.ts'
import { type PostfixDifference, postfixDifferences } from './differences.ts'
import type { MailFate } from './fates.ts'

const intro = `# What Postfix makes of the lab's mail

Every case of mail of the lab, sent by a Postfix at level \`dane\` that asks an Unbound that
validates, to mail servers that do what the case says. Generated from its log by
\`npm run docs:matrix\`; do not edit. \`danelaw lab show ID\` tells what a case serves.
`

const legend = `RFC 7672 says what is to become of the mail, and MTA-STS where there is a policy.
\`Verified\` is what Postfix calls a server whose certificate is the one demanded; of a \`Trusted\`
one it knows the authority, of an \`Untrusted\` one nothing. Lines of the log are without date,
process, queue id, delays and addresses. What differs is **bold**, and the number leads to who is
right, and why.
`

const numbers = new Map(postfixDifferences.map(({ id }, at) => [id, at + 1]))

function fateCell({ said, agrees, difference }: MailFate): string {
  if (agrees) return said
  return `**${said}** [${numbers.get(difference?.id ?? '')}](#${difference?.id})`
}

function explained({ id, cases, said, right, why }: PostfixDifference): string {
  const ids = cases.map((one) => `\`${one}\``).join(', ')
  return `### ${id}\n\n${numbers.get(id)}. ${said}: ${ids}. Right: ${right}.\n\n${why}`
}

function summary(fates: readonly MailFate[], version: string): string {
  const count = (isCounted: (fate: MailFate) => boolean) => String(fates.filter(isCounted).length)
  const head = ['Version', 'Cases', 'as the book says', 'against the book', 'both right']
  const right = (who: string) => count(({ difference }) => difference?.right === who)
  const agreeing = count(({ agrees }) => agrees)
  return table(head, [[version, String(fates.length), agreeing, right('the book'), right('both')]])
}

/** The whole document. */
export function postfixDocument(fates: readonly MailFate[], version: string): string {
  const rows = fates.map((fate) => [
    `\`${fate.one.id}\`<br>${fate.one.title}`,
    fate.expected,
    fateCell(fate),
    `\`${fate.line}\``,
  ])
  return [
    intro,
    `${summary(fates, version)}\n`,
    `${legend}`,
    `${table(['Case', 'RFC 7672', 'Postfix', 'Log'], rows)}\n`,
    `## Who is right\n\n${postfixDifferences.map(explained).join('\n\n')}\n`,
  ].join('\n')
}

/** The version that a document is of. */
export function postfixVersionIn(document: string): string | undefined {
  return /^\| (\d\S*) \|/m.exec(document)?.[1]
}
