import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { dsRdata } from '../../../src/crypto/index.ts'
import { readMessage } from '../../../src/message/index.ts'
import { formatRdata, RR } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { install, type RunningDanelaw, startDanelaw, type TestZone } from '../danelaw.ts'
import { dnsClient, encodeQuery } from '../peers/client.ts'
import { type Daemon, temporaryDirectory } from '../peers/daemon.ts'
import { type PowerZone, startPowerDns } from '../peers/powerdns.ts'
import {
  type Resolving,
  startKresd,
  startNamedResolver,
  startPowerRecursor,
  startUnboundResolver,
} from '../peers/resolvers.ts'
import { startNamed, startNsd } from '../peers/servers.ts'
import { signZone } from '../peers/signing.ts'
import { type KnotZone, startSigningKnot } from '../peers/signing-knot.ts'
import { breakages } from './breakages.ts'
import { addresses, childText, type Leaf, leafText, leaves, type MatrixMode } from './leaves.ts'

/** Options of `dnssec-signzone` for each way of denial that it knows. */
const signzoneOptions: Readonly<Partial<Record<MatrixMode, readonly string[]>>> = {
  nsec: [],
  nsec3: ['-3', '-', '-H', '0'],
  optout: ['-3', '-', '-H', '0', '-A'],
}

const danelawPolicies: Readonly<Partial<Record<MatrixMode, string>>> = {
  nsec: '{ denial: nsec }',
  nsec3: '{ denial: nsec3, algorithm: 15 }',
  optout: '{ denial: nsec3, optOut: true }',
  minimal: '{ denial: minimal, algorithm: 14 }',
  compact: '{ denial: compact, keys: ksk+zsk }',
}

/** Starts a danelaw at an address of its own. */
function serve(t: Test, zones: readonly TestZone[], address: string): Promise<RunningDanelaw> {
  return startDanelaw(t, install(t, zones, '', `${address}:53`))
}

/** The DS RDATA, as text, of the secure entry points that a server publishes for a zone. */
async function dsOf(address: string, zone: string, digestType: number): Promise<string[]> {
  const client = dnsClient(53, undefined, address)
  try {
    const query = encodeQuery({ name: zone, type: RR.DNSKEY })
    const { answer } = readMessage(await client.tcp(query))
    return answer
      .filter(({ type, rdata }) => type === RR.DNSKEY && ((rdata[1] ?? 0) & 1) !== 0)
      .map(({ rdata }) => formatRdata(RR.DS, dsRdata(parseName(zone), rdata, digestType)))
  } finally {
    client.close()
  }
}

/** What every zone of a server is: its leaf and its text. */
interface Grown {
  readonly leaf: Leaf
  readonly name: string
  readonly text: string
}

/** Starts every authority with its leaves. */
async function startAuthorities(t: Test, grown: readonly Grown[]): Promise<void> {
  const directory = temporaryDirectory(t)
  const of = (server: Leaf['server']) => grown.filter(({ leaf }) => leaf.server === server)
  const signed = (server: Leaf['server']) =>
    Promise.all(
      of(server).map(({ leaf, name, text }) => {
        const options = signzoneOptions[leaf.mode] ?? []
        return signZone(directory, name, text, { options })
      }),
    )
  const broken = breakages.map(({ name, text, signing }) => {
    if (signing) return signZone(directory, name, text, signing)
    const file = join(directory, `${name}db`)
    writeFileSync(file, text)
    return { name, file }
  })
  await Promise.all([
    serve(
      t,
      of('danelaw').map(({ leaf, name, text }) => {
        const policy = danelawPolicies[leaf.mode]
        return policy ? { name, text, policy } : { name, text }
      }),
      addresses.danelaw,
    ),
    startNamed(t, await signed('named'), addresses.named),
    startNsd(t, [...(await signed('nsd')), ...(await Promise.all(broken))], addresses.nsd),
    startSigningKnot(
      t,
      of('knot').map(({ leaf, ...zone }) => ({ ...zone, mode: leaf.mode as KnotZone['mode'] })),
      addresses.knot,
    ),
    startPowerDns(
      t,
      of('powerdns').map(({ leaf, ...zone }) => ({
        ...zone,
        mode: leaf.mode as PowerZone['mode'],
      })),
      addresses.powerdns,
    ),
  ])
}

