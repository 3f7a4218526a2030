import type { UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { nameKey } from '../wire/index.ts'
import { encode } from './codec.ts'
import { answerForm, auditForm, changeSetForm, rrsetForm, zoneForm } from './forms.ts'
import { answerLifetime } from './limits.ts'
import { channel, type Statements } from './postgres-link.ts'
import type { Commit, CommitOutcome } from './types.ts'

/** Old answers that one group takes with it. */
const answersSwept = 1000

/** A name as the database orders it. */
export function keyOctets(name: Parameters<typeof nameKey>[0]): Buffer {
  return Buffer.from(nameKey(name), 'latin1')
}

/** How the key of an answer is kept: clients choose it, and its length. */
export function answerKeyOctets(key: string): Uint8Array {
  return sha256(Buffer.from(key))
}

/** What a group has to know besides its commits. */
export interface GroupContext {
  readonly now: UnixSeconds
  /** Audit entries that are kept, the newest. */
  readonly auditEntriesMax: number
}

interface ZoneRow {
  readonly version: number
  readonly data: Uint8Array | undefined
}

interface RRsetRow {
  readonly apex: Buffer
  readonly owner: Buffer
  readonly type: number
  readonly data: Uint8Array | undefined
}

/** What a group of commits makes of the database, worked out before anything is written. */
class Group {
  readonly zones = new Map<string, ZoneRow>()
  readonly rrsets = new Map<string, RRsetRow>()
  /** Zones of which nothing stays that was there before. */
  readonly wiped = new Set<string>()
  readonly changeSets: { sequence: number; apex: Buffer; data: Uint8Array }[] = []
  readonly audit: Uint8Array[] = []
  readonly answers = new Map<string, { key: Uint8Array; at: number; data: Uint8Array }>()

  add(commit: Commit, sequence: number): void {
    const { changeSet, zone, idempotency, audit } = commit
    const apex = keyOctets(changeSet.apex)
    const id = apex.toString('latin1')
    const data = zone && encode(zoneForm, zone)
    this.zones.set(id, { version: zone?.version ?? 0, data })
    if (!zone) this.#wipe(id, apex)
    for (const { owner, type, after } of zone ? changeSet.changes : []) {
      const row = { apex, owner: keyOctets(owner), type, data: after && encode(rrsetForm, after) }
      this.rrsets.set(`${id}\n${row.owner.toString('latin1')}\n${type}`, row)
    }
    this.changeSets.push({ sequence, apex, data: encode(changeSetForm, changeSet) })
    this.audit.push(encode(auditForm, audit))
    if (!idempotency) return
    const { key, answer } = idempotency
    const row = { key: answerKeyOctets(key), at: answer.at, data: encode(answerForm, answer) }
    this.answers.set(key, row)
  }

  #wipe(id: string, apex: Buffer): void {
    this.wiped.add(id)
    for (const [key, row] of this.rrsets) if (row.apex.equals(apex)) this.rrsets.delete(key)
  }
}

/**
 * Makes several callers' commits durable in the one transaction that `statements` run in. The row
 * that counts change sets is locked first: so groups of all nodes come one after another, numbers
 * are in the order in which they can be seen, and versions stand still while they are compared.
 */
export async function commitGroup(
  statements: Statements,
  calls: readonly (readonly Commit[])[],
  context: GroupContext,
): Promise<CommitOutcome[][]> {
  const locked = await statements.query<{ value: string }>(
    `SELECT value FROM danelaw.counter WHERE name = 'sequence' FOR UPDATE`,
  )
  let sequence = Number(locked.rows[0]?.value)
  const versions = await readVersions(statements, calls.flat())
  const group = new Group()
  const outcomes = calls.map((commits) => {
    const spoiled = new Set<string>()
    return commits.map((commit): CommitOutcome => {
      const id = nameKey(commit.changeSet.apex)
      const version = group.zones.get(id)?.version ?? versions.get(id) ?? 0
      if (spoiled.has(id) || version !== commit.expectedVersion) {
        spoiled.add(id)
        return { kind: 'conflict', version }
      }
      sequence++
      group.add(commit, sequence)
      return { kind: 'done', sequence }
    })
  })
  if (group.changeSets.length > 0) await write(statements, group, sequence, context)
  return outcomes
}

