import { Command, Option } from 'commander'
import { type ReportProfile, writeReport } from '../tlsrpt/index.ts'
import type { Name } from '../wire/index.ts'
import { parseDomain } from './domain.ts'
import { readText } from './files.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { argument } from './flags.ts'
import { formatHandIn, handIn, handInProblem } from './hand-in.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { paintFor } from './paint.ts'
import { readReportFile, writeReportFile } from './report-file.ts'
import { formatReport } from './report-text.ts'
import { addStubOptions, readStubOptions, type StubFlags } from './stub-options.ts'

interface ShowFlags {
  readonly json?: boolean
  readonly write?: string
  readonly reportProfile: ReportProfile
}

interface SubmitFlags extends StubFlags {
  readonly ca?: string
  readonly ignoreCertificate?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const help = `
Domains ask for TLS reports by a TXT record at _smtp._tls.DOMAIN (RFC 8460). Large senders then tell
them once a day how many sessions were protected, and why others were not. "danelaw check DOMAIN
--report FILE" writes such a report of a check.`

const showHelp = `
Examples:
  danelaw tls-report show 'google.com!contoso.com!1764028800!1764115199!001.json.gz'
  danelaw tls-report show - < report.json
  danelaw tls-report show exchange.json --write rfc.json.gz
                                     Exchange Online's JSON within JSON, undone

A name that ends in .gz is written in gzip. Exit codes: 0 read, also where it tells of failures;
1 could not be read or written; 2 not understood.`

const submitHelp = `
Examples:
  danelaw check contoso.com --report tls.json.gz
  danelaw tls-report submit tls.json.gz contoso.com --dry-run     where would it go?
  danelaw tls-report submit tls.json.gz contoso.com

Posts the report in gzip, in the shape of the RFC, to every https: address of the TLS-RPT record. No
mail is sent: for mailto: addresses it says what the mail would have to be. A report that is about
another domain is not submitted. Collectors count what they get: send to others only what you mean.

Exit codes: 0 an address took it, or with --dry-run would be asked to; 1 none did, or could not run;
2 not understood.`

/** Builds `danelaw tls-report` and its sub-commands. */
export function tlsReportCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('tls-report')
    .description('read, convert and submit TLS reports (RFC 8460)')
    .addHelpText('after', help)
  command
    .command('show')
    .description('show what a TLS report says')
    .argument(
      '<file>',
      'JSON or gzip, as RFC 8460 or Exchange Online writes it; - for standard input',
    )
    .option('--write <file>', 'write the report to this file, too')
    .addOption(
      new Option('--report-profile <shape>', 'shape of what --write writes')
        .choices(['rfc', 'exchange'])
        .default('rfc'),
    )
    .option('--json', 'write the report as JSON, in the shape of RFC 8460')
    .addHelpText('after', showHelp)
    .action(async (file: string, flags: ShowFlags) => {
      exit(await coded(() => show(file, flags, io), flags, io))
    })
  const submit = command
    .command('submit')
    .description('submit a TLS report to where a domain wants it')
    .argument('<file>', 'the report; - for standard input')
    .argument('<domain>', 'the domain that it is about', argument(parseDomain))
    .option('--dry-run', 'find out where it would go; connect to no collector')
    .option('--ca <file>', 'PEM of the authorities that collectors need; default: the system’s')
    .option(
      '--ignore-certificate',
      'post also where the certificate is wrong (RFC 8460 §3 allows it)',
    )
    .option('--json', 'write JSON')
    .addHelpText('after', submitHelp)
  addStubOptions(submit).action(async (file: string, domain: Name, flags: SubmitFlags) => {
    exit(await coded(() => submitFile(file, domain, flags, io), flags, io))
  })
  return command
}

/** Tells errors that have a code, and keeps the process alive meanwhile. */
async function coded(
  run: () => Promise<ExitCode>,
  { json }: { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const release = io.stayAlive()
  try {
    return await run()
  } catch (error) {
    const finding = asFinding(error)
    if (json) writeJson(io.stdout, { findings: [findingJson(finding)] })
    else writeFindings([finding], io)
    return Exit.failed
  } finally {
    release()
  }
}

async function show(file: string, flags: ShowFlags, io: Io): Promise<ExitCode> {
  const report = await readReportFile(file, io)
  const { write, reportProfile, json } = flags
  if (write !== undefined) await writeReportFile(write, report, reportProfile, io)
  if (json) writeLine(io.stdout, writeReport(report))
  else for (const line of formatReport(report, paintFor(io.stdout))) writeLine(io.stdout, line)
  return Exit.ok
}

async function submitFile(
  file: string,
  domain: Name,
  flags: SubmitFlags,
  io: Io,
): Promise<ExitCode> {
  const report = await readReportFile(file, io)
  const request = {
    domain,
    report,
    profile: 'rfc',
    ca: flags.ca === undefined ? undefined : await readText(flags.ca, io),
    verify: flags.ignoreCertificate !== true,
    isRehearsal: flags.dryRun === true,
  } as const
  const handedIn = await handIn(request, await readStubOptions(flags, io), io)
  const problem = handInProblem(handedIn)
  const findings = problem ? [asFinding(problem)] : []
  if (flags.json) {
    writeJson(io.stdout, { ...handedIn, findings: findings.map(findingJson) })
  } else {
    for (const line of formatHandIn(handedIn, paintFor(io.stdout))) writeLine(io.stdout, line)
    writeFindings(findings, io)
  }
  return handedIn.isDelivered ? Exit.ok : Exit.failed
}
