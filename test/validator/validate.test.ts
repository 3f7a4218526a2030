import t from 'tap'
import type { PrivateKey } from '../../src/crypto/index.ts'
import { Ede, type Message } from '../../src/message/index.ts'
import { formatRdata, formatType, RR } from '../../src/rr/index.ts'
import type { LookupResult, Verdict } from '../../src/validator/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { denialModes, faultTree, inShort, judgeText, judgeWith } from '../support/fault-tree.ts'
import { forged, records, signed } from '../support/forge.ts'
import type { TestSigning } from '../support/served-zone.ts'
import { apexText, buildTree, judge } from '../support/signed-tree.ts'

const signing = denialModes['nsec'] as TestSigning
const tree = faultTree(signing)
const key = tree.keys.get('test.') as PrivateKey

/** Two signed zones and an unsigned one, with aliases among them. */
const aliases = buildTree([
  { apex: '.', text: apexText, signing },
  {
    apex: 'one.',
    text: `${apexText}
      www A 192.0.2.1
      here CNAME www
      there CNAME www.two.
      out CNAME www.plain.
      around CNAME back.plain.
      nowhere CNAME missing.two.
      untyped CNAME www.two.
      selfish CNAME selfish
      ping CNAME pong
      pong CNAME ping
      tree DNAME two.
      wild DNAME plain.
      *.star CNAME www.two.
      deep DNAME x.deep`,
    signing,
  },
  { apex: 'two.', text: `${apexText}\nwww A 192.0.2.2\nmail.sub A 192.0.2.3`, signing },
  { apex: 'plain.', text: `${apexText}\nwww A 192.0.2.4\nback CNAME www.two.` },
])

/** The hops as `name kind security`. */
function hopsOf({ hops }: Verdict): string[] {
  return hops.map(({ name, kind, security }) => `${formatName(name)} ${kind} ${security}`)
}

/** The answer as `owner TYPE rdata security`. */
function answerOf({ answer }: Verdict): string[] {
  return answer.flatMap(({ rrset: { owner, type, rdatas }, security }) =>
    rdatas.map(
      (rdata) => `${formatName(owner)} ${formatType(type)} ${formatRdata(type, rdata)} ${security}`,
    ),
  )
}

t.test('validate asks the question first, then for keys from the anchor down', async (t) => {
  const verdict = judgeText(tree, 'mail.test. A')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.strictSame(verdict.lookups, ['mail.test. A', '. DNSKEY', 'test. DS', 'test. DNSKEY'])
  t.strictSame(answerOf(verdict), ['mail.test. A 192.0.2.1 secure'])
  t.equal(verdict.data, verdict.answer[0])
  t.strictSame(hopsOf(verdict), ['mail.test. end secure'])
  t.equal(verdict.rcode, 0)
  t.equal(verdict.ttl, 3600)
})

t.test('validate tells each step in words', async (t) => {
  const { steps } = judgeText(tree, 'mail.test. A')
  const texts = steps.map(({ kind, security, reason }) => `${kind} ${security}: ${reason.text}`)
  t.strictSame(
    texts.map((text) => text.replace(/\d+\/13/g, 'N/13').replace(/\d{3,5}(?= matches)/, 'N')),
    [
      'anchor secure: . has a trust anchor',
      'dnskey secure: DS N/13/2 matches DNSKEY N/13, which signs the DNSKEY RRset of .',
      'ds secure: RRSIG of test. DS by N/13 is good',
      'dnskey secure: DS N/13/2 matches DNSKEY N/13, which signs the DNSKEY RRset of test.',
      'rrset secure: RRSIG of mail.test. A by N/13 is good',
    ],
  )
})

t.test('validate: aliases in secure zones end in secure data', async (t) => {
  const here = judge(aliases, 'here.one.', 'A')
  t.equal(inShort(here), 'secure NOERROR')
  t.strictSame(answerOf(here), ['here.one. CNAME www.one. secure', 'www.one. A 192.0.2.1 secure'])
  const there = judge(aliases, 'there.one.', 'A')
  t.equal(inShort(there), 'secure NOERROR')
  t.strictSame(hopsOf(there), ['there.one. alias secure', 'www.two. end secure'])
  t.strictSame(
    there.chain.map(({ zone }) => formatName(zone)),
    ['.', 'one.', 'two.'],
  )
})

