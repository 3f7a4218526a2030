import { isMadeAtApex } from '../publish/index.ts'
import { RR } from '../rr/index.ts'
import type { ChangeSet, Store, StoredRRset } from '../store/index.ts'
import { type Name, nameKey } from '../wire/index.ts'
import { fromFile, type Settled } from './group.ts'
import { irreversible, pastOf } from './members.ts'
import { absent } from './refusal.ts'
import { nextSerial, withSerial } from './serial.ts'
import { settingsFromJson } from './settings.ts'
import type { Draft, RRsetEdit } from './types.ts'
import { create, type WholeParts } from './wholes.ts'

/** Makes a deleted zone anew as it was after a change set, under the settings that it had last. */
export async function revive(parts: WholeParts, draft: Draft, sequence: number): Promise<Settled> {
  const { apex } = draft
  if (parts.live.isFromFile(nameKey(apex))) return fromFile(apex)
  const deletion = await deletionOf(parts.store, apex)
  if (!deletion) return absent(apex)
  const { tenant } = deletion
  if (deletion.sequence <= sequence) return irreversible(apex, sequence, 'it was not there then')
  const past = await pastOf(parts.store, { apex, tenant }, sequence)
  if ('kind' in past) return past
  const settings = settingsFromJson(deletion.settingsBefore ?? null)
  const serial = nextSerial(parts.clock.now(), deletion.serialBefore ?? 0, settings)
  const rrsets: RRsetEdit[] = []
  for (const { after, type } of past.values()) {
    if (!after || (settings.dnssec && isMadeAtApex(type))) continue
    // Who has the zone from before has to see that it is another.
    rrsets.push(replacing(type === RR.SOA ? withSerial(after, serial) : after))
  }
  return create(parts, draft, { kind: 'create', tenant, settings, rrsets })
}

async function deletionOf(store: Store, apex: Name): Promise<ChangeSet | undefined> {
  const { items } = await store.history({ apex, newestFirst: true, limit: 1 })
  return items[0]?.kind === 'delete' ? items[0] : undefined
}

function replacing(rrset: StoredRRset): RRsetEdit {
  return { kind: 'replace', ...rrset }
}
