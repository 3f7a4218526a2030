import t from 'tap'
import { defaultConfig, parseConfig, policyOf } from '../../src/config/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'

const options = { file: 'danelaw.yaml', directory: '/etc/danelaw' }

/** What is wrong with `text`, one line each: `line:column code: message`. */
function faults(text: string): string[] {
  const { config, findings } = parseConfig(text, options)
  t.equal(config === undefined, findings.length > 0, 'a config or findings, never both')
  return findings.map(
    ({ place, code, message }) => `${place?.line}:${place?.column} ${code}: ${message}`,
  )
}

function read(text: string) {
  const { config, findings } = parseConfig(text, options)
  t.same(findings, [])
  if (!config) throw new Error('no config')
  return config
}

t.test('parseConfig: an empty text is the default configuration', (t) => {
  t.same(read(''), defaultConfig('/etc/danelaw'))
  t.same(read('policy:\ntls:\nlisten:\n'), defaultConfig('/etc/danelaw'))
  t.end()
})

t.test('parseConfig: the smallest useful form of the README', (t) => {
  const config = read(`
listen: [127.0.0.1:5300]          # UDP and TCP; tls: listeners apart
zones: { directory: ./zones }     # NAME.zone and NAME.yaml, each a zone named by its file
keys: { directory: ./keys }
policy: { algorithm: ECDSAP256SHA256, denial: nsec }
overrides:                        # per zone
  example.test: { denial: nsec3 }
  plain.test: { dnssec: off }     # also possible under policy
`)
  t.same(config.listen, [{ address: '127.0.0.1', port: 5300 }])
  t.equal(config.zones.directory, '/etc/danelaw/zones')
  t.equal(config.keys.directory, '/etc/danelaw/keys')
  t.equal(policyOf(config, parseName('EXAMPLE.test.')).denial, 'nsec3')
  t.equal(policyOf(config, parseName('plain.test.')).dnssec, false)
  t.same(policyOf(config, parseName('other.test.')), config.policy)
  const override = config.overrides.get(nameKey(parseName('plain.test.')))
  t.same(override?.place, { file: 'danelaw.yaml', line: 8, column: 3 })
  t.end()
})

