import { Command } from 'commander'
import type { Paint } from '../check/index.ts'
import { parseType, type RRType } from '../rr/index.ts'
import { type Resolution, resolutionToJson } from '../stub/index.ts'
import type { Security } from '../validator/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { parseDomain } from './domain.ts'
import { tellFailure } from './findings.ts'
import { argument } from './flags.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { paintFor } from './paint.ts'
import { makeProgress } from './progress.ts'
import { formatResolution } from './resolution-text.ts'
import { addStubOptions, readStubOptions, type StubFlags } from './stub-options.ts'
import { formatTrace } from './trace.ts'

interface ResolveFlags extends StubFlags {
  readonly json?: boolean
  readonly trace?: boolean
}

const help = `
Examples:
  danelaw resolve contoso.com MX                        ask the system's resolvers, validate here
  danelaw resolve contoso.com MX --server 192.0.2.53    ask that one
  danelaw resolve _25._tcp.mx.contoso.com TLSA --iterate --trace
                                                        ask the authorities, show every step
  danelaw resolve contoso.test A --server 127.0.0.1:5300 --anchor keys/anchor.txt
                                                        a zone of one's own

Whatever resolvers say of an answer (their AD bit, their SERVFAIL for what they call bogus) does
not count: they are asked with CD set, and every signature is verified here.

Exit codes: 0 secure, 3 insecure, 4 bogus, 5 indeterminate; 1 could not run, 2 not understood.`

/** Builds `danelaw resolve`. */
export function resolveCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return addStubOptions(new Command('resolve'))
    .description('resolve a name, validate the answer by DNSSEC, and say why it is what it is')
    .argument('<name>', 'domain name; Unicode is turned into A-labels', argument(parseDomain))
    .argument('[type]', 'RR type: a mnemonic, or TYPEnnn; default: A', argument(parseType))
    .option('--trace', 'show every query, answer and step of validation')
    .option('--json', 'write JSON; a trace then goes to standard error')
    .addHelpText('after', help)
    .action(async (name: Name, type: RRType | undefined, flags: ResolveFlags) => {
      exit(await resolveName(name, type ?? parseType('A'), flags, io))
    })
}

const exitCodes: Readonly<Record<Security, ExitCode>> = {
  secure: Exit.ok,
  insecure: Exit.unprotected,
  bogus: Exit.refused,
  indeterminate: Exit.unknown,
}

async function resolveName(
  name: Name,
  type: RRType,
  flags: ResolveFlags,
  io: Io,
): Promise<ExitCode> {
  const release = io.stayAlive()
  try {
    const resolution = await ask(name, type, flags, io)
    if (flags.json) writeJson(io.stdout, resolutionToJson(resolution))
    else tell(resolution, paintFor(io.stdout), io)
    return exitCodes[resolution.security]
  } catch (error) {
    return tellFailure(error, flags.json, io)
  } finally {
    release()
  }
}

async function ask(name: Name, type: RRType, flags: ResolveFlags, io: Io): Promise<Resolution> {
  const source = await readStubOptions(flags, io)
  const { stub } = source.open()
  const progress = makeProgress(io)
  const giveUp = new AbortController()
  const unhear = io.onSignal(() => giveUp.abort())
  const sink = flags.json ? io.stderr : io.stdout
  const paint = paintFor(sink)
  try {
    return await stub.resolve(name, type, {
      signal: giveUp.signal,
      onTrace(event) {
        if (flags.trace) for (const line of formatTrace(event, paint)) writeLine(sink, line)
        else if (event.kind === 'query') progress.update(`asking for ${formatName(event.name)}`)
      },
    })
  } finally {
    progress.clear()
    unhear()
    await stub.close()
  }
}

function tell(resolution: Resolution, paint: Paint, io: Io): void {
  for (const line of formatResolution(resolution, paint)) writeLine(io.stdout, line)
}
