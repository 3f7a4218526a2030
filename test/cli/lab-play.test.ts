import { readFileSync } from 'node:fs'
import t from 'tap'
import { runCommand } from '../support/world.ts'

const right = readFileSync('examples/rolling/tlsa-done-right.roll', 'utf8')
const wrong = right.replace('CERT mx.example.test. new\n', '')
const files = { 'right.roll': right, 'wrong.roll': wrong, 'broken.roll': `${right}EXPECT fine\n` }

t.test('lab play: every step as it is taken, and how it ended', async (t) => {
  const { code, out, err } = await runCommand(t.testdir(files), 'lab', 'play', 'right.roll')
  t.equal(code, 0)
  t.equal(err, '')
  const lines = out.trimEnd().split('\n')
  t.equal(lines[0], 'right.roll: A certificate is replaced, its TLSA record first')
  t.match(lines[1], /^ {2}2026-03-01 00:00:00 {2}TLSA mx\.example\.test\. old$/)
  t.equal(lines.at(-1), 'right.roll: 4 of 4 expectations were met')
})

t.test('lab play: files after one that fails are played too, exit code 1', async (t) => {
  const names = ['broken.roll', 'wrong.roll', 'right.roll']
  const result = await runCommand(t.testdir(files), 'lab', 'play', '--quiet', ...names)
  t.equal(result.code, 1)
  t.match(
    result.err,
    /^broken\.roll:\d+:8: error: Cannot read "fine": expected .* \[roll-invalid\]\n$/,
  )
  const lines = result.out.trimEnd().split('\n')
  t.match(lines[0], /^✗ 2026-03-01 03:10:00 {2}EXPECT always protected$/)
  t.match(lines.at(-2), /^wrong\.roll: 3 of 4 expectations were met; see line \d+$/)
  t.equal(lines.at(-1), 'right.roll: 4 of 4 expectations were met')
})

t.test('lab play --json: one object a line, reports and findings', async (t) => {
  const names = ['right.roll', 'broken.roll', 'absent.roll']
  const args = ['lab', 'play', '--json', '--seed', 'other', ...names]
  const { code, out } = await runCommand(t.testdir(files), ...args)
  t.equal(code, 1)
  const objects = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(objects, [
    { file: 'right.roll', seed: 'other', passed: true, digest: /^[0-9a-f]{64}$/ },
    { findings: [{ code: 'roll-invalid', file: 'broken.roll' }] },
    { findings: [{ code: 'file-unreadable' }] },
  ])
})

t.test('lab play: without a file it is not understood', async (t) => {
  const { code, err } = await runCommand(t.testdir(), 'lab', 'play')
  t.equal(code, 2)
  t.match(err, /missing required argument/)
})
