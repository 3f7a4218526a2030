import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startMailDns } from '../support/mail/dns.ts'
import { inOwnNetwork, prepareNetwork } from '../support/mail/own-network.ts'
import { startPostfix } from '../support/mail/postfix.ts'
import { startMailServers, tlsaOfKey } from '../support/mail/servers.ts'
import { submit } from '../support/mail/submit.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'

await inOwnNetwork(t, import.meta.filename, ['postfix', 'posttls-finger', 'unbound'], () => {
  t.test('a real Postfix that sends', async (t) => {
    prepareNetwork(t)
    const { records, certificates } = await startMailServers(t, [
      {
        name: 'good',
        tlsa: ({ current }) => [tlsaOfKey(3, current)],
        chain: ({ current }) => [current],
      },
      {
        name: 'stale',
        tlsa: ({ next }) => [tlsaOfKey(3, next)],
        chain: ({ current }) => [current],
      },
      { name: 'clear-dane', tlsa: ({ next }) => [tlsaOfKey(3, next)] },
      { name: 'clear', tlsa: () => [] },
      { name: 'plain', tlsa: () => [], chain: ({ current }) => [current] },
      { name: 'sts', tlsa: () => [], chain: ({ current, ca }) => [current, ca] },
      { name: 'sts-bad', tlsa: () => [], chain: ({ elsewhere, ca }) => [elsewhere, ca] },
      { name: 'bogus', tlsa: () => [], chain: ({ elsewhere, ca }) => [elsewhere, ca] },
    ])
    await startMailDns(t, records + `null MX 0 .\n`, [
      { name: '_tcp.mx.bogus.test.', ds: 'wrong', records: '_25 A 127.0.0.1' },
    ])
    const d = temporaryDirectory(t)
    writeFileSync(join(d, 'ca.pem'), certificates.ca.pem, { mode: 0o644 })
    const pf = await startPostfix(t, {
      hostname: 'sender.test',
      listeners: [{ address: '127.0.0.1', settings: {} }],
      settings: {
        mydestination: '',
        smtp_tls_security_level: 'may',
        smtp_dns_support_level: 'dnssec',
        smtp_tls_loglevel: '1',
        smtp_tls_CAfile: join(d, 'ca.pem'),
        smtp_tls_policy_maps:
          'inline:{ { good.test = dane-only }, { stale.test = dane-only }, { clear-dane.test = dane}, { sts.test = secure match=.sts.test servername=hostname }, { sts-bad.test = secure match=.sts-bad.test servername=hostname }, { bogus.test = dane } }, socketmap:inet:127.0.0.1:9:test ',
      },
    })
    const ids: [string, string][] = []
    for (const x of [
      'good',
      'stale',
      'clear-dane',
      'clear',
      'plain',
      'sts',
      'sts-bad',
      'bogus',
      'null',
    ]) {
      ids.push([x, await submit('127.0.0.1', `user@${x}.test`)])
    }
    for (const [x, id] of ids) {
      const m = await pf.log.line(new RegExp(`${id}: to=.*`))
      console.error(x, m[0])
    }
    console.error(pf.log.text())
  })
})
