/**
 * RFC 8914 §4: the code that says most, for each fault of the testbed extended-dns-errors.com
 * (Nosyk et al., IMC 2023) that a zone's content can have. "Raw" faults were made after signing;
 * where the DNSKEY RRset is then signed anew the fault is "isolated".
 */
import t from 'tap'
import { dsRdata, generatePrivateKey, keyTag, type PrivateKey } from '../../../src/crypto/index.ts'
import type { Message, ResourceRecord } from '../../../src/message/index.ts'
import { RR, type RRType, type Ttl } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { denialModes, faultTree, inShort, judgeText, judgeWith } from '../../support/fault-tree.ts'
import { dnskeyRecord, type RrsigFields, records, rrsigOver, signed } from '../../support/forge.ts'
import { type TestSigning, testTime } from '../../support/served-zone.ts'

const tree = faultTree(denialModes['nsec3'] as TestSigning)
const rootKey = tree.keys.get('.') as PrivateKey
const ksk = tree.keys.get('test.') as PrivateKey
const zsk = generatePrivateKey(13)
const a = records('mail.test. A 192.0.2.1')
const year = 365 * 86400
const zskFlags = { flags: 256 }

const kskRecord = dnskeyRecord('test.', ksk)
const zskRecord = dnskeyRecord('test.', zsk, zskFlags)
const dnskeys = [kskRecord, zskRecord]
/** Signed by both keys, as the testbed has it. */
const keySignatures = [rrsigOver(dnskeys, 'test.', ksk), rrsigOver(dnskeys, 'test.', zsk, zskFlags)]

/** The record with some octets of its RDATA replaced. */
function edited(record: ResourceRecord, at: number, ...octets: readonly number[]): ResourceRecord {
  const rdata = record.rdata.slice()
  rdata.set(octets, at)
  return { ...record, rdata }
}

function ds(): ResourceRecord {
  const rdata = dsRdata(parseName('test.'), kskRecord.rdata, 2)
  return { owner: parseName('test.'), type: RR.DS, class: 1, ttl: 3600 as Ttl, rdata }
}

interface Fault {
  readonly ds?: ResourceRecord
  readonly keys?: readonly ResourceRecord[]
  readonly answer?: readonly ResourceRecord[]
}

/** The verdict and code for mail.test. A where one thing is wrong. */
function verdictOf(fault: Fault): string {
  const { reason, ...verdict } = judgeWith(tree, 'mail.test. A', {
    'test. DS': { answer: signed([fault.ds ?? ds()], '.', rootKey) },
    'test. DNSKEY': { answer: fault.keys ?? [...dnskeys, ...keySignatures] },
    'mail.test. A': { answer: fault.answer ?? signed(a, 'test.', zsk, zskFlags) },
  })
  return `${verdict.security} ${reason.ede ?? '-'}`
}

const answerWith = (fields: RrsigFields): Fault => ({
  answer: signed(a, 'test.', zsk, { ...zskFlags, ...fields }),
})
const keysWith = (fields: RrsigFields): Fault => ({
  ...answerWith(fields),
  keys: [
    ...dnskeys,
    rrsigOver(dnskeys, 'test.', ksk, fields),
    rrsigOver(dnskeys, 'test.', zsk, { ...zskFlags, ...fields }),
  ],
})
const expired = { inception: testTime - year - 86400, expiration: testTime - year }
const future = { inception: testTime + year, expiration: testTime + 2 * year }
const inverted = { inception: testTime - 86400, expiration: testTime - 16 * year }
const isolated = (keys: readonly ResourceRecord[], flags = 257): Fault => ({
  keys: [...keys, rrsigOver(keys, 'test.', ksk, { flags })],
})
const broken = (record: ResourceRecord) =>
  edited(record, record.rdata.length - 4, 0xde, 0xad, 0xbe, 0xef)
