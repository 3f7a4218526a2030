/**
 * What the clients of PowerDNS' API send, request by request, as their sources build it; and what
 * they look at in what comes back.
 */
import type { Test } from 'tap'
import type { ApiAnswer, RunningApi } from '../support/api.ts'

const api = '/api/v1/servers/localhost'

function isPlainJson(t: Test, { status, headers, text }: ApiAnswer, expected = 200): void {
  t.equal(status, expected, text)
  t.equal(headers.get('content-type'), 'application/json', 'exactly, without charset')
}

function isEmpty(t: Test, { status, headers, text }: ApiAnswer): void {
  t.equal(status, 204, text)
  t.equal(text, '')
  t.equal(headers.get('content-type'), null)
}

/** The RRset of a name and type in a zone, as the API gives it. */
async function rrset({ ask }: RunningApi, zone: string, name: string, type: string) {
  const { json } = await ask('GET', `${api}/zones/${zone}`)
  return json.rrsets.find(
    (one: { readonly name: string; readonly type: string }) =>
      one.name === name && one.type === type,
  )
}

const challenge = '_acme-challenge.a.test.'

type Replay = (t: Test, open: (t: Test) => Promise<RunningApi>) => Promise<void>

/** Every client, by what it is seen to do, on an API that `open` opens. */
export const replays = new Map<string, Replay>()

replays.set(
  'lego: finds the version, presents a challenge beside another, cleans up',
  async (t, open) => {
    const running = await open(t)
    const { ask } = running
    const versions = await ask('GET', '/api')
    isPlainJson(t, versions)
    t.equal(versions.text, '[{"url":"/api/v1","version":1}]')
    const zone = await ask('GET', `${api}/zones/a.test.`)
    isPlainJson(t, zone)
    t.match(zone.json, {
      id: 'a.test.',
      name: 'a.test.',
      kind: 'Native',
      url: `${api}/zones/a.test.`,
    })
    const record = (value: string) => ({
      ...{ content: JSON.stringify(value), disabled: false },
      ...{ name: challenge, type: 'TXT', ttl: 120 },
    })
    const first = { name: challenge, type: 'TXT', kind: 'Master', ttl: 120, changetype: 'REPLACE' }
    const present = await ask('PATCH', `${api}/zones/a.test.`, {
      body: { rrsets: [{ ...first, records: [record('one'), record('two')] }] },
    })
    isEmpty(t, present)
    const back = await rrset(running, 'a.test.', challenge, 'TXT')
    t.strictSame(back.records, [
      { content: '"one"', disabled: false },
      { content: '"two"', disabled: false },
    ])
    const gone = { name: challenge, type: 'TXT', kind: 'Master', ttl: 0, changetype: 'DELETE' }
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body: { rrsets: [gone] } }))
    t.equal(await rrset(running, 'a.test.', challenge, 'TXT'), undefined)
  },
)

replays.set(
  'acme.sh: reads the zone with grep, sends JSON as a form, notifies always',
  async (t, open) => {
    const { ask } = await open(t)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const zones = await ask('GET', `${api}/zones`)
    // _get_root: `_normalizeJson | grep "\"name\":\"a.test.\""`
    t.match(zones.text, '"name":"a.test."')
    const body = (records: string) =>
      `{"rrsets": [{"changetype": "REPLACE", "name": "${challenge}", "type": "TXT", ` +
      `"ttl": 60, "records": [${records}]}]}`
    const record = (value: string) =>
      `{"name": "${challenge}", "type": "TXT", "content": "\\"${value}\\"", ` +
      '"disabled": false, "ttl": 60}'
    const set = await ask('PATCH', `${api}/zones/a.test.`, {
      body: body(record('one')),
      headers: form,
    })
    isEmpty(t, set)
    const zone = await ask('GET', `${api}/zones/a.test.`)
    // _list_existingchallenges: grep -o '"name":"<fqdn>[^]]*}' | grep -o 'content":"\"[^\]*' | cut
    const [found = ''] = /"name":"_acme-challenge\.a\.test\.[^\]]*\}/.exec(zone.text) ?? []
    t.strictSame(
      [...found.matchAll(/content":"\\"([^\\]*)/g)].map(([, value]) => value),
      ['one'],
    )
    const both = body(`${record('one')}, ${record('two')}`)
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body: both, headers: form }))
    const notify = await ask('PUT', `${api}/zones/a.test./notify`, { headers: form })
    isPlainJson(t, notify)
    t.equal(notify.text, '{"result":"Notification queued"}')
    const remove = `{"rrsets": [{"changetype": "DELETE", "name": "${challenge}", "type": "TXT"}]}`
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body: remove, headers: form }))
  },
)

