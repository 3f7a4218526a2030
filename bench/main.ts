/**
 * The benchmarks: `npm run bench`, or one of them by name: `npm run bench -- answers`. With
 * `--json` the figures come as data; with `--record` the tables go to bench/baseline.md, in the
 * place of what was recorded before.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { answerTables } from './answers.ts'
import { recorded } from './baseline.ts'
import { checkTables } from './checks.ts'
import { countingTables } from './counting.ts'
import { hostsTables } from './hosts.ts'
import { labTables } from './lab.ts'
import { nodesTables } from './nodes.ts'
import { provisioningTables } from './provisioning.ts'
import { formatTable, machine, type Table, tableJson } from './table.ts'
import { validationTables } from './validations.ts'

const benches = {
  answers: answerTables,
  counting: countingTables,
  lab: labTables,
  validations: validationTables,
  checks: checkTables,
  provisioning: provisioningTables,
  nodes: nodesTables,
  hosts: hostsTables,
} as const satisfies Readonly<Record<string, () => readonly Table[] | Promise<readonly Table[]>>>

const baselineFile = 'bench/baseline.md'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, record: { type: 'boolean' } },
})
const names = Object.keys(benches) as (keyof typeof benches)[]
const wanted = positionals.length > 0 ? names.filter((name) => positionals.includes(name)) : names

const tables: Table[] = []
if (!values.json) process.stdout.write(`${machine()}\n`)
for (const name of wanted) {
  for (const table of await benches[name]()) {
    tables.push(table)
    if (!values.json) process.stdout.write(`\n${formatTable(table)}`)
  }
}
if (values.json) {
  const result = { machine: machine(), tables: tables.map(tableJson) }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
}
if (values.record) {
  const before = readFileSync(baselineFile, 'utf8')
  writeFileSync(baselineFile, recorded(before, tables, machine()))
}
