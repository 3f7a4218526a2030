import { CodedError } from '../base/index.ts'
import { type Draft, type DraftResult, defaultSettings } from '../records/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import {
  addressEdits,
  apexEdits,
  hostEdit,
  hostName,
  hostRemoval,
  legacyTemplate,
  readAddresses,
} from './host-records.ts'
import { operatorTenant } from './partition-document.ts'
import { legacyLabels } from './states.ts'
import type { Domain } from './types.ts'
import { system, type World } from './world.ts'

/**
 * Makes the zone of the hosts of before where there is none, and its template as the settings have
 * it. Not signed: those who come by it do not ask for DANE, which is why they shall leave it.
 *
 * @throws {CodedError} why it could not be
 */
export async function settleLegacyZone({ records, settings }: World): Promise<void> {
  const { legacyZone: zone, legacyFrontends, nameServers, hostTtl } = settings
  if (!zone) return
  const addresses = readAddresses(legacyFrontends)
  const template = addressEdits(hostName(legacyTemplate, zone), addresses, hostTtl)
  const note = 'Hosts of before'
  const how = { apex: zone, actor: system, note, force: false, dryRun: false, ttlMayFall: true }
  if (!records.get(zone)) {
    const rrsets = [...apexEdits(zone, nameServers), ...template]
    const zoneSettings = { ...defaultSettings, dnssec: false }
    const made = await records.submit({
      ...how,
      wish: { kind: 'create', tenant: operatorTenant, settings: zoneSettings, rrsets },
    })
    // Another node may have been faster.
    if (made.kind !== 'refused' || made.error.code !== 'zone-exists') return demand(zone, made)
  }
  demand(zone, await records.submit({ ...how, wish: { kind: 'edit', edits: template } }))
}

function demand(zone: Name, result: DraftResult): void {
  if (result.kind !== 'refused') return
  const { code, message } = result.error
  throw new CodedError(code, `Cannot set up ${formatName(zone)}: ${message}`)
}

/** Brings the hosts of before of a domain back, or removes them; undefined where there are none. */
export function legacyWish(
  { settings }: World,
  domain: Domain,
  isWanted: boolean,
): Pick<Draft, 'apex' | 'wish'> | undefined {
  const { legacyZone: apex, hostTtl } = settings
  if (!apex) return undefined
  const hosts = legacyLabels(domain).map((label) => hostName(label, apex))
  const edits = hosts.map((host) =>
    isWanted ? hostEdit(host, legacyTemplate, hostTtl) : hostRemoval(host),
  )
  return { apex, wish: { kind: 'edit', edits } }
}
