/** The channel on which every commit with a change set tells its sequence. */
export const channel = 'danelaw'
/** The channel on which commits that are documents alone are told. */
export const documentsChannel = 'danelaw_documents'

/**
 * Every node's commits go through `danelaw.commit`: one statement, so that a node that dies in the
 * middle of it holds nothing.
 *
 * The row of `danelaw.store` is locked from the first comparison to the end of the transaction, so
 * that sequences become visible in their order: who has seen one has seen, or can see, all lower
 * ones. Each change set gets a mark that no other ever has: by it is known whether a database is
 * still the one that it was (`Witness`).
 */
export const commitFunction = `
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
-- The i-th commit has the i-th item of each array; where its apex is null, it is documents alone.
-- Its RRsets are those up to rrset_ends[i] that come after those of the commit before, and so with
-- its documents, keys and claims. Where a version is null, the zone is deleted; where a body is
-- null, the RRset or the key. Returns sequence and mark for each that is done, the version for a
-- conflict.
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
