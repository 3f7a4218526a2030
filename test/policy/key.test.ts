import t from 'tap'
import { readKey } from '../../src/policy/key.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

/** `domain example.com. 25`, or what else a key is. */
function kindOf(text: string): string {
  const key = readKey(text, parseName)
  if (key.kind === 'none' || key.kind === 'invalid') return key.kind
  return `${key.kind} ${formatName(key.domain)} ${key.port}`
}

t.test('readKey knows every form of nexthop', async (t) => {
  const keys: Readonly<Record<string, string>> = {
    'example.com': 'domain example.com. 25',
    'Example.COM.': 'domain Example.COM. 25',
    'sub.example.com': 'domain sub.example.com. 25',
    localhost: 'domain localhost. 25',
    'a_b.example': 'domain a_b.example. 25',
    'xn--bcher-kva.example': 'domain xn--bcher-kva.example. 25',
    'example.com:587': 'domain example.com. 587',
    'example.com:smtp': 'domain example.com. 25',
    '[mx.example.com]': 'host mx.example.com. 25',
    '[mx.example.com]:587': 'host mx.example.com. 587',
    '[mx.example.com]:submission': 'host mx.example.com. 587',
  }
  for (const [text, kind] of Object.entries(keys)) t.equal(kindOf(text), kind, text)
})

t.test('readKey: parents and addresses have no policy', async (t) => {
  const keys = [
    ...['.example.com', '.com', '.', '..', '192.0.2.1', '[192.0.2.1]', '[192.0.2.1]:25'],
    ...['[2001:db8::1]', '[IPv6:2001:db8::1]', '[ipv6:2001:db8::1]:25', '192.0.2.1:25'],
  ]
  for (const text of keys) t.equal(kindOf(text), 'none', text)
})

t.test('readKey: what is no nexthop is said to be none', async (t) => {
  const keys = [
    ...['', ' ', 'a b', 'a..b', '"', '"a b".example', "o'brien.example", 'a/b', 'user@example.com'],
    ...['[', ']', '[]', '[mx.example.com', 'mx.example.com]', '[mx.example.com]x', '[[a]]'],
    ...['example.com:', 'example.com:0', 'example.com:65536', 'example.com:imap', 'a:25:25'],
    ...[
      'bücher.example',
      '\ufffd.example',
      'a\u0000.example',
      'a\\.b',
      '\\065.example',
      '*.example',
    ],
    ...[`${'a'.repeat(64)}.example`, 'a.'.repeat(128), '@', 'example.com\n', 'x'.repeat(4000)],
  ]
  for (const text of keys) t.equal(kindOf(text), 'invalid', JSON.stringify(text.slice(0, 40)))
})

t.test('readKey: the parser of domains is asked for what is Unicode', async (t) => {
  const key = readKey('[bücher.example]:25', (text) => {
    t.equal(text, 'bücher.example')
    return parseName('xn--bcher-kva.example.')
  })
  t.match(key, { kind: 'host', port: 25 })
})

t.test('readKey: what the parser of domains breaks at is thrown on', async (t) => {
  const broken = (): never => {
    throw new TypeError('a bug')
  }
  t.throws(() => readKey('example.com', broken), { message: 'a bug' })
})
