import { dirname } from 'node:path'
import type { PoolClient, QueryResultRow } from 'pg'
import type { UnixSeconds } from '../base/index.ts'
import { type Name, type NameKey, nameFromKey } from '../wire/index.ts'
import { placeFile } from './backup.ts'
import { decode, encode } from './codec.ts'
import { type Entry, Environment } from './environment.ts'
import { checkFormat } from './format.ts'
import {
  changeSetForm,
  documentHeadForm,
  documentVersionForm,
  keyForm,
  nodeForm,
  numberForm,
  rrsetForm,
  usedForm,
} from './forms.ts'
import {
  answerAgeKey,
  answerKeyOf,
  auditKey,
  auditNumberKey,
  changeSetKey,
  claimKey,
  documentDueKey,
  documentKey,
  documentOfTenantKey,
  documentVersionKey,
  keyKey,
  nodeKey,
  sequenceKey,
  tokenKey,
  usedKey,
  zoneHistoryKey,
  zoneKey,
} from './keyspace.ts'
import { LmdbRRsets, prepareRRsets, type RRsetPut } from './lmdb-rrsets.ts'
import { fetchAll, type PostgresDatabase } from './postgres-database.ts'

const nothing = Buffer.of(0)

/**
 * Writes a copy of what is committed now to `path`, where nothing may be yet: the file of an
 * embedded store, as that one's own backups are, so that either can become the other.
 *
 * @throws {CodedError} `store-not-empty`, `store-full`, `store-unavailable`
 */
export async function writePostgresBackup(database: PostgresDatabase, path: string): Promise<void> {
  await placeFile(path, async (temporary) => {
    const environment = new Environment(dirname(temporary))
    try {
      await checkFormat(environment, path)
      for await (const write of database.snapshot('copy everything', everything)) {
        await environment.write(() => write(environment))
      }
    } finally {
      await environment.close()
    }
  })
}

/** All tables of one snapshot, as writes of an embedded store. */
async function* everything(client: PoolClient): AsyncGenerator<(into: Environment) => void> {
  for (const { text, write } of tables) {
    for await (const rows of fetchAll(client, text, [])) yield (into) => write(into, rows)
  }
}

interface Table {
  readonly text: string
  readonly write: (into: Environment, rows: readonly QueryResultRow[]) => void
}

/** A table whose rows are of that shape, each some entries. */
function table<Row extends QueryResultRow>(text: string, entriesOf: (row: Row) => Entry[]): Table {
  return {
    text,
    write(into, rows) {
      for (const row of rows as readonly Row[]) {
        for (const { key, value } of entriesOf(row)) into.put(key, value)
      }
    },
  }
}

/** RRsets, of which some share a page, zone by zone. */
function writeRRsets(into: Environment, rows: readonly Zone[]): void {
  const zones = new Map<string, RRsetPut[]>()
  for (const { apex, body } of rows) {
    const after = decode(rrsetForm, body, 'an RRset')
    const key = apex.toString('latin1')
    const puts = zones.get(key) ?? []
    puts.push({ owner: after.owner, type: after.type, after })
    zones.set(key, puts)
  }
  for (const [key, puts] of zones) {
    const apex = nameFromKey(key as NameKey)
    new LmdbRRsets(into).write(apex, prepareRRsets(apex, puts))
  }
}

const tables: readonly Table[] = [
  table<{ sequence: number }>('select sequence from danelaw.store', ({ sequence }) => [
    { key: sequenceKey, value: numberOctets(sequence) },
  ]),
  table<Zone>('select apex, body from danelaw.zone', ({ apex, body }) => [
    { key: zoneKey(nameOf(apex)), value: body },
  ]),
  {
    text: 'select apex, body from danelaw.rrset order by apex, owner',
    write: (into, rows) => writeRRsets(into, rows as readonly Zone[]),
  },
  table<{ sequence: number; body: Buffer }>(
    'select sequence, body from danelaw.change_set',
    ({ sequence, body }) => {
      const { apex } = decode(changeSetForm, body, `change set ${sequence}`)
      return [
        { key: changeSetKey(sequence), value: body },
        { key: zoneHistoryKey(apex, sequence), value: nothing },
      ]
    },
  ),
  table<{ body: Buffer }>('select body from danelaw.key', ({ body }) => {
    const { apex, id } = decode(keyForm, body, 'a key')
    return [{ key: keyKey(apex, id), value: body }]
  }),
  table<{ apex: Buffer; version: number; key_id: number }>(
    'select apex, version, key_id from danelaw.used',
    ({ apex, version, key_id: keyId }) => [
      { key: usedKey(nameOf(apex)), value: Buffer.from(encode(usedForm, { version, keyId })) },
    ],
  ),
  table<{ id: Buffer; body: Buffer }>('select id, body from danelaw.token', ({ id, body }) => [
    { key: tokenKey(id.toString()), value: body },
  ]),
  table<{ number: number; body: Buffer }>(
    'select number, body from danelaw.audit order by number',
    // The last one leaves its number.
    ({ number, body }) => [
      { key: auditKey(number), value: body },
      { key: auditNumberKey, value: numberOctets(number) },
    ],
  ),
  table<{ key: Buffer; at: number; body: Buffer }>(
    'select key, at, body from danelaw.answer',
    ({ key, at, body }) => [
      { key: answerKeyOf(key), value: body },
      { key: answerAgeKey(at, answerKeyOf(key)), value: nothing },
    ],
  ),
  table<{ name: Buffer; at: number; sequence: number }>(
    'select name, at, sequence from danelaw.node',
    ({ name, at, sequence }) => [
      { key: nodeKey(name.toString()), value: Buffer.from(encode(nodeForm, { sequence, at })) },
    ],
  ),
  table<Document>(
    'select collection, key, tenant, version, due_at from danelaw.document',
    ({ collection: named, key: octets, tenant: owner, version, due_at }) => {
      const [collection, key, tenant] = [named.toString(), octets.toString(), owner.toString()]
      const head = encode(documentHeadForm, { version, tenant, dueAt: due_at ?? undefined })
      const entries = [
        { key: documentKey(collection, key), value: Buffer.from(head) },
        { key: documentOfTenantKey(collection, tenant, key), value: nothing },
      ]
      if (due_at === null) return entries
      return [...entries, { key: documentDueKey(collection, due_at, key), value: nothing }]
    },
  ),
  table<{ body: Buffer }>('select body from danelaw.document_version', ({ body }) => {
    const { collection, key, version } = decode(documentVersionForm, body, 'a document').document
    return [{ key: documentVersionKey(collection, key, version), value: body }]
  }),
  table<{ collection: Buffer; name: Buffer; key: Buffer }>(
    'select collection, name, key from danelaw.claim',
    ({ collection, name, key }) => [
      { key: claimKey(collection.toString(), name.toString()), value: key },
    ],
  ),
]

interface Document {
  readonly collection: Buffer
  readonly key: Buffer
  readonly tenant: Buffer
  readonly version: number
  readonly due_at: UnixSeconds | null
}

interface Zone {
  readonly apex: Buffer
  readonly body: Buffer
}

function nameOf(octets: Buffer): Name {
  return nameFromKey(octets.toString('latin1') as NameKey)
}

function numberOctets(number: number): Buffer {
  return Buffer.from(encode(numberForm, number))
}