const [byKsk, byZsk] = keySignatures as [ResourceRecord, ResourceRecord]
const vouching = (key: ResourceRecord): ResourceRecord => ({
  ...ds(),
  rdata: dsRdata(parseName('test.'), key.rdata, 2),
})
const kskWithoutFlag = dnskeyRecord('test.', ksk, { flags: 1 })

const faults: Readonly<Record<string, readonly [Fault, string]>> = {
  valid: [{}, 'secure -'],
  'ds-bad-tag': [{ ds: edited(ds(), 0, 0, 0) }, 'bogus 9'],
  'ds-bad-key-algo': [{ ds: edited(ds(), 2, 8) }, 'bogus 9'],
  // RFC 9905 §2: 7 is as good as unknown, so the testbed's own edit, 8 to 7, makes it insecure.
  'ds-bad-key-algo, 7': [{ ds: edited(ds(), 2, 7) }, 'insecure 1'],
  'ds-unassigned-key-algo': [{ ds: edited(ds(), 2, 100) }, 'insecure 1'],
  'ds-reserved-key-algo': [{ ds: edited(ds(), 2, 200) }, 'insecure 1'],
  'ds-unassigned-digest-algo': [{ ds: edited(ds(), 3, 100) }, 'insecure 2'],
  'ds-bogus-digest-value': [{ ds: edited(ds(), 4, 1, 2, 3, 4) }, 'bogus 9'],
  'rrsig-exp-all': [keysWith(expired), 'bogus 7'],
  'rrsig-exp-a': [answerWith(expired), 'bogus 7'],
  'rrsig-not-yet-all': [keysWith(future), 'bogus 8'],
  'rrsig-not-yet-a': [answerWith(future), 'bogus 8'],
  'rrsig-exp-before-all': [keysWith(inverted), 'bogus 25'],
  'rrsig-exp-before-a': [answerWith(inverted), 'bogus 25'],
  'rrsig-no-all': [{ keys: dnskeys, answer: a }, 'bogus 10'],
  'rrsig-no-a': [{ answer: a }, 'bogus 10'],
  'no-zsk, raw': [{ keys: [kskRecord, ...keySignatures] }, 'bogus 6'],
  'no-zsk, isolated': [isolated([kskRecord]), 'bogus 9'],
  'bad-zsk, raw': [{ keys: [kskRecord, edited(zskRecord, 4, 1, 2), ...keySignatures] }, 'bogus 6'],
  'bad-zsk, isolated': [isolated([kskRecord, edited(zskRecord, 4, 1, 2)]), 'bogus 9'],
  'no-ksk': [{ keys: [zskRecord, ...keySignatures] }, 'bogus 9'],
  'bad-ksk': [{ keys: [edited(kskRecord, 4, 1, 2), zskRecord, ...keySignatures] }, 'bogus 9'],
  'no-rrsig-ksk': [{ keys: [...dnskeys, byZsk] }, 'bogus 10'],
  'bad-rrsig-ksk': [{ keys: [...dnskeys, broken(byKsk), byZsk] }, 'bogus 6'],
  'no-rrsig-dnskey': [{ keys: dnskeys }, 'bogus 10'],
  'bad-rrsig-dnskey': [{ keys: [...dnskeys, broken(byKsk), broken(byZsk)] }, 'bogus 6'],
  'no-dnskey-256, raw': [
    { keys: [kskRecord, edited(zskRecord, 0, 0, 0), ...keySignatures] },
    'bogus 6',
  ],
  'no-dnskey-256, isolated': [isolated([kskRecord, edited(zskRecord, 0, 0, 0)]), 'bogus 11'],
  'no-dnskey-257, raw': [
    { keys: [edited(kskRecord, 0, 0, 1), zskRecord, ...keySignatures] },
    'bogus 9',
  ],
  'no-dnskey-257, isolated': [
    { ds: vouching(kskWithoutFlag), ...isolated([kskWithoutFlag, zskRecord], 1) },
    'bogus 11',
  ],
  'no-dnskey-256-257': [
    { keys: [edited(kskRecord, 0, 0, 1), edited(zskRecord, 0, 0, 0), ...keySignatures] },
    'bogus 11',
  ],
  'bad-zsk-algo, raw': [
    { keys: [kskRecord, edited(zskRecord, 3, 7), ...keySignatures] },
    'bogus 6',
  ],
  'bad-zsk-algo, isolated': [isolated([kskRecord, edited(zskRecord, 3, 7)]), 'bogus 9'],
  'unassigned-zsk-algo, isolated': [isolated([kskRecord, edited(zskRecord, 3, 100)]), 'bogus 9'],
  'reserved-zsk-algo, isolated': [isolated([kskRecord, edited(zskRecord, 3, 200)]), 'bogus 9'],
  rsamd5: [{ ds: edited(ds(), 2, 1) }, 'insecure 1'],
  dsa: [{ ds: edited(ds(), 2, 3) }, 'insecure 1'],
}

