/**
 * The HEALTHCHECK of the container: asks for the SOA of a zone that the server should have, over
 * UDP, where its own configuration says it listens. Exits 0 when the answer is authoritative, 1
 * with a reason otherwise. It needs nothing but the runtime tree.
 *
 *     node dist/docker/healthcheck.js /etc/danelaw/danelaw.yaml
 */
import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import { type Config, type ListenEndpoint, parseConfig } from '../src/config/index.ts'
import {
  Class,
  Flag,
  formatRcode,
  type Message,
  Opcode,
  Rcode,
  readMessage,
  writeMessage,
} from '../src/message/index.ts'
import { RR } from '../src/rr/index.ts'
import { formatName, type Name, parseName, rootName } from '../src/wire/index.ts'

const timeoutMilliseconds = 2000

/** Where to send a query that this machine's listener receives: a wildcard becomes loopback. */
export function reachable({ address, port }: ListenEndpoint): ListenEndpoint {
  if (address === '0.0.0.0') return { address: '127.0.0.1', port }
  if (/^[0:]+$/.test(address)) return { address: '::1', port }
  return { address, port }
}

/** A zone that the configuration makes the server serve; undefined when there is none. */
export function someZone(config: Config): Name | undefined {
  for (const { zone } of config.zones.files.values()) return zone
  const { directory } = config.zones
  const files = directory === undefined ? [] : readdirSync(directory)
  const zone = files.map((file) => /^(.+)\.(?:zone|yaml)$/.exec(file)?.[1]).find(Boolean)
  return zone === undefined ? undefined : parseName(zone)
}

/** Sends one query for the SOA of `zone` and returns what comes back. Rejects after two seconds. */
export async function askSoa({ address, port }: ListenEndpoint, zone: Name): Promise<Message> {
  const id = process.pid & 0xffff
  const query = writeMessage({
    id,
    flags: 0,
    opcode: Opcode.QUERY,
    rcode: Rcode.NOERROR,
    questions: [{ name: zone, type: RR.SOA, class: Class.IN }],
    answer: [],
    authority: [],
    additional: [],
    edns: undefined,
  })
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const octets = await new Promise<Uint8Array>((give, fail) => {
    setTimeout(() => {
      fail(new Error(`No answer within ${timeoutMilliseconds} ms`))
    }, timeoutMilliseconds).unref()
    socket.once('error', fail)
    socket.once('message', give)
    socket.connect(port, address, () => socket.send(query))
  }).finally(() => socket.close())
  const message = readMessage(octets)
  if (message.id === id) return message
  throw new Error(`Answer to another query: id ${message.id} is not ${id}`)
}

/** Whether the server that the configuration at `path` starts is healthy; throws if it is not. */
export async function checkHealth(path: string): Promise<string> {
  const options = { file: path, directory: resolve(dirname(path)) }
  const { config, findings } = parseConfig(readFileSync(path, 'utf8'), options)
  if (config === undefined) throw new Error(findings[0]?.message ?? 'no configuration')
  const [endpoint] = config.listen
  if (endpoint === undefined) throw new Error('The configuration listens on no UDP port')
  const zone = someZone(config)
  const { flags, rcode } = await askSoa(reachable(endpoint), zone ?? rootName)
  // Without a zone there is nothing to be authoritative for: an answer is enough.
  if (zone === undefined) return `answers ${formatRcode(rcode)}`
  const isGood = rcode === Rcode.NOERROR && (flags & Flag.AA) !== 0
  const what = `${formatName(zone)} SOA: ${formatRcode(rcode)}${flags & Flag.AA ? ' AA' : ''}`
  if (!isGood) throw new Error(`Not authoritative: ${what}`)
  return what
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(`${await checkHealth(process.argv[2] ?? 'danelaw.yaml')}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
