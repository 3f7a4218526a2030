import t from 'tap'
import { weigh } from '../../src/policy/decide.ts'
import type { Reply } from '../../src/policy/protocol.ts'
import { madeUpDestination, madeUpHost } from '../support/destinations.ts'

const unprotected: Reply = { kind: 'found', value: 'may' }
const policy = { mode: 'enforce', maxAge: 86_400, mx: ['mx.example.test'], lines: [] } as const

/** `dane-only`, `absent`, `temporary`. */
function short(reply: Reply): string {
  return reply.kind === 'found' ? reply.value.replace(/ .*/, '') : reply.kind
}

/** What is said without, and with an enforced MTA-STS policy; `-` where that is not asked for. */
function both(...destination: Parameters<typeof madeUpDestination>): string {
  const { otherwise, enforced } = weigh(madeUpDestination(...destination), unprotected)
  return `${short(otherwise.reply)} ${enforced ? short(enforced(policy).reply) : '-'}`
}

t.test('weigh: the table, MX records secure', async (t) => {
  t.equal(both(['authenticated']), 'dane-only -')
  t.equal(both(['authenticated', 'authenticated']), 'dane-only -')
  t.equal(both(['authenticated', 'none']), 'dane dane-only')
  t.equal(both(['authenticated', 'encrypted']), 'dane dane-only')
  t.equal(both(['authenticated', 'failed']), 'dane dane-only')
  t.equal(both(['encrypted']), 'dane secure')
  t.equal(both(['encrypted', 'none']), 'dane secure')
  t.equal(both(['encrypted', 'failed']), 'dane temporary')
  t.equal(both(['none']), 'may secure')
  t.equal(both(['none', 'none']), 'may secure')
  t.equal(both(['none', 'failed']), 'dane temporary')
  t.equal(both(['failed']), 'temporary -')
  t.equal(both(['failed', 'failed']), 'temporary -')
  t.equal(both([]), 'may secure')
})

t.test('weigh: the table, MX records not secure', async (t) => {
  const isProtected = false
  // Under `dane-only` Postfix sends nothing along MX records that are not secure.
  t.equal(both(['authenticated'], { isProtected }), 'dane secure')
  t.equal(both(['authenticated', 'none'], { isProtected }), 'dane secure')
  t.equal(both(['authenticated', 'failed'], { isProtected }), 'dane temporary')
  t.equal(both(['encrypted'], { isProtected }), 'dane secure')
  t.equal(both(['none'], { isProtected }), 'may secure')
  t.equal(both(['failed'], { isProtected }), 'temporary -')
  t.equal(both(['none', 'failed'], { isProtected }), 'dane temporary')
})

t.test('weigh: MTA-STS never overrides a failing lookup (RFC 8461 §2)', async (t) => {
  for (const isProtected of [true, false]) {
    for (const others of [[], ['none'], ['encrypted']] as const) {
      const destination = madeUpDestination(['failed', ...others], { isProtected })
      const { otherwise, enforced } = weigh(destination, unprotected)
      for (const { reply } of [otherwise, enforced?.(policy) ?? otherwise]) {
        t.notMatch(reply, { value: /^(secure|may)/ }, `${others} ${isProtected}`)
      }
    }
  }
})

t.test('weigh: an unprotected destination may have no policy at all', async (t) => {
  const { otherwise } = weigh(madeUpDestination(['none']), { kind: 'absent' })
  t.same(otherwise.reply, { kind: 'absent' })
})

t.test('weigh: a failed MX lookup makes mail wait, and says why', async (t) => {
  const reason = { text: 'RRSIG of MX expired', ede: 7 }
  const { otherwise, enforced } = weigh(
    madeUpDestination([], { kind: 'failed', isProtected: false, reason }),
    unprotected,
  )
  t.same(otherwise.reply, { kind: 'temporary', reason: 'RRSIG of MX expired' })
  t.equal(enforced, undefined)
})

t.test('weigh: where nothing is sent there is no policy (RFC 7505 §3)', async (t) => {
  t.equal(both([], { kind: 'null-mx' }), 'absent -')
  t.equal(both([], { kind: 'absent' }), 'absent -')
})

t.test('bug: a forged NXDOMAIN or null MX had Postfix pass an MTA-STS policy over', async (t) => {
  const isProtected = false
  t.equal(both([], { kind: 'null-mx', isProtected }), 'absent secure')
  t.equal(both([], { kind: 'absent', isProtected }), 'absent secure')
})

t.test('weigh: a domain that is its own host is one', async (t) => {
  t.equal(both(['authenticated'], { kind: 'implicit' }), 'dane-only -')
  t.equal(both(['none'], { kind: 'implicit' }), 'may secure')
})

t.test('weigh: a host without an address counts for nothing', async (t) => {
  const away = madeUpHost('none', { addresses: [] })
  t.equal(both([], { hosts: [madeUpHost('authenticated'), away] }), 'dane-only -')
  t.equal(both([], { hosts: [away] }), 'may secure')
  const failing = madeUpHost('failed', { addresses: [] })
  t.equal(both([], { hosts: [madeUpHost('none'), failing] }), 'dane temporary', 'but if it fails')
})

t.test('weigh: patterns of MTA-STS become names that Postfix matches', async (t) => {
  const { enforced } = weigh(madeUpDestination(['none']), unprotected)
  const value = (...mx: readonly string[]): unknown => enforced?.({ ...policy, mx }).reply
  t.same(value('mx1.example.com', '*.example.net', 'mx1.example.com'), {
    kind: 'found',
    value: 'secure match=mx1.example.com:.example.net servername=hostname',
  })
  t.same(
    value('a b.example', 'a.example:b', 'x=y.example', '*.', '*', '', '*.com', 'ok.example'),
    { kind: 'found', value: 'secure match=ok.example servername=hostname' },
    'what would mean something else to Postfix is left out',
  )
  t.match(value('a servername=b.example'), { kind: 'temporary' }, 'nothing is left: mail waits')
  t.match(value(), { kind: 'temporary' })
})

t.test('weigh: reasons tell what hosts there are', async (t) => {
  const { otherwise } = weigh(
    madeUpDestination(['authenticated', 'encrypted', 'failed', 'none'], { isProtected: false }),
    unprotected,
  )
  t.equal(
    otherwise.reason,
    'hosts: 1 with usable TLSA records, 1 with unusable ones, 1 without, 1 failing; ' +
      'MX records are not secure',
  )
})
