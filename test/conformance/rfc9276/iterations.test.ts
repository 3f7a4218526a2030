/** RFC 9276 §3.2: what a validator makes of iterations. */
import t from 'tap'
import { nsec3Hash } from '../../../src/crypto/index.ts'
import { parseName, toBase32hex } from '../../../src/wire/index.ts'
import { denialsOf, judge, limits } from '../../support/denials.ts'

function denials(iterations: number) {
  const hash = toBase32hex(nsec3Hash(parseName('a.example.'), iterations, new Uint8Array(0)))
  return denialsOf('example.', `${hash} NSEC3 1 0 ${iterations} - ${hash} A RRSIG`)
}

t.test('RFC 9276 §3.2: up to the limit a proof is a proof', (t) => {
  for (const iterations of [0, 1, limits.nsec3Iterations]) {
    t.match(judge.nodata('a.example.', 'MX', denials(iterations)), /^proven: /, `${iterations}`)
  }
  t.end()
})

t.test('RFC 9276 §3.2: beyond it nothing is hashed, and EDE 27 says why', (t) => {
  for (const iterations of [51, 150, 2500, 65535]) {
    const told =
      `tooManyIterations EDE 27: NSEC3 of example. has ${iterations} iterations, ` +
      `more than ${limits.nsec3Iterations}`
    const records = denials(iterations)
    t.equal(judge.nodata('a.example.', 'MX', records), told)
    t.equal(judge.nodata('a.example.', 'A', records), told, 'whatever the records say')
    t.equal(judge.nxdomain('b.example.', records), told)
    t.equal(judge.noDs('b.example.', records), told)
    t.equal(judge.expansion('b.example.', 1, records), told)
  }
  t.end()
})