async function readVersions(statements: Statements, commits: readonly Commit[]) {
  const apexes = new Map(commits.map(({ changeSet: { apex } }) => [nameKey(apex), apex]))
  const { rows } = await statements.query<{ apex: Buffer; version: string }>(
    'SELECT apex, version FROM danelaw.zone WHERE apex = ANY($1::bytea[])',
    [[...apexes.values()].map(keyOctets)],
  )
  return new Map(rows.map(({ apex, version }) => [apex.toString('latin1'), Number(version)]))
}

async function write(
  statements: Statements,
  group: Group,
  sequence: number,
  { now, auditEntriesMax }: GroupContext,
): Promise<void> {
  const latin1 = (id: string) => Buffer.from(id, 'latin1')
  if (group.wiped.size > 0) {
    const wiped = [[...group.wiped].map(latin1)]
    await statements.query('DELETE FROM danelaw.rrset WHERE apex = ANY($1::bytea[])', wiped)
    await statements.query('DELETE FROM danelaw.key WHERE apex = ANY($1::bytea[])', wiped)
  }
  const zones = [...group.zones]
  const putZones = zones.filter(([, row]) => row.data)
  const rrsets = [...group.rrsets.values()]
  const put = rrsets.filter((row) => row.data)
  const removed = rrsets.filter((row) => !row.data)
  const answers = [...group.answers.values()]
  await statements.query(writeStatement, [
    zones.filter(([, row]) => !row.data).map(([id]) => latin1(id)),
    putZones.map(([id]) => latin1(id)),
    putZones.map(([, { version }]) => version),
    putZones.map(([, { data }]) => data),
    removed.map(({ apex }) => apex),
    removed.map(({ owner }) => owner),
    removed.map(({ type }) => type),
    put.map(({ apex }) => apex),
    put.map(({ owner }) => owner),
    put.map(({ type }) => type),
    put.map(({ data }) => data),
    group.changeSets.map((set) => set.sequence),
    group.changeSets.map(({ apex }) => apex),
    group.changeSets.map(({ data }) => data),
    group.audit,
    answers.map(({ key }) => key),
    answers.map(({ at }) => at),
    answers.map(({ data }) => data),
    sequence,
    Math.max(0, now - answerLifetime),
    auditEntriesMax,
  ])
}

/** All that a group writes, in one statement: it touches no row twice. */
const writeStatement = `
WITH gone_zone AS (DELETE FROM danelaw.zone WHERE apex = ANY($1::bytea[])),
zone AS (
  INSERT INTO danelaw.zone (apex, version, data)
  SELECT * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[])
  ON CONFLICT (apex) DO UPDATE SET version = excluded.version, data = excluded.data
),
gone_rrset AS (
  DELETE FROM danelaw.rrset USING unnest($5::bytea[], $6::bytea[], $7::integer[]) AS gone (a, o, t)
  WHERE apex = gone.a AND owner = gone.o AND type = gone.t
),
rrset AS (
  INSERT INTO danelaw.rrset (apex, owner, type, data)
  SELECT * FROM unnest($8::bytea[], $9::bytea[], $10::integer[], $11::bytea[])
  ON CONFLICT (apex, owner, type) DO UPDATE SET data = excluded.data
),
change_set AS (
  INSERT INTO danelaw.change_set (sequence, apex, data)
  SELECT * FROM unnest($12::bigint[], $13::bytea[], $14::bytea[])
),
audit_number AS (
  UPDATE danelaw.counter SET value = value + cardinality($15::bytea[]) WHERE name = 'audit'
  RETURNING value - cardinality($15::bytea[]) AS base
),
audit AS (
  INSERT INTO danelaw.audit (number, data)
  SELECT base + nth, data
  FROM audit_number, unnest($15::bytea[]) WITH ORDINALITY AS entry (data, nth)
),
old_audit AS (
  DELETE FROM danelaw.audit USING audit_number
  WHERE number <= base + cardinality($15::bytea[]) - $21::bigint
),
old_answer AS (
  DELETE FROM danelaw.answer WHERE key IN (
    SELECT key FROM danelaw.answer WHERE at <= $20::bigint AND key <> ALL($16::bytea[])
    LIMIT ${answersSwept}
  )
),
answer AS (
  INSERT INTO danelaw.answer (key, at, data)
  SELECT * FROM unnest($16::bytea[], $17::bigint[], $18::bytea[])
  ON CONFLICT (key) DO UPDATE SET at = excluded.at, data = excluded.data
),
sequence AS (UPDATE danelaw.counter SET value = $19::bigint WHERE name = 'sequence')
SELECT pg_notify('${channel}', '')`
