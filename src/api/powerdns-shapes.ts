import type { LiveZone, ZoneSettings } from '../records/index.ts'
import { formatType, type RRType } from '../rr/index.ts'
import type { StoredRRset } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { formatZoneId } from './names.ts'
import type { FoundZone } from './zones.ts'

// PowerDNS writes the keys of every object in alphabetical order, and acme.sh, which reads with
// grep, depends on it. The order in which they stand here is the order in which they are sent.

/** The path of the one server that there is. */
export const serverPath = '/api/v1/servers/localhost'

/** An RRset. */
export function rrsetShape({ owner, type, ttl, records, comments }: StoredRRset): object {
  return {
    comments: comments.map(({ account, content, modifiedAt }) => ({
      ...{ account, content, modified_at: modifiedAt },
    })),
    name: formatName(owner),
    records: records.map(({ content, disabled }) => ({ content, disabled })),
    ttl,
    type: formatType(type),
  }
}

interface Facts {
  readonly apex: Name
  readonly serial: number
  readonly settings: Pick<
    ZoneSettings,
    'account' | 'catalog' | 'dnssec' | 'kind' | 'masters' | 'soaEdit' | 'apiRectify'
  > & { readonly soaEditApi: string; readonly nsec3param: string; readonly denial: unknown }
}

/** What there is to say of a zone of a file. */
const fileSettings: Facts['settings'] = {
  ...{ account: '', catalog: '', dnssec: true, kind: 'Native', masters: [] },
  ...{ soaEdit: '', soaEditApi: '', apiRectify: true, nsec3param: '', denial: undefined },
}

function factsOf(found: FoundZone): Facts {
  if (found.kind === 'file') {
    return { apex: found.apex, serial: found.zone.serial, settings: fileSettings }
  }
  return liveFacts(found.live)
}

function liveFacts({ zone: { apex, serial }, settings }: LiveZone): Facts {
  return { apex, serial, settings }
}

/** A zone in a list. Without `withDnssec` two fields are left out, as `?dnssec=false` asks. */
export function zoneItemShape(found: FoundZone, withDnssec: boolean): object {
  const { apex, serial, settings } = factsOf(found)
  const { account, catalog, dnssec, kind, masters } = settings
  const id = formatZoneId(apex)
  return {
    ...{ account, catalog },
    ...(withDnssec ? { dnssec, edited_serial: serial } : {}),
    ...{ id, kind, last_check: 0, masters, name: formatName(apex) },
    ...{ notified_serial: serial, serial, url: `${serverPath}/zones/${id}` },
  }
}

/** A zone by itself; `rrsets` undefined leaves them out. */
export function zoneShape(found: FoundZone, rrsets: readonly object[] | undefined): object {
  const { apex, serial, settings } = factsOf(found)
  const { account, apiRectify, catalog, denial, dnssec, kind, masters } = settings
  const id = formatZoneId(apex)
  return {
    ...{ account, api_rectify: apiRectify, catalog, dnssec, edited_serial: serial },
    ...{ id, kind, last_check: 0, master_tsig_key_ids: [], masters, name: formatName(apex) },
    ...{ notified_serial: serial, nsec3narrow: denial === 'minimal' },
    nsec3param: settings.nsec3param,
    ...(rrsets ? { rrsets } : {}),
    ...{ serial, slave_tsig_key_ids: [], soa_edit: settings.soaEdit },
    ...{ soa_edit_api: settings.soaEditApi, url: `${serverPath}/zones/${id}` },
  }
}

/** Whether an RRset is what `rrset_name` and `rrset_type` of a query ask for. */
export function isAsked(
  { owner, type }: StoredRRset,
  name: Name | undefined,
  wanted: RRType | undefined,
): boolean {
  if (wanted !== undefined && type !== wanted) return false
  return name === undefined || Buffer.compare(owner, name) === 0
}
