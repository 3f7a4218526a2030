import type { QueryResultRow } from 'pg'
import { formatName, type Name } from '../wire/index.ts'
import { decode, encode } from './codec.ts'
import { keyForm } from './forms.ts'
import type { PreparedKey } from './keys.ts'
import { nameOctets } from './keyspace.ts'
import { fetchedRowsMax } from './limits.ts'
import { bigintArray, byteaArray, integerArray } from './postgres-arrays.ts'
import type { Statement } from './postgres-database.ts'
import { ends } from './postgres-documents.ts'
import type { StoredKey } from './types.ts'

const keyStatements = {
  ofZone: { name: 'read keys', text: 'select body from danelaw.key where apex = $1 order by id' },
  sealed: {
    name: 'read sealed keys',
    text: `select apex, id, body from danelaw.key
      where is_sealed and (apex, id) > ($1, $2) order by apex, id limit $3`,
  },
  lastId: { name: 'read last key id', text: 'select key_id from danelaw.used where apex = $1' },
  put: { name: 'put key', text: 'select danelaw.put_key($1, $2, $3, $4)' },
  replace: {
    name: 'replace key',
    text: `update danelaw.key set is_sealed = $4, body = $5
      where apex = $1 and id = $2 and body = $3 returning id`,
  },
  remove: { name: 'delete key', text: 'delete from danelaw.key where apex = $1 and id = $2' },
} as const satisfies Readonly<Record<string, Statement>>

type Query = <Row extends QueryResultRow>(statement: Statement, values: unknown[]) => Promise<Row[]>

interface KeyRow {
  readonly apex: Buffer
  readonly id: number
  readonly body: Buffer
}

/** Keys in PostgreSQL. */
export class PostgresKeys {
  readonly #query: Query

  constructor(query: Query) {
    this.#query = query
  }

  /** As `Store.keys`. */
  async ofZone(apex: Name): Promise<readonly StoredKey[]> {
    const rows = await this.#query<KeyRow>(keyStatements.ofZone, [nameOctets(apex)])
    return rows.map(({ body }) => decode(keyForm, body, `a key of ${formatName(apex)}`))
  }

  /** As `Store.sealedKeys`. */
  async *sealed(): AsyncIterable<StoredKey> {
    let after: readonly [Buffer, number] = [Buffer.alloc(0), -1]
    for (;;) {
      const rows = await this.#query<KeyRow>(keyStatements.sealed, [...after, fetchedRowsMax])
      for (const { body } of rows) yield decode(keyForm, body, 'a key')
      const last = rows.at(-1)
      if (!last || rows.length < fetchedRowsMax) return
      after = [last.apex, last.id]
    }
  }

  /** As `Store.lastKeyId`. */
  async lastId(apex: Name): Promise<number> {
    const values = [nameOctets(apex)]
    const [row] = await this.#query<{ key_id: number }>(keyStatements.lastId, values)
    return row?.key_id ?? 0
  }

  /** As `Store.putKey`. */
  async put(key: StoredKey): Promise<void> {
    const values = [nameOctets(key.apex), key.id, key.sealed !== undefined, encode(keyForm, key)]
    await this.#query(keyStatements.put, values)
  }

  /** As `Store.replaceKey`. */
  async replace(before: StoredKey, after: StoredKey): Promise<boolean> {
    const key = [nameOctets(before.apex), before.id, encode(keyForm, before)]
    const values = [...key, after.sealed !== undefined, encode(keyForm, after)]
    return (await this.#query(keyStatements.replace, values)).length > 0
  }

  /** As `Store.deleteKey`. */
  async remove(apex: Name, id: number): Promise<void> {
    await this.#query(keyStatements.remove, [nameOctets(apex), id])
  }
}

/** The arguments of `danelaw.commit` that are about keys: those of each commit in turn. */
export function keyColumns(commits: readonly (readonly PreparedKey[])[]): Buffer[] {
  const all = commits.flat()
  return [
    integerArray(ends(commits)),
    bigintArray(all.map(({ id }) => id)),
    byteaArray(all.map(({ before }) => before)),
    integerArray(all.map(({ isSealed }) => (isSealed ? 1 : 0))),
    byteaArray(all.map(({ after }) => after)),
  ]
}
