import { Command } from 'commander'
import { addServerOptions, askServer, type ServerFlags } from './ask-server.ts'
import { type ExitCode, type Io, writeLine } from './io.ts'
import type { InjectionView } from './lab-control.ts'
import type { StatusReport } from './status-report.ts'

/** Zones that people are shown. */
const zonesShownMax = 20

/** Builds `danelaw status`. */
export function statusCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return addServerOptions(new Command('status'))
    .description('tell how a running server is: health, zones, serials, store, signatures')
    .addHelpText(
      'after',
      '\nThe numbers are those of /metrics. For a monitor that cannot scrape:\n' +
        `  danelaw status --json | jq -r '.health.state'`,
    )
    .action(async (flags: ServerFlags) => {
      const tell = (report: StatusReport) => tellStatus(report, io)
      exit(await askServer(flags, { command: 'status' }, tell, io))
    })
}

function tellStatus(report: StatusReport, io: Io): void {
  const say = (line: string) => writeLine(io.stdout, line)
  const { health, store, signatures, zones, transports, faults } = report
  say(`danelaw ${report.version}, up ${formatSpan(report.uptimeSeconds)}: ${health.state}`)
  for (const [name, { state, text }] of Object.entries(health.parts)) {
    say(`  ${name.padEnd(11)} ${state.padEnd(9)} ${text}`)
  }
  for (const fault of faults) say(`BROKEN ON PURPOSE: ${formatInjection(fault)}`)
  if (store) {
    const commit = store.commitMs === null ? '' : `, last commit ${store.commitMs.toFixed(1)} ms`
    say(`store ${store.driver}: change set ${store.served} of ${store.durable} served${commit}`)
  }
  const { made, renewed, cached } = signatures
  say(`signatures: ${made} made for answers, ${renewed} renewed ahead, ${cached} found ready`)
  if (transports) {
    const { udp, tcp, tls } = transports
    const connections = `${tcp.open} TCP and ${tls.open} TLS connections open`
    say(`queries: ${udp.received} UDP, ${tcp.received} TCP, ${tls.received} TLS; ${connections}`)
  }
  say(`zones: ${report.zonesServed}`)
  for (const { zone, serial, source, expiration } of zones.slice(0, zonesShownMax)) {
    const until = expiration === null ? '' : `, signed until ${formatTime(expiration)}`
    say(`  ${zone}  serial ${serial}, from the ${source}${until}`)
  }
  const more = report.zonesServed - zonesShownMax
  if (more > 0) say(`  and ${more} more: --json has them`)
}

/** One fault at work, in a line. */
export function formatInjection({ zone, fault, title, at, until }: InjectionView): string {
  const end = until === null ? 'until it is healed' : `until ${formatTime(until)}`
  return `${zone} has ${fault}${placeOf(at)}, ${end}: ${title}`
}

/** One fault that is no longer at work, in a line. */
export function formatEnded({ zone, fault, title, at }: InjectionView): string {
  return `${zone} ${fault}${placeOf(at)}: ${title}`
}

function placeOf(at: string | null): string {
  return at === null ? '' : ` at ${at}`
}

function formatSpan(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor(seconds / 3600) % 24
  const minutes = Math.floor(seconds / 60) % 60
  if (days > 0) return `${days}d${hours}h`
  return hours > 0 ? `${hours}h${minutes}m` : `${minutes}m${seconds % 60}s`
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
