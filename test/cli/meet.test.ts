import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { meetHost } from '../../src/cli/meet.ts'
import { examineSoleHost } from '../../src/destination/index.ts'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { type Issued, issue, tlsaFor } from '../support/certificates.ts'
import { goodServer, mailCertificate } from '../support/mail-server.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'
import { buildTree } from '../support/signed-tree.ts'
import { treeStub } from '../support/tree-stub.ts'

const io = {
  ...{ timers: systemTimers, monotonicMs: () => 0, hostName: 'sender.test', clock: systemClock },
}

/** A host as DNS has it. */
function hostOf(text: string) {
  const apex = '@ 600 SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n'
  const signing = { denial: 'nsec' } as const
  const tree = buildTree([
    { apex: '.', text: apex, signing },
    { apex: 'example.', text: `${apex}${text}`, signing },
  ])
  const domain = parseName('mx.example.')
  const bounds = { families: 'strict', hostsMax: 1, addressesMax: 1 } as const
  return examineSoleHost({ domain, port: 25, ...bounds }, treeStub(tree))
}

async function meet(
  t: Test,
  text: string,
  script: (peer: ScriptedPeer) => Promise<void> | void = goodServer,
) {
  const { port } = await scriptedServer(t, script)
  return meetHost(await hostOf(text), port, io)
}

const address = 'mx A 127.0.0.1\n'
const tlsa = (certificate: Issued) =>
  `${address}_25._tcp.mx TLSA ${formatRdata(RR.TLSA, tlsaFor(certificate, 3, 1, 1))}`

t.test('meetHost: a host is good that speaks TLS, with a certificate that matches', async (t) => {
  t.same(await meet(t, address), {
    isGood: true,
    text: 'mx.example at 127.0.0.1 took mail over TLS',
  })
  t.match(await meet(t, tlsa(mailCertificate)), { isGood: true, text: /matches its TLSA/ })
  const other = await issue({ names: ['mx.example'] })
  t.match(await meet(t, tlsa(other)), { isGood: false, text: /matches none of its TLSA/ })
})

t.test('meetHost: one that is away, refuses, or has no address, says so', async (t) => {
  t.same(await meet(t, 'other A 192.0.2.1'), { isGood: false, text: 'It has no address' })
  const closed = await meet(t, address, (peer) => peer.reset())
  t.match(closed, { isGood: false, text: /^mx\.example at 127\.0\.0\.1: / })
  const rejecting = await meet(t, address, (peer) => {
    peer.send('554 go away\r\n')
    peer.end()
  })
  t.match(rejecting, { isGood: false, text: /554/ })
})