/** The children of all leaves, and the DS of those that are signed. */
async function startChildren(t: Test): Promise<ReadonlyMap<string, readonly string[]>> {
  const zones = leaves.flatMap(({ name }): TestZone[] => [
    { name: `insecure.${name}`, text: childText, policy: '{ dnssec: off }' },
    { name: `kid.${name}`, text: childText },
  ])
  const { zones: ready } = await serve(t, zones, addresses.children)
  return new Map(ready.map(({ zone, ds }) => [zone, ds]))
}

function topText(server: string, address: string, delegations: readonly string[]): string {
  const soa = `$TTL 300\n@ SOA ${server} hostmaster 1 7200 900 1209600 300`
  const apex = `${soa}\n@ NS ${server}\n${server} A ${address}`
  return `${apex}\n${delegations.join('\n')}\n`
}

function delegate(name: string, address: string, ds: readonly string[]): string[] {
  const servers = [`${name} NS ns.${name}`, `ns.${name} A ${address}`]
  return [...servers, ...ds.map((one) => `${name} DS ${one}`)]
}

/** `test.`, which delegates to all the rest, and the root; gives the DS of the root. */
async function startTop(t: Test): Promise<string> {
  const ofLeaves = leaves.map(async ({ name, server }) =>
    delegate(name, addresses[server], await dsOf(addresses[server], name, 2)),
  )
  const ofBroken = breakages.map(async ({ name, signing, ds }) => {
    const [sha256 = ''] = signing ? await dsOf(addresses.nsd, name, 2) : []
    const [sha1 = ''] = signing ? await dsOf(addresses.nsd, name, 1) : []
    return delegate(name, addresses.nsd, ds(sha256, sha1))
  })
  const delegations = (await Promise.all([...ofLeaves, ...ofBroken])).flat()
  const text = topText('ns.test.', addresses.tld, delegations)
  const tld = await serve(t, [{ name: 'test.', text }], addresses.tld)
  const below = delegate('test.', addresses.tld, tld.zones[0]?.ds ?? [])
  const rootText = topText('ns.root.', addresses.root, below)
  const root = await serve(t, [{ name: '.', text: rootText }], addresses.root)
  return root.zones[0]?.ds[0] ?? ''
}

/** The world of the matrix, up and running. */
export interface MatrixWorld {
  /** DS RDATA of the root as text. */
  readonly rootDs: string
  readonly resolvers: Readonly<Record<'unbound' | 'bind' | 'kresd' | 'recursor', Daemon>>
}

/** Starts all of it: authorities from the leaves up to the root, then resolvers. */
export async function startMatrix(t: Test): Promise<MatrixWorld> {
  for (const address of Object.values(addresses)) {
    execFileSync('ip', ['address', 'add', `${address}/32`, 'dev', 'lo'])
  }
  const childDs = await startChildren(t)
  const grown = leaves.map((leaf) => {
    const { name } = leaf
    return { leaf, name, text: leafText(leaf, childDs.get(`kid.${name}`) ?? []) }
  })
  await startAuthorities(t, grown)
  const rootDs = await startTop(t)
  const from = (address: string): Resolving => ({ rootAddress: addresses.root, rootDs, address })
  const [unbound, bind, kresd, recursor] = await Promise.all([
    startUnboundResolver(t, from(addresses.unbound)),
    startNamedResolver(t, from(addresses.bind)),
    startKresd(t, from(addresses.kresd)),
    startPowerRecursor(t, from(addresses.recursor)),
  ])
  return { rootDs, resolvers: { unbound, bind, kresd, recursor } }
}
