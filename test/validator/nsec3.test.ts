import t from 'tap'
import { nsec3Hash } from '../../src/crypto/index.ts'
import { typeBitmap } from '../../src/rr/index.ts'
import { areOfOneChain, Nsec3Witness } from '../../src/validator/nsec3.ts'
import type { Nsec3Record } from '../../src/validator/proof.ts'
import { type Name, parseName, prependLabel, toBase32hex } from '../../src/wire/index.ts'
import { ampleBudget, budgetOf } from '../support/denials.ts'

const zone = parseName('test.')
const salt = new Uint8Array(0)

/** A record by its first and last hash. */
function span(hash: Uint8Array, next: Uint8Array, more: Partial<Nsec3Record> = {}): Nsec3Record {
  const owner = prependLabel(Buffer.from(toBase32hex(hash)), zone)
  const fields = { hashAlgorithm: 1, flags: 0, iterations: 0, salt, types: typeBitmap([]) }
  return { owner, hash, next, zone, ...fields, ...more }
}

const hashOf = (name: string, iterations = 0) => nsec3Hash(parseName(name), iterations, salt)

/** The hash just after, or before. */
function beside(hash: Uint8Array, by: 1 | -1): Uint8Array {
  const moved = Uint8Array.from(hash)
  moved[19] = (moved[19] as number) + by
  return moved
}

function witness(records: readonly [Nsec3Record, ...Nsec3Record[]], budget = ampleBudget()) {
  return new Nsec3Witness(records[0], records, budget)
}

t.test('Nsec3Witness.look: a match, a span, and neither', (t) => {
  const hash = hashOf('a.test.')
  const kindOf = (record: Nsec3Record) => witness([record]).look(parseName('a.test.')).kind
  t.equal(kindOf(span(hash, beside(hash, 1))), 'exists')
  t.equal(kindOf(span(beside(hash, -1), beside(hash, 1))), 'absent', 'a white lie')
  t.equal(kindOf(span(beside(hash, -1), hash)), 'unseen', 'next is not covered, nor matched')
  t.equal(kindOf(span(beside(hash, 1), beside(hash, -1))), 'unseen', 'the rest of the circle')
  t.equal(kindOf(span(new Uint8Array(20).fill(255), beside(hash, 1))), 'absent', 'the last, back')
  t.equal(kindOf(span(beside(hash, -1), new Uint8Array(20))), 'absent', 'the last, onwards')
  t.equal(kindOf(span(beside(hash, 1), beside(hash, 1))), 'absent', 'alone, it covers all')
  t.end()
})

t.test('Nsec3Witness.enclose: the first ancestor that has a record encloses', (t) => {
  const everywhere = span(hashOf('test.'), hashOf('test.'))
  const sight = witness([everywhere]).enclose(parseName('c.b.a.test.'))
  t.match(sight, { kind: 'absent', closestEncloser: zone, isOptOut: false })
  const nearer = span(hashOf('b.a.test.'), hashOf('b.a.test.'))
  const near = witness([everywhere, nearer]).enclose(parseName('d.c.b.a.test.'))
  t.match(near, { kind: 'absent', closestEncloser: parseName('b.a.test.') })
  t.end()
})

t.test('Nsec3Witness.enclose: ends at the apex', (t) => {
  const stray = span(hashOf('x.test.'), hashOf('x.test.'))
  t.equal(witness([stray]).enclose(parseName('b.a.test.')).kind, 'unseen')
  const root = { ...stray, zone: parseName('.') }
  t.equal(witness([root]).enclose(parseName('b.a.test.')).kind, 'unseen')
  t.end()
})

t.test('Nsec3Witness: hashes each name once, and pays for iterations', (t) => {
  const budget = budgetOf(1000)
  const asked = witness([span(hashOf('test.', 9), hashOf('test.', 9), { iterations: 9 })], budget)
  t.equal(asked.enclose(parseName('c.b.a.test.')).kind, 'absent')
  t.equal(budget.spent, 40, 'c.b.a, b.a, a and the apex, ten rounds each')
  asked.look(parseName('b.a.test.'))
  t.equal(budget.spent, 40)
  t.equal(asked.failure, undefined)
  t.end()
})

t.test('CVE-2023-50868: Nsec3Witness: stops at the limit, and says which it was', (t) => {
  const budget = budgetOf(100)
  const record = span(hashOf('a.test.', 40), hashOf('a.test.', 40), { iterations: 40 })
  const asked = witness([record], budget)
  const deep = parseName(`${'x.'.repeat(120)}test.`) as Name
  t.equal(asked.enclose(deep).kind, 'unseen')
  t.equal(budget.spent, 82)
  t.match(asked.failure, { limit: 'nsec3Hashes', ede: 6 })
  t.equal(asked.look(zone).kind, 'unseen', 'and stays stopped')
  t.equal(budget.spent, 82)
  t.end()
})

t.test('areOfOneChain: iterations and salt are the same in all', (t) => {
  const one = span(hashOf('a.test.'), hashOf('b.test.'))
  t.ok(areOfOneChain([]))
  t.ok(areOfOneChain([one, { ...one, flags: 1 }]), 'flags may differ (RFC 5155 §6)')
  t.notOk(areOfOneChain([one, { ...one, iterations: 1 }]))
  t.notOk(areOfOneChain([one, one, { ...one, salt: Uint8Array.of(1) }]))
  t.notOk(areOfOneChain([one, { ...one, hashAlgorithm: 2 }]))
  t.end()
})
