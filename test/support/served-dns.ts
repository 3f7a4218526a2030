import type { Test } from 'tap'
import type { Clock } from '../../src/base/index.ts'
import { dsRdata } from '../../src/crypto/index.ts'
import { AnswerContext, answer, type ServedZone } from '../../src/query/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { type Credentials, startServer } from '../../src/server/index.ts'
import type { TrustAnchor } from '../../src/validator/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'

/** A real server on loopback. */
export interface ServedDns {
  readonly address: string
  readonly port: number
  readonly tlsPort: number | undefined
  readonly zones: ZoneTable<ServedZone>
  /** Queries received so far, over all transports. */
  queries(): number
}

/** Where to listen other than on any port of 127.0.0.1, and as whom by TLS. */
export interface ServeOptions {
  readonly address?: string
  readonly port?: number
  readonly credentials?: Credentials
  /** Instead of a table of its own: whatever is in it is served. */
  readonly zones?: ZoneTable<ServedZone>
}

/** Serves zones by UDP and TCP, and TLS with `credentials`; it ends with the test. */
export async function serveDns(
  t: Test,
  served: readonly ServedZone[],
  clock: Clock,
  options: ServeOptions = {},
): Promise<ServedDns> {
  const { address = '127.0.0.1', port = 0, credentials, zones = new ZoneTable() } = options
  for (const zone of served) zones.put(zone)
  const answers = { zones, clock, udpOctets: 1232, identity: undefined, version: undefined }
  const datagram = new AnswerContext({ ...answers, datagramOctetsMax: 1232 })
  const stream = new AnswerContext({ ...answers, datagramOctetsMax: undefined })
  const server = await startServer({
    plain: [{ address, port }],
    ...(credentials && { tls: { endpoints: [{ address, port: 0 }], credentials } }),
    respond: (query, out, via) => answer(query, out, via === 'udp' ? datagram : stream),
  })
  t.teardown(() => server.stop({ graceMs: 0 }))
  const portOf = (via: string) => server.addresses().find((bound) => bound.via === via)?.port
  return {
    address,
    port: portOf('udp') ?? 0,
    tlsPort: portOf('tls'),
    zones,
    queries: () => {
      const { udp, tcp, tls } = server.counters()
      return udp.received + tcp.received + tls.received
    },
  }
}

/** The trust anchor of a signed zone: its keys. */
export function anchorOf({ zone, signing }: ServedZone): TrustAnchor {
  if (!signing) throw new Error(`${formatName(zone.apex)} is not signed`)
  return { zone: zone.apex, ds: [], dnskeys: signing.signer.keys.secureEntryPoints }
}

/** The DS lines of a signed zone, for its parent. */
export function dsOf({ zone, signing }: ServedZone, owner: string): string {
  return (signing?.signer.keys.secureEntryPoints ?? [])
    .map((dnskey) => `${owner} DS ${formatRdata(RR.DS, dsRdata(zone.apex, dnskey, 2))}`)
    .join('\n')
}
