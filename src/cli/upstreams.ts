import { isIP } from 'node:net'
import type { Upstream } from '../stub/index.ts'

/** Resolvers that are taken from a `resolv.conf`, as in other programs. */
const resolversMax = 3

const dnsPort = 53

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
