import t from 'tap'
import { checkAssertions } from '../../tools/assertions.ts'
import { checkDocstrings, checkEssays } from '../../tools/docstrings.ts'
import { checkErrorTable } from '../../tools/error-table.ts'
import { checkShape } from '../../tools/shape.ts'
import { parseSource, type SourceCheck } from '../../tools/source.ts'
import { checkStillness } from '../../tools/stillness.ts'

/** Runs a check over files given as path and text; complaints come back as `path:line: message`. */
function run(check: SourceCheck, files: Readonly<Record<string, string>>): string[] {
  const sources = Object.entries(files).map(([path, text]) => parseSource(path, text))
  return check(sources).map(({ path, line, message }) => `${path}:${line}: ${message}`)
}

t.test('checkDocstrings: an export without a docstring is named', async (t) => {
  const text = `
/** Said. */
export const said = 1
export const unsaid = 2
// A plain comment is no docstring.
export function alsoUnsaid(): void {}
const local = 3
export { local }
/** One is enough. */
export function overloaded(a: 1): void
export function overloaded(a: 2): void
export function overloaded(): void {}
`
  t.same(run(checkDocstrings, { 'src/wire/a.ts': text }), [
    'src/wire/a.ts:4: Say what unsaid is: it has no docstring',
    'src/wire/a.ts:6: Say what alsoUnsaid is: it has no docstring',
  ])
  t.same(run(checkDocstrings, { 'test/wire/a.ts': text }), [], 'only src is held to it')
})

t.test('checkDocstrings: a public method without a docstring is named', async (t) => {
  const text = `/** A thing. */
export class Thing {
  /** Said. */
  a(): void {}
  b(): void {}
  private c(): void {}
  #d(): void {}
}
`
  t.same(run(checkDocstrings, { 'src/wire/a.ts': text }), [
    'src/wire/a.ts:5: Say what Thing.b does: it has no docstring',
  ])
})

t.test('checkEssays: a door opens with its essay and only re-exports by name', async (t) => {
  const essay = `/**\n * wire: ${'what enters and what leaves. '.repeat(10)}\n */\n`
  const good = `${essay}export { a } from './a.ts'\n`
  t.same(run(checkEssays, { 'src/wire/index.ts': good }), [])
  t.match(run(checkEssays, { 'src/rr/index.ts': good }), [/Open with an essay that begins 'rr: '/])
  t.match(run(checkEssays, { 'src/wire/index.ts': '/** wire: short. */\n' }), [
    /Open with an essay/,
  ])
  t.match(run(checkEssays, { 'src/wire/index.ts': `${essay}export * from './a.ts'\n` }), [
    /:4: Name/,
  ])
  t.match(run(checkEssays, { 'src/wire/index.ts': `${essay}const a = 1\n` }), [/:4: Keep code/])
})

t.test('checkShape: long files and long lines are named', async (t) => {
  t.same(run(checkShape, { 'src/a.ts': `${'\n'.repeat(399)}x\n` }), [])
  t.match(run(checkShape, { 'src/a.ts': `${'\n'.repeat(400)}x\n` }), [/401 lines exceed 400/])
  t.same(run(checkShape, { 'test/a.ts': `${'\n'.repeat(400)}x\n` }), [])
  t.same(run(checkShape, { 'src/a.ts': 'x'.repeat(100) }), [])
  t.match(run(checkShape, { 'src/a.ts': `\n${'x'.repeat(101)}` }), [/^src\/a.ts:2: .*101 columns/])
})

const movements: readonly [path: string, text: string, message: RegExp][] = [
  ['src/signer/a.ts', 'const now = Date.now()', /Do not use Date\.now/],
  ['src/rr/a.ts', 'const now = new Date()', /Do not ask what time it is/],
  ['src/zone/a.ts', 'const then = new Date(0)', /Do not use Date here/],
  ['src/query/a.ts', 'const random = Math.random()', /Do not use Math\.random/],
  ['src/config/a.ts', 'const home = process.env', /Do not use process/],
  ['src/server/a.ts', 'console.log(1)', /Do not use console/],
  ['src/publish/a.ts', 'setTimeout(() => {}, 1)', /Do not use setTimeout/],
  ['src/response/a.ts', 'const p = Promise.resolve()', /Do not use Promise/],
  ['src/denial/a.ts', 'export async function f() {}', /Do not wait here/],
  ['src/publish/a.ts', 'fetch(x)', /Do not use fetch/],
  ['src/rr/a.ts', "import { createServer } from 'node:net'", /Take only isIP/],
  ['src/rr/a.ts', "import * as net from 'node:net'", /Take only isIP/],
]

t.test('checkStillness: each movement is named where it is not at home', async (t) => {
  for (const [path, text, message] of movements) {
    const [complaint = 'none', ...more] = run(checkStillness, { [path]: text })
    t.match(complaint, message, `${path}: ${text}`)
    t.same(more, [])
  }
})

t.test('checkStillness: homes, locals and members of the same name are left alone', async (t) => {
  const still = {
    'src/base/clock.ts': 'const now = Date.now()',
    'src/rr/a.ts': "import { isIPv4 } from 'node:net'\nconst then = new Date(0).getTime()",
    'src/server/a.ts': 'setTimeout(() => {}, 1)\nasync function f() {}',
    'src/main.ts': 'process.exitCode = 1',
    'src/query/a.ts': 'const context = { process: 1 }\nconst length = context.process',
    'test/a.ts': 'console.log(Date.now())',
  }
  t.same(run(checkStillness, still), [])
})

t.test('checkErrorTable: unused, unsorted and undeclared codes are named', async (t) => {
  const path = 'src/base/errors.ts'
  const table = (...codes: string[]) =>
    `export const errorTable = {\n${codes.map((code) => `'${code}': 'x',\n`).join('')}}\n`
  const user = `/** @throws name-invalid */\nfail('name-invalid', 'wire-malformed')`
  t.same(
    run(checkErrorTable, { [path]: table('name-invalid', 'wire-malformed'), 'src/a.ts': user }),
    [],
  )
  t.match(
    run(checkErrorTable, {
      [path]: table('name-invalid', 'never-thrown', 'wire-malformed'),
      'src/a.ts': user,
    }),
    [/:3: Remove 'never-thrown'/],
  )
  t.match(
    run(checkErrorTable, { [path]: table('wire-malformed', 'name-invalid'), 'src/a.ts': user }),
    [/:3: Sort the rows: 'name-invalid'/],
  )
  t.match(
    run(checkErrorTable, {
      [path]: table('name-invalid', 'wire-malformed'),
      'src/a.ts': `${user}\n/** @throws \`no-such-code\` when it rains */`,
    }),
    [/src\/a.ts:3: Correct '@throws no-such-code'/],
  )
  t.match(run(checkErrorTable, {}), [/Cannot find the table/])
})

t.test('checkAssertions: a test that asserts nothing is named', async (t) => {
  const empty = "import t from 'tap'\nt.test('later', async () => {})\n"
  const full = "import t from 'tap'\nt.equal(1, 1)\n"
  t.match(run(checkAssertions, { 'test/a.test.ts': empty }), [/Assert something/])
  t.same(run(checkAssertions, { 'test/a.test.ts': full, 'test/support/b.ts': empty }), [])
})
