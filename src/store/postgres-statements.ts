import type { Statement } from './postgres-database.ts'
import type { HistoryQuery } from './store.ts'

/** Everything the driver asks of its tables but `danelaw.commit`. */
export const statements = {
  zones: {
    name: 'read zones',
    text: 'select apex, body from danelaw.zone where apex >= $1 order by apex limit $2',
  },
  zone: { name: 'read zone', text: 'select body from danelaw.zone where apex = $1' },
  rrsets: {
    name: 'read RRsets',
    text: 'select type, body from danelaw.rrset where apex = $1 order by owner, type',
  },
  firstRRsets: {
    name: 'read first RRsets',
    text: 'select type, body from danelaw.rrset where apex = $1 order by owner, type limit $2',
  },
  someRRsets: {
    name: 'read some RRsets',
    // A query in a query, so that each key is looked up by the index, however many there are.
    text: `select (
        select r.body from danelaw.rrset r
        where r.apex = k.apex and r.owner = k.owner and r.type = k.type
      ) as body
      from unnest($1::bytea[], $2::bytea[], $3::integer[]) with ordinality k (apex, owner, type, n)
      order by k.n`,
  },
  sequence: {
    name: 'read sequence',
    text: `select s.sequence, c.mark
      from danelaw.store s left join danelaw.change_set c on c.sequence = s.sequence`,
  },
  tokens: { name: 'read tokens', text: 'select body from danelaw.token order by id' },
  token: { name: 'read token', text: 'select body from danelaw.token where id = $1' },
  putToken: {
    name: 'put token',
    text: `insert into danelaw.token (id, body) values ($1, $2)
      on conflict (id) do update set body = excluded.body`,
  },
  audit: {
    name: 'read audit',
    text: `select number, body from danelaw.audit
      where number < $1 order by number desc limit $2`,
  },
  putAudit: { name: 'put audit', text: 'select danelaw.put_audit($1, $2)' },
  answer: { name: 'read answer', text: 'select body from danelaw.answer where key = $1' },
  putNode: {
    name: 'put node',
    // Every node says so after every change set: what a power failure takes of it, it says again.
    text: `with old as (delete from danelaw.node where at <= $4 and name <> $1)
      insert into danelaw.node (name, at, sequence)
      select $1, $2, $3 from (select set_config('synchronous_commit', 'off', true)) unflushed
      on conflict (name) do update set at = excluded.at, sequence = excluded.sequence`,
  },
  nodes: {
    name: 'read nodes',
    text: 'select name, sequence from danelaw.node where at >= $1 order by name',
  },
} as const satisfies Readonly<Record<string, Statement>>

/** Change sets with $1 < sequence < $2, at most $3, of all zones or of that with apex $4. */
export function historyStatement({ apex, newestFirst }: HistoryQuery): Statement {
  const order = newestFirst ? 'desc' : 'asc'
  const whose = apex ? 'and apex = $4' : ''
  return {
    name: `read history ${order} ${apex ? 'of zone' : 'of all'}`,
    text: `select sequence, mark, body from danelaw.change_set
      where sequence > $1 and sequence < $2 ${whose} order by sequence ${order} limit $3`,
  }
}
