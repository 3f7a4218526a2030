/** What is done to keys and to DS records, octet by octet. */
import t from 'tap'
import { dsRdata, keyTag, privateKeyFromSecret, sha256 } from '../../src/crypto/index.ts'
import {
  type Act,
  type DsEdit,
  editDs,
  editKey,
  isSameKey,
  type KeyEdit,
  speakerOf,
  tamper,
} from '../../src/lab/index.ts'
import { Flag, type Message } from '../../src/message/index.ts'
import { formatRdata, RR, type Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'

const apex = parseName('fault.test.')
const { publicKey } = privateKeyFromSecret(13, sha256(Buffer.from('a key')))
const dnskey = Uint8Array.from([1, 1, 3, 13, ...publicKey])
const [flags = '', protocol = '', algorithm = '', key = ''] = formatRdata(RR.DNSKEY, dnskey).split(
  ' ',
)

t.test('editKey: each edit changes its field and no other', async (t) => {
  const edited = (edit: KeyEdit) =>
    editKey(dnskey, edit).map((rdata) => formatRdata(RR.DNSKEY, rdata))
  t.same(edited({ kind: 'remove' }), [])
  t.same(edited({ kind: 'flags', flags: 0 }), [`0 ${protocol} ${algorithm} ${key}`])
  t.same(edited({ kind: 'revoke' }), [`385 ${protocol} ${algorithm} ${key}`])
  t.same(edited({ kind: 'protocol', protocol: 2 }), [`${flags} 2 ${algorithm} ${key}`])
  t.same(edited({ kind: 'algorithm', algorithm: 100 }), [`${flags} ${protocol} 100 ${key}`])
  const [corrupt] = editKey(dnskey, { kind: 'corrupt', octets: 4 })
  t.same(corrupt?.subarray(0, 4), dnskey.subarray(0, 4))
  t.notSame(corrupt?.subarray(4, 8), dnskey.subarray(4, 8))
  t.same(corrupt?.subarray(8), dnskey.subarray(8))
})

t.test('editKey: keys that collide are others of the same tag', async (t) => {
  const keys = editKey(dnskey, { kind: 'collide', count: 15 })
  t.equal(keys.length, 16)
  t.same(keys[0], dnskey)
  t.equal(new Set(keys.map((rdata) => formatRdata(RR.DNSKEY, rdata))).size, 16)
  t.same([...new Set(keys.map(keyTag))], [keyTag(dnskey)])
})

t.test('isSameKey: fields may differ, the key may not', async (t) => {
  t.ok(isSameKey({ kind: 'flags', flags: 0 }))
  t.ok(isSameKey({ kind: 'revoke' }))
  t.notOk(isSameKey({ kind: 'corrupt', octets: 4 }))
  t.notOk(isSameKey({ kind: 'algorithm', algorithm: 14 }))
})

t.test('editDs: each edit changes its field and no other', async (t) => {
  const right = dsRdata(apex, dnskey, 2)
  const edited = (edit: DsEdit) =>
    editDs([right], edit, apex, dnskey).map((rdata) => formatRdata(RR.DS, rdata))
  const text = formatRdata(RR.DS, right)
  const [tag, , , digest] = text.split(' ')
  t.same(edited({ kind: 'none' }), [])
  t.same(edited({ kind: 'strip' }), [text], 'the parent has it, and does not say it')
  t.same(edited({ kind: 'keyTag', keyTag: 0 }), [`0 13 2 ${digest}`])
  t.same(edited({ kind: 'algorithm', algorithm: 100 }), [`${tag} 100 2 ${digest}`])
  t.same(edited({ kind: 'digestType', digestType: 100 }), [`${tag} 13 100 ${digest}`])
  t.same(edited({ kind: 'made', digestType: 1 }), [formatRdata(RR.DS, dsRdata(apex, dnskey, 1))])
  const [other = ''] = edited({ kind: 'digest', of: 'something else' })
  t.equal(
    other.split(' ')[3]?.toLowerCase(),
    Buffer.from(sha256(Buffer.from('something else'))).toString('hex'),
  )
  const extra = { kind: 'extra', algorithm: 8, digestType: 2 } as const
  t.same(edited({ ...extra, digest: 'right' }), [text, `${tag} 8 2 ${digest}`])
  const [, wrong = ''] = edited({ ...extra, digest: 'wrong' })
  t.ok(wrong.startsWith(`${tag} 8 2 `))
  t.notOk(wrong.endsWith(digest ?? ''))
})

const message: Message = {
  ...{ id: 1, flags: Flag.QR | Flag.AA, opcode: 0, rcode: 0, edns: undefined },
  questions: [{ name: apex, type: RR.DNSKEY, class: 1 }],
  answer: [{ owner: apex, type: RR.DNSKEY, class: 1, ttl: 600 as Ttl, rdata: dnskey }],
  ...{ authority: [], additional: [] },
}
const nobody = { name: apex, keyTag: 0 }

t.test('bug: the digest of a text did not fit into a shorter one', async (t) => {
  const edit = { kind: 'digest', of: 'a text' } as const
  for (const digestType of [1, 2, 4]) {
    const right = dsRdata(apex, dnskey, digestType)
    const [wrong] = editDs([right], edit, apex, dnskey)
    t.equal(wrong?.length, right.length)
    t.same(wrong?.subarray(0, 4), right.subarray(0, 4))
    t.notSame(wrong, right)
  }
})

t.test('tamper: a key is edited where its zone says it, by its role', async (t) => {
  const scene = {
    ...({ apex, speaker: 'zone', now: 0 } as const),
    keyTags: { ksk: new Set([keyTag(dnskey)]), zsk: new Set<number>() },
    signers: { parent: nobody, sibling: nobody, child: nobody },
    proofs: { parent: [], childApex: [] },
  }
  const act = (which: 'ksk' | 'zsk' | 'both'): Act => ({
    ...{ kind: 'key', which },
    edit: { kind: 'remove' },
  })
  t.same(tamper(message, act('ksk'), scene).answer, [])
  t.same(tamper(message, act('both'), scene).answer, [])
  t.same(tamper(message, act('zsk'), scene).answer, message.answer)
  t.same(tamper(message, act('ksk'), { ...scene, speaker: 'parent' }).answer, message.answer)
})

t.test('speakerOf: who says what an act is about', async (t) => {
  const remove: Act = { kind: 'key', which: 'ksk', edit: { kind: 'remove' } }
  t.equal(speakerOf(remove, 'raw'), 'zone')
  t.equal(speakerOf(remove, 'isolated'), undefined, 'it is done before anything is said')
  t.equal(speakerOf({ kind: 'ds', edit: { kind: 'strip' } }, 'raw'), 'parent')
  t.equal(speakerOf({ kind: 'ds', edit: { kind: 'none' } }, 'raw'), undefined)
  t.equal(speakerOf({ kind: 'remove', at: { owner: '@', type: RR.DS } }, 'raw'), 'parent')
  t.equal(speakerOf({ kind: 'remove', at: { owner: '@', type: RR.A } }, 'raw'), 'zone')
  t.equal(speakerOf({ kind: 'glue', address: '::1' }, 'raw'), undefined)
})