t.test('RFC 7672 §2.1.3: one insecure hop makes the whole insecure, hop by hop told', async (t) => {
  const out = judge(aliases, 'out.one.', 'A')
  t.equal(inShort(out), 'insecure NOERROR')
  t.strictSame(hopsOf(out), ['out.one. alias secure', 'www.plain. end insecure'])
  const around = judge(aliases, 'around.one.', 'A')
  t.equal(inShort(around), 'insecure NOERROR')
  t.strictSame(hopsOf(around), [
    'around.one. alias secure',
    'back.plain. alias insecure',
    'www.two. end secure',
  ])
  t.match(around.reason.text, /^back\.plain\. is not secured: plain\. has no DS in \. \(/)
  t.equal(around.data?.security, 'secure')
})

t.test('RFC 7672 §2.1.3: a hop that fails makes the whole fail', async (t) => {
  const bogus = judge(aliases, 'around.one.', 'A', {
    tamper: (message, lookup) =>
      formatName(lookup.name) === 'two.' && lookup.type === RR.DNSKEY
        ? forged(message, {})
        : message,
  })
  t.equal(inShort(bogus), 'bogus 9')
  t.equal(bogus.data, undefined)
  t.notOk(bogus.lookups.includes('www.two. A'), 'the data was in the first response')
  const early = judge(aliases, 'nowhere.one.', 'A', {
    tamper: (message, { purpose }) =>
      purpose === 'answer'
        ? { ...message, answer: message.answer.filter(({ type }) => type !== RR.RRSIG) }
        : message,
  })
  t.equal(inShort(early), 'bogus 10')
  t.notOk(early.lookups.includes('missing.two. A'), 'a bogus alias is not followed')
  t.strictSame(hopsOf(bogus).at(-1), 'www.two. end bogus')
})

t.test('validate: the end of aliases is looked up by itself when it is denied', async (t) => {
  const nowhere = judge(aliases, 'nowhere.one.', 'A')
  t.equal(inShort(nowhere), 'secure NXDOMAIN')
  t.ok(nowhere.lookups.includes('missing.two. A'))
  t.strictSame(hopsOf(nowhere), ['nowhere.one. alias secure', 'missing.two. end secure'])
  t.equal(inShort(judge(aliases, 'untyped.one.', 'MX')), 'secure NOERROR')
  t.ok(judge(aliases, 'untyped.one.', 'MX').lookups.includes('www.two. MX'))
})

t.test('validate: aliases that lead back are a failure, never data', async (t) => {
  for (const name of ['selfish.one.', 'ping.one.']) {
    const verdict = judge(aliases, name, 'A')
    t.equal(inShort(verdict), 'indeterminate RCODE2')
    t.match(verdict.reason.text, /^The aliases lead back to /)
    t.equal(verdict.data, undefined)
  }
  const deep = judge(aliases, 'a.deep.one.', 'A')
  t.equal(inShort(deep), 'indeterminate RCODE2')
  t.equal(deep.reason.limit, 'aliases')
})

t.test('validate: CNAME itself is data when it is asked for', async (t) => {
  const verdict = judge(aliases, 'there.one.', 'CNAME')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.strictSame(hopsOf(verdict), ['there.one. end secure'])
})

t.test('validate: a wildcard alias is proved as wildcard data is', async (t) => {
  const verdict = judge(aliases, 'x.star.one.', 'A')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(formatName(verdict.hops[0]?.data?.wildcard as never), '*.star.one.')
  const bare = judge(aliases, 'x.star.one.', 'A', {
    tamper: (m, { purpose }) => (purpose === 'answer' ? { ...m, authority: [] } : m),
  })
  t.equal(inShort(bare), 'bogus 12')
})

t.test('RFC 6672 §5.3.1: the CNAME of a DNAME is checked, not verified', async (t) => {
  const verdict = judge(aliases, 'mail.sub.tree.one.', 'A')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.strictSame(answerOf(verdict), [
    'tree.one. DNAME two. secure',
    'mail.sub.tree.one. CNAME mail.sub.two. secure',
    'mail.sub.two. A 192.0.2.3 secure',
  ])
  t.equal(verdict.hops[0]?.dname?.rrset.type, RR.DNAME)
  const swap = (text: string) =>
    judge(aliases, 'mail.sub.tree.one.', 'A', {
      tamper: (message) => ({
        ...message,
        answer: message.answer.map((record) =>
          record.type === RR.CNAME ? (records(text)[0] as typeof record) : record,
        ),
      }),
    })
  const mismatch = swap('mail.sub.tree.one. CNAME www.two.')
  t.equal(inShort(mismatch), 'bogus 6')
  t.match(mismatch.reason.text, 'is not what the DNAME at tree.one. makes')
  t.equal(inShort(swap('mail.sub.tree.one. CNAME MAIL.sub.TWO.')), 'secure NOERROR')
})

t.test('RFC 6672 §5.3.1: an unsigned DNAME in a signed zone is bogus', async (t) => {
  const verdict = judge(aliases, 'mail.sub.tree.one.', 'A', {
    tamper: (message, { purpose }) =>
      purpose === 'answer'
        ? { ...message, answer: message.answer.filter(({ type }) => type !== RR.RRSIG) }
        : message,
  })
  t.equal(inShort(verdict), 'bogus 10')
})

t.test('RFC 6672 §5.3.1: CNAME asked for below a DNAME is the one that it makes', async (t) => {
  const verdict = judge(aliases, 'x.tree.one.', 'CNAME')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.strictSame(hopsOf(verdict), ['x.tree.one. end secure'])
  t.equal(formatRdata(RR.CNAME, verdict.data?.rrset.rdatas[0] as Uint8Array), 'x.two.')
})

t.test('RFC 6672 §2.2: a DNAME that makes too long a name is a failure', async (t) => {
  const name = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(50)}.old.test.`
  const target = `${'e'.repeat(60)}.test.`
  const answer = signed(records(`old.test. DNAME ${target}`), 'test.', key)
  const verdict = judgeWith(tree, `${name} A`, { [`${name} A`]: { answer } })
  t.equal(inShort(verdict), 'indeterminate RCODE2')
  t.match(verdict.reason.text, 'too long')
})

t.test('validate: rcode follows the proof, which is signed, and not the header', async (t) => {
  const as = (question: string, rcode: number) =>
    inShort(
      judgeText(tree, question, {
        tamper: (message, { purpose }) => (purpose === 'answer' ? { ...message, rcode } : message),
      }),
    )
  t.equal(as('no.test. A', 0), 'secure NXDOMAIN')
  t.equal(as('ent.test. A', 3), 'secure NOERROR')
  t.equal(as('mail.test. AAAA', 3), 'secure NOERROR')
  t.equal(as('mail.test. A', 3), 'secure NOERROR')
})

t.test('RFC 9824 §3.1: NXNAME is how compact denial says NXDOMAIN', async (t) => {
  const compact = faultTree(denialModes['compact'] as TestSigning)
  t.equal(compact.server.ask('no.test.', 'A', { dnssec: true }).rcode, 0)
  t.equal(inShort(judgeText(compact, 'no.test. A')), 'secure NXDOMAIN')
  t.equal(inShort(judgeText(compact, 'ent.test. A')), 'secure NOERROR')
})

t.test('validate: data that nobody asked for is ignored, in every section', async (t) => {
  const junk = records(
    'evil.test. A 192.0.2.66',
    'test. NS evil.test.',
    'www.test. AAAA 2001:db8::',
  )
  for (const question of ['mail.test. A', 'mail.test. AAAA', 'alias.test. A', 'x.wild.test. A']) {
    const plain = judgeText(tree, question)
    const verdict = judgeText(tree, question, {
      tamper: (message) => ({
        ...message,
        answer: [...junk, ...message.answer, ...junk],
        authority: [...junk, ...message.authority],
        additional: junk,
      }),
    })
    t.equal(inShort(verdict), inShort(plain), question)
    t.strictSame(answerOf(verdict), answerOf(plain), question)
  }
})

t.test('validate: an unsigned DNAME above a signed alias is ignored', async (t) => {
  const verdict = judgeText(tree, 'alias.test. A', {
    tamper: (message) => ({
      ...message,
      answer: [...records('test. DNAME evil.'), ...message.answer],
    }),
  })
  t.equal(inShort(verdict), 'secure NOERROR')
})

t.test('validate: an unsigned record in a signed RRset makes it bogus', async (t) => {
  const verdict = judgeText(tree, 'mail.test. A', {
    tamper: (message, { purpose }) =>
      purpose === 'answer'
        ? { ...message, answer: [...message.answer, ...records('mail.test. A 192.0.2.66')] }
        : message,
  })
  t.equal(inShort(verdict), 'bogus 6')
})

t.test('validate: QTYPE RRSIG cannot be signed, so it is insecure', async (t) => {
  const verdict = judgeText(tree, 'mail.test. RRSIG')
  t.equal(inShort(verdict), 'insecure NOERROR')
  t.match(verdict.reason.text, 'cannot be signed itself')
  t.equal(verdict.data?.rrset.type, RR.RRSIG)
})

t.test('validate: NSEC at a cut is judged by whoever signed it', async (t) => {
  const parents = tree.server.ask('sub.test.', 'DS', { dnssec: true })
  t.equal(parents.rcode, 0)
  t.equal(inShort(judgeText(tree, 'sub.test. NSEC')), 'secure NOERROR')
  const own = records('sub.test. NSEC test. NS DS RRSIG NSEC')
  const verdict = judgeWith(tree, 'sub.test. NSEC', {
    'sub.test. NSEC': { answer: signed(own, 'test.', key) },
  })
  t.equal(inShort(verdict), 'secure NOERROR')
})

t.test('validate: the root has no DS, and nobody above it', async (t) => {
  t.equal(inShort(judgeText(tree, '. DS')), 'secure NOERROR')
  t.equal(judgeText(tree, '. DS').data, undefined)
  t.equal(inShort(judgeText(tree, '. SOA')), 'secure NOERROR')
})

t.test('RFC 8914 §4: a lookup that fails is indeterminate, with the rcode it had', async (t) => {
  const failing = (rcode: number, at: (purpose: string) => boolean, edns?: Message['edns']) =>
    judgeText(tree, 'mail.test. A', {
      tamper: (message, { purpose }) =>
        at(purpose) ? { ...forged(message, {}), rcode, edns } : message,
    })
  const isAnswer = (purpose: string) => purpose === 'answer'
  for (const [rcode, ede] of [
    [2, Ede.NO_REACHABLE_AUTHORITY],
    [5, Ede.NO_REACHABLE_AUTHORITY],
    [9, Ede.NO_REACHABLE_AUTHORITY],
    [1, Ede.OTHER],
    [4, Ede.OTHER],
    [6, Ede.OTHER],
  ] as const) {
    const verdict = failing(rcode, isAnswer)
    t.equal(inShort(verdict), `indeterminate RCODE${rcode}`)
    t.equal(verdict.reason.ede, ede)
  }
  t.equal(inShort(failing(5, (purpose) => purpose === 'ds')), 'indeterminate RCODE2')
  t.equal(inShort(failing(2, (purpose) => purpose === 'dnskey')), 'indeterminate RCODE2')
  const data = Uint8Array.from([0, 22, ...Buffer.from('at delegation "x"\n')])
  const edns = { udpOctets: 1232, version: 0, flags: 0, options: [{ code: 15, data }] }
  t.equal(
    failing(2, isAnswer, edns).reason.text,
    'The answer for mail.test. A is SERVFAIL (extended error 22: "at delegation \\"x\\"\\n")',
  )
})

t.test('validate: a lookup that brings nothing ends with its own reason', async (t) => {
  const reason = { text: 'No answer within 2000 ms', ede: Ede.NETWORK_ERROR }
  const failed: LookupResult = { kind: 'failed', reason, rcode: 2 }
  for (const wanted of ['answer', 'ds', 'dnskey']) {
    const verdict = judgeText(tree, 'mail.test. A', {
      tamper: (message, { purpose }) => (purpose === wanted ? failed : message),
    })
    t.equal(inShort(verdict), 'indeterminate RCODE2', wanted)
    t.equal(verdict.reason, reason)
    t.equal(verdict.ttl >= 1 && verdict.ttl <= 5, true, 'RFC 9520 §3.2')
  }
})

t.test('RFC 2308 §2.2: a referral is no answer', async (t) => {
  const ns = records('www.plain.test. NS ns.elsewhere.')
  const verdict = judgeWith(tree, 'www.plain.test. MX', { 'www.plain.test. MX': { authority: ns } })
  t.equal(inShort(verdict), 'indeterminate RCODE2')
  t.equal(verdict.reason.ede, Ede.NOT_AUTHORITATIVE)
  const secure = judgeWith(tree, 'mail.test. MX', { 'mail.test. MX': { authority: ns } })
  t.equal(inShort(secure), 'bogus 12')
  t.equal(
    inShort(judgeWith(tree, 'www.plain.test. MX', { 'www.plain.test. MX': {} })),
    'insecure NOERROR',
  )
})

t.test('RFC 2308 §5: a denial lives as long as its SOA says', async (t) => {
  const verdict = judgeText(tree, 'no.test. A')
  t.equal(verdict.ttl, 300)
  t.strictSame(
    verdict.authority.map(({ rrset }) => formatType(rrset.type)),
    ['SOA', 'NSEC', 'NSEC'],
  )
})

t.test('RFC 2308 §5: MINIMUM bounds a denial, whatever the TTL of its records', async (t) => {
  const soa = records('test. 600 SOA ns.test. hostmaster.test. 1 7200 3600 1209600 120')
  const nsec = records('mail.test. 3600 NSEC ns.test. A RRSIG NSEC')
  const authority = [...signed(soa, 'test.', key), ...signed(nsec, 'test.', key)]
  const verdict = judgeWith(tree, 'mail.test. MX', { 'mail.test. MX': { authority } })
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(verdict.ttl, 120)
})

t.test('validate never looks at an AD bit', async (t) => {
  for (const flags of [0x8020, 0x8000]) {
    const verdict = judgeText(tree, 'mail.test. A', {
      tamper: (message) => ({
        ...message,
        flags,
        answer: message.answer.filter(({ type }) => type !== RR.RRSIG),
      }),
    })
    t.equal(verdict.security, 'bogus')
  }
})
