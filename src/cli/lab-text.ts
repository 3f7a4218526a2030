import { type Act, type Fault, formatAct, formatExpectation, formatSetting } from '../lab/index.ts'
import { type MailCase, sceneLines } from '../post/index.ts'
import { formatType } from '../rr/index.ts'
import { defaultScenario, findCases } from '../scenario/index.ts'
import { formatHost, joinNames, type Name, parseName } from '../wire/index.ts'
import { faultApex } from '../world/index.ts'
import { tellFailure } from './ask-server.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'

interface ListFlags {
  readonly json?: boolean
}

/** Runs `danelaw lab list`: all there is, or what words stand for. */
export function labList(words: readonly string[], flags: ListFlags, io: Io): ExitCode {
  const { stdout } = io
  try {
    const { faults, mail } = words.length === 0 ? defaultScenario : findCases(words)
    if (flags.json) {
      writeJson(stdout, { faults: faults.map(faultView), mail: mail.map(mailView) })
      return Exit.ok
    }
    const groups = [...new Set(faults.map(({ group }) => group))]
    for (const name of groups) {
      const rows = faults.filter(({ group }) => group === name)
      tellGroup(
        name,
        rows.map(({ id, title, expect }) => [id, expect.status, title]),
        io,
      )
    }
    tellGroup(
      'mail',
      mail.map((one) => [one.id, mailWord(one), one.title]),
      io,
    )
    writeLine(stdout, `${faults.length} faults, ${mail.length} cases of mail`)
    writeLine(stdout, 'danelaw lab show ID tells all of one')
    return Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
}

type Row = readonly [id: string, expected: string, title: string]

function tellGroup(name: string, rows: readonly Row[], { stdout }: Io): void {
  if (rows.length === 0) return
  const [idWidth, expectedWidth] = [0, 1].map((at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  )
  writeLine(stdout, `${name}:`)
  for (const [id, expected, title] of rows) {
    const columns = [id.padEnd(idWidth ?? 0), expected.padEnd(expectedWidth ?? 0), title]
    writeLine(stdout, `  ${columns.join('  ')}`)
  }
  writeLine(stdout)
}

/** Runs `danelaw lab show`. */
export function labShow(id: string, flags: { readonly json?: boolean }, io: Io): ExitCode {
  try {
    const { faults, mail } = findCases([id])
    if (flags.json) {
      for (const fault of faults) writeJson(io.stdout, faultView(fault))
      for (const one of mail) writeJson(io.stdout, mailView(one))
      return Exit.ok
    }
    const blocks = [...faults.map(faultLines), ...mail.map(mailLines)]
    for (const line of blocks.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))) {
      writeLine(io.stdout, line)
    }
    return Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
}

/** What must come of a mail case, in a word. */
function mailWord(one: MailCase): string {
  return one.kind === 'delivery' ? one.expect.rfc : 'status'
}

/** What mail is for. */
function mailDomain({ id, domain }: MailCase): string {
  return `${domain === undefined ? '' : `${domain}.`}${id}.mail.test`
}

function mailView(one: MailCase): object {
  const { id, title, kind, records, why } = one
  const expect = one.kind === 'delivery' ? one.expect : { codes: one.codes }
  return { id, title, group: 'mail', kind, domain: mailDomain(one), records, expect, why }
}

function mailExpected(one: MailCase): readonly string[] {
  if (one.kind === 'status') {
    return [`danelaw domain status says ${one.codes.join(', ') || 'that all is well'}`]
  }
  const { rfc, exchange, report } = one.expect
  return [
    `by RFC 7672: ${rfc}`,
    `by Exchange Online: ${exchange}`,
    `in a TLS report: ${report.join(', ') || 'nothing'}`,
  ]
}

function mailLines(one: MailCase): readonly string[] {
  const { id, title, records, fault, why, decided } = one
  const lines = records.split('\n').map((line) => line.trim())
  const domain = mailDomain(one)
  return [
    `${id} (mail)`,
    title,
    '',
    `Served in ${id}.mail.test:`,
    ...lines.filter((line) => line !== '').map((line) => `  ${line}`),
    ...(fault?.acts ?? []).map((act) => `  ${formatAct(act)}`),
    '',
    ...sceneLines(one),
    '',
    'A sender must find:',
    ...mailExpected(one).map((line) => `  ${line}`),
    `  by ${why.join(', ')}`,
    ...(decided === undefined ? [] : [`  decided: ${decided}`]),
    '',
    'Play the sender (danelaw lab up --write-config lab says the ports):',
    `  danelaw check ${domain} --server 127.0.0.1:5354 --anchor lab/anchor.ds --ca lab/ca.pem`,
    `  swaks --server 127.0.0.1:5325 --to postmaster@${domain}    # lab/postfix/start delivers`,
  ]
}

/** The name that a fault is asked about. */
function askedName({ id, ask }: Fault): Name {
  const apex = faultApex(id)
  return ask.owner === '@' ? apex : joinNames(parseName(`${ask.owner}.`), apex)
}

function faultView(fault: Fault): object {
  const { id, title, group, variant, acts, ask, expect } = fault
  return {
    ...{ id, title, group, variant },
    zone: formatHost(faultApex(id)),
    served: acts.map(formatAct),
    ask: { name: formatHost(askedName(fault)), type: formatType(ask.type) },
    expect,
  }
}

/** Kinds of acts that have nothing to do with signatures. */
const unsigned: ReadonlySet<Act['kind']> = new Set(['behave', 'ds', 'glue', 'clock'])

const variants = {
  raw: 'edited after signing; nothing is signed anew',
  isolated: 'everything else is signed anew, so that this alone is wrong',
} as const

function faultLines(fault: Fault): readonly string[] {
  const { id, title, group, variant, acts, setting, expect } = fault
  const { why, or, ttlMax, bounded, edeToo } = expect
  const isEdited = acts.some(({ kind }) => !unsigned.has(kind))
  return [
    `${id} (${group})`,
    title,
    '',
    `Served in ${formatHost(faultApex(id))}:`,
    ...acts.map((act) => `  ${formatAct(act)}`),
    ...(isEdited ? [`  ${variant}: ${variants[variant]}`] : []),
    ...formatSetting(setting).map((text) => `  the zone: ${text}`),
    ...setting.records.map((line) => `  ${line}`),
    '',
    'A validator must say:',
    `  ${formatExpectation(expect)}`,
    ...(or ? [`  the latter because ${or.because}`] : []),
    ...(edeToo ? [`  EDE ${edeToo.join(', ')}: not due, and no fault either`] : []),
    ...(ttlMax === undefined ? [] : [`  with a TTL of ${ttlMax} at most`]),
    ...(bounded ? ['  after an amount of work that has a limit'] : []),
    `  by ${why.join(', ')}`,
    '',
    'Ask a resolver that begins at the lab (danelaw lab up --write-config lab):',
    ...questions(fault).map((line) => `  ${line}`),
  ]
}

function questions(fault: Fault): readonly string[] {
  const name = formatHost(askedName(fault))
  const type = formatType(fault.ask.type)
  return [
    `dig @127.0.0.1 -p 5361 ${name} ${type}`,
    `dig @127.0.0.1 -p 5361 ${name} ${type} +cd +dnssec    # what is served, unjudged`,
    `delv @127.0.0.1 -p 5354 -a lab/anchor.bind ${name} ${type} +vtrace    # judged by delv`,
    `danelaw resolve ${name} ${type} --server 127.0.0.1:5354 --anchor lab/anchor.ds --trace`,
  ]
}