replays.set(
  'external-dns: lists, patches many RRsets at once, and reads them back',
  async (t, open) => {
    const running = await open(t)
    const { ask } = running
    const list = await ask('GET', `${api}/zones`, { headers: { accept: 'application/json' } })
    isPlainJson(t, list)
    t.equal(list.json[0].id, 'a.test.')
    const heritage = '"heritage=external-dns,external-dns/owner=default"'
    const rrsets = [
      {
        ...{ name: 'www.a.test.', type: 'A', ttl: 300, changetype: 'REPLACE' },
        records: [{ content: '192.0.2.10', disabled: false, 'set-ptr': false }],
      },
      {
        ...{ name: 'a-www.a.test.', type: 'TXT', ttl: 300, changetype: 'REPLACE' },
        records: [{ content: heritage, disabled: false, 'set-ptr': false }],
      },
      {
        ...{ name: 'alias.a.test.', type: 'CNAME', ttl: 300, changetype: 'REPLACE' },
        records: [{ content: 'www.a.test.', disabled: false, 'set-ptr': false }],
      },
    ]
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body: { rrsets } }))
    t.equal((await rrset(running, 'a.test.', 'a-www.a.test.', 'TXT')).records[0].content, heritage)
    t.equal((await rrset(running, 'a.test.', 'alias.a.test.', 'CNAME')).ttl, 300)
    const gone = rrsets.map(({ name, type }) => ({
      name,
      type,
      changetype: 'DELETE',
      records: null,
    }))
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body: { rrsets: gone } }))
    const alias = {
      ...{ name: 'a.test.', type: 'ALIAS', ttl: 300, changetype: 'REPLACE' },
      records: [{ content: 'lb.example.net.', disabled: false }],
    }
    const refused = await ask('PATCH', `${api}/zones/a.test.`, { body: { rrsets: [alias] } })
    isPlainJson(t, refused, 422)
    t.match(refused.json.error, /ALIAS.*resolves nothing while it answers/)
  },
)

replays.set(
  'octoDNS: reads a version, creates with rrsets that say REPLACE, patches',
  async (t, open) => {
    const running = await open(t)
    const { ask } = running
    const server = await ask('GET', api)
    isPlainJson(t, server)
    const parts = server.json.version.split('.').slice(0, 3)
    const numbers = parts.map((part: string) => Number(part.split('-')[0]))
    t.ok(numbers[0] > 4 && numbers.every(Number.isInteger), server.json.version)
    t.equal((await ask('GET', `${api}/zones/new.test.`)).status, 404, 'not 422')
    const created = await ask('POST', `${api}/zones`, {
      body: {
        ...{ name: 'new.test.', kind: 'Native', masters: [], nameservers: [], serial: 0 },
        ...{ soa_edit_api: 'default' },
        rrsets: [
          {
            ...{ name: 'new.test.', type: 'NS', ttl: 600, changetype: 'REPLACE' },
            records: ['ns1.example.net.', 'ns2.example.net.'].map((content) => ({
              ...{ content, disabled: false },
            })),
          },
          {
            ...{ name: 'txt.new.test.', type: 'TXT', ttl: 600, changetype: 'REPLACE' },
            records: [{ content: '"v=DKIM1; k=rsa; p=abc"', disabled: false }],
          },
        ],
      },
    })
    isPlainJson(t, created, 201)
    t.equal(created.json.soa_edit_api, 'DEFAULT')
    const types = created.json.rrsets.map((one: { type: string }) => one.type)
    t.strictSame(types.sort(), ['NS', 'SOA', 'TXT'])
    const txt = await rrset(running, 'new.test.', 'txt.new.test.', 'TXT')
    t.equal(txt.records[0].content, '"v=DKIM1; k=rsa; p=abc"')
    const change = [
      {
        ...{ name: 'txt.new.test.', type: 'TXT', ttl: 60, changetype: 'DELETE' },
        records: [{ content: '"v=DKIM1; k=rsa; p=abc"', disabled: false }],
      },
      {
        ...{ name: 'b.new.test.', type: 'A', ttl: 60, changetype: 'REPLACE' },
        records: [{ content: '192.0.2.7', disabled: false }],
      },
    ]
    isEmpty(t, await ask('PATCH', `${api}/zones/new.test.`, { body: { rrsets: change } }))
  },
)

