import type { TlsaView } from '../rollover/index.ts'
import type { Io } from './io.ts'
import { writeLine } from './io.ts'

/** A moment as people read it. */
export function timeText(time: number | null, now: number): string {
  if (time === null) return 'nobody knows when'
  const iso = new Date(time * 1000).toISOString().replace('.000Z', 'Z')
  return time <= now ? iso : `${iso} (in ${time - now} s)`
}

/** Tells of an owner: what is published, where each key is on its way, what to wait for. */
export function writeTlsa(view: TlsaView, { stdout, clock }: Io): void {
  const now = clock.now()
  const { owner, zone, ttl, isSafe, safeAt, nextAt, keys, servers, publish, notes } = view
  const safe = isSafe ? 'safe to deploy' : `not safe to deploy: ${timeText(safeAt, now)}`
  writeLine(stdout, `${owner} in ${zone}: ${keys.length === 0 ? 'no keys' : safe}`)
  for (const line of publish) writeLine(stdout, `  ${owner} ${ttl} TLSA ${line}`)
  for (const { id, stage, notAfter, source } of keys) {
    const until = notAfter === null ? 'a key alone' : `good until ${timeText(notAfter, now)}`
    writeLine(stdout, `  key ${id.slice(0, 16)}… is ${stage}; ${until}; from ${source}`)
  }
  for (const { host, address, at, text } of servers) {
    writeLine(stdout, `  ${host} ${address} presented ${text} at ${timeText(at, now)}`)
  }
  for (const { severity, text } of notes) writeLine(stdout, `  ${severity}: ${text}`)
  if (nextAt !== null) writeLine(stdout, `  next: ${timeText(nextAt, now)}`)
}
