/**
 * The architecture as a check. ARCHITECTURE.md argues for these rules; this file holds them, and
 * `test/tools/rooms.test.ts` breaks each of them once to prove that it can fail.
 *
 * `rooms` says which rooms a room may enter. Everything not named there is forbidden, so a new room
 * does not exist until it has a row here.
 */

const floors = ['base', 'wire', 'rr', 'message', 'crypto', 'zonefile']
const dataPlane = ['zone', 'denial', 'signer', 'response', 'query']
const provisioning = [
  ...['store', 'records', 'access', 'observe'],
  ...['provision', 'rollover', 'migration', 'cmdlets', 'api'],
]
const lab = ['lab', 'world', 'trial', 'post', 'rolling', 'scenario', 'overlay']
const companion = [
  ...['validator', 'stub', 'dane', 'smtp', 'https', 'mtasts', 'tlsrpt'],
  ...['destination', 'check', 'policy'],
]

/** @type {Readonly<Record<string, { may: readonly string[], why: string }>>} */
export const rooms = {
  base: { may: [], why: 'The ground: everything stands on it, so it stands on nothing.' },
  wire: { may: ['base'], why: 'Octets and names know nothing of records.' },
  rr: { may: ['base', 'wire'], why: 'Records are made of names and octets, not of messages.' },
  message: { may: ['base', 'wire', 'rr'], why: 'Messages carry records; floors go down.' },
  crypto: { may: ['base', 'wire', 'rr'], why: 'Digests and keys are facts about names and rdata.' },
  zonefile: {
    may: ['base', 'wire', 'rr'],
    why: 'A text of records; whose zone it is comes later.',
  },

  zone: { may: floors, why: 'What is true does not depend on how it is proven or sent.' },
  denial: { may: [...floors, 'zone'], why: 'A proof is about a zone; it is signed afterwards.' },
  signer: { may: [...floors, 'zone', 'denial'], why: 'Signs what is true and what denies it.' },
  response: { may: floors, why: 'Lays RRsets into a message, whichever zone they come from.' },
  query: { may: [...floors, ...dataPlane], why: 'The corridor: the only room that sees all five.' },

  server: { may: ['base'], why: 'Framing and limits; DNS reaches it as one function.' },

  config: { may: floors, why: 'A typed text; it starts nothing.' },
  keystore: { may: floors, why: 'Keys at rest know nothing of the zones that use them.' },
  control: { may: ['base'], why: 'Carries words between two processes, whatever they mean.' },
  publish: {
    may: [...floors, 'zone', 'denial', 'signer', 'keystore', 'config'],
    why: 'Brings zones to life; it never touches a query or a socket.',
  },

  validator: { may: floors, why: 'It checks the server, so it shares only the floors with it.' },
  stub: {
    may: [...floors, 'validator'],
    why: 'Fetches what the validator asks for; what it means is not its business.',
  },
  dane: { may: floors, why: 'Judges records and certificates that others have fetched.' },
  smtp: {
    may: ['base', 'wire', 'crypto'],
    why: 'Reports what a mail server does; judges nothing.',
  },
  https: { may: ['base', 'wire'], why: 'One bounded exchange, to addresses that it is given.' },
  mtasts: { may: [...floors, 'https'], why: 'MTA-STS knows no DANE, as DANE knows no MTA-STS.' },
  tlsrpt: { may: [...floors, 'https'], why: 'A report is a text about results, made by others.' },
  destination: {
    may: [...floors, 'validator', 'stub', 'dane'],
    why: 'What DNS says of a destination, before anybody connects to it.',
  },
  check: {
    may: [
      ...floors,
      ...['validator', 'stub', 'dane', 'smtp', 'https', 'mtasts', 'tlsrpt', 'destination'],
    ],
    why: 'Plays the sender, step by step: all that a sender needs, and nothing of the server.',
  },
  policy: {
    may: [...floors, 'validator', 'stub', 'dane', 'https', 'mtasts', 'destination'],
    why: 'Tells a mail server what a destination demands; it never connects to one.',
  },

  store: { may: floors, why: 'Durable state; what makes a zone sound is not its business.' },
  access: { may: floors, why: 'Who may do what is a pure question.' },
  observe: { may: ['base'], why: 'Counts and says; decides nothing.' },
  records: {
    may: [
      ...floors,
      ...dataPlane,
      ...['keystore', 'config', 'publish', 'store', 'validator', 'stub'],
    ],
    why: 'Brings the zones of the store to life, and asks the validator before anybody else does.',
  },
  provision: {
    may: [...floors, 'store', 'records', 'stub'],
    why: 'Domains and their hosts; how a change becomes safe is the business of records.',
  },
  rollover: {
    may: [...floors, 'dane', 'smtp', 'store', 'records'],
    why: 'Certificates and their TLSA records; it asks mail servers and judges as dane does.',
  },
  migration: {
    may: [
      ...floors,
      ...['validator', 'stub', 'dane', 'https', 'mtasts', 'destination', 'store', 'provision'],
    ],
    why: 'Sees a domain from outside; it changes nothing but what it remembers.',
  },
  cmdlets: {
    may: [...floors, 'store', 'provision', 'migration'],
    why: 'Exchange Online by name: each cmdlet is a use case or a look of other rooms.',
  },
  api: {
    may: [
      ...floors,
      ...['zone', 'keystore', 'store', 'records', 'access', 'observe', 'validator', 'stub'],
      ...['provision', 'rollover', 'migration', 'cmdlets'],
    ],
    why: 'A skin: it knows requests and answers, and asks others what they mean.',
  },

  lab: {
    may: floors,
    why: 'Faults as data, and edits of finished answers; the corridor knows none of them.',
  },
  world: {
    may: [...floors, ...dataPlane, 'lab'],
    why: 'A small internet: zones as the corridor serves them, and faults in front of it.',
  },
  scenario: {
    may: [...floors, 'config', 'lab', 'world', 'post'],
    why: 'What a lab is made of, as a text; it raises nothing.',
  },
  overlay: {
    may: [...floors, ...['zone', 'signer', 'query', 'server'], ...['lab', 'world']],
    why: 'Faults in front of zones that are really served; the zones know nothing of it.',
  },
  trial: {
    may: [...floors, 'validator', 'stub', 'lab', 'world'],
    why: 'Asks validators about a world; what they should say is data, and none of its business.',
  },
  post: {
    may: [
      ...floors,
      ...['validator', 'stub', 'dane', 'https', 'mtasts', 'tlsrpt', 'destination', 'check'],
      ...['provision', 'migration', 'lab', 'world'],
    ],
    why: 'Mail servers for a world, and what a sender must make of them; it serves no zone itself.',
  },
  rolling: {
    may: [
      ...floors,
      ...['zone', 'denial', 'signer', 'query', 'keystore', 'validator', 'stub', 'dane'],
      ...['lab', 'world'],
    ],
    why: 'Keys and certificates over time: zones as they are served, judged as they are judged.',
  },

  cli: {
    may: [
      ...floors,
      ...dataPlane,
      ...['server', 'config', 'keystore', 'control', 'publish'],
      ...companion,
      ...provisioning,
      ...lab,
    ],
    why: 'Planes meet here: a command composes rooms, by their doors.',
  },
}

