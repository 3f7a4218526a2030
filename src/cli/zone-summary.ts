import { algorithmByNumber } from '../crypto/index.ts'
import { dsRecords, type PublishedZone } from '../publish/index.ts'
import { formatRdata, formatType, RR, type RRType } from '../rr/index.ts'
import type { BoundAddress } from '../server/index.ts'
import { formatName } from '../wire/index.ts'
import { findRRset } from '../zone/index.ts'
import { shortPath } from './findings.ts'

/** What a server says of a zone when it starts; what `--json` prints. */
export interface ZoneSummary {
  readonly zone: string
  readonly serial: number
  /** `nsec`, `nsec3`, `minimal`, `compact`, or `off` for a zone that is not signed. */
  readonly denial: string
  readonly algorithm: string | undefined
  /** Tags of the keys that the parent is to have a DS for. */
  readonly keyTags: readonly number[]
  /** RDATA of the DS records for the parent, in text. */
  readonly ds: readonly string[]
  /** File with the trust anchor, for `delv -a`. */
  readonly anchor: string | undefined
  /** A type that the apex has: something to ask for. */
  readonly sample: string
}

/** Types worth asking for first. */
const samples: readonly RRType[] = [RR.MX, RR.A, RR.AAAA, RR.TXT]

/** Describes a zone that is served. */
export function describeZone(published: PublishedZone, anchor: string | undefined): ZoneSummary {
  const { zone, signing } = published
  const { secureEntryPoints = [] } = signing?.signer.keys ?? {}
  const ds = signing ? dsRecords(signing.signer).map((rdata) => formatRdata(RR.DS, rdata)) : []
  const [entry] = secureEntryPoints
  return {
    zone: formatName(zone.apex),
    serial: zone.serial,
    denial: signing?.denial.kind ?? 'off',
    algorithm: entry && algorithmByNumber(entry[3] ?? 0)?.mnemonic,
    keyTags: ds.map((text) => Number.parseInt(text, 10)),
    ds,
    anchor,
    sample: formatType(samples.find((type) => findRRset(zone.apexNode, type)) ?? RR.SOA),
  }
}

/** The same for people: what it is, the DS for the parent, and commands to paste. */
export function formatZoneSummary(
  { zone, serial, denial, algorithm, keyTags, ds, anchor, sample }: ZoneSummary,
  server: BoundAddress | undefined,
  cwd: string,
): string[] {
  const signed = algorithm ? `${algorithm} ${keyTags.join(', ')}` : 'not signed'
  const lines = [`${zone}  serial ${serial}  denial ${denial}  ${signed}`]
  for (const record of ds) lines.push(`  DS    ${zone} IN DS ${record}`)
  if (!server) return lines
  const at = `@${server.address} -p ${server.port}`
  const quoted = `'${zone.replace(/'/g, "'\\''")}'`
  const name = /^[A-Za-z0-9._-]+$/.test(zone) ? zone : quoted
  lines.push(`  dig   dig ${at} ${name} ${sample} +dnssec`)
  if (anchor !== undefined) {
    const file = shortPath(anchor, cwd)
    lines.push(`  delv  delv ${at} -a ${file} +root=${name} ${name} ${sample}`)
  }
  return lines
}
