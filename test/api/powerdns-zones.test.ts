import t from 'tap'
import { runApi } from '../support/api.ts'

const server = '/api/v1/servers/localhost'

t.test('the smallest round: get, patch, get', async (t) => {
  const { ask, errors } = await runApi(t)
  const list = await ask('GET', `${server}/zones`)
  t.equal(list.status, 200, list.text)
  t.equal(list.headers.get('content-type'), 'application/json')
  const patched = await ask('PATCH', `${server}/zones/a.test.`, {
    body: {
      rrsets: [
        {
          ...{ name: '_acme-challenge.a.test.', type: 'TXT', ttl: 120, changetype: 'REPLACE' },
          records: [{ content: '"token"', disabled: false }],
        },
      ],
    },
  })
  t.equal(patched.status, 204, patched.text)
  t.equal(patched.text, '')
  t.equal(patched.headers.get('content-type'), null)
  t.match(patched.headers.get('x-pdns-old-serial'), /^\d+$/)
  const zone = await ask('GET', `${server}/zones/a.test`)
  t.equal(zone.status, 200)
  t.match(zone.text, /"name":"_acme-challenge\.a\.test\.","records":\[\{"content":"\\"token\\""/)
  t.strictSame(errors, [])
})
