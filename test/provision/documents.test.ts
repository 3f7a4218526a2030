import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  domainFromDocument,
  domainKey,
  domainWrite,
  dueAtOf,
} from '../../src/provision/domain-document.ts'
import { heldNameFromDocument, heldNameWrite } from '../../src/provision/name-document.ts'
import { partitionFromDocument, partitionWrite } from '../../src/provision/partition-document.ts'
import type { Domain, DomainState } from '../../src/provision/types.ts'
import type { Json } from '../../src/rr/index.ts'
import type { StoredDocument } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'

const plain = { noNullPrototype: true } as const
const time = fc.nat().map((seconds) => seconds as UnixSeconds)
const state: fc.Arbitrary<DomainState> = fc.oneof(
  fc.constant({ kind: 'off' as const }),
  fc.record({ kind: fc.constant('on' as const), since: time }, plain),
  fc.record({ kind: fc.constant('ending' as const), since: time, until: time }, plain),
)
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined })
const label = fc.stringMatching(/^[a-z0-9]{1,10}$/)
const arbitraryDomain: fc.Arbitrary<Domain> = fc.record(
  {
    tenant: label,
    domain: label.map((text) => parseName(`${text}.example`)),
    version: fc.nat(),
    kind: fc.constantFrom('managed' as const, 'selfService' as const, 'initial' as const),
    proof: fc.string(),
    verifiedAt: maybe(time),
    wishedToken: maybe(label),
    token: maybe(label),
    formerTokens: fc.array(label),
    partition: maybe(label),
    host: maybe(label.map((text) => parseName(`${text}.o-v1.mx.test`))),
    dnssec: state,
    dane: state,
    legacy: state,
    createdAt: time,
    removedAt: maybe(time),
  },
  plain,
)

t.test('domainFromDocument: reads what domainWrite wrote (property)', async (t) => {
  fc.assert(
    fc.property(arbitraryDomain, (domain) => {
      const { document, expectedVersion } = domainWrite(domain, 'why')
      const read = domainFromDocument(throughJson(document))
      assert.deepStrictEqual(read, { ...domain, version: domain.version + 1 })
      assert.equal(expectedVersion, domain.version)
      assert.equal(document.dueAt, dueAtOf(domain))
      assert.equal(document.key, domainKey(domain))
    }),
  )
  t.pass()
})

/** As a store gives it back. */
function throughJson(document: StoredDocument): StoredDocument {
  return { ...document, value: JSON.parse(JSON.stringify(document.value)) }
}

t.test('domainFromDocument: what this room did not write is corrupt', async (t) => {
  const [domain] = fc.sample(arbitraryDomain, 1) as [Domain]
  const { document } = domainWrite(domain, '')
  const value = document.value as Readonly<Record<string, Json>>
  for (const field of Object.keys(value)) {
    for (const wrong of [{ a: 1 }, 7.5, true, 'a..b']) {
      if (field === 'proof' && wrong === 'a..b') continue
      if (/token|partition/i.test(field) && wrong === 'a..b') continue
      const broken = { ...document, value: { ...value, [field]: wrong } }
      t.throws(() => domainFromDocument(broken), { code: 'store-corrupt' }, `${field} ${wrong}`)
    }
  }
  for (const wrong of [null, [], 'text', 1]) {
    t.throws(() => domainFromDocument({ ...document, value: wrong }), { code: 'store-corrupt' })
  }
})

t.test('dueAtOf: the first of what ends', async (t) => {
  const [any] = fc.sample(arbitraryDomain, 1) as [Domain]
  const ending = (until: number) =>
    ({ kind: 'ending', since: 1 as UnixSeconds, until: until as UnixSeconds }) as const
  const on = { kind: 'on', since: 1 as UnixSeconds } as const
  t.equal(dueAtOf({ ...any, dnssec: on, legacy: { kind: 'off' } }), undefined)
  t.equal(dueAtOf({ ...any, dnssec: on, legacy: ending(9) }), 9)
  t.equal(dueAtOf({ ...any, dnssec: ending(8), legacy: ending(9) }), 8)
})

t.test('names and partitions come back as they were written', async (t) => {
  const held = {
    ...{ version: 3, name: parseName('contoso.com'), tenant: 'acme', isHeld: true },
    token: 'contoso-com',
  }
  const write = heldNameWrite(held)
  t.same(write.claims, ['contoso-com'])
  t.equal(write.document.key, 'contoso.com')
  t.strictSame(heldNameFromDocument(throughJson(write.document)), { ...held, version: 4 })
  const partition = {
    ...{ name: 'o-v1', zone: parseName('o-v1.mx.test.'), version: 0, isOpen: false },
    frontends: ['192.0.2.1'],
  }
  const { document } = partitionWrite(partition, '')
  t.strictSame(partitionFromDocument(throughJson(document)), { ...partition, version: 1 })
  t.equal(document.tenant, '*', "it is nobody's but the operator's")
})
