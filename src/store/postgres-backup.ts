import { dirname } from 'node:path'
import { type NameKey, nameFromKey } from '../wire/index.ts'
import { placeFile } from './backup.ts'
import { encode } from './codec.ts'
import { Environment } from './environment.ts'
import { checkFormat } from './format.ts'
import { numberForm } from './forms.ts'
import {
  auditKey,
  auditNumberKey,
  changeSetKey,
  keyKey,
  rrsetKey,
  sequenceKey,
  tokenKey,
  zoneHistoryKey,
  zoneKey,
} from './keyspace.ts'
import type { OpenTransaction, PostgresLink } from './postgres-link.ts'
import { oneMoment, rowsOf } from './postgres-rows.ts'

/** Entries that one transaction of the copy takes. */
const entriesAtOnce = 1000

type Row = Record<string, unknown>
type Entry = readonly [key: Buffer, value: Uint8Array]

const nameOf = (octets: unknown) => nameFromKey((octets as Buffer).toString('latin1') as NameKey)
const dataOf = (row: Row) => row['data'] as Buffer

/** What becomes of the rows of each table; answers and nodes are of the moment and stay behind. */
const tables: readonly {
  readonly name: string
  readonly columns: string
  readonly entries: (row: Row) => readonly Entry[]
}[] = [
  {
    name: 'zone',
    columns: 'apex, data',
    entries: (row) => [[zoneKey(nameOf(row['apex'])), dataOf(row)]],
  },
  {
    name: 'rrset',
    columns: 'apex, owner, type, data',
    entries: (row) => [
      [rrsetKey(nameOf(row['apex']), nameOf(row['owner']), row['type'] as never), dataOf(row)],
    ],
  },
  {
    name: 'change_set',
    columns: 'sequence, apex, data',
    entries: (row) => [
      [changeSetKey(Number(row['sequence'])), dataOf(row)],
      [zoneHistoryKey(nameOf(row['apex']), Number(row['sequence'])), Buffer.of(0)],
    ],
  },
  {
    name: 'key',
    columns: 'apex, id, data',
    entries: (row) => [[keyKey(nameOf(row['apex']), Number(row['id'])), dataOf(row)]],
  },
  {
    name: 'token',
    columns: 'id, data',
    entries: (row) => [[tokenKey((row['id'] as Buffer).toString()), dataOf(row)]],
  },
  {
    name: 'audit',
    columns: 'number, data',
    entries: (row) => [[auditKey(Number(row['number'])), dataOf(row)]],
  },
  {
    name: `counter WHERE name = 'sequence'`,
    columns: 'value',
    entries: (row) => [[sequenceKey, encode(numberForm, Number(row['value']))]],
  },
  {
    name: `counter WHERE name = 'audit'`,
    columns: 'value',
    entries: (row) => [[auditNumberKey, encode(numberForm, Number(row['value']))]],
  },
]

/**
 * Writes what is committed now to `path`, as the file of an embedded store: a backup is the same
 * whichever driver it comes from.
 *
 * @throws {CodedError} `store-not-empty`, `store-full`, `store-unavailable`
 */
export async function writePostgresBackup(link: PostgresLink, path: string): Promise<void> {
  await placeFile(path, async (temporary) => {
    const transaction = await link.begin(oneMoment)
    const environment = new Environment(`${dirname(temporary)}/copy`)
    try {
      await checkFormat(environment, path)
      await copyTables(transaction, environment)
      await environment.copy(temporary)
    } finally {
      await environment.close()
      await transaction.end()
    }
  })
}

async function copyTables(transaction: OpenTransaction, environment: Environment): Promise<void> {
  for (const { name, columns, entries } of tables) {
    let waiting: Entry[] = []
    const write = async () => {
      const now = waiting
      waiting = []
      await environment.write(() => {
        for (const [key, value] of now) environment.put(key, value)
      })
    }
    for await (const row of rowsOf(transaction, columns, name, [])) {
      waiting.push(...entries(row))
      if (waiting.length >= entriesAtOnce) await write()
    }
    await write()
  }
}
