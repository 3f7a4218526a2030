import t from 'tap'
import { parseConfig, storeDriverOf } from '../../src/config/index.ts'

function read(text: string) {
  return parseConfig(text, { file: 'danelaw.yaml', directory: '/etc/danelaw' })
}

const refused: readonly (readonly [title: string, text: string, faults: readonly string[]])[] = [
  [
    'an API for everybody without TLS, by the address',
    'api:\n  listen: [127.0.0.1:80, 192.0.2.1:80]\n',
    [
      "2:11 listen-remote: Cannot use api.listen: 192.0.2.1 is not this machine's own, and keys " +
        'would cross the network in the clear; expected api.tls, or allowPlain: on where ' +
        'something else encrypts',
    ],
  ],
  [
    'half of the credentials',
    'api:\n  tls: { key: k.pem }\n',
    [
      '2:8 config-invalid: Cannot read api.tls: found {"key":"k.pem"}, expected certificate and ' +
        'key, two PEM files, or neither',
    ],
  ],
  [
    'an API with the store off',
    'api: { socket: a.sock }\nstore:\n  driver: off\n',
    [
      '3:11 config-invalid: Cannot read store.driver: found "off", expected lmdb, postgres or ' +
        'auto, since zones of the API need a store',
    ],
  ],
  [
    'postgres nowhere',
    'store: { driver: postgres }\n',
    [
      '1:8 config-invalid: Cannot read store: found {"driver":"postgres"}, expected store.url, ' +
        'such as postgres://danelaw@db.example/danelaw, with postgres',
    ],
  ],
  [
    'a database for the embedded store',
    'store: { url: "postgres:///d" }\n',
    [
      '1:15 config-invalid: Cannot read store.url: found "postgres:///d", expected url only with ' +
        'driver postgres, not auto',
    ],
  ],
  [
    'another kind of database',
    'store: { driver: postgres, url: "mysql://d/d" }\n',
    [
      '1:33 config-invalid: Cannot read store.url: found "mysql://d/d", expected off, or a URL ' +
        'such as postgres://danelaw@db.example/danelaw',
    ],
  ],
  [
    'a password in the URL, without telling it',
    'store: { driver: postgres, url: "postgres://a:hunter2@d/d" }\n',
    [
      '1:33 config-invalid: Cannot read store.url: it has a password; put it into ' +
        'store.passwordFile',
    ],
  ],
  [
    'a level that is not known',
    'log: { level: warning }\n',
    [
      '1:15 config-invalid: Cannot read log.level: found "warning", expected one of info, warn, ' +
        'error, off; meant "warn"?',
    ],
  ],
]

for (const [title, text, faults] of refused) {
  t.test(`parseConfig refuses ${title}`, async (t) => {
    const { config, findings } = read(text)
    const told = findings.map(
      ({ place, code, message }) => `${place?.line}:${place?.column} ${code}: ${message}`,
    )
    t.same(told, faults)
    t.equal(config, undefined)
  })
}

t.test('parseConfig: loopback, TLS and allowPlain let the API listen', async (t) => {
  for (const text of [
    "api: { listen: [127.0.0.1:1, 127.9.9.9:1, '[::1]:1'] }",
    'api: { listen: [192.0.2.1:1], tls: { certificate: c, key: k } }',
    'api: { listen: [192.0.2.1:1], allowPlain: on }',
  ]) {
    t.same(read(text).findings, [], text)
  }
})

t.test('storeDriverOf: a store where the API listens, and where one was named', async (t) => {
  const drivers = [
    ['', 'off'],
    ['api: { listen: 127.0.0.1:8081 }', 'lmdb'],
    ['api: { socket: a.sock }', 'lmdb'],
    ['store: { driver: lmdb }', 'lmdb'],
    ['store: { driver: postgres, url: "postgresql:///d" }', 'postgres'],
  ] as const
  for (const [text, driver] of drivers) {
    const { config } = read(text)
    t.equal(config && storeDriverOf(config), driver, text)
  }
})
