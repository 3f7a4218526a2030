import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openProvisioning } from '../src/library-provision.ts'
import { readMessage } from '../src/message/index.ts'
import { RR } from '../src/rr/index.ts'
import { parseName } from '../src/wire/index.ts'
import { encodeQuery } from './support/peers/client.ts'
import { runProgram } from './support/peers/programs.ts'

const provisioning = { suffix: 'mx.test', nameServers: { ns1: ['192.0.2.53'] } }

function open(t: Test, directory = t.testdir()) {
  return openProvisioning({ directory, provisioning, resolvers: ['127.0.0.1:9'] })
}

t.test('openProvisioning: a signed host without a server', async (t) => {
  const lab = await open(t)
  t.teardown(() => lab.close())
  t.match(await lab.createPartition('o-v1', ['192.0.2.1']), { zone: 'o-v1.mx.test.', hosts: 0 })
  const acme = lab.tenant('acme')
  t.match(await acme.add('contoso.com'), { verified: false, proof: /^danelaw-verification=/ })
  await t.rejects(acme.verify('contoso.com'), { code: 'proof-unseen' })
  t.match(await acme.verify('contoso.com', { skipProof: true }), { token: 'contoso-com' })
  t.same(await acme.invoke('Enable-DnssecForVerifiedDomain', 'contoso.com'), {
    ...{ DnssecMxValue: 'contoso-com.o-v1.mx.test', Result: 'Success', ErrorData: null },
  })
  t.match(await acme.invoke('Enable-SmtpDaneInbound', 'contoso.com'), { Result: 'Error' })
  await t.rejects(acme.invoke('Get-Mailbox', 'contoso.com'), { code: 'cmdlet-unknown' })
  const name = parseName('contoso-com.o-v1.mx.test.')
  const query = encodeQuery({ name, type: RR.A, dnssecOk: true })
  const { answer } = readMessage(lab.answer(query))
  t.same(
    answer.map(({ type }) => type),
    [RR.A, RR.RRSIG],
  )
  t.match(await lab.partitions(), [{ hosts: 1 }])
  t.match(await lab.changePartition('o-v1', ['192.0.2.9']), { frontends: ['192.0.2.9'] })
  t.match(await acme.status('contoso.com'), { DnsValidation: { Errors: [/^ED001/] } })
  t.match(await acme.migration('contoso.com', 'enable'), { next: 'sign-zone' })
  t.equal((await acme.history('contoso.com')).length, 3)
  t.equal(await lab.runDue(), 0)
  await t.rejects(acme.remove('contoso.com'), { code: 'domain-enabled' })
})

t.test('openProvisioning: tenants cannot see or touch each other’s domains', async (t) => {
  const lab = await open(t)
  t.teardown(() => lab.close())
  await lab.createPartition('o-v1', ['192.0.2.1'])
  const acme = lab.tenant('acme')
  const other = lab.tenant('other')
  await acme.add('contoso.com')
  await acme.verify('contoso.com', { skipProof: true })
  t.equal(await other.get('contoso.com'), undefined)
  t.same((await other.list()).domains, [])
  t.same(await other.history('contoso.com'), [])
  await t.rejects(other.verify('contoso.com', { skipProof: true }), { code: 'domain-absent' })
  await t.rejects(other.remove('contoso.com'), { code: 'domain-absent' })
  for (const cmdlet of ['Enable-DnssecForVerifiedDomain', 'Disable-SmtpDaneInbound']) {
    t.match(await other.invoke(cmdlet, 'contoso.com'), {
      ErrorData: { ErrorCode: 'DomainNotFound' },
    })
  }
  t.match(await other.status('contoso.com'), { Errors: [/^EG001/] })
  t.match((await acme.get('contoso.com'))?.dnssec, { state: 'off' })
})

t.test('openProvisioning: settings are read as those of danelaw.yaml', async (t) => {
  const directory = t.testdir()
  const fails = (settings: Record<string, unknown>, code: string) =>
    t.rejects(openProvisioning({ directory, provisioning: settings }), { code })
  await fails({ sufix: 'mx.test' }, 'config-key-unknown')
  await fails({ expectedPreference: -1 }, 'config-invalid')
})

t.test('examples/provision.mjs: imports danelaw/provision as other programs do', async (t) => {
  const directory = join(t.testdir(), 'lab')
  const args = ['examples/provision.mjs', 'contoso.com', '--directory', directory]
  for (const _ of ['made', 'there already']) {
    const { status, stdout, stderr } = await runProgram(process.execPath, args)
    t.same([status, stderr], [0, ''])
    const [result = '', mx] = stdout.split('\n')
    t.match(JSON.parse(result), { DnssecMxValue: 'contoso-com.o-v1.mx.test', Result: 'Success' })
    t.equal(mx, 'contoso.com. 60 IN MX 0 contoso-com.o-v1.mx.test.')
  }
})
