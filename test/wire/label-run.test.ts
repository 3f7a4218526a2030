import fc from 'fast-check'
import t from 'tap'
import { markIn, readRun, runOctets, tallyRun, writeRun } from '../../src/wire/index.ts'

/** Of few characters, so that labels are prefixes of each other, and of any octets. */
const label = fc
  .array(fc.oneof(fc.constantFrom(0x61, 0x62, 2, 255), fc.integer({ min: 2, max: 255 })), {
    minLength: 1,
    maxLength: 63,
  })
  .map((codes) => String.fromCharCode(...codes))
const marked = fc
  .uniqueArray(fc.record({ label, mark: fc.nat(255) }, { noNullPrototype: true }), {
    selector: (one) => one.label,
    maxLength: 60,
  })
  .map((labels) => labels.sort((a, b) => (a.label < b.label ? -1 : 1)))

t.test('LabelRun: gives back what was written, and finds every label and no other', (t) => {
  fc.assert(
    fc.property(marked, label, (labels, other) => {
      const run = writeRun(labels)
      t.equal(
        run.length,
        labels.reduce((sum, one) => sum + runOctets(one.label), 0),
      )
      t.strictSame([...readRun(run)], labels)
      for (const { label, mark } of labels) t.equal(markIn(run, label), mark)
      const known = labels.find((one) => one.label === other)
      t.equal(markIn(run, other), known?.mark)
      const tally = tallyRun(run, 256)
      for (let mark = 0; mark < 256; mark++) {
        t.equal(tally?.[mark], labels.filter((one) => one.mark === mark).length)
      }
    }),
    { numRuns: 50 },
  )
  t.end()
})

t.test('tallyRun: takes nothing that is no run', (t) => {
  const run = (text: string) => Buffer.from(text, 'latin1')
  t.strictSame(tallyRun(run(''), 1), new Uint32Array([0]))
  t.strictSame(tallyRun(run('\x01a\0\x02aa\x01'), 2), new Uint32Array([1, 1]))
  const bad = {
    'a mark too high': '\x01a\x02',
    'no mark': '\x01a\0\x01b',
    'no end': '\x09a\0',
    'an empty label': '\0\0',
    'a label too long': `\x40${'a'.repeat(64)}\0`,
    'a label twice': '\x01a\0\x01a\0',
    'a prefix that follows': '\x02aa\0\x01a\0',
    'no order': '\x01b\0\x01a\0',
  }
  for (const [what, octets] of Object.entries(bad))
    t.equal(tallyRun(run(octets), 2), undefined, what)
  t.end()
})
