import t from 'tap'
import { clientOf } from '../../src/server/connections.ts'
import { defaultLimits } from '../../src/server/index.ts'
import { idleTimeoutMs } from '../../src/server/limits.ts'

t.test(
  'idleTimeoutMs falls from full to least as the second half of the places goes',
  async (t) => {
    const limits = {
      ...defaultLimits,
      connectionsMax: 100,
      idleTimeoutMs: 10_000,
      idleTimeoutMinMs: 500,
    }
    t.equal(idleTimeoutMs(limits, 0), 10_000)
    t.equal(idleTimeoutMs(limits, 50), 10_000)
    t.equal(idleTimeoutMs(limits, 75), 5250)
    t.equal(idleTimeoutMs(limits, 100), 500)
    t.equal(idleTimeoutMs(limits, 101), 500)
  },
)

t.test('idleTimeoutMs never exceeds a full time that is below the least', async (t) => {
  const limits = { ...defaultLimits, idleTimeoutMs: 100 }
  t.equal(idleTimeoutMs(limits, 0), 100)
  t.equal(idleTimeoutMs(limits, limits.connectionsMax), 100)
})

for (const [address, client] of [
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5::', '2001:db8:1:2::/64'],
] as const) {
  t.test(`clientOf takes ${address} for ${client}`, async (t) => {
    t.equal(clientOf(address), client)
  })
}
