import t from 'tap'
import { parseStsPolicy, parseStsRecord } from '../../../src/mtasts/index.ts'
import { policyText, stsDomain } from '../../support/sts.ts'

const policy = (text: string | Uint8Array) => parseStsPolicy(Buffer.from(text))

t.test('RFC 8461 §3.1: the example of a record', (t) => {
  t.same(parseStsRecord(['v=STSv1; id=20160831085700Z;']), {
    kind: 'record',
    id: '20160831085700Z',
  })
  t.end()
})

t.test('RFC 8461 §3.1: what a record may look like', (t) => {
  const id = 'a'.repeat(32)
  const good = [
    `v=STSv1;id=${id}`,
    `v=STSv1; id=${id} ; `,
    `v=STSv1;\tid=${id};`,
    `v=STSv1; x=y; id=${id}; later.field_-1=:/@`,
    `v=STSv1; id=${id}; id=other`,
  ]
  for (const text of good) t.same(parseStsRecord([text]), { kind: 'record', id }, text)
  t.end()
})

t.test('RFC 8461 §3.1: a malformed record is none', (t) => {
  const bad = ['id=', `id=${'a'.repeat(33)}`, 'id=a-b', 'id=a b', 'id=a;;', 'id=a; b', 'id=a; =b']
  for (const fields of [...bad, '', ' ; ', 'ID=a', 'x=y', 'id=\xe9', 'id=a; x=a=b', '\nid=a']) {
    t.match(parseStsRecord([`v=STSv1; ${fields}`]), { kind: 'invalid' }, fields)
  }
  t.end()
})

t.test('RFC 8461 §3.1: records that do not begin with v=STSv1; are left aside', (t) => {
  for (const text of ['v=STSv1', 'v=STSv2; id=1', 'V=STSv1; id=1', ' v=STSv1; id=1', 'x', '']) {
    t.match(parseStsRecord([text]), { kind: 'none' }, text)
    t.match(parseStsRecord([text, 'v=STSv1; id=1']), { kind: 'record' }, text)
  }
  t.match(parseStsRecord([]), { kind: 'none' })
  t.end()
})

t.test('RFC 8461 §3.1: of several records none counts', (t) => {
  const two = parseStsRecord(['v=STSv1; id=1', 'v=STSv1; id=1'])
  t.match(two, { kind: 'invalid', text: 'there are 2 MTA-STS records' })
  t.end()
})

t.test(
  'RFC 8461 §3.1: the record stands at _mta-sts.<domain>, the policy at mta-sts.',
  async (t) => {
    const domain = await stsDomain(t)
    await domain.at(0)
    t.same(domain.lookups, ['TXT _mta-sts.example.com.', 'A mta-sts.example.com.'])
  },
)

t.test('RFC 8461 §3.2: the example of a policy', (t) => {
  const lines = [
    ...['version: STSv1', 'mode: enforce', 'mx: mail.example.com'],
    ...['mx: *.example.net', 'mx: backupmx.example.com', 'max_age: 604800'],
  ]
  const mx = ['mail.example.com', '*.example.net', 'backupmx.example.com']
  const wanted = { kind: 'policy', policy: { mode: 'enforce', maxAge: 604_800, mx, lines } }
  t.same(policy(lines.join('\r\n')), wanted, 'CRLF')
  t.same(policy(`${lines.join('\n')}\n`), wanted, 'LF')
  t.same(policy(`${lines.join(' \t\r\n')}\r\n\r\n`), wanted, 'blanks behind, and a blank line')
  t.end()
})

t.test('RFC 8461 §3.2: unknown fields are ignored, and values may follow at once', (t) => {
  const text =
    'version:STSv1\nmode:\ttesting\nx-later: what ever é\nmx:MX.Example.\u0063om\nmax_age:1'
  t.match(policy(text), { policy: { mode: 'testing', maxAge: 1, mx: ['mx.example.com'] } })
  t.end()
})

t.test('RFC 8461 §3.2: of fields that come twice the first counts, but for mx', (t) => {
  const text = policyText(
    ...['mode: testing', 'max_age: 10', 'mx: a.example', 'mode: enforce'],
    ...['max_age: 20', 'mx: b.example', 'version: STSv2'],
  )
  t.match(policy(text), {
    policy: { mode: 'testing', maxAge: 10, mx: ['a.example', 'b.example'] },
  })
  t.end()
})

t.test('RFC 8461 §3.2: max_age goes up to a year, and beyond it is a year', (t) => {
  const maxAge = (text: string) => {
    const reading = policy(policyText('mode: none', `max_age: ${text}`))
    return reading.kind === 'policy' ? reading.policy.maxAge : undefined
  }
  t.equal(maxAge('0'), 0)
  t.equal(maxAge('31557600'), 31_557_600)
  t.equal(maxAge('31557601'), 31_557_600)
  t.equal(maxAge('9999999999'), 31_557_600)
  for (const bad of ['', '-1', '1.5', '1e3', '10000000000', 'day']) t.equal(maxAge(bad), undefined)
  t.end()
})

t.test('RFC 8461 §3.2: at least one mx, unless the mode is none', (t) => {
  t.match(policy(policyText('mode: none', 'max_age: 1')), { policy: { mode: 'none', mx: [] } })
  for (const mode of ['enforce', 'testing']) {
    const text = 'the policy has no mx'
    t.match(policy(policyText(`mode: ${mode}`, 'max_age: 1')), { kind: 'invalid', text })
  }
  t.end()
})

t.test('RFC 8461 §3.2: what is no policy', (t) => {
  const rest = ['mx: a.example', 'max_age: 1']
  const bad: [RegExp, string | Uint8Array][] = [
    [/no version/, 'mode: none\nmax_age: 1'],
    [/the version "STSv2"/, 'version: STSv2\nmode: none\nmax_age: 1'],
    [/no mode/, policyText(...rest)],
    [/the mode "enforced"/, policyText('mode: enforced', ...rest)],
    [/the mode "Enforce"/, policyText('mode: Enforce', ...rest)],
    [/no max_age/, policyText('mode: none')],
    [/malformed line "<html>"/, '<html>\n</html>'],
    [/malformed line "mode : none"/, policyText('mode : none', ...rest)],
    [/no version/, ''],
    [/not UTF-8/, Uint8Array.of(0xff, 0xfe)],
  ]
  for (const [text, octets] of bad) t.match(policy(octets), { kind: 'invalid', text })
  const patterns = ['', '*', '*.', '*.*.example', 'a.*.example', 'a*.example', '.example', 'a..b']
  for (const mx of [...patterns, 'mx.example.', 'é.example', '192.0.2.1:25', '-a.example']) {
    const text = policyText('mode: enforce', `mx: ${mx}`, 'max_age: 1')
    t.match(policy(text), { kind: 'invalid', text: /the mx "/ }, mx)
  }
  t.end()
})