for (const [name, [fault, expected]] of Object.entries(faults)) {
  t.test(`RFC 8914 §4: ${name}`, async (t) => {
    t.equal(verdictOf(fault), expected)
  })
}

/** The message with every record of a type, or every signature over one, changed or gone. */
function without(
  message: Message,
  type: RRType,
  {
    signatures = false,
    edit,
  }: { signatures?: boolean; edit?: (r: ResourceRecord) => ResourceRecord },
): Message {
  const isMeant = (record: ResourceRecord) =>
    signatures
      ? record.type === RR.RRSIG && ((record.rdata[0] ?? 0) << 8) + (record.rdata[1] ?? 0) === type
      : record.type === type
  const authority = edit
    ? message.authority.map((record) => (isMeant(record) ? edit(record) : record))
    : message.authority.filter((record) => !isMeant(record))
  return { ...message, authority }
}

const nextAt = (rdata: Uint8Array) => 6 + (rdata[4] ?? 0)
const denialFaults = {
  'nsec3-missing': [{}, 'bogus 12'],
  'nsec3-rrsig-missing': [{ signatures: true }, 'bogus 10'],
  'bad-nsec3-rrsig': [{ signatures: true, edit: broken }, 'bogus 6'],
  'bad-nsec3-next': [
    { edit: (record: ResourceRecord) => edited(record, nextAt(record.rdata), 1, 2, 3) },
    'bogus 6',
  ],
  'bad-nsec3-hash': [
    {
      edit: (record: ResourceRecord) => ({
        ...record,
        owner: parseName(`000000000000000000000000000000${keyTag(record.rdata) % 10}0.test.`),
      }),
    },
    // Their signatures are then over nothing, and over other owners.
    'bogus 10',
  ],
} as const

for (const [name, [change, expected]] of Object.entries(denialFaults)) {
  t.test(`RFC 8914 §4: ${name}`, async (t) => {
    const verdict = judgeText(tree, 'no.test. A', {
      tamper: (message, { purpose }) =>
        purpose === 'answer' ? without(message, RR.NSEC3, change) : message,
    })
    t.equal(inShort(verdict), expected)
  })
}

t.test('RFC 8914 §4: a verdict that is good has no code', async (t) => {
  for (const question of ['mail.test. A', 'no.test. A', 'www.plain.test. A', 'x.old.test. A']) {
    t.equal(judgeText(tree, question).reason.ede, undefined, question)
  }
})

t.test('RFC 8914 §4: a failure names the RRset and the key concerned', async (t) => {
  const verdict = judgeWith(tree, 'mail.test. A', {
    'mail.test. A': { answer: signed(a, 'test.', ksk, expired) },
  })
  t.equal(verdict.reason.text, 'RRSIG of mail.test. A expired 365 days ago')
  t.strictSame(verdict.reason.subject, { owner: parseName('mail.test.'), type: RR.A })
  t.strictSame(verdict.reason.key, {
    zone: parseName('test.'),
    algorithm: 13,
    keyTag: keyTag(kskRecord.rdata),
  })
})
