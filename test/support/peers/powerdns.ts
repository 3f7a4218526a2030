import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Daemon, startDaemon, temporaryDirectory } from './daemon.ts'
import { runProgram, transcript } from './programs.ts'
import { servesZones } from './servers.ts'

/** A zone for PowerDNS, which signs it as it answers. */
export interface PowerZone {
  readonly name: string
  readonly text: string
  /** `narrow` are white lies: NSEC3 RRs made for the answer (RFC 7129 App. B). */
  readonly mode: 'nsec' | 'nsec3' | 'optout' | 'narrow'
}

const schema = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'

const nsec3Arguments: Readonly<Record<PowerZone['mode'], readonly string[] | undefined>> = {
  nsec: undefined,
  nsec3: ['1 0 0 -'],
  optout: ['1 1 0 -'],
  narrow: ['1 0 0 -', 'narrow'],
}

function configuration(directory: string, address: string, port: number): string {
  return `launch=gsqlite3
gsqlite3-database=${join(directory, 'pdns.sqlite3')}
gsqlite3-dnssec=yes
local-address=${address}
local-port=${port}
socket-dir=${directory}
daemon=no
guardian=no
disable-syslog=yes
write-pid=no
receiver-threads=1
distributor-threads=1
signing-threads=1
expand-alias=no
dname-processing=yes
default-ksk-algorithm=ecdsa256
default-api-rectify=no
log-dns-details=no
loglevel=3
version-string=anonymous
zone-cache-refresh-interval=0
`
}

/** PowerDNS Authoritative Server, its zones in SQLite. */
export async function startPowerDns(
  t: Test,
  zones: readonly PowerZone[],
  own?: string,
): Promise<Daemon> {
  const data = temporaryDirectory(t)
  const run = async (program: string, ...args: readonly string[]): Promise<void> => {
    const finished = await runProgram(program, args, { cwd: data })
    if (finished.status !== 0) throw new Error(`${program} ${args}: ${transcript(finished)}`)
  }
  const pdnsutil = (...args: readonly string[]) => run('pdnsutil', `--config-dir=${data}`, ...args)
  writeFileSync(join(data, 'pdns.conf'), configuration(data, '127.0.0.1', 1))
  await run('sqlite3', join(data, 'pdns.sqlite3'), `.read ${schema}`)
  for (const { name, text, mode } of zones) {
    const file = join(data, `${name}zone`)
    writeFileSync(file, `$ORIGIN ${name}\n${text}`)
    await pdnsutil('load-zone', name, file)
    await pdnsutil('secure-zone', name)
    const nsec3 = nsec3Arguments[mode]
    if (nsec3) await pdnsutil('set-nsec3', name, ...nsec3)
    await pdnsutil('rectify-zone', name)
  }
  return startDaemon(t, {
    name: 'pdns_server',
    address: own,
    ready: (port, address) =>
      servesZones(
        port,
        zones.map(({ name }) => name),
        address,
      ),
    command(_directory, port, address) {
      writeFileSync(join(data, 'pdns.conf'), configuration(data, address, port))
      return ['pdns_server', `--config-dir=${data}`]
    },
  })
}
