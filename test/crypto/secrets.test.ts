import t from 'tap'
import { equalSecrets } from '../../src/crypto/index.ts'

t.test('equalSecrets tells the same from the different, lengths included', (t) => {
  t.ok(equalSecrets(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
  t.notOk(equalSecrets(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
  t.notOk(equalSecrets(Uint8Array.of(1, 2), Uint8Array.of(1)))
  t.ok(equalSecrets(new Uint8Array(0), new Uint8Array(0)))
  t.end()
})
