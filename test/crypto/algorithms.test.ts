import t from 'tap'
import { algorithmByNumber, parseAlgorithm } from '../../src/crypto/index.ts'

t.test('parseAlgorithm takes number and mnemonic, in any case', async (t) => {
  t.equal(parseAlgorithm('13').mnemonic, 'ECDSAP256SHA256')
  t.equal(parseAlgorithm('EcdsaP384Sha384').number, 14)
  t.equal(parseAlgorithm('ED25519').signatureOctets, 64)
  t.equal(parseAlgorithm('rsasha256').signatureOctets, 0)
})

t.test('parseAlgorithm refuses what is none of ours, and says what is', async (t) => {
  for (const text of ['', '5', '013', '13 ', 'RSASHA1', 'P256']) {
    t.throws(() => parseAlgorithm(text), {
      code: 'algorithm-unknown',
      message: /expected one of RSASHA256, .*ED448, or its number/,
    })
  }
})

t.test('algorithmByNumber knows which ones sign', async (t) => {
  const signing = Array.from({ length: 256 }, (_, number) => number).filter(
    (number) => algorithmByNumber(number)?.signs,
  )
  t.strictSame(signing, [13, 14, 15])
  t.equal(algorithmByNumber(5), undefined)
})