t.test('parseConfig: every setting is read', (t) => {
  const config = read(`
listen: ['[::1]:53', 192.0.2.1:0]
tls: { listen: '127.0.0.1:853', certificate: tls/cert.pem, key: /abs/key.pem }
zones: { directory: off, files: { .: root.zone, a/b.test: b.zone } }
keys: { directory: ../keys }
policy:
  dnssec: on
  algorithm: 15
  keys: ksk+zsk
  denial: nsec3
  optOut: true
  signatures: { validity: 30d, refresh: 1w, jitter: 1d12h, skew: 90 }
  dnskeyTtl: 2h
  cds: off
overrides:
  .: { denial: compact, optOut: off, algorithm: ed25519, signatures: { skew: 30m } }
signing: { deterministic: true, cacheOctets: 16M }
server:
  udpOctetsMax: 4096
  nsid: node-7
  version: off
  tcp:
    connectionsMax: 5
    clientConnectionsMax: 4
    connectionQueriesMax: 3
    idleTimeout: 2m
    readTimeout: 1s
    writeTimeout: 7
control: { socket: off }
store:
  driver: postgres
  url: postgres://d@[::1]/d
  sealingKeys: [k, /old]
  passwordFile: p
  node: a
api:
  listen: ['[::]:443']
  socket: api.sock
  tls: { certificate: c.pem, key: /k.pem }
  allowPlain: on
  bodyOctets: 1M
  headerOctets: 8k
  connectionsMax: 9
  requestsMax: 8
  requestTimeout: 1m
resolver: { servers: 127.0.0.1:53, anchors: root.anchors }
provisioning:
  suffix: mx.test
  nameServers: { ns1: 192.0.2.53 }
  partition: o-v1
  legacyZone: mail.test
  legacyFrontends: [192.0.2.7]
  expectedPreference: 10
  expectedTtl: 1m
  hostTtl: 30
  hold: 1d
  legacyHold: 1h
  smtpPort: 2525
  mtaSts: { port: 8443, authorities: ca.pem }
log: { level: error, format: text }
lab: { inject: [a.test], allowRemote: on }
`)
  const signatures = { validity: 2_592_000, refresh: 604_800, jitter: 129_600, skew: 90 }
  const policy = {
    dnssec: true,
    algorithm: 15,
    keys: 'ksk+zsk',
    denial: 'nsec3',
    optOut: true,
    signatures,
    dnskeyTtl: 7200,
    cds: false,
  }
  t.same(config, {
    listen: [
      { address: '::1', port: 53 },
      { address: '192.0.2.1', port: 0 },
    ],
    tls: {
      listen: [{ address: '127.0.0.1', port: 853 }],
      certificate: '/etc/danelaw/tls/cert.pem',
      key: '/abs/key.pem',
    },
    zones: {
      directory: undefined,
      files: new Map([
        ['', { zone: parseName('.'), file: '/etc/danelaw/root.zone' }],
        [
          nameKey(parseName('a/b.test')),
          { zone: parseName('a/b.test'), file: '/etc/danelaw/b.zone' },
        ],
      ]),
    },
    keys: { directory: '/etc/keys' },
    policy,
    overrides: new Map([
      [
        '',
        {
          zone: parseName('.'),
          policy: {
            ...policy,
            denial: 'compact',
            optOut: false,
            signatures: { ...signatures, skew: 1800 },
          },
          place: { file: 'danelaw.yaml', line: 16, column: 3 },
        },
      ],
    ]),
    signing: { deterministic: true, cacheOctets: 16_777_216 },
    server: {
      udpOctetsMax: 4096,
      nsid: 'node-7',
      version: undefined,
      tcp: {
        connectionsMax: 5,
        clientConnectionsMax: 4,
        connectionQueriesMax: 3,
        idleTimeout: 120,
        readTimeout: 1,
        writeTimeout: 7,
      },
    },
    control: { socket: undefined },
    store: {
      driver: 'postgres',
      path: '/etc/danelaw/state/store',
      url: 'postgres://d@[::1]/d',
      passwordFile: '/etc/danelaw/p',
      sealingKeys: ['/etc/danelaw/k', '/old'],
      node: 'a',
    },
    api: {
      listen: [{ address: '::', port: 443 }],
      socket: '/etc/danelaw/api.sock',
      tls: { certificate: '/etc/danelaw/c.pem', key: '/k.pem' },
      allowPlain: true,
      bodyOctets: 2 ** 20,
      headerOctets: 8192,
      connectionsMax: 9,
      requestsMax: 8,
      requestTimeout: 60,
    },
    resolver: {
      servers: [{ address: '127.0.0.1', port: 53 }],
      anchors: '/etc/danelaw/root.anchors',
    },
    tlsa: new Map(),
    provisioning: {
      suffix: parseName('mx.test.'),
      nameServers: [{ name: 'ns1', addresses: ['192.0.2.53'] }],
      ...{ partition: 'o-v1', legacyZone: parseName('mail.test.') },
      ...{ legacyFrontends: ['192.0.2.7'], expectedPreference: 10 },
      ...{ expectedTtl: 60, hostTtl: 30, hold: 86_400, legacyHold: 3600, smtpPort: 2525 },
      mtaSts: { port: 8443, authorities: '/etc/danelaw/ca.pem' },
    },
    log: { level: 'error', format: 'text' },
    lab: { inject: [parseName('a.test.')], allowRemote: true },
  })
  t.end()
})

