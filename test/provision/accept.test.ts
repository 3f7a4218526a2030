import t from 'tap'
import type { Domain } from '../../src/provision/index.ts'
import { formatHost } from '../../src/wire/index.ts'
import { demand, legacyZone, provisioning, ref, someone, told } from '../support/provisioning.ts'
import { buildTree } from '../support/signed-tree.ts'
import { failing, spoiling, treeStub } from '../support/tree-stub.ts'

const contoso = ref('contoso.com')
const rivals = ref('contoso.com', 'rival')
const word = { skipProof: true }

t.test('addDomain: what is no domain is not accepted', async (t) => {
  const { provision } = await provisioning(t)
  const add = async (domain: string, tenant?: string, token?: string) => {
    const how = token === undefined ? {} : { token }
    return told(await provision.addDomain(ref(domain, tenant), how, someone))
  }
  t.equal(await add('com'), 'domain-invalid')
  t.equal(await add('_x.contoso.com'), 'domain-invalid')
  t.equal(await add('contoso.com', '*'), 'domain-invalid')
  t.equal(await add('contoso.com', 'a/b'), 'domain-invalid')
  t.equal(await add('contoso.com', 'acme', 'no_label'), 'token-invalid')
  t.equal(await provision.domain(contoso), undefined)
})

t.test('addDomain: twice is once; another kind or token counts until it is verified', async (t) => {
  const { provision } = await provisioning(t)
  const add = (how: { readonly kind?: Domain['kind']; readonly token?: string }) =>
    provision.addDomain(ref('Contoso.COM'), how, someone)
  const first = demand(await add({}))
  t.match(first, { kind: 'managed', token: undefined, version: 1, verifiedAt: undefined })
  t.match(first.proof, /^danelaw-verification=[0-9a-v]{32}$/)
  t.equal(formatHost(first.domain), 'contoso.com')
  t.equal(told(await add({})), 'same')
  t.equal(told(await add({ token: 'CONTOSO' })), 'done')
  t.equal(told(await add({ token: 'contoso' })), 'same')
  t.equal((await provision.domain(contoso))?.proof, first.proof)
  const verified = demand(await provision.verifyDomain(contoso, word, someone))
  t.match(verified, { token: 'contoso', legacy: { kind: 'on' } })
  t.equal(told(await add({ token: 'contoso' })), 'same')
  t.equal(told(await add({})), 'same')
  t.equal(told(await add({ token: 'other' })), 'domain-exists')
  t.equal(told(await add({ kind: 'selfService' })), 'domain-exists')
})

/** A tree in which `contoso.com.` has these records. */
function treeWith(text: string, isSigned = true) {
  const apex = '@ 600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n'
  const signing = { denial: 'nsec' } as const
  const zone = { apex: 'contoso.com.', text: apex + text }
  return buildTree([{ apex: '.', text: apex, signing }, isSigned ? { ...zone, signing } : zone])
}

