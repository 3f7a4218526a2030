import fc from 'fast-check'
import t from 'tap'
import { Compressor } from '../../src/response/index.ts'
import { equalNames, formatName, type Name, parseName, readName } from '../../src/wire/index.ts'

const x = parseName('x.')
const xy = parseName('x.y.')

function nameAt(out: Uint8Array, at: number): Name {
  return readName(out, at, out.length).name
}

/** Every pointer in a run of names must lead backwards, within its 14 bits. */
function readBack(out: Uint8Array, at: number): { name: Name; end: number } {
  let end = at
  while ((out[end] as number) > 0 && (out[end] as number) < 0xc0) end += (out[end] as number) + 1
  if ((out[end] as number) >= 0xc0) {
    const target = (((out[end] as number) & 0x3f) << 8) | (out[end + 1] as number)
    if (target >= at) throw new Error(`the pointer at ${end} does not lead backwards`)
    end++
  }
  return { name: nameAt(out, at), end: end + 1 }
}

const labels = fc.constantFrom('a', 'A', 'b', 'xn', '\\000', '\\255', 'z'.repeat(63))
const names = fc
  .array(labels, { maxLength: 3 })
  .map((parts) => (parts.length === 0 ? '.' : `${parts.join('.')}.`))

t.test(
  'Compressor.write: names read back as they were, case ignored, whatever came before',
  (t) => {
    const compressor = new Compressor()
    const out = new Uint8Array(65535)
    fc.assert(
      fc.property(fc.array(names, { maxLength: 40 }), fc.nat(16400), (texts, start) => {
        compressor.begin()
        let at = Math.max(12, start)
        const written = texts.map((text) => {
          const name = parseName(text)
          const from = at
          at = compressor.write(out, at, name)
          if (at - from > name.length) throw new Error(`${text} takes ${at - from} octets`)
          return { name, from, to: at }
        })
        for (const { name, from, to } of written) {
          const back = readBack(out, from)
          if (!equalNames(back.name, name)) throw new Error(`${formatName(back.name)} comes back`)
          if (back.end !== to) throw new Error('the length told is not the length taken')
        }
      }),
      { seed: 1035, numRuns: 2000 },
    )
    t.end()
  },
)

t.test('Compressor.write: the same suffix is written once, in any case', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(512)
  compressor.begin()
  const first = compressor.write(out, 12, parseName('www.Example.TEST.'))
  t.equal(first, 12 + 18)
  t.equal(compressor.write(out, first, parseName('mail.example.test.')), first + 7)
  t.strictSame([...out.subarray(first + 5, first + 7)], [0xc0, 16])
  t.equal(compressor.write(out, first + 7, parseName('EXAMPLE.test.')), first + 9)
  t.equal(compressor.write(out, 100, parseName('.')), 101, 'the root has no shorter form')
  t.end()
})

t.test('Compressor.write: names past 16383 are found, names written there are not', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(65535)
  compressor.begin()
  compressor.write(out, 0x3fff, x)
  t.equal(compressor.write(out, 0x4100, x), 0x4102, 'the last offset that a pointer reaches')
  compressor.write(out, 0x4200, xy)
  t.equal(compressor.write(out, 0x4300, xy), 0x4305, 'beyond it')
  t.end()
})

t.test('Compressor.begin: a message knows nothing of the one before', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(512)
  for (let message = 0; message < 70000; message++) {
    compressor.begin()
    if (message % 9973 === 0) compressor.write(out, 12, xy)
  }
  compressor.begin()
  t.equal(compressor.write(out, 20, xy), 25)
  t.end()
})

t.test('Compressor.note: names of the question are pointed to', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(512)
  out.set(xy, 12)
  compressor.begin()
  compressor.note(xy, 12)
  t.equal(compressor.write(out, 30, parseName('w.X.Y.')), 34)
  t.strictSame([...out.subarray(30, 34)], [1, 0x77, 0xc0, 12])
  t.end()
})

t.test('bug: a name left over from a record that did not fit is no target', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(512)
  compressor.begin()
  compressor.write(out, 110, xy) // given up: the next record is written over its end
  const end = compressor.write(out, 112, xy)
  t.equal(end, 117, 'written whole')
  t.ok(equalNames(nameAt(out, 112), xy))
  t.end()
})

t.test('Compressor: many names fill the table, and are still written right', (t) => {
  const compressor = new Compressor()
  const out = new Uint8Array(65535)
  compressor.begin()
  let at = 12
  const starts: number[] = []
  for (let n = 0; n < 3000; n++) {
    starts.push(at)
    at = compressor.write(out, at, parseName(`n${n}.many.test.`))
  }
  for (let n = 0; n < 3000; n++) {
    const name = nameAt(out, starts[n] as number)
    if (!equalNames(name, parseName(`n${n}.many.test.`))) t.fail(`name ${n} is ${formatName(name)}`)
  }
  t.ok(at < 12 + 3000 * 17, 'and most of them shorter than whole')
  t.end()
})
