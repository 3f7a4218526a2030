import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Rcode, readMessage } from '../../src/message/index.ts'
import { RR, type RRType } from '../../src/rr/index.ts'
import { type Installation, install } from './danelaw.ts'
import { type DnsClient, dnsClient, encodeQuery } from './peers/client.ts'
import { apiSettings, type Provisioned, powerdns, provision, replace } from './provisioned.ts'

/** The zone that nodes share. */
export const shared = 'nodes.test.'

/** One danelaw of several that follow one PostgreSQL. */
export interface Node extends Provisioned {
  readonly dns: DnsClient
}

/**
 * Installs a node that has nothing in common with others but a database and the key that seals in
 * it. `signing` is that section of its configuration.
 */
export function installNode(
  t: Test,
  url: string,
  name: string,
  signing = '{ deterministic: on }',
): Installation {
  const store = `{ driver: postgres, url: "${url}", sealingKeys: [./sealing.key], node: ${name} }`
  const settings = [apiSettings, `signing: ${signing}`, `store: ${store}`]
  const installation = install(t, [], settings.join('\n'))
  const key = join(installation.directory, 'sealing.key')
  writeFileSync(key, `${'5a'.repeat(32)}\n`, { mode: 0o600 })
  return installation
}

/** Starts nodes of those names, one after another. */
export async function startNodes(
  t: Test,
  url: string,
  names: readonly string[],
  signing?: string,
): Promise<Node[]> {
  const nodes: Node[] = []
  for (const name of names) {
    const provisioned = await provision(t, installNode(t, url, name, signing))
    const dns = dnsClient(provisioned.danelaw.port)
    t.teardown(() => dns.close())
    nodes.push({ ...provisioned, dns })
  }
  return nodes
}

/** Makes the shared zone by way of a node, and waits until all nodes serve it. */
export async function createShared(node: Node): Promise<void> {
  const zone = { name: shared, kind: 'Native', nameservers: ['ns1.other.test.'] }
  const made = await node.ask('POST', powerdns, zone)
  if (made.status !== 201) throw new Error(JSON.stringify(made.json))
  await allCaughtUp(node)
}

/** Makes a change by way of a node, and waits until every node serves it. */
export async function allCaughtUp(node: Node): Promise<void> {
  const records = [{ content: `"${performance.now()}"` }]
  const edit = { op: 'replace', name: `mark.${shared}`, type: 'TXT', ttl: 60, records }
  const { status, headers, json } = await node.ask('PATCH', `/v1/zones/${shared}?wait=live`, {
    edits: [edit],
  })
  if (status === 200) return
  throw new Error(`${status} ${headers.get('danelaw-waiting-for')}: ${JSON.stringify(json)}`)
}

/** Replaces an address; the status of the answer. */
export async function putAddress(node: Node, label: string, address: string): Promise<number> {
  const body = replace(`${label}.${shared}`, 'A', address)
  return (await node.ask('PATCH', `${powerdns}/${shared}`, body)).status
}

/** What a node answers to a query for a name of the shared zone. */
export async function look(
  { dns }: Node,
  label: string,
  type: RRType = RR.A,
  via: 'udp' | 'tcp' = 'udp',
) {
  const octets = await dns[via](queryFor(label, type))
  const { answer, rcode } = readMessage(octets)
  const isSigned = answer.some((record) => record.type === RR.RRSIG)
  const rdata = answer.filter((record) => record.type === type).map((record) => record.rdata)
  return { octets, isSigned: isSigned && rcode === Rcode.NOERROR, rdata }
}

/** A query for a name of the shared zone; an empty label is its apex. */
function queryFor(label: string, type: RRType): Uint8Array {
  const name = label === '' ? shared : `${label}.${shared}`
  return encodeQuery({ name, type, dnssecOk: true })
}

/** How long it took until one node answered, signed, what another one was told; in milliseconds. */
export interface Passage {
  /** Since the request was sent, and since it was acknowledged. */
  readonly sinceSent: number[]
  readonly sinceTold: number[]
}

/** Changes an address by way of one node and asks another one for it until it is there. */
export async function measurePassage(from: Node, to: Node, times: number): Promise<Passage> {
  const passage: Passage = { sinceSent: [], sinceTold: [] }
  for (let n = 0; n < times; n++) {
    const address = [10, 0, n >> 8, n & 255]
    const sent = performance.now()
    const status = await putAddress(from, `passage${n % 10}`, address.join('.'))
    if (status !== 204) throw new Error(`The change was answered with ${status}`)
    const told = performance.now()
    for (;;) {
      const { rdata, isSigned } = await look(to, `passage${n % 10}`)
      if (isSigned && rdata[0] && Buffer.compare(rdata[0], Buffer.from(address)) === 0) break
    }
    passage.sinceSent.push(performance.now() - sent)
    passage.sinceTold.push(performance.now() - told)
  }
  return passage
}

/** The value below which that share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
