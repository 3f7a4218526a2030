import t from 'tap'
import { nsec3Hash } from '../../../src/crypto/index.ts'
import { parseName, toBase32hex } from '../../../src/wire/index.ts'
import { hex } from '../../support/signed-data.ts'

// RFC 5155 Appendix A: SHA-1, 12 iterations, salt aabbccdd.
const hashes = {
  'example.': '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom',
  'a.example.': '35mthgpgcu1qg68fab165klnsnk3dpvl',
  'ai.example.': 'gjeqe526plbf1g8mklp59enfd789njgi',
  'ns1.example.': '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
  'ns2.example.': 'q04jkcevqvmu85r014c7dkba38o0ji5r',
  'w.example.': 'k8udemvp1j2f7eg6jebps17vp3n8i58h',
  '*.w.example.': 'r53bq7cc2uvmubfu5ocmm6pers9tk9en',
  'x.w.example.': 'b4um86eghhds6nea196smvmlo4ors995',
  'y.w.example.': 'ji6neoaepv8b5o6k4ev33abha8ht9fgc',
  'x.y.w.example.': '2vptu5timamqttgl4luu9kg21e0aor3s',
  'xx.example.': 't644ebqk9bibcna874givr6joj62mlhv',
}

for (const [name, expected] of Object.entries(hashes)) {
  t.test(`RFC 5155 App. A: nsec3Hash of ${name} in any case`, async (t) => {
    t.equal(toBase32hex(nsec3Hash(parseName(name), 12, hex('aabbccdd'))), expected)
    t.equal(toBase32hex(nsec3Hash(parseName(name.toUpperCase()), 12, hex('aabbccdd'))), expected)
  })
}