/** One rule per room: whatever its row does not name is shut. */
const roomRules = Object.entries(rooms).map(([room, { may, why }]) => ({
  name: `room-${room}`,
  comment: why,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/[^/]+/',
    pathNot: [room, ...may, 'cli'].map((other) => `^src/${other}/`),
  },
}))

/** Libraries with one home, so that each can be judged, replaced or audited in one place. */
const homes = [
  [
    'lru-cache',
    ['signer', 'stub', 'policy'],
    'Caches fed by strangers: their bounds must be seen in one room each.',
  ],
  ['yaml', ['config', 'zonefile'], 'Only the two texts people write in YAML are read with it.'],
  ['commander', ['cli'], 'Arguments are read where commands are.'],
  ['lmdb', ['store'], 'How state is kept is the business of one room.'],
  ['pg', ['store'], 'How state is kept is the business of one room.'],
  ['fastify', ['api'], 'HTTP is served in one room.'],
  ['typebox', ['api'], 'Schemas of requests live with their routes.'],
  ['pino', ['observe'], 'What is logged is redacted in one room.'],
  ['prom-client', ['observe'], 'Numbers leave by one door.'],
  ['smtp-server', ['post'], 'Mail is taken by the lab alone.'],
  ['tr46', ['cli'], 'Domains are written in Unicode by people only; inside, names are octets.'],
]

