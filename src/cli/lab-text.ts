import { catalogue, type Fault, formatAct, formatExpectation, type Setting } from '../lab/index.ts'
import { formatType } from '../rr/index.ts'
import { findFault } from '../scenario/index.ts'
import { formatHost, joinNames, type Name, parseName } from '../wire/index.ts'
import { faultApex } from '../world/index.ts'
import { tellFailure } from './ask-server.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'

interface ListFlags {
  readonly group?: string
  readonly json?: boolean
}

/** Runs `danelaw lab list`. */
export function labList({ group, json }: ListFlags, { stdout, stderr }: Io): ExitCode {
  const groups = [...new Set(catalogue.map((fault) => fault.group))]
  const shown = groups.filter((name) => group === undefined || name === group)
  if (shown.length === 0) {
    writeLine(stderr, `error: there is no group ${group}; there are ${groups.join(', ')}`)
    return Exit.usage
  }
  const faults = catalogue.filter((fault) => shown.includes(fault.group))
  if (json) {
    writeJson(stdout, { faults: faults.map(faultView) })
    return Exit.ok
  }
  const width = Math.max(...faults.map(({ id }) => id.length))
  for (const name of shown) {
    writeLine(stdout, `${name}:`)
    for (const { id, title, expect, ...fault } of faults) {
      if (fault.group !== name) continue
      writeLine(stdout, `  ${id.padEnd(width)}  ${expect.status.padEnd(11)}  ${title}`)
    }
  }
  writeLine(stdout, `${faults.length} faults; danelaw lab show ID tells all of one`)
  return Exit.ok
}

/** Runs `danelaw lab show`. */
export function labShow(id: string, flags: { readonly json?: boolean }, io: Io): ExitCode {
  try {
    const fault = findFault(id)
    if (flags.json) writeJson(io.stdout, faultView(fault))
    else for (const line of faultLines(fault)) writeLine(io.stdout, line)
    return Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
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

const variants = {
  raw: 'edited after signing; nothing is signed anew',
  isolated: 'everything else is signed anew, so that this alone is wrong',
} as const

function faultLines(fault: Fault): readonly string[] {
  const { id, title, group, variant, acts, setting, expect } = fault
  const { why, or, ttlMax, bounded, edeToo } = expect
  const isEdited = acts.some(({ kind }) => kind !== 'behave')
  return [
    `${id} (${group})`,
    title,
    '',
    `Served in ${formatHost(faultApex(id))}:`,
    ...acts.map((act) => `  ${formatAct(act)}`),
    ...(isEdited ? [`  ${variant}: ${variants[variant]}`] : []),
    `  the zone: ${settingText(setting)}`,
    ...setting.records.map((line) => `    ${line}`),
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

/** How a zone is made before anything is wrong. */
function settingText({ signed, ds, algorithm, keys, denial, nsec3, servers, children }: Setting) {
  if (!signed) return ['not signed', ...serversText(servers)].join(', ')
  const { iterations, salt, optOut } = nsec3
  const chain = denial === 'nsec3' ? `nsec3 (${iterations} ${salt === '' ? '-' : salt})` : denial
  return [
    `signed with algorithm ${algorithm} (${keys})`,
    `denies by ${chain}${optOut && denial === 'nsec3' ? ' with opt-out' : ''}`,
    ...(ds ? [] : ['no DS']),
    ...serversText(servers),
    ...children.map(({ label }) => `has the child ${label}`),
  ].join(', ')
}

function serversText(servers: number): readonly string[] {
  return servers === 1 ? [] : [`${servers} servers`]
}
