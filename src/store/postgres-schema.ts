import type { Client } from 'pg'
import { CodedError } from '../base/index.ts'
import { lockMsMax } from './limits.ts'
import { commitFunction } from './postgres-schema-commit.ts'
import { documentTables } from './postgres-schema-documents.ts'
import { keyTables } from './postgres-schema-keys.ts'

/** Held while tables are made, so that nodes that start together do it one after another. */
const migrationLock = 0x64616e65

/**
 * What zones are made of, and what stands beside them. Names are kept as the octets whose order is
 * canonical (RFC 4034 §6.1), bodies as in `forms.ts`.
 */
const zoneTables = `
create schema if not exists danelaw;

create table danelaw.store (
  one boolean primary key default true check (one),
  format integer not null,
  sequence bigint not null
);
insert into danelaw.store (format, sequence) values (1, 0);

create table danelaw.zone (
  apex bytea primary key,
  version bigint not null,
  body bytea not null
);
create table danelaw.rrset (
  apex bytea not null,
  owner bytea not null,
  type integer not null,
  body bytea not null,
  primary key (apex, owner, type)
);
create table danelaw.change_set (
  sequence bigint primary key,
  apex bytea not null,
  body bytea not null,
  mark uuid not null default gen_random_uuid()
);
create index change_set_of_zone on danelaw.change_set (apex, sequence);
create table danelaw.key (
  apex bytea not null,
  id bigint not null,
  is_sealed boolean not null,
  body bytea not null,
  primary key (apex, id)
);
create table danelaw.token (
  id bytea primary key,
  body bytea not null
);
create table danelaw.audit (
  number bigint generated always as identity primary key,
  body bytea not null
);
create table danelaw.answer (
  key bytea primary key,
  at bigint not null,
  body bytea not null
);
create index answer_by_age on danelaw.answer (at);
create table danelaw.node (
  name bytea primary key,
  at bigint not null,
  sequence bigint not null
);
`

/** What makes each format from the one before. Rows are only ever appended. */
const migrations: readonly string[] = [
  [zoneTables, documentTables, keyTables, commitFunction].join('\n'),
]

/** The format of tables that this version reads and writes. */
export const postgresFormat = migrations.length

/**
 * Refuses tables of a newer version.
 *
 * @throws {CodedError} `store-too-new`
 */
export function checkPostgresFormat(found: number, where: string): void {
  if (found <= postgresFormat) return
  const newest = `${postgresFormat} is the newest known here`
  throw new CodedError(
    'store-too-new',
    `Cannot open store ${where}: its format is ${found}, and ${newest}`,
  )
}

/**
 * Whether the tables are as they should be: then nothing is to be written, so that a role without
 * rights to make tables will do.
 *
 * @throws {CodedError} `store-too-new`, or what PostgreSQL says
 */
export async function isUpToDate(client: Client, where: string): Promise<boolean> {
  return (await formatOf(client, where)) === postgresFormat
}

/**
 * Makes the tables, or brings them up to date, in one transaction. Somebody else who is at it, or
 * at the tables, is waited for a little: whoever stands in line for a table holds up all behind.
 *
 * @throws {CodedError} `store-too-new`, or what PostgreSQL says
 */
export async function migrate(client: Client, where: string): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${lockMsMax}`)
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock])
    const found = await formatOf(client, where)
    for (const statements of migrations.slice(found)) await client.query(statements)
    await client.query('update danelaw.store set format = $1', [postgresFormat])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function formatOf(client: Client, where: string): Promise<number> {
  // Asked as a table, not by `to_regclass`: that may answer from before the lock was given.
  const there = await client.query(
    `select from pg_catalog.pg_tables where schemaname = 'danelaw' and tablename = 'store'`,
  )
  if (there.rows.length === 0) return 0
  const { rows } = await client.query<{ format: number }>('select format from danelaw.store')
  const format = rows[0]?.format ?? 0
  checkPostgresFormat(format, where)
  return format
}
