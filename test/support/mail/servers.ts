import { createHash, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { authority, chainPem, type Issued, issue } from '../certificates.ts'
import { temporaryDirectory } from '../peers/daemon.ts'
import { type Listener, type Postfix, type Settings, startPostfix } from './postfix.ts'

/** The certificates that the servers of a test present; all are good for every host. */
export interface Certificates {
  /** Issued the others. */
  readonly ca: Issued
  readonly current: Issued
  readonly next: Issued
  readonly expired: Issued
  /** By `ca`, for a name that no host has. */
  readonly elsewhere: Issued
}

/** A mail server and what DNS says of it. */
export interface MailServer {
  /** The host is `mx.<name>.test`, for mail to `<name>.test`. */
  readonly name: string
  /** RDATA of its TLSA records. */
  readonly tlsa: (made: Certificates) => readonly string[]
  /** What it presents, its own certificate first; undefined for a server without TLS. */
  readonly chain?: (made: Certificates) => readonly Issued[]
  readonly settings?: Settings
}

/** The mail servers of a test, one Postfix with a door for each. */
export interface MailServers {
  readonly postfix: Postfix
  readonly certificates: Certificates
  /** MX, address and TLSA records, relative to `test.`. */
  readonly records: string
}

const day = 86_400

/** Makes certificates for hosts. */
async function makeCertificates(names: readonly string[]): Promise<Certificates> {
  const ca = await authority()
  const past = { from: 1_577_836_800, to: 1_577_836_800 + 90 * day }
  return {
    ca,
    current: await issue({ names, issuer: ca }),
    next: await issue({ names, issuer: ca }),
    expired: await issue({ names, issuer: ca, ...past }),
    elsewhere: await issue({ names: ['elsewhere.invalid'], issuer: ca }),
  }
}

/**
 * Starts mail servers, each at an address of its own, that throw all mail away. All of them take
 * mail for `domains` as well, whose MX records are the caller's business.
 */
export async function startMailServers(
  t: Test,
  servers: readonly MailServer[],
  domains: readonly string[] = [],
): Promise<MailServers> {
  const directory = temporaryDirectory(t)
  const certificates = await makeCertificates(servers.map(({ name }) => `mx.${name}.test`))
  const records: string[] = []
  const listeners = servers.map(({ name, tlsa, chain, settings }, index): Listener => {
    const address = `127.0.1.${index + 1}`
    records.push(`${name} MX 10 mx.${name}`, `mx.${name} A ${address}`)
    for (const rdata of tlsa(certificates)) records.push(`_25._tcp.mx.${name} TLSA ${rdata}`)
    const presented = chain?.(certificates)
    if (!presented?.[0]) return { address, settings: settings ?? {} }
    const file = join(directory, `${name}.pem`)
    writeFileSync(file, presented[0].keyPem + chainPem(...presented), { mode: 0o600 })
    const tls = { smtpd_tls_security_level: 'may', smtpd_tls_chain_files: file }
    return { address, settings: { ...tls, ...settings } }
  })
  const own = servers.map(({ name }) => `${name}.test`)
  const settings = { mydestination: [...own, ...domains].join(', ') }
  const postfix = await startPostfix(t, { hostname: 'mx.test', listeners, settings })
  return { postfix, certificates, records: `${records.join('\n')}\n` }
}

/** `<usage> 0 1`: RDATA of TLSA over a whole certificate. */
export function tlsaOfCertificate(usage: number, { der }: Issued): string {
  return `${usage} 0 1 ${createHash('sha256').update(der).digest('hex')}`
}

/** `<usage> 1 1`: RDATA of TLSA over a public key. */
export function tlsaOfKey(usage: number, { pem }: Issued): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return `${usage} 1 1 ${createHash('sha256').update(spki).digest('hex')}`
}