replays.set(
  'Terraform: zone and record, from 201 to 204, without a difference on reading',
  async (t, open) => {
    const running = await open(t)
    const { ask } = running
    const servers = await ask('GET', '/api/v1/servers')
    isPlainJson(t, servers)
    t.equal(servers.json[0].id, 'localhost')
    const created = await ask('POST', `${api}/zones`, {
      body: {
        ...{ name: 'tf.test.', kind: 'Native', nameservers: ['ns1.tf.test.', 'ns2.example.'] },
        ...{ soa_edit_api: 'DEFAULT', account: 'team' },
      },
    })
    isPlainJson(t, created, 201)
    t.equal(created.json.account, 'team')
    const odd = [
      [
        'tlsa.tf.test.',
        'TLSA',
        '3 1 1 0D6FCE13243AA7A1E6A1F5C0DDB17CAA37B5B2D4F5F9A2BDD5E0D5BB6A3F57D1',
      ],
      ['txt.tf.test.', 'TXT', `"${'x'.repeat(250)}" "${'y'.repeat(250)}"`],
      ['long.tf.test.', 'TXT', `"${'z'.repeat(600)}"`],
      ['mx.tf.test.', 'MX', '10 Mail.TF.test.'],
      ['caa.tf.test.', 'CAA', '0 issue "letsencrypt.org"'],
      ['srv._tcp.tf.test.', 'SRV', '0 5 5060 sip.example.'],
      ['v6.tf.test.', 'AAAA', '2001:DB8:0:0:0:0:0:1'],
    ] as const
    for (const [name, type, content] of odd) {
      const record = { content, disabled: false, name, type, ttl: 100, 'set-ptr': false }
      const body = { rrsets: [{ name, type, ttl: 100, changetype: 'REPLACE', records: [record] }] }
      isEmpty(t, await ask('PATCH', `${api}/zones/tf.test.`, { body }))
      const { records } = await rrset(running, 'tf.test.', name, type)
      t.equal(records[0].content, content, `${type} as it was spelled`)
    }
    const settings = { name: 'tf.test.', kind: 'Master', account: 'other' }
    isEmpty(t, await ask('PUT', `${api}/zones/tf.test.`, { body: settings }))
    const zone = await ask('GET', `${api}/zones/tf.test.`)
    t.match(zone.json, { kind: 'Master', account: 'other', soa_edit_api: 'DEFAULT' })
    isEmpty(t, await ask('DELETE', `${api}/zones/tf.test.`))
    t.equal((await ask('GET', `${api}/zones/tf.test.`)).status, 404)
  },
)

