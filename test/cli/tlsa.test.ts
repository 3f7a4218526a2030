import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Exit } from '../../src/cli/index.ts'
import { issue, tlsaFor } from '../support/certificates.ts'
import { provision } from '../support/provisioned.ts'

const owner = '_25._tcp.mail.a.test'
const first = await issue({ names: ['mail.a.test'] })
const second = await issue({ names: ['mail.a.test'] })

const textOf = (certificate: typeof first) => {
  const [usage, selector, matching, ...data] = tlsaFor(certificate, 3, 1, 1)
  return `${usage} ${selector} ${matching} ${Buffer.from(data).toString('hex')}`
}

t.test('danelaw tlsa: import, safe, deployed, retire, forget', async (t) => {
  const { installation, ask } = await provision(t)
  const { run, directory } = installation
  const zone = {
    name: 'a.test',
    nameservers: ['ns.a.test', 'ns.example'],
    rrsets: [{ name: 'ns.a.test', type: 'A', ttl: 300, records: [{ content: '192.0.2.1' }] }],
  }
  t.equal((await ask('POST', '/v1/zones', zone)).status, 201)
  const file = join(directory, 'first.pem')
  writeFileSync(file, `${first.keyPem}${first.pem}`)
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await run('tlsa', ...args, '--json')
    return { status, ...JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`) }
  }
  const imported = await json('import', owner, file, '--deployed', '--ttl', '60s', '--lag', '0s')
  t.match(imported, { status: 0, isSafe: true, publish: [textOf(first)] })
  const live = await ask('GET', `/v1/zones/a.test./rrsets?name=${owner}.`)
  t.match(live.json.rrsets, [{ ttl: 60, records: [{ content: textOf(first) }] }])
  t.equal((await json('safe', owner)).status, Exit.ok)

  const next = join(directory, 'second.pem')
  writeFileSync(next, second.pem)
  t.match(await json('import', owner, next), { status: 0, isSafe: false })
  t.match(await json('safe', owner, '--certificate', next), { status: Exit.notYet, isSafe: false })
  t.match(await json('safe', owner, '--certificate', file), { status: Exit.ok, isSafe: true })

  const edit = { edits: [{ op: 'delete', name: `${owner}.`, type: 'TLSA' }] }
  t.match(await ask('PATCH', '/v1/zones/a.test.', edit), {
    status: 409,
    json: { code: 'tlsa-tracked' },
  })
  const id = textOf(first).slice(6, 14)
  const refused = await json('retire', owner, id)
  t.match(refused, { status: 1, findings: [{ code: 'tlsa-in-use' }] })
  t.match(await json('forget', owner), { status: 0 })
  t.match(await ask('PATCH', '/v1/zones/a.test.', edit), { status: 200 })
})
