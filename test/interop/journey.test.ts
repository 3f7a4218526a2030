import t, { type Test } from 'tap'
import { Customer } from '../support/journey/customer.ts'
import {
  frontend,
  type JourneyParts,
  journeyPeers,
  legacyFrontend,
  legacySeconds,
  type Policy,
  startJourney,
  stsRecords,
} from '../support/journey/world.ts'
import { inOwnNetwork } from '../support/peers/own-network.ts'
import { transcript } from '../support/peers/programs.ts'

// Must be shown: the whole journey of a domain through real parts, to mail that DANE protects and
// back. Its zone is BIND's, signed there; partition and parents are danelaw's; mail is Postfix';
// everybody asks unbound. At each step `danelaw migrate` names the next, and is followed.

const domain = 'contoso.com'
const legacyName = 'contoso-com.mail.protection.outlook.com'
const signedName = 'contoso-com.o-v1.mx.microsoft'
/** As it was published before the journey, and kept by senders for a day. */
const policy: Policy = { domain, mode: 'enforce', mx: [legacyName] }
const zone = {
  name: `${domain}.`,
  records: `@ 3600 MX 0 ${legacyName}.\n${stsRecords('1')}`,
  isSigned: true,
}

const early = { name: 'tailspin.com.', records: '', isSigned: true }

/** Proven absence; unbound 1.17 takes compact denial for NODATA (RFC 9824 §3.1). */
const nothing = /^(?:NXDOMAIN|NOERROR) AD$/

/** Whom to follow, and where: each step is told, looked at and done. */
class Traveller {
  readonly #t: Test
  readonly #way: 'there' | 'back'
  readonly customer: Customer

  constructor(t: Test, way: 'there' | 'back', customer: Customer) {
    this.#t = t
    this.#way = way
    this.customer = customer
  }

