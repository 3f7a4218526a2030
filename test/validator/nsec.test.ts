import t from 'tap'
import { RR, typeBitmap } from '../../src/rr/index.ts'
import { NsecWitness } from '../../src/validator/nsec.ts'
import type { NsecRecord } from '../../src/validator/proof.ts'
import type { EnclosedSight } from '../../src/validator/sight.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

function record(owner: string, next: string, isExpanded = false): NsecRecord {
  return {
    owner: parseName(owner),
    next: parseName(next),
    types: typeBitmap([RR.A, RR.RRSIG, RR.NSEC]),
    zone: parseName('test.'),
    isExpanded,
  }
}

function seen(records: readonly NsecRecord[], name: string): EnclosedSight {
  return new NsecWitness(records).enclose(parseName(name))
}

t.test('NsecWitness.enclose: a match, a span, and neither', (t) => {
  const records = [record('a.test.', 'm.test.')]
  t.equal(seen(records, 'A.TEST.').kind, 'exists', 'in any case of letters')
  t.equal(seen(records, 'b.test.').kind, 'absent')
  t.equal(seen(records, 'm.test.').kind, 'unseen', 'next is not covered, nor matched')
  t.equal(seen(records, 'z.test.').kind, 'unseen')
  t.equal(seen(records, 'test.').kind, 'unseen')
  t.equal(seen([], 'test.').kind, 'unseen')
  t.end()
})

t.test('NsecWitness.enclose: the ends tell the closest encloser', (t) => {
  const encloser = (owner: string, next: string, name: string) => {
    const sight = seen([record(owner, next)], name)
    return sight.kind === 'absent' ? formatName(sight.closestEncloser) : sight.kind
  }
  t.equal(encloser('a.test.', 'm.test.', 'x.b.test.'), 'test.')
  t.equal(encloser('a.b.test.', 'm.test.', 'x.c.b.test.'), 'b.test.', 'by its owner')
  t.equal(encloser('a.test.', 'x.c.b.test.', 'a.a.c.b.test.'), 'c.b.test.', 'by its next name')
  t.equal(encloser('b.test.', 'm.test.', 'a.b.test.'), 'b.test.', 'its owner itself')
  t.equal(encloser('x.test.', 'test.', 'z.test.'), 'test.')
  t.end()
})

t.test('NsecWitness.look: what leads below a name shows that it is empty, not absent', (t) => {
  const witness = new NsecWitness([record('a.test.', 'x.y.m.test.')])
  t.equal(witness.look(parseName('m.test.')).kind, 'empty')
  t.equal(witness.look(parseName('y.m.test.')).kind, 'empty')
  t.equal(witness.look(parseName('b.test.')).kind, 'absent')
  t.end()
})

t.test('NsecWitness.look: an expanded record proves nothing, whichever name it claims', (t) => {
  const sight = seen([record('a.test.', 'm.test.', true)], 'b.test.')
  t.match(sight, { kind: 'unseen', reason: { ede: 6, text: /expansion of a wildcard/ } })
  t.equal(seen([record('a.test.', 'm.test.', true)], 'a.test.').kind, 'unseen')
  const both = [record('a.test.', 'm.test.', true), record('a.test.', 'c.test.')]
  t.equal(seen(both, 'b.test.').kind, 'absent', 'and does not stand in the way of one that does')
  t.end()
})

t.test('NsecWitness.look: a zone with one name covers all else', (t) => {
  const only = [record('test.', 'test.')]
  t.equal(seen(only, 'a.test.').kind, 'absent')
  t.equal(seen(only, 'test.').kind, 'exists')
  t.equal(
    seen([record('a.test.', 'a.test.')], 'b.test.').kind,
    'unseen',
    'but not without its apex',
  )
  t.end()
})
