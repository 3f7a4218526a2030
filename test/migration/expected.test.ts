import t from 'tap'
import { expectDomain } from '../../src/migration/expected.ts'
import type { Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { contoso, domainIs, legacyHost, signedHost } from '../support/migration.ts'

const partitionZone = parseName('o-v1.mx.microsoft.')
const legacyZone = parseName('mail.protection.outlook.com.')
const expected = { host: signedHost, preference: 0, ttl: 60 as Ttl }

t.test('expectDomain: hosts are of the token, the signed one even after it was given up', (t) => {
  const domain = { ...domainIs(), token: 'contoso-com' }
  const enabled = expectDomain(contoso, domain, { expected, partitionZone, legacyZone })
  t.same(enabled, { name: contoso, domain, expected, signedHost, legacyHost })
  const disabled = { expected: undefined, partitionZone, legacyZone }
  t.match(expectDomain(contoso, domain, disabled), { expected: undefined, signedHost, legacyHost })
  t.end()
})

t.test('expectDomain: without token, zone or domain there are no hosts', (t) => {
  const zones = { expected: undefined, partitionZone, legacyZone }
  const none = { signedHost: undefined, legacyHost: undefined }
  t.match(expectDomain(contoso, { ...domainIs(), token: undefined }, zones), none)
  t.match(expectDomain(contoso, undefined, zones), { ...none, domain: undefined })
  const nowhere = { expected: undefined, partitionZone: undefined, legacyZone: undefined }
  t.match(expectDomain(contoso, { ...domainIs(), token: 'contoso-com' }, nowhere), none)
  t.end()
})
