import t, { type Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { StsCache, type StsState } from '../../src/mtasts/index.ts'
import { stsLookup } from '../../src/policy/sts.ts'
import { parseName } from '../../src/wire/index.ts'
import { authority, issue } from '../support/certificates.ts'
import { apexText, buildTree } from '../support/signed-tree.ts'
import { policyText, serving } from '../support/sts.ts'
import { failing, spoiling, type TreeStub, treeStub } from '../support/tree-stub.ts'
import { webServer } from '../support/web-server.ts'

const signing = { denial: 'nsec' } as const
const tree = buildTree([
  { apex: '.', text: apexText, signing },
  {
    apex: 'test.',
    text: `${apexText}
_mta-sts.has TXT "v=STSv1; " "id=1"
mta-sts.has CNAME web
web A 127.0.0.1
_mta-sts.bare TXT "v=STSv1; id=1"
has A 192.0.2.1
`,
    signing,
  },
])

/** What MTA-STS says of a domain of the tree, of which nothing is kept. */
async function look(t: Test, stub: TreeStub, domain: string): Promise<StsState> {
  const ca = await authority()
  const { keyPem, pem } = await issue({ names: ['mta-sts.has.test'], issuer: ca })
  const { port } = await webServer(t, { key: keyPem, cert: pem }, serving(policyText()))
  const parts = { cache: new StsCache(), clock: fixedClock(0), timers: systemTimers }
  return stsLookup({ stub, ...parts, ca: ca.pem, port })(parseName(domain))
}

t.test('stsLookup finds record and host by the stub, and the policy by HTTPS', async (t) => {
  const stub = treeStub(tree)
  t.match(await look(t, stub, 'has.test.'), {
    kind: 'policy',
    id: '1',
    policy: { mode: 'enforce', mx: ['mx.example.com'] },
  })
  t.same(stub.asked, ['_mta-sts.has.test. TXT', 'mta-sts.has.test. A', 'mta-sts.has.test. AAAA'])
})

t.test('stsLookup: no record, and one that cannot be looked up, are no policy', async (t) => {
  t.match(await look(t, treeStub(tree), 'nowhere.test.'), { kind: 'none' })
  for (const tamper of [failing(2, '_mta-sts.has.test. TXT'), spoiling('_mta-sts.has.test. TXT')]) {
    const state = await look(t, treeStub(tree, tamper), 'has.test.')
    t.match(state, { kind: 'none', text: /lookup of the MTA-STS record failed/ })
  }
})

t.test('stsLookup: a host without an address, or with a forged one, has no policy', async (t) => {
  t.match(await look(t, treeStub(tree), 'bare.test.'), { kind: 'failed' })
  const forged = treeStub(tree, spoiling('mta-sts.has.test. A'))
  t.match(await look(t, forged, 'has.test.'), { kind: 'failed' })
})
