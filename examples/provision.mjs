/**
 * Provisions a signed host for the mail of a domain, without a server, and tells its MX record.
 *
 *     node examples/provision.mjs contoso.com --directory ./lab
 *
 * The store and the keys stay in the directory: run it again, and all is there already.
 */
import { parseArgs } from 'node:util'
import { openProvisioning } from 'danelaw/provision'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { directory: { type: 'string', default: './lab' } },
})
const [domain = 'contoso.com'] = positionals

const lab = await openProvisioning({
  directory: values.directory,
  provisioning: { suffix: 'mx.test', nameServers: { ns1: ['192.0.2.53'] } },
})
try {
  await lab.createPartition('o-v1', ['192.0.2.1', '2001:db8::1'])
  const acme = lab.tenant('acme')
  await acme.add(domain)
  await acme.verify(domain, { skipProof: true })
  const enabled = await acme.invoke('Enable-DnssecForVerifiedDomain', domain)
  process.stdout.write(`${JSON.stringify(enabled)}\n`)
  const { expectedMx } = await acme.get(domain)
  process.stdout.write(
    `${domain}. ${expectedMx.ttl} IN MX ${expectedMx.preference} ${expectedMx.host}.\n`,
  )
} finally {
  await lab.close()
}
