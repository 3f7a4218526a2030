import t from 'tap'
import { type Deed, permit, readScope, type Scope, sieve } from '../../src/access/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'

function principal(scope: Partial<Scope>) {
  const whole: Scope = { tenant: 'acme', verbs: ['read', 'write'], ...scope }
  return { tokenId: 'id', tenant: whole.tenant, scope: whole }
}

function touching(owner: string, type = 'TXT', zone = 'example.'): Deed {
  const rrsets = [{ owner: parseName(owner), type: parseType(type) }]
  return { verb: 'write', tenant: 'acme', apex: parseName(zone), rrsets }
}

t.test('permit by names of owners', (t) => {
  const rows: readonly (readonly [pattern: string, owner: string, isInside: boolean])[] = [
    ['www.example.', 'www.example.', true],
    ['www.example', 'www.example.', true],
    ['www.example.', 'WWW.Example.', true],
    ['WWW.EXAMPLE.', 'www.example.', true],
    ['www.example.', 'a.www.example.', false],
    ['www.example.', 'example.', false],
    ['www.example.', 'wwwx.example.', false],
    // One label with a dot in it is not two labels.
    ['a.b.example.', 'a\\.b.example.', false],
    ['a\\.b.example.', 'a\\.b.example.', true],
    ['a\\.b.example.', 'a.b.example.', false],
    ['a\\046b.example.', 'a\\.b.example.', true],
    ['*.b.example.', 'a\\.b.example.', false],
    ['*.example.', 'a\\.b.example.', true],
    // Escapes spell the same octets.
    ['\\119ww.example.', 'www.example.', true],
    ['\\087ww.example.', 'www.example.', true],
    // A-labels are octets like any others.
    ['xn--bcher-kva.example.', 'XN--BCHER-KVA.example.', true],
    ['xn--bcher-kva.example.', 'xn--bcher-kvb.example.', false],
    ['b\\252cher.example.', 'xn--bcher-kva.example.', false],
    // "Any one label" is one, and never the wildcard, which speaks for all that is below.
    ['*.example.', 'www.example.', true],
    ['*.example.', 'a.www.example.', false],
    ['*.example.', 'example.', false],
    ['*.example.', '*.example.', false],
    ['*.example.', '\\042.example.', false],
    ['\\*.example.', '*.example.', true],
    ['\\042.example.', '*.example.', true],
    ['\\*.example.', 'www.example.', false],
    ['_acme-challenge.*.example.', '_acme-challenge.www.example.', true],
    ['_acme-challenge.*.example.', '_acme-challenge.a.www.example.', false],
    ['_acme-challenge.*.example.', '_acme-challenge.*.example.', false],
    ['*', 'www.', true],
    // "Any labels" is one or more, wildcards and what they speak for included.
    ['**.example.', 'www.example.', true],
    ['**.example.', 'a.b.c.example.', true],
    ['**.example.', '*.example.', true],
    ['**.example.', 'example.', false],
    ['**.example.', 'badexample.', false],
    ['**.example.', 'www.example.org.', false],
    ['**.*.example.', 'a.b.example.', true],
    ['**.*.example.', 'b.example.', false],
    ['**.*.example.', 'a.*.example.', false],
    ['**', 'anything.at.all.', true],
    ['**', '.', false],
    ['.', '.', true],
    ['.', 'example.', false],
  ]
  for (const [pattern, owner, isInside] of rows) {
    const { kind } = permit(principal({ names: [pattern] }), touching(owner))
    t.equal(kind, isInside ? 'allowed' : 'denied', `${pattern} ${isInside ? '∋' : '∌'} ${owner}`)
  }
  t.end()
})

t.test('permit by zones', (t) => {
  const rows: readonly (readonly [zone: string, apex: string, isInside: boolean])[] = [
    ['example.', 'example.', true],
    ['example', 'EXAMPLE.', true],
    ['example.', 'sub.example.', false],
    ['sub.example.', 'example.', false],
    ['*.example.', 'example.', true],
    ['*.example.', 'a.b.example.', true],
    ['*.example.', 'badexample.', false],
    ['*.example.', 'example.org.', false],
    ['a\\.b.example.', 'a.b.example.', false],
    ['.', '.', true],
    ['.', 'example.', false],
    ['*.', 'example.', true],
    ['*.', '.', true],
  ]
  for (const [zone, apex, isInside] of rows) {
    const deed = { verb: 'read', tenant: 'acme', apex: parseName(apex) } as const
    const { kind } = permit(principal({ zones: [zone] }), deed)
    t.equal(kind, isInside ? 'allowed' : 'denied', `${zone} ${isInside ? '∋' : '∌'} ${apex}`)
  }
  const noZone = { verb: 'admin', tenant: 'acme' } as const
  t.equal(permit(principal({ zones: ['example.'], verbs: ['admin'] }), noZone).kind, 'denied')
  t.end()
})

t.test('permit by types', (t) => {
  const rows: readonly (readonly [types: readonly string[], type: string, isInside: boolean])[] = [
    [['TXT'], 'TXT', true],
    [['txt'], 'TXT', true],
    [['TXT'], 'A', false],
    [['TYPE16'], 'TXT', true],
    [['TYPE65400'], 'TYPE65400', true],
    [['A', 'AAAA'], 'AAAA', true],
    [[], 'A', false],
  ]
  for (const [types, type, isInside] of rows) {
    const { kind } = permit(principal({ types }), touching('www.example.', type))
    t.equal(kind, isInside ? 'allowed' : 'denied', `${types} ${isInside ? '∋' : '∌'} ${type}`)
  }
  t.end()
})

