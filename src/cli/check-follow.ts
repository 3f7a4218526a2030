import type { UnixSeconds } from '../base/index.ts'
import {
  type Attempt,
  type CheckReport,
  collectAdvice,
  type FollowEnd,
  follow,
  formatNdr,
  newFollowState,
} from '../check/index.ts'
import { type CheckSession, checkOnce, exitOf, tellReport, writeReports } from './check-session.ts'
import { writeText } from './files.ts'
import { Exit, type ExitCode, writeJson, writeLine } from './io.ts'

/** NDRs tell who wrote to whom. */
const ndrMode = 0o600

/**
 * `danelaw check --follow`: repeats the check until mail would be delivered, or there is an NDR.
 *
 * @returns as a single check; 1 when it was stopped, to be taken up by the next run
 */
export async function followCheck(session: CheckSession): Promise<ExitCode> {
  const { io, flags, request, stsCache } = session
  const giveUp = new AbortController()
  const unhear = io.onSignal(() => giveUp.abort())
  let last: CheckReport | undefined
  try {
    const end = await follow(session.state, {
      clock: io.clock,
      timers: io.timers,
      profile: request.profiles[0] ?? 'rfc',
      signal: giveUp.signal,
      saveSts: () => stsCache.toJson(),
      save: session.saveState,
      async check() {
        last = await checkOnce(session, giveUp.signal)
        return last
      },
      async onAttempt(attempt, report, next) {
        await writeReports(session, report)
        tellAttempt(session, attempt, report, next)
      },
    })
    if (end.kind !== 'stopped') await endState(session, end)
    if (flags.json) writeJson(io.stdout, { event: end.kind, attempts: end.state.attempts.length })
    else if (last) tellReport(last, io)
    switch (end.kind) {
      case 'stopped':
        writeLine(io.stderr, 'stopped: the same command takes it up again')
        return Exit.failed
      case 'delivered':
        return last ? exitOf(last) : Exit.ok
      case 'failed':
        await tellNdr(session, end, last)
        return Exit.refused
    }
  } finally {
    unhear()
  }
}

/** The next run begins anew; what is known of MTA-STS stays. */
async function endState(
  { saveState, stsCache }: CheckSession,
  { state }: FollowEnd,
): Promise<void> {
  await saveState({ ...newFollowState(state.domain), sts: stsCache.toJson() })
}

function tellAttempt(
  { io, flags }: CheckSession,
  { at, outcome, reason, status }: Attempt,
  report: CheckReport,
  next: UnixSeconds | undefined,
): void {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
  if (flags.json) {
    const nextTime = next === undefined ? undefined : time(next)
    writeJson(io.stdout, {
      event: 'attempt',
      at: time(at),
      outcome,
      status,
      next: nextTime,
      report,
    })
    return
  }
  const code = status === undefined ? '' : ` ${status.transient}`
  const again = next === undefined ? '' : `; next attempt ${time(next)}`
  writeLine(io.stdout, `${time(at)} ${outcome}${code}: ${reason}${again}`)
}

async function tellNdr(
  { io, flags, request, recipient }: CheckSession,
  { state, expired }: Extract<FollowEnd, { readonly kind: 'failed' }>,
  report: CheckReport | undefined,
): Promise<void> {
  const ndr = formatNdr({
    state,
    profile: request.profiles[0] ?? 'rfc',
    expired,
    recipient,
    reportingMta: request.ehloName,
    now: io.clock.now(),
    random: io.random,
    advice: report ? collectAdvice(report.tree) : [],
  })
  if (flags.ndr !== undefined) await writeText(flags.ndr, ndr, ndrMode, io)
  else if (flags.json) writeJson(io.stdout, { event: 'ndr', message: ndr })
  else writeLine(io.stdout, `\n${ndr.replaceAll('\r\n', '\n')}`)
}
