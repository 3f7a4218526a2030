/**
 * Keys: `danelaw.used` holds the version of a name's last deletion and the
 * highest id that a key of it ever had, so that neither comes again.
 */
export const keyTables = `
create table danelaw.used (
  apex bytea primary key,
  version bigint not null default 0,
  key_id bigint not null default 0
);

create function danelaw.put_key(zone bytea, number bigint, sealed boolean, octets bytea)
returns void language plpgsql as $$
begin
  insert into danelaw.key (apex, id, is_sealed, body) values (zone, number, sealed, octets)
    on conflict (apex, id) do update set is_sealed = excluded.is_sealed, body = excluded.body;
  insert into danelaw.used as o (apex, key_id) values (zone, number)
    on conflict (apex) do update set key_id = excluded.key_id where o.key_id < excluded.key_id;
end $$;

-- Whether keys a .. z are as they were seen: where that is null, the id is to be a new one.
create function danelaw.keys_as_seen(
  a integer, z integer, zone bytea, ids bigint[], seen bytea[]
) returns boolean
language plpgsql as $$
begin
  for k in a .. z loop
    if seen[k] is null then
      perform from danelaw.used o where o.apex = zone and o.key_id >= ids[k];
      if found then
        return false;
      end if;
    else
      -- Locked, as seals are renewed beside commits.
      perform from danelaw.key o
        where o.apex = zone and o.id = ids[k] and o.body = seen[k] for update;
      if not found then
        return false;
      end if;
    end if;
  end loop;
  return true;
end $$;

create function danelaw.write_keys(
  a integer, z integer, zone bytea, ids bigint[], seals integer[], bodies bytea[]
) returns void
language plpgsql as $$
begin
  for k in a .. z loop
    if bodies[k] is null then
      delete from danelaw.key o where o.apex = zone and o.id = ids[k];
    else
      perform danelaw.put_key(zone, ids[k], seals[k] = 1, bodies[k]);
    end if;
  end loop;
end $$;
`
