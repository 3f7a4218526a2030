import { Command, Option } from 'commander'
import type { CheckMode } from '../check/index.ts'
import type { RptReport } from '../tlsrpt/index.ts'
import { followCheck } from './check-follow.ts'
import {
  type CheckFlags,
  type CheckSession,
  checkOnce,
  exitOf,
  openSession,
  tellReport,
  writeReports,
} from './check-session.ts'
import { type Mailbox, parseMailbox } from './domain.ts'
import { asFinding, tellFailure, writeFindings } from './findings.ts'
import { argument, ehloArgument, portArgument } from './flags.ts'
import { formatHandIn, type HandIn, handIn, handInProblem } from './hand-in.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { paintFor } from './paint.ts'
import { addStubOptions } from './stub-options.ts'

const help = `
Examples:
  danelaw check contoso.com                  would a DANE sender deliver, and if not, why?
  danelaw check contoso.com --dnssec-only    DNS alone; nobody is connected to
  danelaw check user@contoso.com --html report.html --report tls.json
                                             the same as a page, and as a TLS report
  danelaw check contoso.com --report tls.json --submit-report
                                             hand the TLS report to who collects them for it
  danelaw check contoso.com --follow --ndr ndr.eml
                                             try as Exchange Online does, for 24 hours
  danelaw check contoso.test --iterate --hints lab.hints --authority-port 5300 \\
      --anchor lab.anchor --port 2525        a lab of one's own

No mail is sent. With --profile both, that of RFC 7672 decides the exit code.

Exit codes: 0 a DANE sender delivers and DANE protects; 3 it delivers, and DANE does not protect;
4 it would not deliver; 1 could not run; 2 not understood. With --dnssec-only, 0 means that all
records are secure; with --inbound-smtp, that a sender without DANE delivers.`

/** Builds `danelaw check`. */
export function checkCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = addStubOptions(new Command('check'))
    .description('play a sender that enforces DANE: would it deliver, and if not, why')
    .argument(
      '<domain>',
      'domain, or user@domain; Unicode is turned into A-labels',
      argument(parseMailbox),
    )
  addModeOptions(command)
  addOutputOptions(command)
  return command.addHelpText('after', help).action(async (mailbox: Mailbox, flags: CheckFlags) => {
    exit(await runCheck(mailbox, flags, io))
  })
}

function choice(flags: string, text: string, choices: readonly string[], fallback: string): Option {
  return new Option(flags, text).choices(choices).default(fallback)
}

function addModeOptions(command: Command): void {
  const policyText =
    'what to make of DANE: tell only, use it where it is, demand it everywhere, or ignore it'
  const profileText = 'judge by RFC 7672, as Exchange Online does, or both ways'
  const policies = ['audit', 'opportunistic', 'mandatory', 'none']
  command
    .addOption(new Option('--dnssec-only', 'validate DNSSEC; connect to nobody'))
    .addOption(
      new Option('--inbound-smtp', 'play a sender that knows no DANE').conflicts('dnssecOnly'),
    )
    .addOption(choice('--policy <policy>', policyText, policies, 'opportunistic'))
    .addOption(choice('--profile <profile>', profileText, ['rfc', 'exchange', 'both'], 'both'))
    .addOption(
      choice(
        '--families <rule>',
        'when A or AAAA of a host fails: strict, pass it over; lax, use the other',
        ['strict', 'lax'],
        'strict',
      ),
    )
    .option(
      '-p, --port <n>',
      'port of the mail servers, and in the names of TLSA records',
      portArgument,
      25,
    )
    .option(
      '--ehlo <name>',
      'what to call oneself; default: the name of this machine',
      ehloArgument,
    )
    .option(
      '--ca <file>',
      'PEM of the authorities that MTA-STS and --submit-report trust; default: the system’s',
    )
    .option('--sts-port <n>', 'port of MTA-STS policies, for labs', portArgument, 443)
}

function addOutputOptions(command: Command): void {
  command
    .option('--html <file>', 'write the report as a page, too')
    .option('--report <file>', 'write the check as a TLS report (RFC 8460), too; .gz: in gzip')
    .addOption(
      choice(
        '--report-profile <shape>',
        'the TLS report as RFC 8460 or as Exchange has it',
        ['rfc', 'exchange'],
        'rfc',
      ),
    )
    .addOption(
      new Option(
        '--submit-report',
        'post the TLS report to the https: addresses that the domain names for it',
      ).conflicts(['dnssecOnly', 'follow']),
    )
    .option('--follow', 'try again as Exchange Online does, until delivery or the NDR')
    .option(
      '--state <file>',
      'where to keep what a later run needs; default with --follow: state/check-DOMAIN.json',
    )
    .option('--ndr <file>', 'with --follow: where to write the NDR; default: print it')
    .option('--trace', 'show every query, answer and step of validation')
    .option('--json', 'write JSON; a trace then goes to standard error')
}

/** The mode that the options ask for. */
export function modeOf({ dnssecOnly, inboundSmtp }: CheckFlags): CheckMode {
  if (dnssecOnly) return 'dnssec-only'
  return inboundSmtp ? 'inbound-smtp' : 'dane'
}

async function runCheck(mailbox: Mailbox, flags: CheckFlags, io: Io): Promise<ExitCode> {
  const release = io.stayAlive()
  try {
    if (flags.follow && flags.time !== undefined) {
      writeLine(io.stderr, "error: option '--follow' cannot be used with option '--time'")
      return Exit.usage
    }
    if (flags.ndr !== undefined && !flags.follow) {
      writeLine(io.stderr, "error: option '--ndr <file>' needs option '--follow'")
      return Exit.usage
    }
    const session = await openSession(mailbox, modeOf(flags), flags, io)
    return flags.follow ? await followCheck(session) : await once(session)
  } catch (error) {
    return tellFailure(error, flags.json, io)
  } finally {
    release()
  }
}

async function once(session: CheckSession): Promise<ExitCode> {
  const { io, flags } = session
  const giveUp = new AbortController()
  const unhear = io.onSignal(() => giveUp.abort())
  try {
    const report = await checkOnce(session, giveUp.signal)
    if (giveUp.signal.aborted) {
      writeLine(io.stderr, 'error: interrupted')
      return Exit.failed
    }
    const tlsReport = await writeReports(session, report)
    await session.saveSts()
    // What is to come needs no care: an interrupt may end it at once.
    unhear()
    if (!flags.json) tellReport(report, io)
    const submission = flags.submitReport && tlsReport && (await submit(session, tlsReport))
    if (flags.json) writeJson(io.stdout, submission ? { ...report, submission } : report)
    return exitOf(report)
  } finally {
    unhear()
  }
}

/** Hands the TLS report in. Whether anybody takes it changes nothing about the verdict. */
async function submit(
  { io, flags, request, source }: CheckSession,
  report: RptReport,
): Promise<HandIn | undefined> {
  const { domain, ca } = request
  if (report.policies.length === 0) {
    writeLine(io.stderr, 'nothing to submit: no session came so far as to speak of TLS')
    return undefined
  }
  const rest = { profile: flags.reportProfile, verify: true, isRehearsal: false }
  const handedIn = await handIn({ domain, report, ca, ...rest }, source, io)
  if (!flags.json) {
    writeLine(io.stdout)
    for (const line of formatHandIn(handedIn, paintFor(io.stdout))) writeLine(io.stdout, line)
  }
  const problem = handInProblem(handedIn)
  if (problem) writeFindings([{ ...asFinding(problem), severity: 'warning' }], io)
  return handedIn
}
