import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import type { HttpsResult } from '../../src/https/index.ts'
import { evaluateSts, StsCache } from '../../src/mtasts/index.ts'
import { type Name, nameFromLabels, parseName, rootName } from '../../src/wire/index.ts'
import { stsTxt } from '../support/sts.ts'

/** Evaluates with everything in order but the exchange, which ends as given. */
function evaluate(domain: Name, end: HttpsResult) {
  return evaluateSts({
    domain,
    now: 0 as UnixSeconds,
    cache: new StsCache(),
    lookUpTxt: async () => stsTxt('1'),
    lookUpAddresses: async () => [],
    exchange: async () => end,
  })
}

t.test('evaluateSts: names that no URL can have are not asked for', async (t) => {
  const long = nameFromLabels(Array.from({ length: 4 }, () => Buffer.alloc(61, 'a')))
  for (const domain of [rootName, long, nameFromLabels([Buffer.from('a b')])]) {
    const end: HttpsResult = { kind: 'failed', text: 'was fetched' }
    t.match(await evaluate(domain, end), { kind: 'none', text: /no host name/ })
  }
})

t.test('evaluateSts: each way in which an exchange fails has its result type', async (t) => {
  const rows: [string, HttpsResult][] = [
    ['sts-webpki-invalid', { kind: 'certificate', code: 'X', text: 'why' }],
    ['sts-policy-fetch-error', { kind: 'timeout', text: 'why' }],
    ['sts-policy-fetch-error', { kind: 'too-large', text: 'why' }],
    ['sts-policy-fetch-error', { kind: 'failed', text: 'why' }],
  ]
  for (const [type, end] of rows) {
    const state = await evaluate(parseName('example.com.'), end)
    t.match(state, { kind: 'failed', problem: { type, text: /why$/ } })
  }
})
