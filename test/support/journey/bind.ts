import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Flag, readMessage } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { dnsClient, encodeQuery, impatient } from '../peers/client.ts'
import { startDaemon } from '../peers/daemon.ts'
import { runProgram, transcript } from '../peers/programs.ts'

/** Where the DNS provider of all customers answers. */
export const providerAddress = '127.0.0.2'

/** A customer's zone at its DNS provider. */
export interface CustomerZone {
  /** With its final dot. */
  readonly name: string
  /** Records, in master file form; SOA and NS are added. */
  readonly records: string
  /** Whether BIND signs it. */
  readonly isSigned: boolean
}

/** A BIND that signs its customers' zones by itself. */
export interface Provider {
  /** The DS record of a zone for its parent, as a line of a zone file. */
  ds(zone: string): Promise<string>
  /** Changes a zone by dynamic update (RFC 2136): lines such as `add a.test. 60 MX 0 b.test.`. */
  update(zone: string, ...lines: readonly string[]): Promise<void>
}

const policy = `dnssec-policy "customer" {
  keys { csk lifetime unlimited algorithm ecdsap256sha256; };
  signatures-validity P60D;
  signatures-validity-dnskey P60D;
  signatures-refresh P20D;
  dnskey-ttl 60;
  max-zone-ttl P1D;
};
`

function configuration(directory: string, zones: readonly CustomerZone[]): string {
  const statements = zones.map(({ name, isSigned }) => {
    const signing = isSigned ? ' dnssec-policy "customer"; inline-signing no;' : ''
    const file = join(directory, `${name}db`)
    return `zone "${name}" { type primary; file "${file}"; allow-update { any; };${signing} };\n`
  })
  return `options {
  directory "${directory}";
  key-directory "${directory}";
  listen-on port 53 { ${providerAddress}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer { none; };
  minimal-responses yes;
  empty-zones-enable no;
  sig-signing-nodes 1000;
  sig-signing-signatures 1000;
};
controls { };
${policy}${statements.join('')}`
}

/** Whether a zone is answered for; where it is signed, with signatures and proof of absence. */
async function isServed({ name, isSigned }: CustomerZone): Promise<boolean> {
  const client = dnsClient(53, impatient, providerAddress)
  try {
    const ask = async (name: string) =>
      readMessage(await client.udp(encodeQuery({ name, type: RR.SOA, dnssecOk: true })))
    const [{ flags, answer }, absent] = [await ask(name), await ask(`absent.${name}`)]
    const isSignedNow = answer.some(({ type }) => type === RR.RRSIG)
    const isProven = absent.authority.some(({ type }) => type === RR.NSEC)
    return (flags & Flag.AA) !== 0 && isSignedNow === isSigned && isProven === isSigned
  } finally {
    client.close()
  }
}

/** Starts it; ready once every zone is there as it shall be. */
export async function startProvider(t: Test, zones: readonly CustomerZone[]): Promise<Provider> {
  // BIND listens at addresses of interfaces only.
  execFileSync('ip', ['address', 'add', `${providerAddress}/32`, 'dev', 'lo'])
  const { directory } = await startDaemon(t, {
    name: 'named',
    address: providerAddress,
    async ready() {
      return (await Promise.all(zones.map(isServed))).every((served) => served)
    },
    command(directory) {
      for (const { name, records } of zones) {
        const apex = `$TTL 60\n@ SOA ns hostmaster 1 7200 900 1209600 60\n@ NS ns\n`
        const text = `${apex}ns A ${providerAddress}\n${records}\n`
        writeFileSync(join(directory, `${name}db`), text)
      }
      const file = join(directory, 'named.conf')
      writeFileSync(file, configuration(directory, zones))
      return ['named', '-g', '-n', '1', '-c', file]
    },
  })
  const demand = async (program: string, args: readonly string[], input?: string) => {
    const finished = await runProgram(program, args, input === undefined ? {} : { input })
    if (finished.status !== 0) throw new Error(`${program}: ${transcript(finished)}\n${input}`)
    return finished.stdout
  }
  return {
    ds(zone) {
      const file = readdirSync(directory).find(
        (name) => name.startsWith(`K${zone}+`) && name.endsWith('.key'),
      )
      return demand('dnssec-dsfromkey', ['-2', join(directory, file ?? 'no key')])
    },
    async update(zone, ...lines) {
      const changes = lines.map((line) => `update ${line}\n`)
      const input = `server ${providerAddress} 53\nzone ${zone}\n${changes.join('')}send\n`
      await demand('nsupdate', ['-t', '30'], input)
    },
  }
}
