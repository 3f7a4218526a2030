/**
 * Documents: a version of one is kept once; `danelaw.document` says which one is the last, whose it
 * is and when it is due. The lists that go by that are tables of their own: with two indexes to
 * choose from, PostgreSQL reads by the wrong one when tables have grown since it last looked.
 */
export const documentTables = `
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
`
