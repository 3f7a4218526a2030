/** What was said against what was to be said. */
import t from 'tap'
import type { Expectation } from '../../src/lab/index.ts'
import { agrees, compare, gradeEde, rcodeFor, type Said } from '../../src/trial/compare.ts'

const stub = { seesFailures: true, holdsEde: true }
const resolver = { seesFailures: false, holdsEde: false }

const bogus: Expectation = {
  ...{ status: 'bogus', rcode: 'SERVFAIL', ede: [6, 9], edeToo: [10], why: ['RFC 4035 §5.5'] },
}
const secure: Expectation = {
  ...{ status: 'secure', rcode: 'NOERROR', ede: [], edeToo: [22], why: ['RFC 4035 §5'] },
}

function said(said: Partial<Said> & { readonly codes?: readonly number[] }): Said {
  const { codes = [], ...rest } = said
  const ede = codes.map((code) => ({ code, text: '' }))
  return { status: 'bogus', rcode: 'SERVFAIL', ttl: undefined, told: 'because', ...rest, ede }
}

t.test('extended errors are graded', async (t) => {
  const grades = [[6], [9], [10], [10, 9], [22], [22, 6], []].map((codes) =>
    gradeEde(bogus, said({ codes })),
  )
  t.strictSame(grades, [
    ...['by-the-book', 'by-the-book', 'allowed', 'by-the-book'],
    ...['another', 'by-the-book', 'none'],
  ])
  t.strictSame(
    [[], [22], [6], [22, 6]].map((codes) => gradeEde(secure, said({ codes }))),
    ['by-the-book', 'by-the-book', 'another', 'another'],
  )
})

t.test('the stub is held to status, rcode and code', async (t) => {
  const of = (expected: Expectation, what: Parameters<typeof said>[0]) => {
    const { agreement, why } = compare(expected, said(what), stub)
    return `${agreement}: ${why}`
  }
  t.equal(of(bogus, { codes: [6] }), 'as-expected: because')
  t.equal(of(bogus, { codes: [10] }), 'as-expected: because')
  t.equal(of(bogus, { codes: [] }), 'otherwise: EDE none instead of 6 or 9; because')
  t.equal(of(bogus, { codes: [22] }), 'otherwise: EDE 22 instead of 6 or 9; because')
  t.equal(
    of(bogus, { status: 'unreachable', codes: [6] }),
    'otherwise: unreachable instead of bogus; because',
  )
  const fine = { status: 'secure', rcode: 'NOERROR' } as const
  t.equal(of(secure, fine), 'as-expected: because')
  t.equal(
    of(secure, { ...fine, rcode: 'NXDOMAIN' }),
    'otherwise: NXDOMAIN instead of NOERROR; because',
  )
  t.equal(of(secure, { ...fine, codes: [1] }), 'otherwise: EDE 1 instead of none; because')
  const brief = { ...secure, ttlMax: 0 }
  t.equal(of(brief, { ...fine, ttl: 0 }), 'as-expected: because')
  t.equal(of(brief, { ...fine, ttl: 60 }), 'otherwise: TTL 60 instead of at most 0; because')
})

t.test('where validators may differ, both are right', async (t) => {
  const either: Expectation = { ...secure, or: { status: 'bogus', because: 'policy' } }
  t.strictSame(compare(either, said({ codes: [7] }), stub), {
    ...{ agreement: 'also-right', ede: 'another', why: 'policy' },
  })
  t.equal(compare(either, said({ status: 'unreachable' }), stub).agreement, 'otherwise')
  t.equal(compare(either, said({ status: 'unreachable' }), resolver).agreement, 'also-right')
  t.equal(compare(either, said({ status: 'insecure' }), resolver).agreement, 'otherwise')
})

t.test('bug: what is also right was taken with any rcode and any TTL', async (t) => {
  const agreement = (expected: Expectation, what: Parameters<typeof said>[0]) =>
    compare(expected, said(what), stub).agreement
  const compact: Expectation = {
    ...{ ...secure, ttlMax: 60 },
    or: { status: 'secure', rcode: 'NXDOMAIN', because: 'RFC 9824 §3.1' },
  }
  const nxdomain = { status: 'secure', rcode: 'NXDOMAIN' } as const
  t.equal(agreement(compact, nxdomain), 'also-right')
  t.equal(agreement(compact, { ...nxdomain, rcode: 'YXDOMAIN' }), 'otherwise')
  t.equal(agreement(compact, { ...nxdomain, ttl: 61 }), 'otherwise')
  const believed: Expectation = { ...bogus, or: { status: 'secure', because: 'policy' } }
  t.equal(agreement(believed, { status: 'secure', rcode: 'NOERROR' }), 'also-right')
  t.equal(agreement(believed, nxdomain), 'otherwise')
  const denied: Expectation = {
    ...{ ...secure, rcode: 'NXDOMAIN' },
    or: { status: 'insecure', because: 'policy' },
  }
  t.equal(agreement(denied, { status: 'insecure', rcode: 'NXDOMAIN' }), 'also-right')
  t.equal(agreement(denied, { status: 'insecure', rcode: 'NOERROR' }), 'otherwise')
})

t.test('of a resolver, SERVFAIL is right for all that fails, and codes are a grade', async (t) => {
  for (const status of ['bogus', 'unreachable'] as const) {
    for (const codes of [[], [6], [22]]) {
      t.equal(compare(bogus, said({ status, codes }), resolver).agreement, 'as-expected')
    }
  }
  const unlike = compare(bogus, said({ status: 'insecure', rcode: 'NOERROR' }), resolver)
  t.equal(unlike.agreement, 'otherwise')
  const refused = compare(bogus, said({ status: 'unreachable', rcode: 'REFUSED' }), resolver)
  t.equal(refused.why, 'REFUSED instead of SERVFAIL; because')
})

t.test('a client sees SERVFAIL for all that fails (RFC 4035 §5.5)', async (t) => {
  t.equal(rcodeFor('bogus', 0), 'SERVFAIL')
  t.equal(rcodeFor('unreachable', 5), 'SERVFAIL')
  t.equal(rcodeFor('insecure', 3), 'NXDOMAIN')
})

t.test('only what is otherwise does not agree', async (t) => {
  const all = ['as-expected', 'also-right', 'not-asked', 'otherwise'] as const
  t.strictSame(
    all.map((agreement) => agrees({ agreement })),
    [true, true, true, false],
  )
})