const homeRules = homes.map(([library, homesOf, comment]) => ({
  name: `home-of-${library}`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${homesOf.join('|')})/` },
  to: { path: `(^|/)node_modules/${library}(/|$)` },
}))

const sockets = '^(dgram|tls|http|https|http2|dns|dns/promises)$'
const addressText = '^net$'
const disks = '^(fs|fs/promises)$'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'room-without-a-row',
      comment: 'A room is a decision: give it a row, with its reason, in the table above.',
      severity: 'error',
      from: { path: `^src/(?!(?:${Object.keys(rooms).join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'rooms-by-the-door',
      comment: 'A room is its index.ts; what is behind it may be rebuilt without asking anyone.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'outsiders-by-the-door',
      comment: 'main, tools, benchmarks and tests of the whole see what any other room sees.',
      severity: 'error',
      from: {
        path: '^(src/[^/]+\\.ts$|tools/|bench/|docker/|test/)',
        pathNot: `^test/(${Object.keys(rooms).join('|')})/`,
      },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'tests-reach-into-their-own-room',
      comment: 'test/<room> mirrors src/<room> and may test its files; other rooms have doors.',
      severity: 'error',
      from: { path: `^test/(${Object.keys(rooms).join('|')})/` },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'nobody-imports-cli',
      comment: 'Commands are an end. What two of them share belongs to a room.',
      severity: 'error',
      from: { path: '^(src|bench)/', pathNot: '^src/(cli/|main\\.ts$)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'lab-is-loaded-when-asked',
      comment: 'A server without a lab has none of it in memory (decision 21).',
      severity: 'error',
      from: { path: '^src/cli/(?!lab-)|^src/cli/lab-desk\\.ts$' },
      to: {
        path: `^src/(${lab.join('|')})/|^src/cli/lab-(?!desk\\.ts$)`,
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nobody-imports-main',
      comment: 'main reads argv and env and starts things; importing it would start them.',
      severity: 'error',
      from: {},
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'nobody-imports-library',
      comment: 'library composes for other programs; inside, a room takes what it is given.',
      severity: 'error',
      from: { path: '^(src|bench|tools|docker)/' },
      to: { path: '^src/library(-provision)?\\.ts$' },
    },
    {
      name: 'library-is-the-stub',
      comment: 'Who imports danelaw gets a stub, and nothing of the server comes with it.',
      severity: 'error',
      from: { path: '^src/library\\.ts$' },
      to: {
        path: '^src/[^/]+/',
        pathNot: ['base', 'wire', 'rr', 'crypto', 'validator', 'stub'].map(
          (room) => `^src/${room}/`,
        ),
      },
    },
    {
      name: 'library-provision-listens-nowhere',
      comment: 'Who imports danelaw/provision gets domains and a store; no socket listens for it.',
      severity: 'error',
      from: { path: '^src/library-provision\\.ts$' },
      to: {
        path: '^src/[^/]+/',
        pathNot: [
          ...['base', 'wire', 'rr', 'crypto', 'config', 'keystore', 'zone', 'signer', 'query'],
          ...[
            'publish',
            'store',
            'records',
            'stub',
            'provision',
            'rollover',
            'migration',
            'cmdlets',
          ],
        ].map((room) => `^src/${room}/`),
      },
    },
    {
      name: 'src-stands-alone',
      comment: 'What ships never needs what only builds, tests or measures it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|tools|bench|docker)/' },
    },
    {
      name: 'data-plane-is-still',
      comment: 'Octets in, octets out: no socket, disk, timer, process or thread; not even Node.',
      severity: 'error',
      from: { path: `^src/(${dataPlane.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'floors-are-still',
      comment: 'Vocabulary does nothing by itself. Only crypto asks Node, for its arithmetic.',
      severity: 'error',
      from: { path: '^src/(base|wire|rr|message|zonefile)/' },
      to: { dependencyTypes: ['core'], pathNot: addressText },
    },
    {
      name: 'sockets-have-homes',
      comment: 'Who listens or connects can be seen from the names of rooms.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(server|control|stub|smtp|https|policy|transfer|api|world|post)/',
      },
      to: { path: sockets, dependencyTypes: ['core'] },
    },
    {
      name: 'net-for-address-text',
      comment: 'isIP judges a text; tools/stillness.ts sees to it that these take nothing else.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(rr|config|publish|server|control|stub|smtp|https|policy|destination|check|cli|transfer|api|world|post)/',
      },
      to: { path: addressText, dependencyTypes: ['core'] },
    },
    {
      name: 'disks-have-homes',
      comment: 'Who reads or writes files can be seen from the names of rooms.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/((keystore|publish|config|control|store|cli)/|(main|library)\\.ts$)',
      },
      to: { path: disks, dependencyTypes: ['core'] },
    },
    {
      name: 'processes-have-no-home',
      comment: 'One process, one thread. Workers, when they come, are a decision of `server`.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(child_process|cluster|worker_threads)$', dependencyTypes: ['core'] },
    },
    {
      name: 'cryptography-has-one-home',
      comment: 'Every signature and digest is made in one room; keystore only unwraps PEM.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(crypto|keystore)/' },
      to: { path: '^crypto$|(^|/)node_modules/@noble/' },
    },
    {
      name: 'noble-stays-in-crypto',
      comment: 'Its defaults differ from DNSSEC (lowS, point prefix): one module knows that.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/crypto/' },
      to: { path: '(^|/)node_modules/@noble/' },
    },
    ...homeRules,
    {
      name: 'no-dev-dependency-in-src',
      comment: 'npm prune --omit=dev must leave a server that starts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-undeclared-dependency',
      comment: 'What is imported is pinned in package.json, not borrowed from a neighbour.',
      severity: 'error',
      from: { path: '^(src|test|tools|bench|docker)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that run each other are one file, or lack a third; types may refer.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports and that imports nobody is a leftover.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(src|tools|bench|docker|test)/',
        pathNot: '^src/(main|library|library-provision)\\.ts$',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
