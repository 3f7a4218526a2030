import type { StsState } from '../mtasts/index.ts'
import type { RptRecord } from '../tlsrpt/index.ts'
import type { Discovered } from './encounter.ts'
import type { CheckStep, StepStatus, StsReport, TlsRptReport } from './report.ts'
import { printable } from './words.ts'

/** Lines of a policy, and addresses for reports, that are kept. */
const linesMax = 64

/** The step that looks for an MTA-STS policy. */
export function stsStep({ state, details, elapsedMs }: Discovered<StsState>): CheckStep {
  const statuses: Readonly<Record<StsState['kind'], StepStatus>> = {
    none: 'note',
    policy: 'ok',
    failed: 'warning',
  }
  const { lines, problem } = stsReport(state)
  return {
    kind: 'mta-sts',
    title: 'Looking for an MTA-STS policy',
    status: problem === undefined ? statuses[state.kind] : 'warning',
    result: printable(state.text),
    details: [...details, ...lines, ...(problem ? [`${problem.type}: ${problem.text}`] : [])],
    advice: problem === undefined ? [] : [problemAdvice[problem.type]],
    elapsedMs,
    steps: [],
  }
}

const problemAdvice = {
  'sts-policy-fetch-error':
    'Serve the MTA-STS policy at https://mta-sts.<domain>/.well-known/mta-sts.txt with status ' +
    '200 and without redirects, or remove the _mta-sts record (RFC 8461 §3.3)',
  'sts-policy-invalid':
    'Correct the MTA-STS record or policy: version, mode, max_age and an mx line for each ' +
    'pattern (RFC 8461 §3.2)',
  'sts-webpki-invalid':
    'Give the host mta-sts.<domain> a certificate that public authorities vouch for ' +
    '(RFC 8461 §3.3)',
} as const

/** An MTA-STS policy as plain data. */
export function stsReport(state: StsState): StsReport {
  const policy = state.kind === 'policy' ? state.policy : undefined
  const problem = state.kind === 'none' ? undefined : state.problem
  return {
    kind: state.kind,
    text: printable(state.text),
    mode: policy?.mode,
    mx: (policy?.mx ?? []).slice(0, linesMax).map((pattern) => printable(pattern)),
    lines: (policy?.lines ?? []).slice(0, linesMax).map((line) => printable(line)),
    problem: problem && { type: problem.type, text: printable(problem.text) },
  }
}

/** The step that looks for where to report to. */
export function tlsRptStep({ state, details, elapsedMs }: Discovered<RptRecord>): CheckStep {
  return {
    kind: 'tls-rpt',
    title: 'Looking for an address for TLS reports',
    status: state.kind === 'record' ? 'ok' : 'note',
    result: printable(state.text),
    details: [...details, ...tlsRptReport(state).rua],
    advice: [],
    elapsedMs,
    steps: [],
  }
}

/** Where to report to as plain data. */
export function tlsRptReport(state: RptRecord): TlsRptReport {
  const rua = state.kind === 'record' ? state.rua : []
  return { rua: rua.slice(0, linesMax).map((uri) => printable(uri)), text: printable(state.text) }
}
