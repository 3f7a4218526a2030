import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PoolClient } from 'pg'
import { CodedError, type Timers } from '../base/index.ts'
import { type NameKey, nameFromKey } from '../wire/index.ts'
import { restoreStore } from './backup.ts'
import { decode, encode } from './codec.ts'
import { type Entry, Environment } from './environment.ts'
import {
  answerForm,
  changeSetForm,
  documentHeadForm,
  documentVersionForm,
  keyForm,
  numberForm,
  rrsetForm,
  usedForm,
  zoneForm,
} from './forms.ts'
import { Likenesses, readInstanceRRsets } from './instance-page.ts'
import {
  everyKey,
  inCollection,
  type Kind,
  nameOctets,
  numberOf,
  sequenceKey,
  zoneOf,
} from './keyspace.ts'
import { fetchedRowsMax } from './limits.ts'
import { bigintArray, byteaArray, integerArray } from './postgres-arrays.ts'
import { PostgresDatabase } from './postgres-database.ts'

import { channel, documentsChannel } from './postgres-schema-commit.ts'
import type { StoredRRset } from './types.ts'

/** The database that a backup is to be restored into. */
export interface PostgresRestoreOptions {
  /** As for `openPostgresStore`. */
  readonly url: string
  readonly password?: string | undefined
  readonly timers: Timers
}

/**
 * Fills an empty database from a backup, whichever driver that was of, in one transaction. Nodes
 * that follow the database already take it in. What nodes said of themselves is left out.
 *
 * @throws {CodedError} `store-not-empty`; `store-corrupt`, `store-too-new` when the backup is none;
 * `store-full`, `store-unavailable`
 */
export async function restorePostgresStore(
  backup: string,
  options: PostgresRestoreOptions,
): Promise<void> {
  const workshop = mkdtempSync(join(tmpdir(), 'danelaw-restore-'))
  const directory = join(workshop, 'store')
  const database = new PostgresDatabase({
    ...{ url: options.url, password: options.password, connectionsMax: 1 },
    timers: options.timers,
  })
  try {
    await restoreStore(backup, directory)
    await database.start(false)
    const environment = new Environment(directory)
    try {
      await database.transaction('restore', (client) => fill(client, environment, database.where))
    } finally {
      await environment.close()
    }
  } finally {
    await database.close()
    rmSync(workshop, { recursive: true, force: true })
  }
}

async function fill(client: PoolClient, environment: Environment, where: string): Promise<void> {
  await refuseUnlessEmpty(client, where)
  const snapshot = environment.snapshot()
  try {
    for (const { kind, text, columnsOf } of tables) {
      let waiting: Entry[] = []
      for (const entry of snapshot.range(everyKey(kind))) {
        waiting.push(entry)
        if (waiting.length < fetchedRowsMax) continue
        await client.query(text, columnsOf(waiting))
        waiting = []
      }
      await client.query(text, columnsOf(waiting))
    }
  } finally {
    snapshot.done()
  }
  const octets = environment.get(sequenceKey)
  const sequence = octets ? decode(numberForm, octets, 'the sequence') : 0
  await client.query('update danelaw.store set sequence = $1', [sequence])
  await client.query(`select setval(pg_get_serial_sequence('danelaw.audit', 'number'), max(number))
    from danelaw.audit having max(number) is not null`)
  await client.query('select pg_notify($1, $2)', [channel, String(sequence)])
  await client.query('select pg_notify($1, $2)', [documentsChannel, ''])
}

/** The lock keeps commits away until all is there. */
async function refuseUnlessEmpty(client: PoolClient, where: string): Promise<void> {
  await client.query('select from danelaw.store for update')
  const { rows } = await client.query(`select from danelaw.store where sequence > 0
    union all select from danelaw.token union all select from danelaw.document
    union all select from danelaw.audit limit 1`)
  if (rows.length === 0) return
  throw new CodedError(
    'store-not-empty',
    `Cannot restore into ${where}: something is there already`,
  )
}

interface Table {
  readonly kind: Kind
  /** One parameter for each column, an array of as many items as there are entries. */
  readonly text: string
  readonly columnsOf: (entries: readonly Entry[]) => Buffer[]
}

const bodies = (entries: readonly Entry[]) => byteaArray(entries.map(({ value }) => value))
/** What follows the octet that says what kind of entry a key is of. */
const keys = (entries: readonly Entry[]) => byteaArray(entries.map(({ key }) => key.subarray(1)))
const numbers = (entries: readonly Entry[]) => bigintArray(entries.map(({ key }) => numberOf(key)))

/** The two parts of keys that belong to a collection. */
const inCollections = (entries: readonly Entry[]) => {
  const parts = entries.map(({ key }) => inCollection(key))
  return [byteaArray(parts.map(([name]) => name)), byteaArray(parts.map(([, rest]) => rest))]
}

const insertRRsets = `insert into danelaw.rrset
  select * from unnest($1::bytea[], $2::bytea[], $3::integer[], $4::bytea[])`

interface RRsetRow {
  readonly apex: Buffer
  readonly body: Uint8Array
  readonly rrset: StoredRRset
}