t.test('verifyDomain: the proof has to be text of the domain itself', async (t) => {
  let stub = treeStub(treeWith(''))
  const { provision } = await provisioning(t, {
    stub: { resolve: (name, type) => stub.resolve(name, type) },
  })
  const verify = async () => {
    const result = await provision.verifyDomain(contoso, { skipProof: false }, someone)
    return result.kind === 'refused' ? result.error : result.changed
  }
  t.match(await verify(), { code: 'domain-absent' })
  const { proof } = demand(await provision.addDomain(contoso, {}, someone))
  const unseen = (why: RegExp) => ({ code: 'proof-unseen', message: why })
  t.match(await verify(), unseen(/no TXT record of contoso\.com\. is "danelaw-verification=/))
  stub = treeStub(treeWith(`@ TXT "${proof}x"\n@ TXT "v=spf1 -all"`))
  t.match(await verify(), unseen(/no TXT record/))
  const good = treeWith(`@ TXT "${proof.slice(0, 9)}" "${proof.slice(9)}"\n@ TXT "v=spf1 -all"`)
  stub = treeStub(good, failing(2, 'contoso.com. TXT'))
  t.match(await verify(), unseen(/the server refuses/))
  stub = treeStub(good, spoiling('contoso.com. TXT'))
  t.match(await verify(), unseen(/cannot be looked up: .*RRSIG/))
  stub = treeStub(good)
  t.equal(await verify(), true)
  t.equal(await verify(), false)
  t.equal((await provision.domain(contoso))?.token, 'contoso-com')
})

t.test(
  'verifyDomain: an insecure domain can be verified, and one behind an alias not',
  async (t) => {
    let stub = treeStub(treeWith(''))
    const { provision } = await provisioning(t, {
      stub: { resolve: (name, type) => stub.resolve(name, type) },
    })
    const proofOf = async (domain: string) =>
      demand(await provision.addDomain(ref(domain), {}, someone)).proof
    const verify = async (domain: string) =>
      told(await provision.verifyDomain(ref(domain), { skipProof: false }, someone))
    const alias = await proofOf('www.contoso.com')
    const own = await proofOf('mail.contoso.com')
    const text = `www CNAME shop\nshop TXT "${alias}"\nmail TXT "${own}"`
    stub = treeStub(treeWith(text, false))
    t.equal(await verify('www.contoso.com'), 'proof-unseen')
    t.equal(await verify('mail.contoso.com'), 'done')
  },
)

t.test('verifyDomain: without anybody to ask, only an operator can', async (t) => {
  const { provision } = await provisioning(t)
  await provision.addDomain(contoso, {}, someone)
  const asked = await provision.verifyDomain(contoso, { skipProof: false }, someone)
  t.match(asked, { error: { code: 'proof-unseen', message: /nobody can be asked/ } })
  t.equal(told(await provision.verifyDomain(contoso, word, someone)), 'done')
})

t.test('a domain is verified for one tenant at a time, and its name keeps its token', async (t) => {
  const { provision, verified, legacy } = await provisioning(t)
  await provision.addDomain(contoso, { token: 'mine' }, someone)
  await provision.verifyDomain(contoso, word, someone)
  t.equal(told(await provision.addDomain(rivals, {}, someone)), 'done', 'accepted, unverified')
  t.equal(told(await provision.verifyDomain(rivals, word, someone)), 'domain-taken')
  t.match(await provision.domain(rivals), { verifiedAt: undefined, token: undefined })
  t.match(await provision.domain(contoso), { token: 'mine' })

  t.equal(told(await provision.removeDomain(contoso, someone)), 'done')
  t.same(legacy('mine'), [])
  t.equal(told(await provision.removeDomain(contoso, someone)), 'same')
  t.equal(await provision.domain(contoso), undefined)
  t.match(demand(await provision.verifyDomain(rivals, word, someone)), { token: 'mine' })
  t.same(legacy('mine'), ['192.0.2.7'])

  const again = demand(await provision.addDomain(contoso, {}, someone))
  t.match(again, { token: undefined, verifiedAt: undefined, removedAt: undefined })
  t.equal(told(await provision.verifyDomain(contoso, word, someone)), 'domain-taken')
  t.equal(told(await provision.removeDomain(contoso, someone)), 'done', 'it had nothing')
  t.match(await provision.domain(rivals), { token: 'mine', legacy: { kind: 'on' } })
  t.same(legacy('mine'), ['192.0.2.7'], 'and took nothing with it')
  await provision.removeDomain(rivals, someone)
  t.match(await verified('contoso.com'), { token: 'mine' })
})

t.test('a token that another domain has is refused, and an override helps', async (t) => {
  const { provision } = await provisioning(t)
  const taken = ref('ab-cd.example')
  await provision.addDomain(taken, {}, someone)
  t.match(demand(await provision.verifyDomain(taken, word, someone)), { token: 'abcd-example0e' })
  // Its last label has a digit, which no top-level domain has: the rule gives the same token.
  const twin = ref('abcd.example0e', 'rival')
  await provision.addDomain(twin, {}, someone)
  t.match(await provision.verifyDomain(twin, word, someone), {
    error: {
      code: 'token-taken',
      message: 'Cannot verify abcd.example0e: another domain has the token abcd-example0e',
    },
  })
  await provision.addDomain(twin, { token: 'twin' }, someone)
  t.match(demand(await provision.verifyDomain(twin, word, someone)), { token: 'twin' })
  await provision.removeDomain(taken, someone)
  const third = ref('contoso.com')
  await provision.addDomain(third, { token: 'abcd-example0e' }, someone)
  t.equal(told(await provision.verifyDomain(third, word, someone)), 'token-taken', 'for ever')
})

t.test('removeDomain: not while it is enabled, nor while its host is held', async (t) => {
  const { provision, verified, clock } = await provisioning(t)
  await verified('contoso.com')
  await provision.enableDnssec(contoso, {}, someone)
  t.equal(told(await provision.removeDomain(contoso, someone)), 'domain-enabled')
  await provision.disableDnssec(contoso, someone)
  t.equal(told(await provision.removeDomain(contoso, someone)), 'domain-enabled')
  clock.advance(3600)
  await provision.runDue(1)
  t.equal(told(await provision.removeDomain(contoso, someone)), 'done')
  t.match(await verified('contoso.com'), { partition: 'o-v1', token: 'contoso-com' })
  t.equal(told(await provision.removeDomain(ref('no.test'), someone)), 'domain-absent')
})

t.test('tenants see their own domains alone', async (t) => {
  const { provision, verified, publishTlsa } = await provisioning(t)
  await publishTlsa()
  await verified('contoso.com')
  await verified('other.test', 'rival')
  await provision.enableDnssec(contoso, {}, someone)
  await provision.enableDane(contoso, someone)
  const before = await provision.domain(contoso)
  const tries = [
    () => provision.verifyDomain(rivals, word, someone),
    () => provision.enableDnssec(rivals, {}, someone),
    () => provision.disableDnssec(rivals, someone),
    () => provision.enableDane(rivals, someone),
    () => provision.disableDane(rivals, someone),
    () => provision.removeDomain(rivals, someone),
  ]
  const nobodys = ref('nobody.test', 'rival')
  const same = [
    () => provision.verifyDomain(nobodys, word, someone),
    () => provision.enableDnssec(nobodys, {}, someone),
    () => provision.disableDnssec(nobodys, someone),
    () => provision.enableDane(nobodys, someone),
    () => provision.disableDane(nobodys, someone),
    () => provision.removeDomain(nobodys, someone),
  ]
  const text = (result: unknown) => JSON.stringify(result).replaceAll('nobody.test', 'contoso.com')
  for (const [at, attempt] of tries.entries()) {
    const result = await attempt()
    t.equal(told(result), 'domain-absent')
    t.equal(text(result), text(await same[at]?.()), 'as if it were not there')
  }
  t.equal(await provision.domain(rivals), undefined)
  t.same((await provision.history(rivals, { limit: 10 })).items, [])
  t.same(await provision.domain(contoso), before)
  const names = async (tenant: string) => {
    const { items } = await provision.domains({ tenant, limit: 10 })
    return items.map(({ domain }) => formatHost(domain))
  }
  t.same(await names('acme'), ['contoso.com'])
  t.same(await names('rival'), ['other.test'])
  t.same(await names('nobody'), [])
})

t.test('without hosts of before there is no zone of them', async (t) => {
  const { provision, verified, records } = await provisioning(t, {
    settings: { legacyZone: undefined },
  })
  t.match(await verified('contoso.com'), { legacy: { kind: 'off' } })
  t.match(demand(await provision.enableDnssec(contoso, {}, someone)).domain, {
    legacy: { kind: 'off' },
  })
  t.match(demand(await provision.disableDnssec(contoso, someone)).domain, {
    legacy: { kind: 'off' },
    dnssec: { kind: 'ending' },
  })
  t.equal(records.get(ref(legacyZone).domain), undefined)
})

t.test('domains: a page is full, however many before its end were given up', async (t) => {
  const { provision } = await provisioning(t)
  for (let at = 0; at < 12; at++) {
    await provision.addDomain(ref(`d${10 + at}.test`), {}, someone)
    if (at % 6 !== 0) await provision.removeDomain(ref(`d${10 + at}.test`), someone)
  }
  const first = await provision.domains({ tenant: 'acme', limit: 1 })
  const cursor = first.next ?? ''
  const second = await provision.domains({ tenant: 'acme', limit: 1, cursor })
  const all = await provision.domains({ tenant: 'acme', limit: 5 })
  const names = [first, second, all].map(({ items }) =>
    items.map(({ domain }) => formatHost(domain)).join(),
  )
  t.same(names, ['d10.test', 'd16.test', 'd10.test,d16.test'])
  t.equal(all.next, undefined)
})
