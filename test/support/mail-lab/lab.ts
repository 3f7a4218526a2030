import { generatePrivateKey } from '../../../src/crypto/index.ts'
import type { TrustAnchor } from '../../../src/validator/index.ts'
import { rootName } from '../../../src/wire/index.ts'
import type { DenialKind } from '../served-zone.ts'
import {
  type Authorities,
  addressBlock,
  type LabZone,
  openAuthorities,
  type TamperRule,
} from './authorities.ts'
import { type IdleTimers, idleTimers } from './idle-timers.ts'
import { type MailHosts, openMailHosts, type StartTls } from './mail-hosts.ts'
import { openPolicyHost, type PolicyHost } from './policy-host.ts'
import { type ChainSpec, type Presented, present } from './presented.ts'

/** A mail server of a scene. */
export interface HostSpec {
  /** Names in its certificate; default `<key>.example.test`. */
  readonly names?: readonly string[]
  readonly chain?: ChainSpec
  readonly startTls?: StartTls
  /** Nobody listens there. */
  readonly isDown?: boolean
}

/** A further zone. */
export interface ZoneSpec {
  readonly text: string
  readonly isSigned?: boolean
}

/**
 * A destination for mail, and the part of the internet that it needs. In texts, `{mx}` stands for
 * the address of the host `mx`, `{mx 3 1 1}` for a TLSA record of its chain (usage 2 is of its
 * anchor, `{mx 2 1 1 leaf}` is not), `{no 3 1 1}` for one of no chain, `{sts}` for the address of
 * the policy's web server, and `_25._tcp` for the port on which the mail servers listen.
 */
export interface Scene {
  /** Lines of `example.test.`. */
  readonly zone: string
  /** What mail is for; default `example.test.`. */
  readonly domain?: string
  /** Default: signed. */
  readonly isSigned?: boolean
  readonly denial?: DenialKind
  /** With NSEC3: whether unsigned delegations are left out of the chain (RFC 5155 §6). */
  readonly optOut?: boolean
  /** All zones are signed with one key, as by some providers: only names tell signatures apart. */
  readonly isOneKey?: boolean
  /** Further zones, by apex. */
  readonly zones?: Readonly<Record<string, ZoneSpec>>
  /** By name; default one host `mx` that does everything right. */
  readonly hosts?: Readonly<Record<string, HostSpec>>
  readonly tampers?: readonly TamperRule[]
  /** Lines of an unsigned `example.test.` on a server that nothing leads to, but lies. */
  readonly attackersZone?: string
  /** The policy of MTA-STS. */
  readonly sts?: { readonly body: string }
}

/** A scene that is being played. */
export interface MailLab {
  readonly authorities: Authorities
  readonly mail: MailHosts
  readonly policy: PolicyHost | undefined
  readonly timers: IdleTimers
  readonly anchors: readonly TrustAnchor[]
  /** PEM of the authorities that MTA-STS is to trust here. */
  readonly ca: string
  readonly presented: ReadonlyMap<string, Presented>
  /** Of mail servers, by name, in the order of the scene. */
  readonly addresses: ReadonlyMap<string, string>
  close(): Promise<void>
}

/** Last octets of addresses: servers of zones, then mail servers, then the web server. */
const rootServer = 1
const testServer = 2
/** Last octet of the address of a server that belongs to an attacker. */
export const attackersServer = 66
const firstZoneServer = 10
const firstMailHost = 100
const policyServer = 200

const placeholder = /\{(\w+)(?: (\d) (\d) (\d)( leaf)?)?\}/g

