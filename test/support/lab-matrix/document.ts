import type { Fault } from '../../../src/lab/index.ts'
import { fickle, type MatrixDifference, matrixDifferences } from './differences.ts'
import type { Cell, Matrix, Row } from './matrix.ts'
import { type Resolver, resolvers } from './resolvers.ts'
import { table } from './table.ts'

/** Version of each resolver. */
export type Versions = Readonly<Record<Resolver, string>>

const groups: readonly (readonly [Fault['group'], string])[] = [
  ['testbed', 'The 63 names of extended-dns-errors.com, and isolated twins'],
  ['testbed-later', 'What that testbed has come to have since'],
  ['validator', 'What tries validators beyond it'],
  ['server', 'Servers that misbehave, and zones that are odd'],
]

const intro = `# What resolvers make of the lab

Every DNSSEC case of the lab, asked of four resolvers of Debian, each with a configuration of its
own, in a network of its own. Generated from what they said by \`npm run docs:matrix\`; do not edit.
\`danelaw lab show ID\` tells what a case serves.
`

const legend = `A cell says what a client sees: \`secure\` (AD), \`insecure\` (no AD), or the
rcode of a failure; then the codes of RFC 8914. By the book, \`bogus\` and \`unreachable\` are
both SERVFAIL to a client; any of the codes there is right, those in brackets are no fault,
and \`–\` says that none is due. Unbound is told to answer however late (\`discard-timeout: 0\`);
by itself it keeps to itself what took it longer than 1.9 s.

- **bold**: not what the book says. The number leads to who is right, and why.
- *italic*: not what the book says first, and right too: where validators may differ, says the last
  section but one.
- a code that is struck out is none that fits; \`–\` says that a code is due and none came.
`

const isVaried = ({ sayings }: Cell): boolean => sayings.length > 1

function count<T>(list: readonly T[], isCounted: (item: T) => boolean): string {
  return String(list.filter(isCounted).length)
}

function cellsOf({ rows }: Matrix, resolver: Resolver): Cell[] {
  return rows.flatMap(({ cells }) => cells.get(resolver) ?? [])
}

/** How many cases a resolver takes as the book does, and how well it explains itself. */
function summary(matrix: Matrix, versions: Versions): string {
  const statuses = resolvers.map((resolver) => {
    const all = cellsOf(matrix, resolver)
    const steady = all.filter((cell) => !isVaried(cell))
    const of = (agreement: Cell['agreement']) =>
      count(steady, (cell) => cell.agreement === agreement)
    const differing = steady.filter(({ agreement }) => agreement === 'otherwise')
    return [
      ...[resolver, versions[resolver], of('as-expected'), of('also-right')],
      count(differing, ({ difference }) => difference?.right === 'the book'),
      count(differing, ({ difference }) => difference?.right === 'both'),
      count(all, isVaried),
    ]
  })
  const codes = resolvers.map((resolver) => {
    const steady = cellsOf(matrix, resolver).filter((cell) => !isVaried(cell))
    const of = (ede: Cell['ede']) => count(steady, (cell) => cell.ede === ede)
    return [resolver, of('by-the-book'), of('allowed'), of('another'), of('none')]
  })
  const ways = ['as the book says', 'also right', 'against the book', 'both right', 'varies']
  return [
    `Of ${matrix.rows.length} cases, by what a client sees:\n`,
    table(['Resolver', 'Version', ...ways], statuses),
    '\nBy the codes that come with it:\n',
    table(
      ['Resolver', 'one that is due, or none where none is', 'allowed', 'only others', 'none'],
      codes,
    ),
  ].join('\n')
}

function bookOf({ expect }: Fault): string {
  const { status, rcode, ede, edeToo = [], ttlMax } = expect
  const answer = rcode === 'NXDOMAIN' ? `${status} NXDOMAIN` : status
  const isAnswer = status === 'secure' || status === 'insecure'
  return [
    `${isAnswer ? answer : status}${ttlMax === undefined ? '' : `, TTL ≤ ${ttlMax}`}`,
    ede.length === 0 ? '–' : ede.join(', '),
    ...(edeToo.length === 0 ? [] : [`(${edeToo.join(', ')})`]),
  ].join(' ')
}

function said(saying: string, { ede }: Cell): string {
  const [, status = '', codes = ''] = /^(.*?)((?: \d+)*)$/.exec(saying) ?? []
  const marked = codes.trim().split(' ').filter(Boolean).join(', ')
  const code = ede === 'another' ? ` ~~${marked}~~` : marked && ` ${marked}`
  return `${status}${code || (ede === 'none' ? ' –' : '')}`
}

const numbers = new Map(matrixDifferences.map(({ id }, at) => [id, at + 1]))

function formatCell(cell: Cell): string {
  if (isVaried(cell)) return cell.sayings.join(' or ')
  const [saying = ''] = cell.sayings
  const { agreement, difference } = cell
  if (agreement === 'also-right') return `*${said(saying, cell)}*`
  if (agreement !== 'otherwise') return said(saying, cell)
  const number = numbers.get(difference?.id ?? '')
  return `**${said(saying, cell)}** [${number}](#${difference?.id})`
}

function groupTable(rows: readonly Row[]): string {
  return table(
    ['Case', 'By the book', ...resolvers],
    rows.map(({ fault, cells }) => [
      `\`${fault.id}\`<br>${fault.title}`,
      bookOf(fault),
      ...[...cells.values()].map(formatCell),
    ]),
  )
}

const listed = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ')

function explained({ id, by, cases, status, right, why }: MatrixDifference): string {
  return [
    `### ${id}\n`,
    `${numbers.get(id)}. ${by.join(', ')}: ${status}, of ${listed(cases)}. Right: ${right}.\n`,
    why,
  ].join('\n')
}

/** Where validators may differ, as the catalogue has it, and who does. */
function alsoRight({ rows }: Matrix): string {
  const differing = rows.flatMap(({ fault, cells }) => {
    const by = [...cells].filter(([, cell]) => cell.agreement === 'also-right' && !isVaried(cell))
    const { or } = fault.expect
    if (!or || by.length === 0) return []
    const names = by.map(([resolver]) => resolver).join(', ')
    return [[`\`${fault.id}\``, bookOf(fault), or.status, names, or.because]]
  })
  return table(['Case', 'By the book', 'Also right', 'So say', 'Because'], differing)
}

function varied(): string {
  return table(
    ['Cases', 'Resolvers', 'Said', 'Because'],
    fickle.map(({ cases, by, sayings, why }) => [
      ...[listed(cases), by.join(', '), sayings.join(' or '), why],
    ]),
  )
}

/** The whole document. */
export function matrixDocument(matrix: Matrix, versions: Versions): string {
  const tables = groups.map(([group, title]) => {
    const rows = matrix.rows.filter(({ fault }) => fault.group === group)
    return `## ${title}\n\n${groupTable(rows)}\n`
  })
  return [
    intro,
    `${summary(matrix, versions)}\n`,
    `## How to read it\n\n${legend}`,
    ...tables,
    `## Who is right\n\n${matrixDifferences.map(explained).join('\n\n')}\n`,
    `## Where validators may differ\n\n${alsoRight(matrix)}\n`,
    `## What varies from run to run\n\n${varied()}\n`,
  ].join('\n')
}

/** The versions that a document is of. */
export function versionsIn(document: string): Partial<Versions> {
  return Object.fromEntries(
    resolvers.flatMap((resolver) => {
      const [, version] = new RegExp(`^\\| ${resolver} \\| (\\d\\S*) \\|`, 'm').exec(document) ?? []
      return version === undefined ? [] : [[resolver, version]]
    }),
  )
}
