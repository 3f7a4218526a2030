import type { Client } from 'pg'
import { CodedError } from '../base/index.ts'
import { lockMsMax } from './limits.ts'
import { version2 } from './postgres-schema-documents.ts'

/** The channel on which every commit tells its sequence. */
export const channel = 'danelaw'
/** Held while tables are made, so that nodes that start together do it one after another. */
const migrationLock = 0x64616e65

/**
 * Version 1. Every node's commits go through `danelaw.commit`: one statement, so that a node that
 * dies in the middle of it holds nothing.
 *
 * The row of `danelaw.store` is locked from the first comparison to the end of the transaction, so
 * that sequences become visible in their order: who has seen one has seen, or can see, all lower
 * ones. Each change set gets a mark that no other ever has: by it is known whether a database is
 * still the one that it was (`Witness`). Names are kept as the octets whose order is canonical
 * (RFC 4034 §6.1), bodies as in `forms.ts`. Notifications are delivered in the order of commits.
 */
const version1 = `
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

create function danelaw.put_audit(entries bytea[], kept bigint) returns void
language plpgsql as $$
declare
  newest bigint;
begin
  insert into danelaw.audit (body) select unnest(entries);
  select max(number) into newest from danelaw.audit;
  delete from danelaw.audit where number <= newest - kept;
end $$;

-- Row by row: a join would be planned for tables as small as they once were.
-- The i-th commit has the i-th item of each array; its RRsets are those up to rrset_ends[i] that
-- come after those of the commit before. Where a version is null, the zone is deleted; where a body
-- is null, the RRset. Returns sequence and mark for each that is done, the version for a conflict.
create function danelaw.commit(
  apexes bytea[], expected bigint[], versions bigint[], zones bytea[], change_sets bytea[],
  audits bytea[], rrset_ends integer[], owners bytea[], types integer[], rrsets bytea[],
  answer_keys bytea[], answer_times bigint[], answers bytea[],
  audits_kept bigint, answers_expired bigint
) returns table (sequence bigint, version bigint, mark uuid)
language plpgsql as $$
declare
  spoiled bytea[] := '{}';
  entries bytea[] := '{}';
  last bigint;
  a integer;
  z integer := 0;
begin
  select s.sequence into last from danelaw.store s for update;
  for i in 1 .. cardinality(apexes) loop
    a := z + 1;
    z := rrset_ends[i];
    version := coalesce((select o.version from danelaw.zone o where o.apex = apexes[i]), 0);
    if version <> expected[i] or apexes[i] = any (spoiled) then
      spoiled := spoiled || apexes[i];
      sequence := null;
      mark := null;
      return next;
      continue;
    end if;
    last := last + 1;
    if versions[i] is null then
      delete from danelaw.zone o where o.apex = apexes[i];
      delete from danelaw.rrset o where o.apex = apexes[i];
      delete from danelaw.key o where o.apex = apexes[i];
    else
      insert into danelaw.zone as o values (apexes[i], versions[i], zones[i])
        on conflict (apex) do update set version = excluded.version, body = excluded.body;
      for k in a .. z loop
        if rrsets[k] is null then
          delete from danelaw.rrset o
            where o.apex = apexes[i] and o.owner = owners[k] and o.type = types[k];
        else
          insert into danelaw.rrset as o values (apexes[i], owners[k], types[k], rrsets[k])
            on conflict (apex, owner, type) do update set body = excluded.body;
        end if;
      end loop;
    end if;
    insert into danelaw.change_set as o values (last, apexes[i], change_sets[i])
      returning o.mark into mark;
    if answers[i] is not null then
      insert into danelaw.answer as o values (answer_keys[i], answer_times[i], answers[i])
        on conflict (key) do update set at = excluded.at, body = excluded.body;
    end if;
    entries := entries || audits[i];
    sequence := last;
    return next;
  end loop;
  if cardinality(entries) = 0 then
    return;
  end if;
  update danelaw.store s set sequence = last;
  perform danelaw.put_audit(entries, audits_kept);
  delete from danelaw.answer where at <= answers_expired;
  perform pg_notify('${channel}', last::text);
end $$;
`

/** What makes each format from the one before. Rows are only ever appended. */
const migrations: readonly string[] = [version1, version2(channel)]

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
