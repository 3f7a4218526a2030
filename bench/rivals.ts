import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from '../test/support/peers/daemon.ts'
import { danelawProgram } from '../test/support/peers/paths.ts'
import { findProgram } from '../test/support/peers/programs.ts'
import { servesZones } from '../test/support/peers/servers.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { type ApiTarget, apiPusher, type Pusher, updatePusher } from './pushers.ts'

/** The zone that everybody serves, signed, and is asked to change. */
export const zone = 'bench.test.'

const zoneFile = `$ORIGIN ${zone}
$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 300
@ NS ns1
ns1 A 192.0.2.1
`

/** A server that takes changes of `zone` and answers for it, signed. */
export interface Rival {
  readonly name: string
  readonly dnsPort: number
  readonly pusher: Pusher
  stop(): Promise<void>
}

/** A rival with what it needs: programs by name, other files by path. */
interface Contender {
  readonly name: string
  readonly needs: readonly string[]
  start(): Promise<Rival>
}

const sqliteSchema = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'
/** The backend itself is where the architecture says; this file tells that its package is there. */
const lmdbPackage = '/usr/share/doc/pdns-backend-lmdb/copyright'

const contenders: readonly Contender[] = [
  { name: 'danelaw, lmdb', needs: [], start: () => startDanelaw('danelaw, lmdb', '') },
  { name: 'danelaw, PostgreSQL', needs: ['postgres'], start: startDanelawOnPostgres },
  {
    name: 'PowerDNS, gsqlite3',
    needs: ['pdns_server', sqliteSchema, '/usr/bin/python3'],
    start: () => startPowerdns('gsqlite3'),
  },
  {
    name: 'PowerDNS, lmdb',
    needs: ['pdns_server', lmdbPackage],
    start: () => startPowerdns('lmdb'),
  },
  { name: 'BIND, UPDATE', needs: ['named'], start: startBind },
  { name: 'Knot, UPDATE', needs: ['knotd'], start: startKnot },
]

function isHere(need: string): boolean {
  return need.startsWith('/') ? existsSync(need) : findProgram(need) !== undefined
}

/** Every server that is installed here, started one after the other. */
export async function* rivals(): AsyncGenerator<Rival, void> {
  for (const { needs, start } of contenders) if (needs.every(isHere)) yield start()
}

/** Who is left out, and for want of what; empty where everybody is here. */
export function absentRivals(): readonly string[] {
  return contenders.flatMap(({ name, needs }) => {
    const missing = needs.filter((need) => !isHere(need))
    return missing.length > 0 ? [`${name} (no ${missing.join(', ')})`] : []
  })
}

interface Workshop {
  readonly directory: string
  run(program: string, args: readonly string[]): ChildProcess
  stop(): Promise<void>
}

function openWorkshop(): Workshop {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-bench-'))
  const children: ChildProcess[] = []
  return {
    directory,
    run(program, args) {
      const path = findProgram(program) ?? program
      const child = spawn(path, args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
      // What is not read fills a pipe, and who fills one waits.
      child.stdout?.resume()
      children.push(child)
      return child
    },
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = once(child, 'exit')
        child.kill()
        await ended
      }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function whenServed(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await servesZones(port, [zone]).catch(() => false)) return
    await delay(100)
  }
  throw new Error(`Cannot measure: nobody serves ${zone} on port ${port}`)
}

async function startDanelaw(name: string, store: string): Promise<Rival> {
  const shop = openWorkshop()
  const config = ['listen: [127.0.0.1:0]', 'zones: { directory: off }', store]
  config.push('api: { listen: [127.0.0.1:0], connectionsMax: 1000, requestsMax: 1000 }')
  config.push('resolver: { servers: [127.0.0.1:9] }')
  writeFileSync(join(shop.directory, 'danelaw.yaml'), config.join('\n'))
  const child = shop.run(process.execPath, [danelawProgram(), 'serve', '--json'])
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const [line] = (await once(lines, 'line')) as [string]
  const ready = JSON.parse(line) as { listen: { port: number }[]; api: { port: number }[] }
  const verbs = ['read', 'write', 'create'].flatMap((verb) => ['--allow', verb])
  const args = [danelawProgram(), 'token', 'create', 'bench', '--tenant', '*', ...verbs]
  const options = { cwd: shop.directory, stdio: ['ignore', 'pipe', 'ignore'] as const }
  const key = execFileSync(process.execPath, args, { ...options, stdio: [...options.stdio] })
  const target = { port: ready.api[0]?.port ?? 0, key: key.toString().trim(), zone }
  await createZone(target)
  const dnsPort = ready.listen[0]?.port ?? 0
  await whenServed(dnsPort)
  return { name, dnsPort, pusher: apiPusher(target), stop: shop.stop }
}

