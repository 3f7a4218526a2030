import t from 'tap'
import { tlsLevel } from '../../src/dane/index.ts'

t.test('tlsLevel is the table of DANE and MTA-STS', async (t) => {
  const opportunistic = { dane: 'none', sts: 'decides' }
  t.same(tlsLevel('insecure', 'not-asked'), opportunistic, 'way not secure, TLSA not asked for')
  t.same(tlsLevel('secure', 'usable'), { dane: 'authenticated', sts: 'silent' })
  t.same(tlsLevel('secure', 'unusable'), { dane: 'encrypted', sts: 'adds' })
  t.same(tlsLevel('secure', 'absent'), opportunistic, 'proven absent')
  t.same(tlsLevel('secure', 'failed'), { dane: 'failed', sts: 'silent' })
})

t.test('tlsLevel counts nothing that was found on a way that is not secure', async (t) => {
  for (const tlsa of ['usable', 'unusable', 'absent', 'failed', 'not-asked'] as const) {
    t.same(tlsLevel('insecure', tlsa), { dane: 'none', sts: 'decides' }, tlsa)
    t.same(tlsLevel('failed', tlsa), { dane: 'failed', sts: 'silent' }, tlsa)
  }
})
