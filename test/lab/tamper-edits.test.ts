import t from 'tap'
import {
  type Act,
  type DenialEdit,
  type Fault,
  faultById,
  type SignatureEdit,
  tamper,
} from '../../src/lab/index.ts'
import type { Message, ResourceRecord } from '../../src/message/index.ts'
import { canonicalRdata, formatRdata, RR, type RRType } from '../../src/rr/index.ts'
import { formatName, lowerName } from '../../src/wire/index.ts'
import { sceneOf, treeOf } from '../support/lab.ts'
import { testTime } from '../support/served-zone.ts'

const sound = faultById('valid') as Fault
const many = [1, 2, 3].map((host) => `many A 192.0.2.${host}`)
const tree = treeOf({
  ...sound,
  setting: { ...sound.setting, denial: 'nsec', records: [...many, 'm MX 10 ns1'] },
})
const hashed = treeOf({ ...sound, setting: { ...sound.setting, records: many } })
const scene = sceneOf(tree)
/** A key tag that is not the zone's, whichever keys were made. */
const otherTag = ([...scene.keyTags.zsk][0] ?? 0) ^ 1

function ask(name: string, type: string, of = tree): Message {
  return of.server.ask(name, type, { dnssec: true, stream: true })
}

const texts = (records: readonly ResourceRecord[], type: RRType) =>
  records.filter((record) => record.type === type).map(({ rdata }) => formatRdata(type, rdata))

/** The fields of the RRSIG records of the answer after an edit of those on A. */
function signatures(edit: SignatureEdit, message = ask('fault.test.', 'A')): string[][] {
  const act: Act = { kind: 'signature', at: { owner: '*', type: RR.A }, by: 'zsk', edit }
  const parent = { ...scene.signers.parent, keyTag: otherTag }
  const there = { ...scene, signers: { ...scene.signers, parent } }
  return texts(tamper(message, act, there).answer, RR.RRSIG).map((text) => text.split(' '))
}

/** The records of a type in the authority section after an edit of proofs. */
function proofs(edit: DenialEdit, message: Message, type: RRType): string[] {
  const act: Act = { kind: 'denial', of: 'zone', edit }
  return texts(tamper(message, act, scene).authority, type)
}

t.test('a message that comes in stays as it is', async (t) => {
  const message = ask('fault.test.', 'A')
  const before = structuredClone(message)
  signatures({ kind: 'corrupt', octets: 4 }, message)
  signatures({ kind: 'window', inception: 0, expiration: 60 }, message)
  t.same(message, before)
})

t.test('signature: each edit changes its field and no other', async (t) => {
  const [before = []] = signatures({ kind: 'corrupt', octets: 0 })
  const changes = (edit: SignatureEdit) => {
    const [after = []] = signatures(edit)
    return after.flatMap((field, at) => (field === before[at] ? [] : [[at, field]]))
  }
  t.same(changes({ kind: 'corrupt', octets: 0 }), [])
  t.same(changes({ kind: 'typeCovered', type: RR.AAAA }), [[0, 'AAAA']])
  t.same(changes({ kind: 'labels', add: 1 }), [[2, '3']])
  t.same(changes({ kind: 'originalTtl', ttl: 30 }), [[3, '30']])
  t.same(changes({ kind: 'window', inception: -60, expiration: 60 }), [
    [4, '20260101000100'],
    [5, '20251231235900'],
  ])
  t.same(changes({ kind: 'signer', zone: 'parent' }), [
    [6, String(otherTag)],
    [7, 'test.'],
  ])
  t.same(
    changes({ kind: 'corrupt', octets: 1 }).map(([at]) => at),
    [8],
  )
})

t.test('signature: a window wraps as 32 bits do', async (t) => {
  const inception = 2 ** 32 - testTime - 1
  const [rrsig = []] = signatures({ kind: 'window', inception, expiration: inception + 2 })
  t.same(rrsig.slice(4, 6), ['19700101000001', '21060207062815'])
})

t.test(
  'signature: a flood is of wrong signatures, all different, before the right one',
  async (t) => {
    const [[...right] = []] = signatures({ kind: 'corrupt', octets: 0 })
    const flood = signatures({ kind: 'flood', count: 300 })
    t.equal(flood.length, 301)
    t.same(flood.at(-1), right)
    t.equal(new Set(flood.map((fields) => fields.at(-1))).size, 301)
  },
)

t.test('signature: other roles and other zones are left', async (t) => {
  const drop = (
    at: Extract<Act, { kind: 'signature' }>['at'],
    message: Message,
    { tags = [otherTag], speaker }: { tags?: number[]; speaker?: 'parent' } = {},
  ) => {
    const keyTags = { ...scene.keyTags, ksk: new Set(tags) }
    const act: Act = { kind: 'signature', at, by: 'ksk', edit: { kind: 'drop' } }
    return tamper(message, act, { ...scene, ...(speaker && { speaker }), keyTags })
  }
  const own = ask('fault.test.', 'A')
  t.same(drop({ owner: '*', type: 'any' }, own), own)
  const above = ask('test.', 'SOA')
  const tags = [scene.signers.parent.keyTag]
  t.same(drop({ owner: '*', type: 'any' }, above, { tags }), above)
  const ds = ask('fault.test.', 'DS')
  t.same(drop({ owner: '*', type: 'any' }, ds, { tags, speaker: 'parent' }), ds)
  t.equal(texts(ds.answer, RR.RRSIG).length, 1)
  const place = { owner: '@', type: RR.DS }
  t.same(texts(drop(place, ds, { tags, speaker: 'parent' }).answer, RR.RRSIG), [])
  t.same(drop(place, ds, { tags }), ds, 'the zone itself has no say in its DS')
})

