/**
 * What NSEC3 hashing costs, and why `crypto/digests.ts` asks for strings: run
 * `node dist/bench/nsec3-hash.js`.
 *
 * Baseline, Node 20.20, one core of the development machine, ns per hash of a name of 36 octets:
 * createHash 2500, hash into a buffer 1500, hash into a string 430, nsec3Hash 710.
 */
import { createHash, hash } from 'node:crypto'
import { nsec3Hash } from '../src/crypto/index.ts'
import { parseName } from '../src/wire/index.ts'

const rounds = 200_000
const name = parseName('mail.contoso-com.o-v1.mx.microsoft.')
const salt = new Uint8Array()

const contenders: readonly (readonly [string, () => unknown])[] = [
  ['createHash', () => createHash('sha1').update(name).digest()],
  ['hash into a buffer', () => hash('sha1', name, 'buffer')],
  ['hash into a string', () => hash('sha1', name, 'binary')],
  ['nsec3Hash, 0 iterations', () => nsec3Hash(name, 0, salt)],
  ['nsec3Hash, 10 iterations', () => nsec3Hash(name, 10, salt)],
]

for (const [title, run] of contenders) {
  for (let round = 0; round < rounds / 10; round++) run()
  const start = process.hrtime.bigint()
  for (let round = 0; round < rounds; round++) run()
  const each = Number(process.hrtime.bigint() - start) / rounds
  process.stdout.write(`${title.padEnd(26)} ${each.toFixed(0).padStart(6)} ns\n`)
}
