import t from 'tap'
import { parseConfig } from '../../src/config/index.ts'
import { formatName } from '../../src/wire/index.ts'

function read(text: string) {
  return parseConfig(`provisioning:\n${text}`, { file: 'danelaw.yaml', directory: '/etc/danelaw' })
}

t.test('parseConfig: provisioning has defaults, and each can be set', (t) => {
  const { config: common } = parseConfig('', { file: 'danelaw.yaml', directory: '/etc/danelaw' })
  t.match(common?.provisioning, {
    ...{ nameServers: [], partition: 'least-full', legacyZone: undefined, legacyFrontends: [] },
    ...{ expectedPreference: 0, expectedTtl: 60, hostTtl: 300, hold: 172_800 },
    ...{ legacyHold: 172_800, smtpPort: 25, mtaSts: { port: 443, authorities: undefined } },
  })
  const { config, findings } = read(`
  suffix: mx.test
  nameServers: { ns1: [192.0.2.53, "2001:db8::53"], ns.example.net: }
  partition: o-v1
  legacyZone: mail.legacy.test
  legacyFrontends: 192.0.2.7
  expectedPreference: 10
  expectedTtl: 1h
  hostTtl: 60
  hold: 1d
  legacyHold: 2h
  smtpPort: 2525
  mtaSts: { port: 8443, authorities: ca.pem }
`)
  t.same(findings, [])
  const { suffix, legacyZone, ...rest } = config?.provisioning ?? {}
  t.equal(suffix && formatName(suffix), 'mx.test.')
  t.equal(legacyZone && formatName(legacyZone), 'mail.legacy.test.')
  t.same(rest, {
    nameServers: [
      { name: 'ns1', addresses: ['192.0.2.53', '2001:db8::53'] },
      { name: 'ns.example.net.', addresses: [] },
    ],
    ...{ partition: 'o-v1', legacyFrontends: ['192.0.2.7'], expectedPreference: 10 },
    ...{ expectedTtl: 3600, hostTtl: 60, hold: 86_400, legacyHold: 7200, smtpPort: 2525 },
    mtaSts: { port: 8443, authorities: '/etc/danelaw/ca.pem' },
  })
  const listed = read('  nameServers: [ns1.example.net, ns2.example.net.]').config?.provisioning
  t.same(
    listed?.nameServers.map(({ name }) => name),
    ['ns1.example.net.', 'ns2.example.net.'],
  )
  t.end()
})

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ['  suffix: ..', /name/],
  ['  suffix: 7', /provisioning\.suffix: found 7, expected a domain name/],
  ['  nameServers: [ns1]', /expected addresses of a name server in the zone itself/],
  ['  nameServers: { ns1: [192.0.2.256] }', /expected an address/],
  ['  nameServers: { ns1: ["fe80::1%eth0"] }', /expected an address/],
  ['  nameServers: [1]', /expected the name of a name server/],
  ['  nameServers: [a..b]', /Cannot read name/],
  ['  partition: O_1', /expected least-full, or the name of a partition/],
  ['  legacyZone: mail.test', /expected legacyFrontends, addresses, with legacyZone/],
  ['  legacyZone: mail.test\n  legacyFrontends: [192.0.2.7]', /expected nameServers, with/],
  ['  expectedPreference: 65536', /from 0 to 65535/],
  ['  hold: 31d', /a duration from 0s to 30d/],
  ['  sufix: mx.test', /meant "suffix"\?/],
]
for (const [text, message] of refused) {
  t.test(`parseConfig refuses ${text.trim()}`, (t) => {
    const { config, findings } = read(text)
    t.equal(config, undefined)
    t.match(findings[0], { message })
    t.end()
  })
}
