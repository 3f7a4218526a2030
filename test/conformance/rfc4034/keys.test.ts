import t from 'tap'
import { dsRdata, keyTag } from '../../../src/crypto/index.ts'
import { parseName, toHex } from '../../../src/wire/index.ts'
import { rdata } from '../../support/signed-data.ts'

// The DNSKEY of RFC 4034 §5.4, which RFC 4509 §2.3 takes up again.
const dnskey = rdata(
  'DNSKEY',
  `256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD9
  9WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbt
  G9DMBmADjFDc2w/rljwvFw==`,
)

t.test('RFC 4034 App. B: keyTag of the example of §5.4', async (t) => {
  t.equal(keyTag(dnskey), 60485)
})

t.test(
  'RFC 4034 App. B.1: keyTag of algorithm 1 is the second least 16 bits of the key',
  async (t) => {
    t.equal(keyTag(rdata('DNSKEY', '256 3 1 AQNhYmPerb7v')), 0xadbe)
  },
)

t.test('RFC 4034 App. B: keyTag adds an odd last octet as the high one', async (t) => {
  t.equal(keyTag(Uint8Array.of(1, 0, 3, 13, 7)), 0x0100 + 0x030d + 0x0700)
})

t.test('RFC 4034 App. B: keyTag adds the carry once', async (t) => {
  t.equal(keyTag(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), 0xffff)
  t.equal(keyTag(Uint8Array.of(0xff, 0xff, 0, 2)), 2)
})

t.test('RFC 4034 §5.4: dsRdata with SHA-1', async (t) => {
  const ds = dsRdata(parseName('dskey.example.com.'), dnskey, 1)
  t.equal(toHex(ds), toHex(rdata('DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118')))
})

t.test('RFC 4509 §2.3: dsRdata with SHA-256, the owner taken in lower case', async (t) => {
  const ds = dsRdata(parseName('DSKEY.example.com.'), dnskey, 2)
  const expected = `60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A`
  t.equal(toHex(ds), toHex(rdata('DS', expected)))
})

t.test('dsRdata refuses a digest type that it does not know', async (t) => {
  t.throws(() => dsRdata(parseName('example.'), dnskey, 3), {
    code: 'digest-unknown',
    message: 'Cannot build DS: digest type 3 is not 1, 2 or 4',
  })
})
