import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { authority, chainPem, type Issued, issue } from '../certificates.ts'
import type { TestZone } from '../danelaw.ts'
import { type Postfix, startPostfix } from '../mail/postfix.ts'
import { tlsaOfKey } from '../mail/servers.ts'
import { type PublishedPolicy, policyAddress, publishPolicies } from '../mail/sts-host.ts'
import { temporaryDirectory } from '../peers/daemon.ts'
import { prepareNetwork, resolverAddress } from '../peers/own-network.ts'
import type { Peer } from '../peers/programs.ts'
import { powerdns, replace } from '../provisioned.ts'
import { type CustomerZone, type Provider, providerAddress, startProvider } from './bind.ts'
import { type JourneyServer, startJourneyServer } from './server.ts'
import { startValidator, type Validator } from './validator.ts'

/** The programs that a journey needs. */
export const journeyPeers: readonly Peer[] = [
  ...(['named', 'nsupdate', 'dnssec-dsfromkey', 'unbound', 'unbound-control'] as const),
  ...(['postfix', 'posttls-finger'] as const),
]

/** The partition that hosts are in, and where mail for them comes in. */
export const partitionZone = 'o-v1.mx.microsoft'
export const frontend = '127.0.1.1'
/** Where hosts of before are, and where mail for them comes in. */
export const legacyZone = 'mail.protection.outlook.com'
export const legacyFrontend = '127.0.1.2'
/** Where somebody hands in mail for others. */
export const senderAddress = '127.0.4.1'
/** How long signed hosts are held, and hosts of before. */
export const holdSeconds = 7200
export const legacySeconds = 48 * 3600

/** A policy of MTA-STS that can be changed while it is published. */
export type Policy = { -readonly [K in keyof PublishedPolicy]: PublishedPolicy[K] }

/** What a journey is made through. */
export interface JourneyParts {
  readonly danelaw: JourneyServer
  readonly provider: Provider
  readonly validator: Validator
  /** Both mail servers. */
  readonly postfix: Postfix
  /** Sends what is handed to it at `senderAddress`, under DANE where there is any. */
  readonly sender: Postfix
  /** Publishes whether a parent has the DS of customers' zones: those named. */
  delegate(signed: Readonly<Record<string, 'right' | 'wrong'>>): Promise<void>
}

const apex = `$TTL 60
@ SOA ns hostmaster 1 7200 900 1209600 60
@ NS ns
ns A 127.0.0.1
`

function cut(name: string, address: string): string {
  return `${name}. NS ns.${name}.\nns.${name}. A ${address}\n`
}

/** A zone file whose serial tells how often it was written. */
function zoneFile(name: string, records: string, version: number): TestZone {
  return { name, text: `${apex.replace(' 1 7200', ` ${version} 7200`)}${records}` }
}

const settings = (ca: string): string => `
api: { listen: [127.0.0.1:0] }
resolver: { servers: ["${resolverAddress}:53"], anchors: ./keys/root.anchor }
provisioning:
  suffix: mx.microsoft
  nameServers: { ns1: [127.0.0.1] }
  legacyZone: ${legacyZone}
  legacyFrontends: [${legacyFrontend}]
  hostTtl: 30
  hold: ${holdSeconds}
  legacyHold: ${legacySeconds}
  mtaSts: { authorities: ${ca} }
`

/**
 * Lays out DNS from the root down to customers and starts everything: the root, `com.`,
 * `microsoft.` and `mx.microsoft.` are files of danelaw, the partition and the hosts of before are
 * in its store, customers' zones are BIND's, which knows nothing of those that are `lame`. Only
 * inside of a network of one's own.
 */