function fill(
  text: string,
  addresses: ReadonlyMap<string, string>,
  presented: ReadonlyMap<string, Presented>,
  mailPort: number,
): string {
  const port = `_${mailPort}._tcp`
  return text.replaceAll('_25._tcp', port).replace(placeholder, (_, name: string, ...found) => {
    const [usage, selector, matching, leaf] = found as (string | undefined)[]
    if (usage === undefined) return must(addresses.get(name), name)
    if (name === 'no') {
      return `${usage} ${selector} ${matching} ${'ab'.repeat(matching === '2' ? 64 : 32)}`
    }
    const numbers = [Number(usage), Number(selector), Number(matching)] as const
    const of = usage === '2' && leaf === undefined ? 'anchor' : 'leaf'
    return must(presented.get(name), name).tlsa(numbers, of)
  })
}

function must<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`Cannot set scene: no host ${name}`)
  return value
}

async function castOf(
  hosts: Readonly<Record<string, HostSpec>>,
): Promise<ReadonlyMap<string, Presented>> {
  const presented = new Map<string, Presented>()
  for (const [name, spec] of Object.entries(hosts)) {
    presented.set(name, await present(spec.names ?? [`${name}.example.test`], spec.chain))
  }
  return presented
}

function zonesOf(scene: Scene, filled: (text: string) => string): LabZone[] {
  const { denial = 'nsec', optOut = false } = scene
  const nsec3 = { iterations: 0, salt: new Uint8Array(0), optOut }
  const key = scene.isOneKey ? { key: generatePrivateKey(13) } : {}
  const signing = { denial, nsec3, ...key }
  const lies: LabZone[] = ['example.test.', 'attacker.test.'].map((apex) => ({
    apex,
    server: attackersServer,
    text: filled(scene.attackersZone ?? ''),
    isUndelegated: true,
  }))
  const further = Object.entries(scene.zones ?? {}).map(
    ([apex, { text, isSigned = true }], n): LabZone => ({
      apex,
      server: firstZoneServer + 1 + n,
      text: filled(text),
      ...(isSigned ? { signing } : {}),
    }),
  )
  return [
    { apex: '.', server: rootServer, text: '', signing: { denial: 'nsec', ...key } },
    { apex: 'test.', server: testServer, text: '', signing },
    {
      apex: 'example.test.',
      server: firstZoneServer,
      text: filled(scene.zone),
      ...(scene.isSigned === false ? {} : { signing }),
    },
    ...further,
    ...(scene.attackersZone === undefined ? [] : lies),
  ]
}

/** Sets a scene: mail servers and the web server first, since zones tell of them. */
export async function openMailLab(scene: Scene): Promise<MailLab> {
  const block = addressBlock()
  const hosts = scene.hosts ?? { mx: {} }
  const presented = await castOf(hosts)
  const names = Object.keys(hosts)
  const at = (name: string): number => firstMailHost + names.indexOf(name)
  const mail = await openMailHosts(
    block,
    Object.entries(hosts)
      .filter(([, { isDown }]) => !isDown)
      .map(([name, { startTls = 'good' }]) => ({
        at: at(name),
        startTls,
        credential: () => must(presented.get(name), name),
      })),
  )
  const { sts } = scene
  const site = await present(['mta-sts.example.test'])
  const policy = sts && (await openPolicyHost(`${block}${policyServer}`, site, sts.body))
  const addresses = new Map(names.map((name) => [name, `${block}${at(name)}`]))
  addresses.set('sts', `${block}${policyServer}`)
  const authorities = await openAuthorities(
    zonesOf(scene, (text) => fill(text, addresses, presented, mail.port)),
    block,
  )
  authorities.rules.push(
    ...(scene.tampers ?? []).map((rule) => ({
      ...rule,
      name: rule.name?.replace('_25._tcp', `_${mail.port}._tcp`),
    })),
  )
  const timers = idleTimers()
  return {
    authorities,
    mail,
    policy,
    timers,
    anchors: [{ zone: rootName, ds: [authorities.rootDs], dnskeys: [] }],
    ca: [...presented.values(), site].map(({ anchor }) => anchor.pem).join(''),
    presented,
    addresses,
    async close() {
      timers.close()
      await Promise.all([authorities.close(), mail.close(), policy?.close()])
    },
  }
}