function rrsetColumns(rows: readonly RRsetRow[]): Buffer[] {
  return [
    byteaArray(rows.map(({ apex }) => apex)),
    byteaArray(rows.map(({ rrset }) => nameOctets(rrset.owner))),
    integerArray(rows.map(({ rrset }) => rrset.type)),
    byteaArray(rows.map(({ body }) => body)),
  ]
}

function instancesOf({ key, value }: Entry): RRsetRow[] {
  const apex = zoneOf(key)
  const name = nameFromKey(apex.toString('latin1') as NameKey)
  return Array.from(readInstanceRRsets(name, value, new Likenesses()), (rrset) => {
    return { apex, rrset, body: encode(rrsetForm, rrset) }
  })
}

const tables: readonly Table[] = [
  {
    kind: 'zone',
    text: 'insert into danelaw.zone select * from unnest($1::bytea[], $2::bigint[], $3::bytea[])',
    columnsOf(entries) {
      const zones = entries.map(({ value }) => decode(zoneForm, value, 'a zone'))
      return [keys(entries), bigintArray(zones.map(({ version }) => version)), bodies(entries)]
    },
  },
  {
    kind: 'rrset',
    text: insertRRsets,
    columnsOf: (entries) =>
      rrsetColumns(
        entries.map(({ key, value }) => {
          return { apex: zoneOf(key), body: value, rrset: decode(rrsetForm, value, 'an RRset') }
        }),
      ),
  },
  {
    kind: 'instances',
    text: insertRRsets,
    columnsOf: (entries) => rrsetColumns(entries.flatMap(instancesOf)),
  },
  {
    kind: 'changeSet',
    text: `insert into danelaw.change_set
      select * from unnest($1::bigint[], $2::bytea[], $3::bytea[])`,
    columnsOf(entries) {
      const sets = entries.map(({ value }) => decode(changeSetForm, value, 'a change set'))
      const apexes = byteaArray(sets.map(({ apex }) => nameOctets(apex)))
      return [numbers(entries), apexes, bodies(entries)]
    },
  },
  {
    kind: 'key',
    text: `insert into danelaw.key select apex, id, is_sealed = 1, body
      from unnest($1::bytea[], $2::bigint[], $3::integer[], $4::bytea[])
        k (apex, id, is_sealed, body)`,
    columnsOf(entries) {
      const found = entries.map(({ value }) => decode(keyForm, value, 'a key'))
      return [
        byteaArray(found.map(({ apex }) => nameOctets(apex))),
        bigintArray(found.map(({ id }) => id)),
        integerArray(found.map(({ sealed }) => (sealed ? 1 : 0))),
        bodies(entries),
      ]
    },
  },
  {
    kind: 'used',
    text: 'insert into danelaw.used select * from unnest($1::bytea[], $2::bigint[], $3::bigint[])',
    columnsOf(entries) {
      const used = entries.map(({ value }) => decode(usedForm, value, 'what a name has used up'))
      return [
        keys(entries),
        bigintArray(used.map(({ version }) => version)),
        bigintArray(used.map(({ keyId }) => keyId)),
      ]
    },
  },
  {
    kind: 'token',
    text: 'insert into danelaw.token select * from unnest($1::bytea[], $2::bytea[])',
    columnsOf: (entries) => [keys(entries), bodies(entries)],
  },
  {
    kind: 'audit',
    text: `insert into danelaw.audit overriding system value
      select * from unnest($1::bigint[], $2::bytea[])`,
    columnsOf: (entries) => [numbers(entries), bodies(entries)],
  },
  {
    kind: 'answer',
    text: 'insert into danelaw.answer select * from unnest($1::bytea[], $2::bigint[], $3::bytea[])',
    columnsOf(entries) {
      const answers = entries.map(({ value }) => decode(answerForm, value, 'an answer'))
      return [keys(entries), bigintArray(answers.map(({ at }) => at)), bodies(entries)]
    },
  },
  {
    kind: 'document',
    text: `with d as (
        select * from unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[])
          d (collection, key, tenant, version, due_at)
      ), of_tenant as (
        insert into danelaw.document_of_tenant select collection, tenant, key from d
      ), due as (
        insert into danelaw.document_due
          select collection, due_at, key from d where due_at is not null
      ) insert into danelaw.document select * from d`,
    columnsOf(entries) {
      const heads = entries.map(({ value }) => decode(documentHeadForm, value, 'a document'))
      return [
        ...inCollections(entries),
        byteaArray(heads.map(({ tenant }) => Buffer.from(tenant))),
        bigintArray(heads.map(({ version }) => version)),
        bigintArray(heads.map(({ dueAt }) => dueAt)),
      ]
    },
  },
  {
    kind: 'documentVersion',
    text: `insert into danelaw.document_version
      select * from unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[])`,
    columnsOf(entries) {
      const found = entries.map(({ value }) => decode(documentVersionForm, value, 'a document'))
      return [
        byteaArray(found.map(({ document }) => Buffer.from(document.collection))),
        byteaArray(found.map(({ document }) => Buffer.from(document.key))),
        bigintArray(found.map(({ document }) => document.version)),
        bodies(entries),
      ]
    },
  },
  {
    kind: 'claim',
    text: 'insert into danelaw.claim select * from unnest($1::bytea[], $2::bytea[], $3::bytea[])',
    columnsOf: (entries) => [...inCollections(entries), bodies(entries)],
  },
]
