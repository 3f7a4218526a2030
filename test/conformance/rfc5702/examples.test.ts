import t from 'tap'
import { keyTag, verifySignature } from '../../../src/crypto/index.ts'
import { base64, rdata, signedData } from '../../support/signed-data.ts'

// RFC 5702 §6: zone-signing keys and signatures of example.net.

const examples = [
  {
    section: '6.1, RSA/SHA-256',
    algorithm: 8,
    publicKey: `AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8P
      kxUdp6p/DlUmObdk=`,
    keyTag: 9033,
    signature: `kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEa
      cFYK/lPtPiVYP4bwg==`,
  },
  {
    section: '6.2, RSA/SHA-512',
    algorithm: 10,
    publicKey: `AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFD
      xj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8g
      pMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL`,
    keyTag: 3740,
    signature: `tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRa
      eUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOL
      DiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=`,
  },
]

for (const { section, algorithm, publicKey, keyTag: tag, signature } of examples) {
  const template = `A ${algorithm} 3 3600 20300101000000 20000101000000 ${tag} example.net.`
  const data = signedData('www.example.net.', template, '192.0.2.91')

  t.test(`RFC 5702 §${section}: key tag, and the signature verifies`, async (t) => {
    t.equal(keyTag(rdata('DNSKEY', `256 3 ${algorithm} ${publicKey}`)), tag)
    const octets = base64(signature)
    t.equal(verifySignature(algorithm, base64(publicKey), data, octets), 'good')
    octets[5] = (octets[5] ?? 0) ^ 1
    t.equal(verifySignature(algorithm, base64(publicKey), data, octets), 'bad')
  })
}

t.test('RFC 5702 §2.2: an RSA/SHA-512 key of 512 bits is refused', async (t) => {
  const [small] = examples
  t.equal(
    verifySignature(10, base64(small?.publicKey ?? ''), new Uint8Array(1), new Uint8Array(64)),
    'bad',
  )
})
