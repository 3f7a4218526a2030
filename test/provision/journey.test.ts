import t from 'tap'
import { daneCmdletResult, dnssecCmdletResult } from '../../src/provision/index.ts'
import { formatName } from '../../src/wire/index.ts'
import {
  demand,
  holdSeconds,
  legacySeconds,
  provisioning,
  ref,
  someone,
  told,
} from '../support/provisioning.ts'

const host = 'contoso-com.o-v1.mx.test.'
const contoso = ref('contoso.com')
const addresses = '192.0.2.1 192.0.2.2'

t.test('a domain on its way to SMTP DANE and back', async (t) => {
  const { provision, verified, publishTlsa, look, legacy, clock } = await provisioning(t)
  await verified('contoso.com')
  t.same(legacy('contoso-com'), ['192.0.2.7'])
  t.equal(look(host, 'A'), 'secure rcode 3')

  const enabled = await provision.enableDnssec(contoso, {}, someone)
  t.same(dnssecCmdletResult(enabled), {
    ...{ DnssecMxValue: 'contoso-com.o-v1.mx.test', Result: 'Success', ErrorData: null },
  })
  t.equal(look(host, 'A'), `secure ${addresses}`)
  t.equal(look(host, 'AAAA'), 'secure 2001:db8::1')
  t.equal(look(`_25._tcp.${host}`, 'TLSA'), 'secure rcode 3')
  const { domain } = demand(enabled)
  const expected = provision.expectedMx(domain)
  t.equal(expected && formatName(expected.host), host)

  t.equal(told(await provision.enableDane(contoso, someone)), 'tlsa-absent')
  await publishTlsa()
  t.same(daneCmdletResult(await provision.enableDane(contoso, someone)), {
    ...{ Result: 'Success', ErrorData: null },
  })
  t.match(look(`_25._tcp.${host}`, 'TLSA'), /^secure 3 1 1 ABAB\S+ 3 1 1 CDCD\S+$/i)

  clock.advance(legacySeconds - 1)
  t.equal(await provision.runDue(10), 0)
  t.same(legacy('contoso-com'), ['192.0.2.7'])
  clock.advance(1)
  t.equal(await provision.runDue(10), 1)
  t.same(legacy('contoso-com'), [])

  t.equal(told(await provision.disableDnssec(contoso, someone)), 'dane-on')
  t.equal(told(await provision.disableDane(contoso, someone)), 'done')
  t.equal(look(`_25._tcp.${host}`, 'TLSA'), 'secure rcode 3')
  t.same(legacy('contoso-com'), ['192.0.2.7'], 'is back before an MX record leads to it')
  const disabled = await provision.disableDnssec(contoso, someone)
  t.match(dnssecCmdletResult(disabled), { DnssecMxValue: 'contoso-com.o-v1.mx.test' })
  t.same(legacy('contoso-com'), ['192.0.2.7'])
  t.equal(look(host, 'A'), `secure ${addresses}`, 'is held')
  t.equal(provision.expectedMx(demand(disabled).domain), undefined)
  clock.advance(holdSeconds)
  t.equal(await provision.runDue(10), 1)
  t.equal(look(host, 'A'), 'secure rcode 3')
  t.equal(await provision.runDue(10), 0)

  const { items } = await provision.history(contoso, { limit: 20 })
  t.same(
    items.map(({ note }) => note),
    [
      'Gone: contoso-com.o-v1.mx.test',
      'DNSSEC disabled: contoso-com.o-v1.mx.test is held for 3600 s',
      'Back: host of before, contoso-com',
      'SMTP DANE disabled: contoso-com.o-v1.mx.test',
      'Gone: host of before, contoso-com',
      'SMTP DANE enabled: contoso-com.o-v1.mx.test',
      'DNSSEC enabled: contoso-com.o-v1.mx.test',
      'Verified: contoso.com has the token contoso-com',
      'Accepted: contoso.com',
    ],
  )
})
