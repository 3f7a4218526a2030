import fc from 'fast-check'
import t from 'tap'
import { AnswerBatch, FrameReader } from '../../src/server/framing.ts'
import { framed } from '../support/stream-client.ts'

const messages = fc.array(fc.uint8Array({ minLength: 12, maxLength: 3000 }), { maxLength: 12 })

t.test('FrameReader gives back every message however the stream was cut', async (t) => {
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 4000 })), (sent, cuts) => {
      const stream = framed(...sent)
      const reader = new FrameReader()
      const got: Uint8Array[] = []
      for (let at = 0; at < stream.length; ) {
        const size = cuts.next().value ?? 1
        // The chunk is overwritten after use, so a view kept too long shows.
        const chunk = Uint8Array.from(stream.subarray(at, at + size))
        reader.push(chunk)
        for (let frame = reader.next(); frame !== 'partial'; frame = reader.next()) {
          if (frame === 'malformed') throw new Error('malformed')
          got.push(Uint8Array.from(frame))
        }
        chunk.fill(0xee)
        at += size
      }
      return (
        reader.waitingOctets === 0 &&
        Buffer.concat(got).equals(Buffer.concat(sent)) &&
        got.length === sent.length
      )
    }),
  )
  t.pass('property holds')
})

t.test('FrameReader keeps what waits when more comes before it was asked', async (t) => {
  const stream = framed(new Uint8Array(12).fill(1), new Uint8Array(40).fill(2))
  const reader = new FrameReader()
  reader.push(stream.subarray(0, 30))
  reader.push(stream.subarray(30))
  t.same(reader.next(), new Uint8Array(12).fill(1))
  t.same(reader.next(), new Uint8Array(40).fill(2))
  t.equal(reader.next(), 'partial')
})

t.test('FrameReader takes the longest message octet by octet', async (t) => {
  const stream = framed(new Uint8Array(65_535).fill(7))
  const reader = new FrameReader()
  for (const octet of stream.subarray(0, -1)) {
    reader.push(Uint8Array.of(octet))
    if (reader.next() !== 'partial') t.fail('a message too early')
  }
  reader.push(stream.subarray(-1))
  const frame = reader.next()
  t.equal(frame.length, 65_535)
  t.equal(reader.waitingOctets, 0)
})

for (let length = 0; length < 12; length++) {
  t.test(`FrameReader calls a frame of ${length} octets malformed, and stays there`, async (t) => {
    const reader = new FrameReader()
    reader.push(framed(new Uint8Array(12), new Uint8Array(length)))
    t.type(reader.next(), Uint8Array)
    t.equal(reader.next(), 'malformed')
    t.equal(reader.next(), 'malformed')
  })
}

t.test('AnswerBatch puts each answer behind its length, and is empty after take', async (t) => {
  const batch = new AnswerBatch()
  t.equal(batch.take(), undefined)
  batch.slot().set([1, 2, 3])
  batch.add(3)
  batch.slot().fill(9, 0, 300)
  batch.add(300)
  t.same(batch.take(), framed(Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(9)))
  t.equal(batch.take(), undefined)
})

t.test('AnswerBatch has room for the longest answer until it is full', async (t) => {
  const batch = new AnswerBatch()
  let answers = 0
  while (!batch.full) {
    t.equal(batch.slot().length, 65_535)
    batch.add(answers === 0 ? 65_533 : 65_535)
    answers++
  }
  t.equal(answers, 2)
  t.equal(batch.take()?.length, 65_533 + 65_535 + 4)
})