replays.set('dnscontrol: zones, a key, TTL 0 on DELETE', async (t, open) => {
  const { ask } = await open(t)
  const created = await ask('POST', `${api}/zones`, {
    body: {
      ...{ name: 'dc.test.', type: 'Zone', kind: 'Native', dnssec: false, soa_edit_api: '' },
      ...{ nameservers: ['ns1.example.', 'ns2.example.'], api_rectify: false },
    },
  })
  isPlainJson(t, created, 201)
  t.equal(created.json.soa_edit_api, 'OFF')
  const empty = await ask('GET', `${api}/zones/dc.test./cryptokeys`)
  isPlainJson(t, empty)
  const key = await ask('POST', `${api}/zones/dc.test./cryptokeys`, {
    body: { keytype: 'csk', active: true, published: true },
  })
  isPlainJson(t, key, 201)
  t.match(key.json, { type: 'Cryptokey', active: true, published: true, flags: 257 })
  t.equal(key.json.keytype, 'csk')
  t.equal(key.json.algorithm, 'ECDSAP256SHA256')
  t.match(key.json.dnskey, /^257 3 13 /)
  t.match(key.json.ds[0], / 13 2 [0-9a-fA-F]{64}$/)
  t.match(key.json.ds[1], / 13 4 [0-9a-fA-F]{96}$/)
  t.notOk('privatekey' in key.json)
  const gone = { name: 'nothing.dc.test.', type: 'A', ttl: 0, changetype: 'DELETE', records: [] }
  isEmpty(t, await ask('PATCH', `${api}/zones/dc.test.`, { body: { rrsets: [gone] } }))
})

replays.set(
  'PowerDNS-Admin: every field that it indexes, settings one by one, ids undotted',
  async (t, open) => {
    const { ask } = await open(t)
    const list = await ask('GET', `${api}/zones`, { headers: { accept: 'application/json; q=1' } })
    for (const field of ['masters', 'kind', 'serial', 'notified_serial', 'last_check', 'dnssec']) {
      t.ok(field in list.json[0], field)
    }
    const zone = await ask('GET', `${api}/zones/a.test`)
    isPlainJson(t, zone)
    for (const one of zone.json.rrsets) t.ok(Array.isArray(one.comments), one.name)
    for (const body of [
      { api_rectify: true },
      { soa_edit_api: 'INCREASE', kind: 'native' },
      { kind: 'Master', masters: [] },
      { catalog: '' },
    ]) {
      isEmpty(t, await ask('PUT', `${api}/zones/a.test`, { body }))
    }
    t.match((await ask('GET', `${api}/zones/a.test`)).json, { soa_edit_api: 'INCREASE' })
    const config = await ask('GET', `${api}/config`)
    isPlainJson(t, config)
    t.match(config.json[0], { type: 'ConfigSetting', name: String, value: String })
    const statistics = await ask('GET', `${api}/statistics`)
    isPlainJson(t, statistics)
    const uptime = statistics.json.find((one: { name: string }) => one.name === 'uptime')
    t.match(uptime, { type: 'StatisticItem', value: /^\d+$/ })
    const found = await ask('GET', `${api}/search-data?q=*ns*&max=10&object_type=all`)
    isPlainJson(t, found)
    t.match(found.json[0], { object_type: 'record', zone_id: 'a.test.', name: String })
    t.equal((await ask('PUT', `${api}/zones/a.test/axfr-retrieve`)).status, 422)
    const commented = {
      ...{ name: 'c.a.test.', type: 'A', ttl: 60, changetype: 'REPLACE' },
      records: [{ content: '192.0.2.1', disabled: true }],
      comments: [{ content: 'why', account: 'me' }],
    }
    isEmpty(t, await ask('PATCH', `${api}/zones/a.test`, { body: { rrsets: [commented] } }))
    const back = await ask('GET', `${api}/zones/a.test?rrset_name=c.a.test.&rrset_type=A`)
    t.equal(back.json.rrsets.length, 1)
    t.match(back.json.rrsets[0].comments, [{ account: 'me', content: 'why', modified_at: Number }])
    t.equal(back.json.rrsets[0].records[0].disabled, true)
  },
)