async function startDanelawOnPostgres(): Promise<Rival> {
  const ends: (() => unknown)[] = []
  const owner = { teardown: (end: () => unknown) => ends.push(end) } as unknown as Test
  const postgres = await startPostgres(owner)
  const url = await postgres.createDatabase()
  const shop = openWorkshop()
  const key = join(shop.directory, 'sealing.key')
  writeFileSync(key, `${'5a'.repeat(32)}\n`, { mode: 0o600 })
  const store = `store: { driver: postgres, url: "${url}", sealingKeys: ["${key}"] }`
  const rival = await startDanelaw('danelaw, PostgreSQL', store)
  return {
    ...rival,
    async stop() {
      await rival.stop()
      await shop.stop()
      for (const end of ends.reverse()) await end()
    },
  }
}

async function createZone({ port, key, zone: name }: ApiTarget): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/servers/localhost/zones`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name, kind: 'Native', nameservers: [`ns1.${name}`], dnssec: true },
      rrsets: [
        {
          ...{ name: `ns1.${name}`, type: 'A', ttl: 300, changetype: 'REPLACE' },
          records: [{ content: '192.0.2.1', disabled: false }],
        },
      ],
    }),
  })
  if (response.status !== 201) throw new Error(`Cannot create zone: ${await response.text()}`)
}

async function startPowerdns(backend: 'gsqlite3' | 'lmdb'): Promise<Rival> {
  const shop = openWorkshop()
  const dnsPort = await freePort()
  const port = await freePort()
  const database = join(shop.directory, 'db')
  if (backend === 'gsqlite3') {
    const python =
      'import sqlite3,sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())'
    execFileSync('/usr/bin/python3', ['-c', python, database, sqliteSchema])
  }
  const settings = {
    launch: backend,
    ...(backend === 'lmdb' ? { 'lmdb-filename': database } : {}),
    ...(backend === 'gsqlite3'
      ? {
          'gsqlite3-database': database,
          'gsqlite3-dnssec': 'yes',
          'gsqlite3-pragma-synchronous': 2,
        }
      : {}),
    ...{ 'local-address': '127.0.0.1', 'local-port': dnsPort, 'socket-dir': shop.directory },
    ...{ api: 'yes', 'api-key': 'key', webserver: 'yes', 'webserver-port': port },
    ...{ 'webserver-address': '127.0.0.1', 'webserver-allow-from': '127.0.0.1' },
    ...{ 'cache-ttl': 0, 'negquery-cache-ttl': 0, 'query-cache-ttl': 0, loglevel: 0 },
    ...{ 'zone-cache-refresh-interval': 0, 'webserver-loglevel': 'none' },
  }
  const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(shop.directory, 'pdns.conf'), `${text.join('\n')}\n`)
  shop.run('pdns_server', [`--config-dir=${shop.directory}`, '--daemon=no', '--guardian=no'])
  const target = { port, key: 'key', zone }
  for (let attempt = 0; ; attempt++) {
    try {
      await createZone(target)
      break
    } catch (error) {
      if (attempt === 100) throw error
      await delay(100)
    }
  }
  await whenServed(dnsPort)
  return { name: `PowerDNS, ${backend}`, dnsPort, pusher: apiPusher(target), stop: shop.stop }
}

async function startBind(): Promise<Rival> {
  const shop = openWorkshop()
  const dnsPort = await freePort()
  const { directory } = shop
  writeFileSync(join(directory, 'bench.zone'), zoneFile)
  writeFileSync(
    join(directory, 'named.conf'),
    `options { directory "${directory}"; listen-on port ${dnsPort} { 127.0.0.1; };
  listen-on-v6 { none; }; pid-file none; session-keyfile none; lock-file none; recursion no;
  dnssec-validation no; notify no; tcp-clients 1000; };
controls { };
zone "${zone}" { type primary; file "bench.zone"; dnssec-policy default; inline-signing no;
  key-directory "${directory}"; allow-update { 127.0.0.1; }; };
`,
  )
  shop.run('named', ['-g', '-c', join(directory, 'named.conf')])
  await whenServed(dnsPort)
  return { name: 'BIND, UPDATE', dnsPort, pusher: updatePusher(dnsPort, zone), stop: shop.stop }
}

async function startKnot(): Promise<Rival> {
  const shop = openWorkshop()
  const dnsPort = await freePort()
  const { directory } = shop
  mkdirSync(join(directory, 'keys'))
  writeFileSync(join(directory, 'bench.zone'), zoneFile)
  writeFileSync(
    join(directory, 'knot.conf'),
    `server:
    rundir: "${directory}"
    listen: 127.0.0.1@${dnsPort}
    tcp-max-clients: 1000
database:
    storage: "${directory}"
acl:
  - id: local
    address: 127.0.0.1
    action: update
zone:
  - domain: ${zone}
    file: "${join(directory, 'bench.zone')}"
    dnssec-signing: on
    acl: local
`,
  )
  shop.run('knotd', ['-c', join(directory, 'knot.conf')])
  await whenServed(dnsPort)
  return { name: 'Knot, UPDATE', dnsPort, pusher: updatePusher(dnsPort, zone), stop: shop.stop }
}
