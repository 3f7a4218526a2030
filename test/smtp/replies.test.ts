import fc from 'fast-check'
import t from 'tap'
import { defaultSmtpLimits } from '../../src/smtp/index.ts'
import { printable, ReplyReader, type ReplyStep, replyText } from '../../src/smtp/replies.ts'

/** All that comes of the pieces, up to the first step that is not a reply. */
function read(...pieces: string[]): ReplyStep[] {
  const reader = new ReplyReader(defaultSmtpLimits)
  const steps: ReplyStep[] = []
  for (const piece of pieces) {
    reader.push(Buffer.from(piece, 'latin1'))
    let step = reader.next()
    for (; step.kind === 'reply'; step = reader.next()) steps.push(step)
    if (step.kind === 'malformed') return [...steps, step]
  }
  return steps
}

const reply = (code: number, ...lines: string[]): ReplyStep => ({
  kind: 'reply',
  reply: { code, lines },
})

t.test('ReplyReader reads replies of one line and of several', (t) => {
  t.same(read('220 hi\r\n'), [reply(220, 'hi')])
  t.same(read('220\r\n'), [reply(220, '')])
  t.same(read('250-a\r\n250-\r\n250 b c\r\n'), [reply(250, 'a', '', 'b c')])
  t.same(read('220 a\n421 b\r\n'), [reply(220, 'a'), reply(421, 'b')], 'a bare LF will do')
  t.end()
})

t.test('ReplyReader refuses what is no reply', (t) => {
  for (const line of ['', '22 x', '220x', '120 x', '620 x', ' 220 x', '+OK', 'SSH-2.0-x']) {
    t.match(read(`${line}\r\n`), [{ kind: 'malformed' }], JSON.stringify(line))
  }
  t.end()
})

t.test('ReplyReader refuses codes that differ within a reply (RFC 5321 §4.2.1)', (t) => {
  t.match(read('250-a\r\n550 b\r\n'), [{ kind: 'malformed', text: /codes 250 and 550/ }])
  t.end()
})

t.test('ReplyReader is bounded in lines and octets', (t) => {
  const { lineOctets, replyLines } = defaultSmtpLimits
  const lines = (count: number) => `${'250-x\r\n'.repeat(count - 1)}250 x\r\n`
  t.match(read(lines(replyLines)), [{ kind: 'reply' }])
  t.match(read(lines(replyLines + 1)), [{ kind: 'malformed' }])
  const line = (octets: number) => `250 ${'x'.repeat(octets - 4)}`
  t.match(read(`${line(lineOctets - 1)}\r\n`), [{ kind: 'reply' }])
  t.match(read(line(lineOctets + 1)), [{ kind: 'malformed' }], 'before its end is seen')
  t.end()
})

t.test('ReplyReader does not depend on how octets are cut into pieces', (t) => {
  const text = '250-mx.example\r\n250-SIZE 10\r\n250 STARTTLS\r\n220 Ready\r\n'
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length]
      const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
      t.same(read(...pieces), read(text))
    }),
    { numRuns: 50 },
  )
  t.end()
})

t.test('ReplyReader takes any octets', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const reader = new ReplyReader(defaultSmtpLimits)
      for (const piece of pieces) {
        reader.push(piece)
        for (let step = reader.next(); step.kind === 'reply'; ) step = reader.next()
      }
    }),
  )
  t.pass()
  t.end()
})

t.test('printable and replyText show nothing that moves a cursor', (t) => {
  t.equal(printable('a\x1b[31m\r\n\xff'), 'a?[31m???')
  t.equal(printable('x'.repeat(500)).length, 123)
  t.equal(replyText({ code: 250, lines: ['a', 'b\x07'] }), '250 a b?')
  t.equal(replyText({ code: 220, lines: [''] }), '220')
  t.end()
})