replays.set('libdns: one zone by name, EXTEND and PRUNE of one record', async (t, open) => {
  const running = await open(t)
  const { ask } = running
  const one = await ask('GET', `${api}/zones?zone=a.test.`)
  t.equal(one.json.length, 1)
  t.strictSame((await ask('GET', `${api}/zones?zone=b.test.`)).json, [])
  const change = (changetype: string, content: string, ttl?: number) => ({
    body: {
      rrsets: [
        { name: challenge, type: 'TXT', ttl, changetype, records: [{ content, disabled: false }] },
      ],
    },
  })
  isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, change('EXTEND', '"one"', 60)))
  isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, change('extend', '"two"')))
  isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, change('Prune', '"one"')))
  const { records } = await rrset(running, 'a.test.', challenge, 'TXT')
  t.strictSame(records, [{ content: '"two"', disabled: false }])
  const two = change('EXTEND', '"x"')
  two.body.rrsets[0]?.records.push({ content: '"y"', disabled: false })
  isPlainJson(t, await ask('PATCH', `${api}/zones/a.test.`, two), 422)
})

replays.set(
  'deSEC: ids with escapes, no rrsets, keys with cds, export as text',
  async (t, open) => {
    const { ask } = await open(t)
    const created = await ask('POST', `${api}/zones?rrsets=false`, {
      body: {
        ...{ name: '_x.dedyn.test.', kind: 'MASTER', dnssec: true, nsec3param: '1 0 0 -' },
        nameservers: ['ns1.example.', 'ns2.example.'],
      },
    })
    isPlainJson(t, created, 201)
    t.notOk('rrsets' in created.json)
    t.match(created.json, { id: '=5Fx.dedyn.test.', kind: 'Master', nsec3param: '1 0 0 -' })
    const zone = await ask('GET', `${api}/zones/=5Fx.dedyn.test.`)
    isPlainJson(t, zone)
    t.ok(Number.isInteger(zone.json.edited_serial))
    t.equal((await ask('GET', `${api}/zones/%5Fx.dedyn.test.`)).status, 200, 'percent, too')
    const keys = await ask('GET', `${api}/zones/=5Fx.dedyn.test./cryptokeys`)
    t.ok(
      keys.json.every((key: { cds: string[]; flags: number }) => key.flags && key.cds.length > 0),
    )
    const text = await ask('GET', `${api}/zones/=5Fx.dedyn.test./export`, {
      headers: { accept: 'text/dns' },
    })
    t.match(text.headers.get('content-type'), /^text\/plain/)
    t.match(text.text, /^_x\.dedyn\.test\.\t3600\tIN\tSOA\t/m)
    isEmpty(t, await ask('DELETE', `${api}/zones/=5Fx.dedyn.test.`))
  },
)

replays.set('mittwald and joeig: a whole zone as PATCH body, nulls, no Accept', async (t, open) => {
  const { ask } = await open(t)
  const body = {
    ...{ id: '', name: '', type: '', url: '', kind: '', serial: 0, nameservers: [], masters: null },
    rrsets: [
      {
        ...{ name: 'm.a.test.', type: 'A', ttl: 60, changetype: 'REPLACE', comments: null },
        records: [{ content: '192.0.2.5', disabled: false, 'set-ptr': false }],
      },
      { name: 'n.a.test.', type: 'A', ttl: 0, changetype: 'DELETE', records: null, comments: null },
    ],
  }
  isEmpty(t, await ask('PATCH', `${api}/zones/a.test.`, { body }))
  const priority = {
    ...{ name: 'p.a.test.', type: 'MX', ttl: 60, changetype: 'REPLACE' },
    records: [{ content: 'mail.a.test.', priority: 10 }],
  }
  const refused = await ask('PATCH', `${api}/zones/a.test.`, { body: { rrsets: [priority] } })
  isPlainJson(t, refused, 422)
})