  /** The next step, as it has to be told, and the codes before it is done. */
  async at(place: string, codes: string, text: RegExp | string = /^/): Promise<void> {
    const seen = await this.customer.place(this.#way)
    this.#t.equal(seen.place, place)
    this.#t.match(seen.text, text, place)
    this.#t.equal(seen.codes, codes, `codes at ${place}`)
    if (place.endsWith('wait')) this.customer.wait(seen.until)
  }

  /** The inbound test: the hosts are met by SMTP. */
  async test(): Promise<void> {
    await this.customer.place(this.#way, '--smtp')
  }

  /** Whether mail comes to that host, and how it is protected. */
  async mail(host: string, trust: string, level: 'dane' | 'may' = 'dane'): Promise<void> {
    const found = await this.customer.finger(level)
    const isSo = this.#t.equal(`${found.host} ${found.trust}`, `${host} ${trust}`)
    if (!isSo) this.#t.comment(transcript(found))
  }
}

/** To the signed host and SMTP DANE. */
async function goThere(t: Test, parts: JourneyParts, customer: Customer): Promise<void> {
  const { danelaw, delegate } = parts
  const { signedHost, legacyHost } = customer
  const way = new Traveller(t, 'there', customer)
  const mx = (preference: number, host: string, ttl = 30) =>
    `"@ ${ttl} IN MX ${preference} ${host}"`
  t.equal((await customer.status()).codes, 'EG001')
  await danelaw.json('domain', 'add', domain)
  await way.at('accepted: next', 'EG002', /IN TXT danelaw-verification=/)
  await customer.accept()
  await way.mail(legacyHost, 'encrypted')
  await way.at('sign-zone: next', 'ED003 ES002 EX013')
  await delegate({ [domain]: 'right' })
  await way.at('lower-mx-ttl: next', 'ED003 ES002 EX013', mx(0, legacyHost))
  await customer.setMx(30, `0 ${legacyHost}`)
  await way.at('lower-mx-ttl: wait', 'ED003 ES002 EX013')
  await way.at('sts-testing: next', 'ED003 ES002 EX013', '"mode: testing"')
  await customer.setPolicy(policy, { mode: 'testing' })
  await way.at('sts-expired: wait', 'ED003 ES002 EX013')

  await way.at('enable-dnssec: next', 'ED003 ES002 EX013', 'Enable-DnssecForVerifiedDomain')
  t.same(await customer.cmdlet('Enable-DnssecForVerifiedDomain'), {
    ...{ DnssecMxValue: signedName, Result: 'Success', ErrorData: null },
  })
  t.equal(await customer.look(signedHost, 'A'), `NOERROR AD ${frontend}`)
  await way.at('sts-mx: next', 'ED003 EX002', `"mx: ${signedName}"`)
  await customer.setPolicy(policy, { mx: [signedName] })
  await way.at('add-signed-mx: next', 'ED003 EX002', mx(20, signedHost))
  await customer.setMx(30, `0 ${legacyHost}`, `20 ${signedHost}`)
  await way.at('test: next', 'EX006 EX008')
  await way.mail(legacyHost, 'encrypted')
  await way.test()
  await way.at('swap: next', 'EX006 EX008', mx(30, legacyHost))
  await customer.setMx(30, `0 ${signedHost}`, `30 ${legacyHost}`)
  await way.at('swap: wait', 'EX005')
  await way.mail(signedHost, 'encrypted')
  await way.at('drop-legacy: next', 'EX005', `Delete ${mx(30, legacyHost)}`)
  await customer.setMx(30, `0 ${signedHost}`)
  await way.at('raise-mx-ttl: next', '', mx(0, signedHost, 3600))
  await customer.setMx(3600, `0 ${signedHost}`)

  await way.at('enable-dane: next', '', 'Enable-SmtpDaneInbound')
  t.match(await customer.look(`_25._tcp.${signedHost}`, 'TLSA'), nothing)
  t.same(await customer.cmdlet('Enable-SmtpDaneInbound'), { Result: 'Success', ErrorData: null })
  t.match(await customer.look(`_25._tcp.${signedHost}`, 'TLSA'), /^NOERROR AD 3 1 1 \S+ 3 1 1 /)
  await way.mail(signedHost, 'authenticated')
  t.equal(await customer.mail(), `sent ${signedHost} Verified`)
  await way.at('sts-enforce: next', '', '"mode: enforce"')
  await customer.setPolicy(policy, { mode: 'enforce' })
  await way.at('the end', '')
  t.same(await customer.cmdlet('Get-SmtpDaneInboundStatus'), { Status: 'Enabled', ErrorData: null })
}

/** The host of before goes 48 hours after enabling, and mail is as it was. */
async function outliveLegacy(t: Test, customer: Customer): Promise<void> {
  const { signedHost, legacyHost } = customer
  t.equal(await customer.look(legacyHost, 'A'), `NOERROR ${legacyFrontend}`)
  const { dnssec, legacy } = await customer.show()
  const [since, until] = [dnssec.since, legacy.until].map((time) => Date.parse(time) / 1000)
  t.equal(until, (since ?? 0) + legacySeconds)
  customer.wait(until)
  await customer.lookAfter((shown) => shown.legacy.state === 'off')
  t.equal(await customer.look(legacyHost, 'A'), 'NXDOMAIN')
  const way = new Traveller(t, 'there', customer)
  await way.at('the end', '')
  await way.mail(signedHost, 'authenticated')
}

/** Back to a host that need not be signed. */
async function goBack(t: Test, customer: Customer): Promise<void> {
  const { signedHost, legacyHost } = customer
  const way = new Traveller(t, 'back', customer)
  await way.at('disable-dane: next', '', 'Disable-SmtpDaneInbound')
  const early = await customer.cmdlet('Disable-DnssecForVerifiedDomain')
  t.match(early, { Result: 'Error', ErrorData: { ErrorCode: 'DnssecOperationFailed' } })
  t.same(await customer.cmdlet('Disable-SmtpDaneInbound'), { Result: 'Success', ErrorData: null })
  t.match(await customer.look(`_25._tcp.${signedHost}`, 'TLSA'), nothing)
  t.equal(await customer.look(legacyHost, 'A'), `NOERROR ${legacyFrontend}`, 'is back by now')
  await way.mail(signedHost, 'encrypted')
  await way.at('sts-testing: next', '', '"mode: testing"')
  await customer.setPolicy(policy, { mode: 'testing' })
  await way.at('sts-mx: next', '', `"mx: ${legacyName}"`)
  await customer.setPolicy(policy, { mx: [legacyName] })
  await way.at('add-legacy-mx: next', '', `"@ 30 IN MX 20 ${legacyHost}"`)
  await customer.setMx(30, `0 ${signedHost}`, `20 ${legacyHost}`)
  await way.at('add-legacy-mx: wait', 'EX005')
  await way.at('test-legacy: next', 'EX005')
  await way.test()
  await way.at('sts-expired: wait', 'EX005')
  await way.at('disable-dnssec: next', 'EX005', 'Disable-DnssecForVerifiedDomain')
  t.same(await customer.cmdlet('Disable-DnssecForVerifiedDomain'), {
    ...{ DnssecMxValue: signedName, Result: 'Success', ErrorData: null },
  })
  await way.at('drop-signed-mx: next', 'ES002 EX013', `Delete "@ 30 IN MX 0 ${signedHost}"`)
  await way.mail(signedHost, 'encrypted', 'may')
  await customer.setMx(30, `20 ${legacyHost}`)
  await way.mail(legacyHost, 'encrypted', 'may')
  await way.at('restore-preference: next', 'ED003 ES002 EX013', `IN MX 0 ${legacyHost}"`)
  await customer.setMx(3600, `0 ${legacyHost}`)
  await way.at('sts-enforce: next', 'ED003 ES002 EX013', '"mode: enforce"')
  await customer.setPolicy(policy, { mode: 'enforce' })
  await way.at('the end', 'ED003 ES002 EX013')

  const { dnssec } = await customer.show()
  customer.wait(Date.parse(dnssec.until) / 1000)
  await customer.lookAfter((shown) => shown.host === null)
  t.match(await customer.look(signedHost, 'A'), nothing)
  t.equal(await customer.look(legacyHost, 'A'), `NOERROR ${legacyFrontend}`)
  await way.at('the end', 'ED003 ES002 EX013')
  await way.mail(legacyHost, 'encrypted', 'may')
  t.equal(await customer.mail(), `sent ${legacyHost} Trusted`)
}

/** Back without SMTP DANE ever on: the host of before is gone, and has to be called back. */
async function goBackEarly(t: Test, parts: JourneyParts, customer: Customer): Promise<void> {
  const { danelaw } = parts
  const { signedHost, legacyHost } = customer
  const way = new Traveller(t, 'back', customer)
  await customer.accept()
  await customer.cmdlet('Enable-DnssecForVerifiedDomain')
  await customer.setMx(30, `0 ${signedHost}`)
  const { legacy } = await customer.show()
  customer.wait(Date.parse(legacy.until) / 1000)
  await customer.lookAfter((shown) => shown.legacy.state === 'off')
  await way.at('add-legacy-mx: wrong', '', 'has no address; have it brought back')
  const { legacy: back } = await danelaw.json('domain', 'restore-legacy', customer.domain)
  t.equal(back.state, 'on')
  t.equal(await customer.look(legacyHost, 'A'), `NOERROR ${legacyFrontend}`)
  await way.at('add-legacy-mx: next', '', `"@ 30 IN MX 20 ${legacyHost}"`)
  await customer.setMx(30, `0 ${signedHost}`, `20 ${legacyHost}`)
  await way.at('add-legacy-mx: wait', 'EX005')
  await way.test()
  await way.at('disable-dnssec: next', 'EX005')
  t.match(await customer.cmdlet('Disable-DnssecForVerifiedDomain'), { Result: 'Success' })
  await customer.setMx(30, `0 ${legacyHost}`)
  await way.mail(legacyHost, 'encrypted')
}

await inOwnNetwork(t, import.meta.filename, journeyPeers, () => {
  t.test('a domain on its way to SMTP DANE and back', { timeout: 240_000 }, async (t) => {
    const parts = await startJourney(t, [zone, early], [policy])
    const customer = new Customer(domain, parts)
    await t.test('there', (t) => goThere(t, parts, customer))
    await t.test('48 hours later', (t) => outliveLegacy(t, customer))
    await t.test('and back', (t) => goBack(t, customer))
    await t.test('back before there was SMTP DANE', async (t) => {
      await parts.delegate({ 'tailspin.com': 'right' })
      await goBackEarly(t, parts, new Customer('tailspin.com', parts))
    })
  })
})
