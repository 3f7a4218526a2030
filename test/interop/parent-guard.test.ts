import { join } from 'node:path'
import t from 'tap'
import { install, startDanelaw } from '../support/danelaw.ts'
import { powerdns, provision } from '../support/provisioned.ts'

const child = 'child.parent.test.'
const path = `${powerdns}/${child}`

function parentZone(serial: number, ds: string): { readonly name: string; readonly text: string } {
  const lines = [
    `@ 300 SOA ns.other.test. host.other.test. ${serial} 3600 600 86400 300`,
    '@ 300 NS ns.other.test.',
    'child 300 NS ns.other.test.',
    ds === '' ? '' : `child 300 DS ${ds}`,
  ]
  return { name: 'parent.test.', text: `${lines.join('\n')}\n` }
}

// The resolver of the configuration is asked, and its answer validated from the anchors there: here
// the server of the parent zone itself, with that zone's key.

t.test('a zone whose DS is at the parent is not deleted, unless forced', async (t) => {
  const parent = install(t, [parentZone(1, '')])
  const above = await startDanelaw(t, parent)
  const anchors = join(parent.directory, 'keys/parent.test.anchor')
  const resolver = `resolver: { servers: [127.0.0.1:${above.port}], anchors: "${anchors}" }`
  const settings = `api: { listen: [127.0.0.1:0] }\n${resolver}`
  const { ask } = await provision(t, install(t, [], settings))
  const zone = { name: child, kind: 'Native', nameservers: ['ns.other.test.'] }
  t.equal((await ask('POST', powerdns, zone)).status, 201)
  const [{ id, ds }] = (await ask('GET', `${path}/cryptokeys`)).json

  parent.writeZone(parentZone(2, ds[0]))
  t.equal((await parent.run('reload')).status, 0)
  const refused = await ask('DELETE', path)
  t.match(refused, { status: 409, json: { error: /its parent still has DS records/ } })
  t.equal((await ask('DELETE', `${path}/cryptokeys/${id}`)).status, 409, 'nor its last key')
  t.equal((await ask('GET', path)).status, 200, 'it is there')
  t.equal((await ask('DELETE', `${path}?force=true`)).status, 204)
  t.equal((await ask('GET', path)).status, 404)
})
