import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import type { Upstream } from './stub.ts'

const portOf = { udp: 53, tcp: 53, tls: 853 } as const
const parts = [
  /^(?:(?<via>udp|tcp|tls):\/\/)?/,
  /(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:@#]+)|(?<bare>[0-9A-Fa-f:.]+))/,
  /(?:[:@](?<port>\d{1,5}))?(?:#(?<name>.+))?$/,
]
const pattern = new RegExp(parts.map(({ source }) => source).join(''))

/**
 * Reads a server to ask: `192.0.2.1`, `192.0.2.1:5300`, `2001:db8::1`, `[2001:db8::1]:53`, with
 * `tcp://` or `tls://` in front; `tls://192.0.2.1#dns.example` demands a certificate of that name.
 *
 * @throws {CodedError} `server-invalid`
 */
export function parseUpstream(text: string): Upstream {
  const refuse = (why: string): never => {
    throw new CodedError('server-invalid', `Cannot read server ${JSON.stringify(text)}: ${why}`)
  }
  const found = pattern.exec(text)?.groups
  const address = found?.['bracketed'] ?? found?.['plain'] ?? found?.['bare'] ?? ''
  if (isIP(address) === 0) refuse('expected an address, such as 192.0.2.1:53 or [2001:db8::1]:53')
  const via = (found?.['via'] ?? 'udp') as Upstream['via']
  const port = Number(found?.['port'] ?? portOf[via])
  if (port < 1 || port > 65_535) refuse(`port ${port} is not in 1–65535`)
  const tlsName = found?.['name']
  if (tlsName === undefined) return { address, port, via }
  if (via !== 'tls') refuse('only tls:// has a name to check')
  return { address, port, via, tlsName }
}
