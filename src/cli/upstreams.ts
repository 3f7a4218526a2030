import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import type { Upstream } from '../stub/index.ts'

/** Resolvers that are taken from a `resolv.conf`, as in other programs. */
const resolversMax = 3

const dnsPort = 53
const tlsPort = 853

/**
 * Reads `ADDR`, `ADDR:PORT`, `[ADDR]:PORT`, each perhaps after `tcp://`; or `tls://ADDR#NAME`, of
 * which the certificate must have NAME. IPv6 addresses with a port stand in brackets.
 *
 * @throws {CodedError} `server-invalid`
 */
export function parseUpstream(text: string): Upstream {
  const parts = /^(?:(udp|tcp|tls):\/\/)?([^#]*)(?:#(.+))?$/.exec(text)
  const [, scheme = 'udp', place = '', tlsName] = parts ?? []
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(place)
  const isBare = isIP(place) !== 0
  const address = isBare ? place : (match?.[1] ?? match?.[2] ?? '')
  const via = scheme as Upstream['via']
  const port = isBare ? undefined : match?.[3]
  const number = port === undefined ? (via === 'tls' ? tlsPort : dnsPort) : Number(port)
  const isFit = isIP(address) !== 0 && number >= 1 && number <= 65535
  if (!isFit || (tlsName !== undefined && via !== 'tls')) {
    const forms = 'ADDR[:PORT], [ADDR6]:PORT or tls://ADDR[:PORT]#NAME'
    throw new CodedError(
      'server-invalid',
      `Cannot use server ${JSON.stringify(text)}: expected ${forms}`,
    )
  }
  return { address, port: number, via, ...(tlsName === undefined ? {} : { tlsName }) }
}

/** The resolvers of a `resolv.conf`; what is no address is passed over, zones of scope as well. */
export function readResolvConf(text: string): Upstream[] {
  const found: Upstream[] = []
  for (const line of text.split('\n')) {
    const [, address = ''] = /^\s*nameserver\s+(\S+)/.exec(line) ?? []
    if (isIP(address) !== 0 && !address.includes('%')) {
      found.push({ address, port: dnsPort, via: 'udp' })
    }
  }
  return found.slice(0, resolversMax)
}

/** `192.0.2.1:53`, `tls://[2001:db8::1]:853#dns.example`: what `parseUpstream` reads. */
export function formatUpstream({ address, port, via, tlsName }: Upstream): string {
  const host = isIP(address) === 6 ? `[${address}]` : address
  const scheme = via === 'udp' ? '' : `${via}://`
  return `${scheme}${host}:${port}${tlsName === undefined ? '' : `#${tlsName}`}`
}
