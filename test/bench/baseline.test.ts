import { readFileSync } from 'node:fs'
import t from 'tap'
import { recorded } from '../../bench/baseline.ts'
import type { Table } from '../../bench/table.ts'

const table = (title: string, figure: number): Table => ({
  ...{ title, note: 'A note.', columns: ['what', 'figure'], rows: [['a', figure]] },
})

t.test('a table takes the place of the one with its title; new ones come last', async (t) => {
  const first = recorded('', [table('One', 1), table('Two', 2)], 'A machine')
  t.match(first, /^# Baseline\n\nMade by .*A machine\.\n\n## One\n\nA note\./)
  const second = recorded(first, [table('Three', 3), table('One', 4)], 'Another')
  t.same(second.match(/^## .*/gm), ['## One', '## Two', '## Three'])
  t.match(second, '| a | 4 |\n\n## Two')
  t.notMatch(second, '| a | 1 |')
  t.equal(recorded(second, [], 'Another'), second, 'nothing measured, nothing changed')
})

t.test('the baseline that is kept has the form that is written', async (t) => {
  const kept = readFileSync('bench/baseline.md', 'utf8')
  const machine = /wander\. (.*)\.$/m.exec(kept)?.[1] ?? ''
  t.equal(recorded(kept, [], machine), kept)
})