export async function startJourney(
  t: Test,
  zones: readonly CustomerZone[],
  policies: readonly Policy[],
  lame: readonly string[] = [],
): Promise<JourneyParts> {
  prepareNetwork(t)
  const ca = await authority()
  const directory = temporaryDirectory(t)
  const caFile = join(directory, 'ca.pem')
  writeFileSync(caFile, ca.pem)
  await publishPolicies(t, policies, ca)
  const delegated = [...zones.map(({ name }) => name.slice(0, -1)), ...lame]
  const customers = delegated.map((name) => cut(name, providerAddress)).join('')
  const com = `${customers}${cut(legacyZone, '127.0.0.1')}`
  const mx = cut(partitionZone, '127.0.0.1').replaceAll(
    `ns.${partitionZone}`,
    `ns1.${partitionZone}`,
  )
  const inside = [
    zoneFile('.', cut('com', '127.0.0.1') + cut('microsoft', '127.0.0.1'), 1),
    zoneFile('com.', com, 1),
    zoneFile('microsoft.', cut('mx.microsoft', '127.0.0.1'), 1),
    zoneFile('mx.microsoft.', mx, 1),
  ]
  const danelaw = await startJourneyServer(t, inside, settings(caFile))
  await danelaw.json('partition', 'create', 'o-v1', '--frontend', frontend)
  const { installation } = danelaw
  const rootRecords = cut('com', '127.0.0.1') + cut('microsoft', '127.0.0.1')
  const rootDs = (await danelaw.ds('com')) + (await danelaw.ds('microsoft'))
  installation.writeZone(zoneFile('.', rootRecords + rootDs, 2))
  const microsoft = cut('mx.microsoft', '127.0.0.1') + (await danelaw.ds('mx.microsoft'))
  installation.writeZone(zoneFile('microsoft.', microsoft, 2))
  installation.writeZone(zoneFile('mx.microsoft.', mx + (await danelaw.ds(partitionZone)), 2))
  await danelaw.json('reload')
  const postfix = await startMail(t, ca, danelaw, directory, zones)
  const provider = await startProvider(t, zones)
  const validator = await startValidator(t, (await danelaw.ds('.')).trim())
  const sender = await startPostfix(t, {
    hostname: 'sender.test',
    listeners: [{ address: senderAddress, settings: {} }],
    settings: {
      mydestination: '',
      smtp_tls_security_level: 'dane',
      smtp_dns_support_level: 'dnssec',
      smtp_host_lookup: 'dns',
      smtp_tls_CAfile: caFile,
      smtp_tls_loglevel: '1',
    },
  })
  let version = 1
  return {
    ...{ danelaw, provider, validator, postfix, sender },
    async delegate(signed) {
      const records = await Promise.all(
        Object.entries(signed).map(async ([zone, kind]) => {
          const ds = await provider.ds(`${zone}.`)
          return kind === 'right' ? ds : spoilt(ds)
        }),
      )
      installation.writeZone(zoneFile('com.', com + records.join(''), ++version))
      await danelaw.json('reload')
      await validator.forget()
    },
  }
}

/** A DS whose digest is that of no key. */
function spoilt(ds: string): string {
  return ds.replace(/[0-9A-Fa-f](?=\n$)/, (digit) => (digit === '0' ? '1' : '0'))
}

/**
 * Starts the mail servers of signed hosts and of those before, and publishes what the former
 * present: a key that is there, and one that will be.
 */
async function startMail(
  t: Test,
  ca: Issued,
  danelaw: JourneyServer,
  directory: string,
  zones: readonly CustomerZone[],
): Promise<Postfix> {
  const current = await issue({ names: [`*.${partitionZone}`], issuer: ca })
  const next = await issue({ names: [`*.${partitionZone}`], issuer: ca })
  const before = await issue({ names: [`*.${legacyZone}`], issuer: ca })
  const listeners = [
    { address: frontend, presented: current, name: 'partition' },
    { address: legacyFrontend, presented: before, name: 'before' },
  ].map(({ address, presented, name }) => {
    const file = join(directory, `${name}.pem`)
    writeFileSync(file, presented.keyPem + chainPem(presented, ca), { mode: 0o600 })
    return {
      address,
      settings: { smtpd_tls_security_level: 'may', smtpd_tls_chain_files: file },
    }
  })
  const owner = `_25._tcp._dane.${partitionZone}.`
  const body = replace(owner, 'TLSA', tlsaOfKey(3, current), tlsaOfKey(3, next))
  await danelaw.api('PATCH', `${powerdns}/${partitionZone}.`, body)
  const domains = zones.map(({ name }) => name.slice(0, -1)).join(', ')
  return startPostfix(t, {
    ...{ hostname: partitionZone, listeners, settings: { mydestination: domains } },
  })
}

/** What a customer's zone has so that its policy is found. */
export function stsRecords(id: string): string {
  return `_mta-sts TXT "v=STSv1; id=${id}"\nmta-sts A ${policyAddress}`
}
