import { readFileSync } from 'node:fs'
import t from 'tap'
import { catalogue } from '../../src/lab/index.ts'
import { mailCases } from '../../src/post/index.ts'
import { runCommand } from '../support/world.ts'

const lab = (...argv: readonly string[]) => runCommand('/nowhere', 'lab', ...argv)

t.test('lab list: every fault and mail case, by group', async (t) => {
  const { code, out } = await lab('list')
  t.equal(code, 0)
  const lines = out.split('\n')
  const rows = new Set(lines.map((line) => line.trim().split(/\s+/)[0]))
  for (const { id } of [...catalogue, ...mailCases]) t.ok(rows.has(id), id)
  const faults = catalogue.length
  t.match(lines.at(-3), `${faults} faults, ${mailCases.length} cases of mail`)
  t.match(out, /^ {2}ds-bogus-digest-value +bogus +DS with the digest of something else$/m)
})

t.test('lab list: groups and ids; --json has all that is known', async (t) => {
  const { out } = await lab('list', '--json', 'testbed', 'dane-good-311')
  const { faults, mail } = JSON.parse(out)
  t.equal(faults.length, catalogue.filter(({ group }) => group === 'testbed').length)
  t.match(mail, [{ id: 'dane-good-311', group: 'mail', domain: 'dane-good-311.mail.test' }])
  t.match(faults[8], {
    id: /./,
    zone: /\.lab\.test$/,
    served: [/./],
    ask: { name: /\.lab\.test$/, type: 'A' },
    expect: { status: /./, why: [/^RFC /] },
  })
})

t.test('README.md and CHANGELOG.md count them as they are', async (t) => {
  const [faults, mail] = [catalogue.length, mailCases.length]
  t.match(readFileSync('README.md', 'utf8'), `${faults} zones and ${mail} mail domains`)
  t.match(readFileSync('CHANGELOG.md', 'utf8'), `each of ${faults} faults, ${mail} mail domains`)
})

t.test('lab show: what is served, what to expect and why, how to ask', async (t) => {
  const { code, out } = await lab('show', 'ds-bogus-digest-value')
  t.equal(code, 0)
  t.match(out, /^ds-bogus-digest-value \(testbed\)\nDS with the digest of something else\n/)
  t.match(out, 'DS at the parent: its digest is that of "I am not a real DNSKEY digest"\n')
  t.match(out, 'bogus, SERVFAIL, EDE 9 (DNSKEY Missing) or 6 (DNSSEC Bogus)\n  by RFC 4035 §5.2, ')
  t.match(out, 'dig @127.0.0.1 -p 5361 ds-bogus-digest-value.lab.test A\n')
  t.match((await lab('show', 'bad-nsec3-next')).out, 'nothing.bad-nsec3-next.lab.test A')
  const raw = /raw: edited after signing; nothing is signed anew/
  t.match((await lab('show', 'rrsig-exp-a')).out, raw)
  t.notMatch(out, raw)
})

t.test('lab show: a mail case', async (t) => {
  const { out } = await lab('show', 'tlsa-servfail')
  t.match(out, /^tlsa-servfail \(mail\)\n/)
  t.match(out, 'by RFC 7672: delayed\n  by Exchange Online: 4.7.324\n')
  t.match(out, 'danelaw check tlsa-servfail.mail.test ')
})

t.test('lab show: every entry of both catalogues can be shown', async (t) => {
  for (const { id } of [...catalogue, ...mailCases]) {
    const { code, out } = await lab('show', id)
    if (code !== 0 || !out.includes('RFC ') || out.includes('undefined')) t.fail(`${id}: ${out}`)
  }
})

t.test('bug: lab status spoke of servers alone where no lab is up', async (t) => {
  const { code, err } = await lab('status')
  t.equal(code, 1)
  t.match(err, '; no lab is up in this directory either [control-absent]')
})

t.test('bug: an id that is cut short, or is a whole name, was taken for another', async (t) => {
  const meant = {
    'ds-bogus': 'ds-bogus-digest-value',
    'ds-bogus-digest': 'ds-bogus-digest-value',
    'DS-Bogus-Digest-Value.lab.test': 'ds-bogus-digest-value',
    'tlsa-servfail.mail.test.': 'tlsa-servfail',
  }
  for (const [id, guess] of Object.entries(meant)) {
    t.match((await lab('show', id)).err, `meant "${guess}"?`)
  }
  t.match((await lab('show', 'zz')).err, 'danelaw lab list names all of them')
})

t.test('lab: what is not there is refused with what was meant', async (t) => {
  for (const command of ['show', 'list', 'verify']) {
    const { code, err } = await lab(command, 'rrsig-exp-b')
    t.equal(code, 1)
    t.equal(
      err,
      'error: Cannot find fault "rrsig-exp-b": meant "rrsig-exp-a"? [lab-fault-unknown]\n',
    )
  }
  const { code, out } = await lab('show', '--json', 'xyzzy')
  t.equal(code, 1)
  t.match(JSON.parse(out), { ok: false, findings: [{ code: 'lab-fault-unknown' }] })
})

t.test('lab: what is not understood', async (t) => {
  const usage = async (...argv: readonly string[]) => {
    const { code, err } = await lab(...argv)
    t.equal(code, 2, argv.join(' '))
    return err
  }
  t.match(await usage('heal'), 'error: name a zone, or --all')
  t.match(await usage('heal', 'a.test', '--all'), 'error: name a zone, or --all')
  t.match(await usage('inject', 'a.test', 'valid', '--for', 'long'), 'A span is written like')
  t.match(await usage('run'), '--resolver')
  t.match(await usage('up', '--port', '70000'), 'A port is a number')
})

t.test('lab verify: asks the stub and plays a sender', async (t) => {
  const ids = ['valid', 'ds-bogus-digest-value', 'type-servfail', 'dane-good-311']
  const { code, out } = await lab('verify', ...ids)
  t.equal(code, 0)
  t.equal(
    out,
    '3 as expected, 0 also right, 0 otherwise of 3 cases\n' + 'mail: 1 as expected of 1 cases\n',
  )
  const all = await lab('verify', '--all', 'rrsig-exp-a')
  t.match(all.out, /^rrsig-exp-a +bogus SERVFAIL 7 +bogus SERVFAIL 7 +by the book .* ok$/m)
  const json = await lab('verify', '--json', 'rrsig-exp-a', 'tlsa-bogus')
  t.match(JSON.parse(json.out), {
    results: [{ id: 'rrsig-exp-a', agreement: 'as-expected' }],
    mail: [{ id: 'tlsa-bogus', agrees: true }],
  })
})
