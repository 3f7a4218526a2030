import {
  type CheckMode,
  type CheckReport,
  type CheckRequest,
  checkDomain,
  type FollowState,
  formatCheckHtml,
  formatCheckTree,
  formatFollowState,
  newFollowState,
  parseFollowState,
  tlsReportOf,
} from '../check/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { DanePolicy, Profile } from '../dane/index.ts'
import type { FamilyRule } from '../destination/index.ts'
import { StsCache } from '../mtasts/index.ts'
import type { RptReport } from '../tlsrpt/index.ts'
import { formatName, lowerName, toHex } from '../wire/index.ts'
import type { Mailbox } from './domain.ts'
import { readIfThere, readText, writeText } from './files.ts'
import { ehloDefault } from './flags.ts'
import { Exit, type ExitCode, type Io, writeLine } from './io.ts'
import { paintFor } from './paint.ts'
import { makeProgress } from './progress.ts'
import { writeReportFile } from './report-file.ts'
import { readStubOptions, type StubFlags, type StubSource } from './stub-options.ts'
import { formatTrace } from './trace.ts'

/** Modes of files: what is for all to read, and what is for nobody else. */
const openMode = 0o644
const ownMode = 0o600

/** Characters of a domain in the name of a file. */
const fileNameMax = 150

/** The options of `danelaw check`. */
export interface CheckFlags extends StubFlags {
  readonly dnssecOnly?: boolean
  readonly inboundSmtp?: boolean
  readonly policy: DanePolicy
  readonly profile: Profile | 'both'
  readonly families: FamilyRule
  readonly port: number
  readonly ehlo?: string
  readonly ca?: string
  readonly stsPort: number
  readonly report?: string
  readonly reportProfile: Profile
  readonly submitReport?: boolean
  readonly html?: string
  readonly follow?: boolean
  readonly state?: string
  readonly ndr?: string
  readonly json?: boolean
  readonly trace?: boolean
}

/** Everything that the checks of one command line share. */
export interface CheckSession {
  readonly io: Io
  readonly flags: CheckFlags
  readonly request: CheckRequest
  readonly recipient: string
  readonly source: StubSource
  readonly stsCache: StsCache
  /** What was kept by an earlier run; a new one where there was none. */
  readonly state: FollowState
  saveState(state: FollowState): Promise<void>
  /** Keeps the policies of MTA-STS, where a file was named for it. */
  saveSts(): Promise<void>
}

/**
 * Reads all that a check needs from files.
 *
 * @throws {CodedError} as `readStubOptions`, and `state-invalid`, `sts-cache-invalid`
 */
export async function openSession(
  { domain, recipient }: Mailbox,
  mode: CheckMode,
  flags: CheckFlags,
  io: Io,
): Promise<CheckSession> {
  const request: CheckRequest = {
    domain,
    mode,
    policy: flags.policy,
    profiles: flags.profile === 'both' ? ['rfc', 'exchange'] : [flags.profile],
    families: flags.families,
    port: flags.port,
    ehloName: flags.ehlo ?? ehloDefault(io.hostName),
    ca: flags.ca === undefined ? undefined : await readText(flags.ca, io),
    stsPort: flags.stsPort,
  }
  // A server that fails for one type must be seen to fail, even where its silence can be inferred.
  const source = await readStubOptions(flags, io, { denialOctets: 0 })
  const key = formatName(lowerName(domain))
  const file = flags.state ?? (flags.follow ? `state/check-${fileNameOf(key)}.json` : undefined)
  const text = file === undefined ? undefined : await readIfThere(file, io)
  const state = text === undefined ? newFollowState(key) : parseFollowState(text, key, file ?? '')
  const stsCache = state.sts === undefined ? new StsCache() : StsCache.fromJson(state.sts)
  const saveState = async (next: FollowState): Promise<void> => {
    if (file !== undefined) await writeText(file, formatFollowState(next), ownMode, io)
  }
  const saveSts = () => saveState({ ...state, sts: stsCache.toJson() })
  return { io, flags, request, recipient, source, stsCache, state, saveState, saveSts }
}

function fileNameOf(domain: string): string {
  const text = domain.replace(/(?<=.)\.$/, '').replace(/[^a-z0-9._-]/g, '_')
  return text.length > fileNameMax ? toHex(sha256(Buffer.from(domain))) : text
}

/** One whole check, with a stub of its own: nothing is remembered from the one before. */
export async function checkOnce(session: CheckSession, signal: AbortSignal): Promise<CheckReport> {
  const { io, flags, request, source, stsCache } = session
  const { stub, clock } = source.open()
  const progress = makeProgress(io)
  const sink = flags.json ? io.stderr : io.stdout
  const paint = paintFor(sink)
  try {
    return await checkDomain(request, {
      stub,
      clock,
      monotonicMs: io.monotonicMs,
      timers: io.timers,
      stsCache,
      signal,
      onProgress: (text) => progress.update(text),
      ...(flags.trace
        ? {
            onTrace(event) {
              for (const line of formatTrace(event, paint)) writeLine(sink, line)
            },
          }
        : {}),
    })
  } finally {
    progress.clear()
    await stub.close()
  }
}

/**
 * Writes the page and the TLS report, where they were asked for.
 *
 * @returns the TLS report; undefined where nobody wants one
 */
export async function writeReports(
  { io, flags, request }: CheckSession,
  report: CheckReport,
): Promise<RptReport | undefined> {
  if (flags.html !== undefined) await writeText(flags.html, formatCheckHtml(report), openMode, io)
  if (flags.report === undefined && !flags.submitReport) return undefined
  const tlsReport = tlsReportOf(report, request.profiles[0] ?? 'rfc', {
    organization: 'danelaw',
    contact: `postmaster@${request.ehloName}`,
    id: `${toHex(io.random(8))}+${report.domain.replace(/(?<=.)\.$/, '')}`,
  })
  if (flags.report !== undefined) {
    await writeReportFile(flags.report, tlsReport, flags.reportProfile, io)
  }
  return tlsReport
}

/** Tells people what a check found. */
export function tellReport(report: CheckReport, io: Io): void {
  for (const line of formatCheckTree(report, paintFor(io.stdout))) writeLine(io.stdout, line)
}

/** The exit code of a report: the verdict of the profile that was asked for first. */
export function exitOf({ verdicts, profiles, mode }: CheckReport): ExitCode {
  const { outcome, isProtected } = verdicts[profiles[0] ?? 'rfc']
  if (outcome !== 'delivers') return Exit.refused
  return isProtected || mode === 'inbound-smtp' ? Exit.ok : Exit.unprotected
}