t.test('permit by verbs and tenants', (t) => {
  const deed = (verb: Deed['verb'], tenant: string | undefined): Deed => ({ verb, tenant })
  const zone = parseName('example.')
  const kindOf = (scope: Partial<Scope>, what: Deed) => permit(principal(scope), what).kind
  for (const verb of ['read', 'write', 'create', 'delete', 'keys', 'admin'] as const) {
    t.equal(kindOf({ verbs: [verb] }, deed(verb, 'acme')), 'allowed', verb)
    t.equal(kindOf({ verbs: [] }, deed(verb, 'acme')), 'denied', `not ${verb}`)
    t.equal(kindOf({ verbs: [verb] }, deed(verb, 'other')), 'absent', `${verb} of others`)
    t.equal(kindOf({ verbs: [verb] }, deed(verb, '*')), 'absent', `${verb} of the operator`)
    t.equal(
      kindOf({ tenant: '*', verbs: [verb] }, deed(verb, 'other')),
      'allowed',
      `${verb} of all`,
    )
  }
  t.equal(kindOf({ verbs: ['admin'] }, deed('admin', undefined)), 'denied', 'of no tenant')
  t.equal(kindOf({ verbs: ['create'] }, deed('create', undefined)), 'allowed', 'of what is not yet')
  const other = { ...touching('www.example.'), tenant: 'other' }
  t.equal(kindOf({ names: ['www.example.'] }, other), 'absent', 'tenant before names')
  t.equal(kindOf({ verbs: [], zones: ['x.'] }, { verb: 'read', tenant: 'b', apex: zone }), 'absent')
  t.end()
})

t.test('permit refuses a whole request for one RRset outside', (t) => {
  const rrsets = ['a', 'b', 'c'].map((label) => ({
    ...{ owner: parseName(`${label}.example.`), type: parseType('A') },
  }))
  const deed: Deed = { verb: 'write', tenant: 'acme', apex: parseName('example.'), rrsets }
  t.equal(
    permit(principal({ names: ['a.example.', 'b.example.', 'c.example.'] }), deed).kind,
    'allowed',
  )
  const permission = permit(principal({ names: ['a.example.', 'b.example.'] }), deed)
  t.strictSame(permission, { kind: 'denied', text: 'The token is not for c.example. A' })
  t.end()
})

t.test('permit keeps a fence of names or types away from what concerns a whole zone', (t) => {
  const apex = parseName('example.')
  for (const fence of [{ names: ['**.example.'] }, { types: ['TXT'] }]) {
    for (const verb of ['write', 'create', 'delete', 'keys'] as const) {
      const { kind } = permit(principal({ ...fence, verbs: [verb] }), {
        verb,
        tenant: 'acme',
        apex,
      })
      t.equal(kind, 'denied', verb)
    }
    const all = { verb: 'read', tenant: 'acme', apex } as const
    t.equal(permit(principal(fence), all).kind, 'allowed', 'to be sifted')
    t.equal(permit(principal(fence), { ...all, rrsets: 'all' }).kind, 'denied', 'all of it')
  }
  t.end()
})

t.test('sieve lets through what is inside of both fences', (t) => {
  const passes = sieve({ tenant: 'a', verbs: [], names: ['*.example.'], types: ['A'] })
  t.ok(passes(parseName('www.example.'), parseType('A')))
  t.notOk(passes(parseName('www.example.'), parseType('TXT')))
  t.notOk(passes(parseName('example.'), parseType('A')))
  t.ok(sieve({ tenant: 'a', verbs: [] })(parseName('x.'), parseType('A')), 'no fence at all')
  t.end()
})

t.test('readScope takes back what it gave, and nothing that it does not understand', (t) => {
  const scope = {
    ...{ tenant: 'acme', zones: ['*.example.'], names: ['**.example.'] },
    ...{ types: ['TXT'], verbs: ['read'] as const },
  }
  t.strictSame(readScope(scope), scope)
  t.strictSame(readScope({ tenant: '*' }), { tenant: '*', verbs: [] })
  const bad = [
    ...[null, [], 'x', {}, { tenant: '' }, { tenant: 'a b' }, { tenant: '*', extra: 1 }],
    ...[
      { tenant: '*', verbs: 'read' },
      { tenant: '*', verbs: ['fly'] },
    ],
    ...[
      { tenant: '*', zones: ['a..b'] },
      { tenant: '*', zones: [1] },
    ],
    ...[
      { tenant: '*', zones: ['bücher.example.'] },
      { tenant: '*', names: ['a.**.b.'] },
    ],
    ...[
      { tenant: '*', names: ['bücher.example.'] },
      { tenant: '*', names: [''] },
    ],
    ...[
      { tenant: '*', types: ['NOPE'] },
      { tenant: '*', types: Array(101).fill('A') },
    ],
  ]
  for (const json of bad)
    t.throws(() => readScope(json), { code: 'scope-invalid' }, JSON.stringify(json))
  t.end()
})
