import { type Codec, decode } from './codec.ts'
import type { PostgresLink, Statements } from './postgres-link.ts'

/** Rows in memory at one time. */
const rowsAtOnce = 1000
/** Begins a transaction that sees one moment of the database. */
export const oneMoment = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY'

/** All rows of a query in `statements`' transaction, some at a time; `rest` follows FROM. */
export async function* rowsOf(
  statements: Statements,
  columns: string,
  rest: string,
  values: unknown[],
): AsyncGenerator<Record<string, unknown>> {
  await statements.query(
    `DECLARE every NO SCROLL CURSOR FOR SELECT ${columns} FROM danelaw.${rest}`,
    values,
  )
  for (;;) {
    const { rows } = await statements.query(`FETCH ${rowsAtOnce} FROM every`)
    yield* rows
    if (rows.length < rowsAtOnce) break
  }
  await statements.query('CLOSE every')
}

/** The values of all rows of a query, of one moment, however long it takes to use them. */
export async function* everyRow<T>(
  link: PostgresLink,
  rest: string,
  values: unknown[],
  form: Codec<T>,
  where: string,
): AsyncGenerator<T> {
  const statements = await link.begin(oneMoment)
  try {
    for await (const { data } of rowsOf(statements, 'data', rest, values)) {
      yield decode(form, data as Buffer, where)
    }
  } finally {
    await statements.end()
  }
}
