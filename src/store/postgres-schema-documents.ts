import { keyTables } from './postgres-schema-keys.ts'

/** The channel on which commits that are documents alone are told. */
export const documentsChannel = 'danelaw_documents'

/**
 * Version 2: keys and documents together with change sets, and documents alone. A version of a
 * document is kept once; `danelaw.document` says which one is the last, whose it is and when it is
 * due. The lists that go by that are tables of their own: with two indexes to choose from,
 * PostgreSQL reads by the wrong one when tables have grown since it last looked. `channel` is that
 * of change sets.
 */
export function version2(channel: string): string {
  return `
create table danelaw.document (
  collection bytea not null,
  key bytea not null,
  tenant bytea not null,
  version bigint not null,
  due_at bigint,
  primary key (collection, key)
);
create table danelaw.document_of_tenant (
  collection bytea not null,
  tenant bytea not null,
  key bytea not null,
  primary key (collection, tenant, key)
);
create table danelaw.document_due (
  collection bytea not null,
  due_at bigint not null,
  key bytea not null,
  primary key (collection, due_at, key)
);
create table danelaw.document_version (
  collection bytea not null,
  key bytea not null,
  version bigint not null,
  body bytea not null,
  primary key (collection, key, version)
);
create table danelaw.claim (
  collection bytea not null,
  name bytea not null,
  key bytea not null,
  primary key (collection, name)
);

-- What keeps documents a .. z from being written: a version that is another, or a name that is
-- somebody's. Claims are those up to claim_ends[d] that come after those of the document before.
create function danelaw.document_conflict(
  a integer, z integer,
  collections bytea[], keys bytea[], expected bigint[], claim_ends integer[], claims bytea[],
  out outcome text, out version bigint, out document bytea, out claimed bytea
) language plpgsql as $$
begin
  for d in a .. z loop
    document := keys[d];
    version := coalesce((
      select o.version from danelaw.document o
        where o.collection = collections[d] and o.key = keys[d]
    ), 0);
    if version <> expected[d] then
      outcome := 'documentConflict';
      return;
    end if;
    for k in coalesce(claim_ends[d - 1], 0) + 1 .. claim_ends[d] loop
      document := (
        select o.key from danelaw.claim o where o.collection = collections[d] and o.name = claims[k]
      );
      if document <> keys[d] then
        outcome := 'claimConflict';
        claimed := claims[k];
        return;
      end if;
    end loop;
  end loop;
end $$;

create function danelaw.put_documents(
  a integer, z integer, collections bytea[], keys bytea[], tenants bytea[], expected bigint[],
  due bigint[], bodies bytea[], claim_ends integer[], claims bytea[]
) returns void
language plpgsql as $$
declare
  old danelaw.document;
begin
  for d in a .. z loop
    select * into old from danelaw.document o
      where o.collection = collections[d] and o.key = keys[d];
    if old.tenant is distinct from tenants[d] then
      delete from danelaw.document_of_tenant o
        where o.collection = old.collection and o.tenant = old.tenant and o.key = old.key;
      insert into danelaw.document_of_tenant values (collections[d], tenants[d], keys[d]);
    end if;
    if old.due_at is distinct from due[d] then
      delete from danelaw.document_due o
        where o.collection = old.collection and o.due_at = old.due_at and o.key = old.key;
      if due[d] is not null then
        insert into danelaw.document_due values (collections[d], due[d], keys[d]);
      end if;
    end if;
    insert into danelaw.document
      values (collections[d], keys[d], tenants[d], expected[d] + 1, due[d])
      on conflict (collection, key) do update
      set tenant = excluded.tenant, version = excluded.version, due_at = excluded.due_at;
    insert into danelaw.document_version
      values (collections[d], keys[d], expected[d] + 1, bodies[d]);
    for k in coalesce(claim_ends[d - 1], 0) + 1 .. claim_ends[d] loop
      insert into danelaw.claim values (collections[d], claims[k], keys[d])
        on conflict (collection, name) do nothing;
    end loop;
  end loop;
end $$;

${keyTables}
drop function danelaw.commit;

-- As in version 1, and: where an apex is null, the i-th commit is documents alone; its documents
-- and keys are those up to document_ends[i] and key_ends[i] that come after those of the commit
-- before.
create function danelaw.commit(
  apexes bytea[], expected bigint[], versions bigint[], zones bytea[], change_sets bytea[],
  audits bytea[], rrset_ends integer[], owners bytea[], types integer[], rrsets bytea[],
  answer_keys bytea[], answer_times bigint[], answers bytea[],
  key_ends integer[], key_ids bigint[], keys_seen bytea[], key_seals integer[], key_bodies bytea[],
  document_ends integer[], collections bytea[], keys bytea[], tenants bytea[],
  documents_expected bigint[], due bigint[], documents bytea[], claim_ends integer[],
  claims bytea[], audits_kept bigint, answers_expired bigint
) returns table (
  outcome text, sequence bigint, mark uuid, version bigint, document bytea, claimed bytea
)
language plpgsql as $$
declare
  spoiled bytea[] := '{}';
  entries bytea[] := '{}';
  first bigint;
  last bigint;
  a integer;
  z integer := 0;
  b integer;
  y integer := 0;
  c integer;
  x integer := 0;
begin
  select s.sequence into first from danelaw.store s for update;
  last := first;
  for i in 1 .. cardinality(apexes) loop
    a := z + 1;
    z := rrset_ends[i];
    b := y + 1;
    y := document_ends[i];
    c := x + 1;
    x := key_ends[i];
    outcome := null;
    sequence := null;
    mark := null;
    if apexes[i] is not null then
      version := coalesce((select o.version from danelaw.zone o where o.apex = apexes[i]), 0);
      if version <> expected[i] or apexes[i] = any (spoiled)
        or version = 0 and versions[i] <=
          (select o.version from danelaw.used o where o.apex = apexes[i])
        or not danelaw.keys_as_seen(c, x, apexes[i], key_ids, keys_seen)
      then
        outcome := 'conflict';
      end if;
    end if;
    if outcome is null and b <= y then
      select c.outcome, c.version, c.document, c.claimed into outcome, version, document, claimed
        from danelaw.document_conflict(
          b, y, collections, keys, documents_expected, claim_ends, claims) c;
    end if;
    if outcome is not null then
      spoiled := spoiled || apexes[i];
      return next;
      continue;
    end if;
    if apexes[i] is not null then
      last := last + 1;
      sequence := last;
      if versions[i] is null then
        delete from danelaw.zone o where o.apex = apexes[i];
        delete from danelaw.rrset o where o.apex = apexes[i];
        delete from danelaw.key o where o.apex = apexes[i];
        insert into danelaw.used as o (apex, version) values (apexes[i], expected[i] + 1)
          on conflict (apex) do update set version = excluded.version;
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
        perform danelaw.write_keys(c, x, apexes[i], key_ids, key_seals, key_bodies);
      end if;
      insert into danelaw.change_set as o values (last, apexes[i], change_sets[i])
        returning o.mark into mark;
    end if;
    if answers[i] is not null then
      insert into danelaw.answer as o values (answer_keys[i], answer_times[i], answers[i])
        on conflict (key) do update set at = excluded.at, body = excluded.body;
    end if;
    perform danelaw.put_documents(b, y, collections, keys, tenants, documents_expected, due,
      documents, claim_ends, claims);
    entries := entries || audits[i];
    outcome := 'done';
    return next;
  end loop;
  if cardinality(entries) = 0 then
    return;
  end if;
  perform danelaw.put_audit(entries, audits_kept);
  delete from danelaw.answer where at <= answers_expired;
  if last = first then
    perform pg_notify('${documentsChannel}', '');
    return;
  end if;
  update danelaw.store s set sequence = last;
  perform pg_notify('${channel}', last::text);
end $$;
`
}
