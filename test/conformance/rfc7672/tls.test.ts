import { createSecureContext } from 'node:tls'
import t from 'tap'
import { probe } from '../../../src/smtp/index.ts'
import { issue } from '../../support/certificates.ts'
import {
  afterHandshake,
  mailHost,
  mailRequest,
  mailTls,
  stillWorld,
  upToHandshake,
} from '../../support/mail-server.ts'
import { scriptedServer } from '../../support/scripted-server.ts'

t.test('RFC 7672 §8.1: SNI is the TLSA base domain, and picks the certificate', async (t) => {
  const other = await issue({ names: ['other.example'] })
  const names: (string | false | undefined)[] = []
  const server = await scriptedServer(t, async (peer) => {
    await upToHandshake(peer)
    peer.secure({
      key: other.keyPem,
      cert: other.pem,
      SNICallback: (name, use) => use(null, name === mailHost ? context : undefined),
    })
    await afterHandshake(peer)
    names.push(peer.serverName())
  })
  const context = createSecureContext(mailTls)
  const subject = async (serverName: string | undefined) => {
    const { outcome } = await probe(mailRequest(server.port, { serverName }), stillWorld())
    return outcome.kind === 'tls' ? outcome.tls.chain[0]?.subject : outcome.text
  }
  t.equal(await subject(mailHost), `CN=${mailHost}`)
  t.equal(await subject('elsewhere.example'), 'CN=other.example')
  t.equal(await subject(undefined), 'CN=other.example')
  t.same(names, [mailHost, 'elsewhere.example', false])
})

t.test('RFC 7672 §8.2: ciphers without authentication are never accepted', async (t) => {
  for (const ciphers of ['AECDH-AES256-SHA:@SECLEVEL=0', 'ADH-AES256-GCM-SHA384:@SECLEVEL=0']) {
    const server = await scriptedServer(t, async (peer) => {
      await upToHandshake(peer)
      peer.secure({ ...mailTls, ciphers, maxVersion: 'TLSv1.2', dhparam: 'auto' })
    })
    const { outcome } = await probe(mailRequest(server.port), stillWorld())
    t.match(outcome, {
      kind: 'handshake-failed',
      code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      text: /handshake failure/,
    })
  }
})

t.test('RFC 7672 §3: the chain is taken without asking WebPKI', async (t) => {
  const self = await issue({ subject: 'CN=nobody', to: 1_600_000_000 })
  const server = await scriptedServer(t, async (peer) => {
    await upToHandshake(peer)
    peer.secure({ key: self.keyPem, cert: self.pem })
    await afterHandshake(peer)
  })
  const { outcome } = await probe(mailRequest(server.port), stillWorld())
  t.match(outcome, { kind: 'tls', tls: { webPkiError: 'CERT_HAS_EXPIRED' } })
})
