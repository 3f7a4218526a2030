import fc from 'fast-check'
import t from 'tap'
import {
  type Protocol,
  printable,
  type Reply,
  type Request,
  socketmap,
  tcpTable,
} from '../../src/policy/protocol.ts'

const octetsMax = 400

function read(protocol: Protocol, ...chunks: readonly string[]): Request[] {
  const reader = protocol.reader(octetsMax)
  return chunks.flatMap((chunk) => [...reader.push(Buffer.from(chunk, 'latin1'))])
}

function said(protocol: Protocol, reply: Reply): string {
  return Buffer.from(protocol.format(reply)).toString('latin1')
}

function netstring(text: string): string {
  const content = Buffer.from(text).toString('latin1')
  return `${content.length}:${content},`
}

t.test('socketmap reads the key after the name of the map', async (t) => {
  const lookup = (key: string): Request => ({ kind: 'lookup', key })
  t.same(read(socketmap, '19:danelaw example.com,'), [lookup('example.com')])
  t.same(read(socketmap, netstring('map a b')), [lookup('a b')], 'a key may have spaces')
  t.same(read(socketmap, netstring(' x')), [lookup('x')], 'a map may have no name')
  t.same(read(socketmap, netstring('map ')), [lookup('')], 'a key may be empty')
  t.same(read(socketmap, netstring('m bücher.example')), [lookup('bücher.example')])
  t.same(read(socketmap, '4:m \xff\xfe,'), [lookup('\ufffd\ufffd')], 'what is no UTF-8 is seen')
})

t.test('socketmap: a request without a space is refused, and the next one is read', async (t) => {
  const [first, second, ...more] = read(socketmap, `${netstring('oops')}${netstring('m k')}`)
  t.match(first, { kind: 'malformed', isLost: false })
  t.same(second, { kind: 'lookup', key: 'k' })
  t.same(more, [])
})

t.test('socketmap: octets that are no netstring end the conversation', async (t) => {
  const lost: readonly string[] = [
    ...[
      'x',
      ':',
      ' 3:m k,',
      '-1:',
      '03:m k,',
      '3:m k;',
      '3:m kk,',
      '401:',
      '1000001',
      '9999999999:',
    ],
    ...['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01', '3 :m k,'],
  ]
  for (const text of lost) {
    const requests = read(socketmap, text, netstring('m later'))
    t.equal(requests.length, 1, JSON.stringify(text))
    t.match(requests[0], { kind: 'malformed', isLost: true })
  }
})

t.test('socketmap: nothing is said before a netstring is whole', async (t) => {
  for (const text of ['', '3', '3:', '3:m k', '400:', `400:${'x'.repeat(400)}`]) {
    t.same(read(socketmap, text), [], JSON.stringify(text.slice(0, 9)))
  }
})

t.test('socketmap says replies as Postfix reads them', async (t) => {
  t.equal(said(socketmap, { kind: 'found', value: 'dane-only' }), '12:OK dane-only,')
  t.equal(said(socketmap, { kind: 'absent' }), '9:NOTFOUND ,')
  t.equal(said(socketmap, { kind: 'temporary', reason: 'later' }), '10:TEMP later,')
  t.equal(said(socketmap, { kind: 'permanent', reason: 'nö' }), '7:PERM n?,')
})

t.test('tcpTable reads percent-encoded keys', async (t) => {
  const lookup = (key: string): Request => ({ kind: 'lookup', key })
  t.same(read(tcpTable, 'get example.com\n'), [lookup('example.com')])
  t.same(read(tcpTable, 'get a%20b%25\r\n'), [lookup('a b%')])
  t.same(read(tcpTable, 'get b%c3%BCcher.example\n'), [lookup('bücher.example')])
  t.same(read(tcpTable, 'get \n'), [lookup('')])
  t.same(read(tcpTable, 'get a\nge', 't b\nget c'), [lookup('a'), lookup('b')])
  t.same(read(tcpTable, 'get %ff\n'), [lookup('\ufffd')])
})

t.test('tcpTable: a line that is no request is refused, and the next one is read', async (t) => {
  for (const line of ['', 'get', 'GET a', 'put a b', 'get %', 'get %4', 'get a%zz']) {
    const [first, second] = read(tcpTable, `${line}\nget next\n`)
    t.match(first, { kind: 'malformed', isLost: false }, JSON.stringify(line))
    t.same(second, { kind: 'lookup', key: 'next' })
  }
})

t.test('tcpTable: a line without an end ends the conversation', async (t) => {
  t.same(read(tcpTable, 'x'.repeat(octetsMax)), [])
  t.match(read(tcpTable, 'x'.repeat(octetsMax + 1), '\nget a\n'), [{ isLost: true }])
  t.match(read(tcpTable, `${'x'.repeat(octetsMax + 1)}\nget a\n`), [{ isLost: true }])
})

t.test('tcpTable says replies as Postfix reads them', async (t) => {
  const value = 'secure match=mx.example.com:.example.net servername=hostname'
  t.equal(said(tcpTable, { kind: 'found', value }), `200 ${value.replaceAll(' ', '%20')}\n`)
  t.equal(said(tcpTable, { kind: 'absent' }), '500 not%20found\n')
  t.equal(said(tcpTable, { kind: 'temporary', reason: 'at 5%\n' }), '400 at%205%25?\n')
  t.equal(said(tcpTable, { kind: 'permanent', reason: 'never' }), '400 never\n')
})

t.test('printable leaves one bounded line of ASCII', async (t) => {
  t.equal(printable('a\r\nb\tü\u0000'), 'a?b?')
  t.equal(printable('x'.repeat(10_000)).length, 300)
})

/** Feeds a stream in pieces of the sizes given. */
function inPieces(protocol: Protocol, stream: Uint8Array, sizes: readonly number[]): Request[] {
  const reader = protocol.reader(octetsMax)
  const requests: Request[] = []
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    requests.push(...reader.push(Uint8Array.from(stream.subarray(at, at + size))))
    at += size
  }
  return requests
}

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 })
const key = fc.string({ unit: 'binary', maxLength: 60 })

t.test('property: however a stream is cut, the same keys come out of it', async (t) => {
  const wrap = {
    socketmap: (text: string) => netstring(`danelaw ${text}`),
    tcpTable: (text: string) => `get ${encodeURIComponent(text)}\n`,
  }
  for (const [name, protocol] of Object.entries({ socketmap, tcpTable })) {
    const property = fc.property(fc.array(key, { maxLength: 12 }), sizes, (keys, sizes) => {
      const stream = keys.map(wrap[name as keyof typeof wrap]).join('')
      const got = inPieces(protocol, Buffer.from(stream, 'latin1'), sizes)
      t.equal(JSON.stringify(got), JSON.stringify(keys.map((key) => ({ kind: 'lookup', key }))))
    })
    t.doesNotThrow(() => fc.assert(property), name)
  }
})

t.test('property: whatever comes, reading ends, and says the same however it is cut', async (t) => {
  const seeds = [...'0123456789:, \nget%'].map((character) => character.charCodeAt(0))
  const octet = fc.oneof(fc.constantFrom(...seeds), fc.integer({ min: 0, max: 255 }))
  const noise = fc.array(octet, { maxLength: 600 }).map((octets) => Uint8Array.from(octets))
  for (const [name, protocol] of Object.entries({ socketmap, tcpTable })) {
    const property = fc.property(noise, sizes, (stream, sizes) => {
      const whole = protocol.reader(octetsMax).push(stream)
      return JSON.stringify(whole) === JSON.stringify(inPieces(protocol, stream, sizes))
    })
    t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }), name)
  }
})