const signers = 'one of ECDSAP256SHA256 (13), ECDSAP384SHA384 (14) or ED25519 (15)'
const endpoint = 'ADDRESS:PORT, such as 127.0.0.1:5300 or "[::1]:5300"'
const wrong: readonly (readonly [title: string, text: string, faults: readonly string[]])[] = [
  [
    'an unknown key with a near one',
    'listen: 127.0.0.1:53\npolcy: {}\n',
    ['2:1 config-key-unknown: Cannot use setting "polcy": meant "policy"?'],
  ],
  [
    'an unknown key below, with none near',
    'control: { socket: a, xylophone: 1 }',
    ['1:23 config-key-unknown: Cannot use setting "xylophone" in control: expected one of socket'],
  ],
  [
    'a word for a word',
    'policy:\n  denial: nsec33\n',
    [
      '2:11 config-invalid: Cannot read policy.denial: found "nsec33", expected one of nsec, ' +
        'nsec3, minimal, compact; meant "nsec3"?',
    ],
  ],
  [
    'a word far from all',
    'policy: { keys: 7 }',
    ['1:17 config-invalid: Cannot read policy.keys: found 7, expected one of csk, ksk+zsk'],
  ],
  [
    'an algorithm nobody has',
    'policy: { algorithm: RSAMD5 }',
    [`1:22 config-invalid: Cannot read policy.algorithm: found "RSAMD5", expected ${signers}`],
  ],
  [
    'an algorithm only to verify with',
    'policy: { algorithm: 8 }',
    [`1:22 config-invalid: Cannot read policy.algorithm: found 8, expected ${signers}`],
  ],
  [
    'a switch that is neither on nor off',
    'policy: { cds: maybe }',
    ['1:16 config-invalid: Cannot read policy.cds: found "maybe", expected on, off, true or false'],
  ],
  [
    'a duration without a unit known',
    'policy: { dnskeyTtl: 3 fortnights }',
    [
      '1:22 config-invalid: Cannot read policy.dnskeyTtl: found "3 fortnights", expected a ' +
        'duration from 0s to 7d, such as 90s, 30m, 12h or 14d',
    ],
  ],
  [
    'a duration out of range, in an override',
    'overrides:\n  a.test:\n    signatures: { skew: 2d }\n',
    [
      '3:25 config-invalid: Cannot read overrides.a.test.signatures.skew: found "2d", expected a ' +
        'duration from 0s to 1d, such as 90s, 30m, 12h or 14d',
    ],
  ],
  [
    'signatures renewed before they are made',
    'policy: { signatures: { validity: 5d } }',
    [
      '1:35 config-invalid: Cannot read policy.signatures.validity: found "5d", expected ' +
        'validity to be longer than refresh and jitter together, which are 5d and 12h',
    ],
  ],
  [
    'keys cached for longer than signatures are refreshed',
    'policy: { dnskeyTtl: 6d }',
    [
      '1:22 config-invalid: Cannot read policy.dnskeyTtl: found "6d", expected a dnskeyTtl ' +
        'shorter than signatures.refresh, 5d, so that no cache keeps a signature past its end',
    ],
  ],
  [
    'optOut without nsec3',
    'policy: { optOut: on }',
    [
      '1:19 config-invalid: Cannot read policy.optOut: found "on", expected optOut only with ' +
        'denial nsec3, not nsec',
    ],
  ],
  [
    'optOut that an override leaves behind',
    'policy: { optOut: on, denial: nsec3 }\noverrides: { a.test: { denial: nsec } }',
    [
      '2:22 config-invalid: Cannot read overrides.a.test: found {"denial":"nsec"}, expected ' +
        'optOut only with denial nsec3, not nsec',
    ],
  ],
  [
    'a name in place of an address',
    'listen: [localhost:53, 127.0.0.1:53]',
    [`1:10 config-invalid: Cannot read listen[0]: found "localhost:53", expected ${endpoint}`],
  ],
  [
    'an address without a port',
    'listen: 127.0.0.1',
    [`1:9 config-invalid: Cannot read listen: found "127.0.0.1", expected ${endpoint}`],
  ],
  [
    'IPv6 without brackets, a port too large, brackets around IPv4',
    "listen: ['::1:53', 127.0.0.1:65536, '[127.0.0.1]:53']",
    [
      `1:10 config-invalid: Cannot read listen[0]: found "::1:53", expected ${endpoint}`,
      `1:20 config-invalid: Cannot read listen[1]: found "127.0.0.1:65536", expected ${endpoint}`,
      `1:37 config-invalid: Cannot read listen[2]: found "[127.0.0.1]:53", expected ${endpoint}`,
    ],
  ],
  [
    'an endpoint twice',
    'listen: [127.0.0.1:53, 127.0.0.1:53]',
    [
      '1:24 config-invalid: Cannot read listen[1]: found "127.0.0.1:53", expected each address ' +
        'and port once',
    ],
  ],
  [
    'nothing to listen on',
    'listen: []',
    [
      '1:9 config-invalid: Cannot read listen: found [], expected at least one endpoint in ' +
        'listen or tls.listen',
    ],
  ],
  [
    'TLS without certificate and key',
    'tls: { listen: 127.0.0.1:853 }',
    [
      '1:6 config-invalid: Cannot read tls: found {"listen":"127.0.0.1:853"}, expected ' +
        'tls.certificate, a PEM file, with listen',
      '1:6 config-invalid: Cannot read tls: found {"listen":"127.0.0.1:853"}, expected tls.key, ' +
        'a PEM file, with listen',
    ],
  ],
  [
    'a path that is a list',
    'keys: { directory: [a] }',
    ['1:20 config-invalid: Cannot read keys.directory: found ["a"], expected a path'],
  ],
  [
    'a socket path no system takes',
    `control: { socket: /${'x'.repeat(103)} }`,
    [
      `1:20 config-invalid: Cannot read control.socket: found "/${'x'.repeat(55)}…, expected a ` +
        `path of at most 103 octets; "/${'x'.repeat(103)}" has more`,
    ],
  ],
  [
    'a size out of range',
    'server: { udpOctetsMax: 511 }',
    [
      '1:25 config-invalid: Cannot read server.udpOctetsMax: found 511, expected a whole number ' +
        'from 512 to 4096',
    ],
  ],
  [
    'octets without a count',
    'signing: { cacheOctets: lots }',
    [
      '1:25 config-invalid: Cannot read signing.cacheOctets: found "lots", expected octets from ' +
        '65536 to 68719476736, such as 65536, 64k or 64M',
    ],
  ],
  [
    'an NSID too long for its option',
    `server: { nsid: ${'n'.repeat(129)} }`,
    [
      `1:17 config-invalid: Cannot read server.nsid: found "${'n'.repeat(56)}…, expected off, or ` +
        'text of 1 to 128 octets',
    ],
  ],
  [
    'a list in place of a section',
    'policy: [csk]',
    [
      '1:9 config-invalid: Cannot read policy: found ["csk"], expected a mapping of dnssec, ' +
        'algorithm, keys, denial, optOut, signatures, dnskeyTtl, cds',
    ],
  ],
  [
    'a list in place of everything',
    '- listen',
    [
      '1:1 config-invalid: Cannot read configuration: found ["listen"], expected a mapping of ' +
        'listen, tls, zones, keys, policy, overrides, signing, server, control, store, api, ' +
        'resolver, provisioning, tlsa, log, lab',
    ],
  ],
  [
    'a list in place of overrides',
    'overrides: [a.test]',
    [
      '1:12 config-invalid: Cannot read overrides: found ["a.test"], expected a mapping from ' +
        'zones to policies',
    ],
  ],
  [
    'a zone that is no name',
    'overrides:\n  a..test: {}\n',
    ['2:3 name-invalid: Cannot read name "a..test": it has an empty label'],
  ],
  [
    'a zone named twice in different case',
    'overrides:\n  a.test: {}\n  A.TEST.: {}\n',
    ['3:3 config-invalid: Cannot use overrides.A.TEST.: the zone is named twice'],
  ],
  [
    'a key given twice',
    'listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n',
    ['2:1 config-invalid: Cannot read YAML: Map keys must be unique'],
  ],
  [
    'an alias',
    'keys: &k { directory: x }\nzones: *k\n',
    ['2:8 config-invalid: Cannot read alias "*k": write its value out'],
  ],
  [
    'several errors, in the order of the text',
    'server: { nsid: [] }\nlisten: 1\n',
    [
      '1:17 config-invalid: Cannot read server.nsid: found [], expected off, or text of 1 to 128 ' +
        'octets',
      `2:9 config-invalid: Cannot read listen: found 1, expected ${endpoint}`,
    ],
  ],
]

for (const [title, text, expected] of wrong) {
  t.test(`parseConfig refuses ${title}`, (t) => {
    t.same(faults(text), expected)
    t.end()
  })
}

t.test('parseConfig refuses text that is not YAML, with the place', (t) => {
  t.match(faults('listen: [1\npolicy: }'), [/^2:\d+ config-invalid: Cannot read YAML: /])
  t.end()
})

t.test('parseConfig stops after a hundred findings', (t) => {
  const keys = Array.from({ length: 150 }, (_, i) => `xyzzy-${i}: 1`)
  t.equal(faults(keys.join('\n')).length, 100)
  t.end()
})