t.test('form: what comes otherwise is the same by RFC 4034 §6', async (t) => {
  const form = (as: Extract<Act, { kind: 'form' }>['as'], message: Message) =>
    tamper(message, { kind: 'form', at: { owner: '*', type: 'any' }, as }, scene)
  const message = ask('many.fault.test.', 'A')
  const addresses = texts(message.answer, RR.A)
  t.same(texts(form('shuffled', message).answer, RR.A), addresses.toReversed())
  t.same(
    texts(form('twice', message).answer, RR.A),
    addresses.flatMap((address) => [address, address]),
  )
  const [plain] = ask('m.fault.test.', 'MX').answer
  const [mixed] = form('mixedCase', ask('m.fault.test.', 'MX')).answer
  if (!plain || !mixed) throw new Error('an MX was asked for')
  t.equal(formatName(mixed.owner), 'm.fAuLt.tEsT.')
  t.equal(formatName(lowerName(mixed.owner)), 'm.fault.test.')
  t.notSame(mixed.rdata, plain.rdata)
  t.same(canonicalRdata(RR.MX, mixed.rdata), plain.rdata)
})

t.test('rdata and remove: the RRset of a place, and what signs it', async (t) => {
  const message = ask('fault.test.', 'A')
  const at = { owner: '@', type: RR.A }
  t.same(texts(tamper(message, { kind: 'rdata', at, offset: 3, octets: 9 }, scene).answer, RR.A), [
    '192.0.2.5',
  ])
  t.same(tamper(message, { kind: 'remove', at }, scene).answer, [])
  t.same(tamper(message, { kind: 'remove', at: { ...at, owner: 'm' } }, scene), message)
})

t.test('denial: NSEC with other types, and its next name in mixed case', async (t) => {
  const message = ask('m.fault.test.', 'A')
  // The name exists, so there is no proof about a wildcard to be left out.
  const [before = ''] = proofs({ kind: 'drop', part: 'wildcard' }, message, RR.NSEC)
  t.match(before, /^many\.fault\.test\. MX RRSIG NSEC$/)
  const edited = (edit: DenialEdit) => proofs(edit, message, RR.NSEC)
  t.same(edited({ kind: 'addType', type: RR.NXNAME }), [`${before} NXNAME`])
  t.same(edited({ kind: 'removeType', type: RR.MX }), [before.replace('MX ', '')])
  t.same(edited({ kind: 'nsecNextCase' }), [before.replace(/^\S+/, 'mAnY.FaUlT.TeSt.')])
})

t.test('denial: fields of NSEC3, in all or in the one for the next closer name', async (t) => {
  const message = ask('nothing.fault.test.', 'A', hashed)
  const before = proofs({ kind: 'nsec3Next', octets: 0 }, message, RR.NSEC3)
  const edited = (edit: DenialEdit) => proofs(edit, message, RR.NSEC3)
  const starts = (texts: readonly string[]) =>
    texts.map((text) => text.split(' ').slice(0, 4).join(' '))
  t.same(
    starts(before),
    before.map(() => '1 0 0 -'),
  )
  t.same(
    starts(edited({ kind: 'nsec3Hash', algorithm: 2 })),
    before.map(() => '2 0 0 -'),
  )
  t.same(
    starts(edited({ kind: 'nsec3Flags', flags: 2 })),
    before.map(() => '1 2 0 -'),
  )
  const isOne = (texts: readonly string[], start: string) =>
    texts.filter((text) => text.startsWith(start)).length === 1
  t.ok(isOne(edited({ kind: 'nsec3Iterations', iterations: 257 }), '1 0 257 -'))
  t.ok(isOne(edited({ kind: 'nsec3Salt', salt: 'aabb' }), '1 0 0 aabb'))
  const next = (text: string) => text.split(' ')[4]
  t.ok(
    edited({ kind: 'nsec3Next', octets: 2 }).every(
      (text, at) => next(text) !== next(before[at] ?? ''),
    ),
  )
})

t.test('denial: proofs of another place, and of the parent only where it speaks', async (t) => {
  const message = ask('m.fault.test.', 'A')
  const foreign = ask('fault.test.', 'TXT').authority.filter(({ type }) => type === RR.NSEC)
  const from: DenialEdit = { kind: 'from', where: 'childApex' }
  const there = { ...scene, proofs: { ...scene.proofs, childApex: foreign } }
  const swapped = tamper(message, { kind: 'denial', of: 'zone', edit: from }, there)
  t.same(texts(swapped.authority, RR.NSEC), texts(foreign, RR.NSEC))
  t.equal(texts(swapped.authority, RR.SOA).length, 1)
  t.equal(tamper(message, { kind: 'denial', of: 'ds', edit: from }, there), message)
})

t.test('acts at work elsewhere leave a message', async (t) => {
  const message = ask('fault.test.', 'A')
  const acts: readonly Act[] = [
    { kind: 'ds', edit: { kind: 'none' } },
    { kind: 'glue', address: '::1' },
    { kind: 'clock', set: { by: 0 }, rate: 0 },
    { kind: 'behave', as: { kind: 'drop' }, when: {} },
  ]
  for (const act of acts) t.equal(tamper(message, act, scene), message, act.kind)
})
