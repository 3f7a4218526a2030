/** The same chains and the same TLSA records, judged by danelaw and by OpenSSL's DANE. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import t, { type Test } from 'tap'
import { readCertificate } from '../../src/crypto/index.ts'
import { judgeTlsas, matchChain } from '../../src/dane/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { authority, chainPem, type Issued, issue, tlsaFor } from '../support/certificates.ts'

interface Case {
  readonly chain: readonly Issued[]
  readonly tlsa: readonly Uint8Array[]
  readonly authenticated: boolean
}

const base = 'mx.example.com'
const now = Math.floor(Date.now() / 1000)
const past = { from: now - 200_000, to: now - 100_000 }
const future = { from: now + 100_000, to: now + 200_000 }

/** What `openssl s_client` makes of it. */
async function askOpenssl(t: Test, { chain, tlsa }: Case): Promise<boolean> {
  const server = createServer({ cert: chainPem(...chain), key: chain[0]?.keyPem })
  server.on('secureConnection', (socket) => socket.on('error', () => undefined).end())
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const records = tlsa.flatMap((rdata) => {
    const [usage, selector, matching, ...data] = rdata
    const hex = Buffer.from(data).toString('hex')
    return ['-dane_tlsa_rrdata', `${usage} ${selector} ${matching} ${hex}`]
  })
  const { port } = server.address() as AddressInfo
  const connect = ['s_client', '-brief', '-connect', `127.0.0.1:${port}`, '-servername', base]
  const dane = ['-dane_tlsa_domain', base, ...records, '-dane_ee_no_namechecks']
  const output = await new Promise<string>((resolve) => {
    const child = execFile('openssl', [...connect, ...dane], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
    child.stdin?.end()
  })
  t.match(output, /Verification(?: error)?: /, 'openssl has a verdict')
  return /^Verification: OK$/m.test(output)
}

function askDanelaw({ chain, tlsa }: Case): boolean {
  const certificates = chain.flatMap(({ der }) => readCertificate(der) ?? [])
  const { authenticated } = matchChain({
    tlsa: judgeTlsas(tlsa),
    chain: certificates,
    referenceNames: [parseName(base)],
    now,
  })
  return authenticated
}

async function endEntityCases(): Promise<Record<string, Case>> {
  const ca = await authority()
  const leaf = await issue({ names: [base], issuer: ca })
  const self = await issue({ names: [base] })
  const stale = await issue({ names: [base], ...past })
  const early = await issue({ names: [base], ...future })
  const other = await issue({ names: ['other.example.com'] })
  const wrong = tlsaFor(await issue(), 3, 1, 1)
  const wrongStrong = tlsaFor(await issue(), 3, 1, 2)
  const alone = (one: Issued, ...numbers: [number, number, number]): Case => ({
    chain: [one],
    tlsa: [tlsaFor(one, ...numbers)],
    authenticated: true,
  })
  return {
    '3 1 1': { chain: [leaf, ca], tlsa: [tlsaFor(leaf, 3, 1, 1)], authenticated: true },
    '3 0 1': { chain: [leaf, ca], tlsa: [tlsaFor(leaf, 3, 0, 1)], authenticated: true },
    '3 1 2': alone(self, 3, 1, 2),
    '3 0 0': alone(self, 3, 0, 0),
    '3 1 0': alone(self, 3, 1, 0),
    '3 1 1, expired': alone(stale, 3, 1, 1),
    '3 1 1, not yet valid': alone(early, 3, 1, 1),
    '3 1 1, another name': alone(other, 3, 1, 1),
    '3 1 1 of another key': { chain: [leaf, ca], tlsa: [wrong], authenticated: false },
    '3 1 1 of the issuer': {
      chain: [leaf, ca],
      tlsa: [tlsaFor(ca, 3, 1, 1)],
      authenticated: false,
    },
    'current and next': {
      chain: [leaf],
      tlsa: [wrong, tlsaFor(leaf, 3, 1, 1)],
      authenticated: true,
    },
    'wrong 3 1 2 beside a right 3 1 1': {
      chain: [leaf],
      tlsa: [wrongStrong, tlsaFor(leaf, 3, 1, 1)],
      authenticated: false,
    },
  }
}

async function anchorCases(): Promise<Record<string, Case>> {
  const root = await authority()
  const middle = await authority({ subject: 'CN=Middle', issuer: root })
  const leaf = await issue({ names: [base], issuer: middle })
  const direct = await issue({ names: [base], issuer: root })
  const chain = [leaf, middle, root]
  const by = (one: Issued, ...numbers: [number, number, number]): Case => ({
    chain,
    tlsa: [tlsaFor(one, ...numbers)],
    authenticated: true,
  })
  const self = await issue({ names: [base] })
  const selfCa = await authority({ subject: 'CN=Self', names: [base] })
  return {
    '2 0 1': by(root, 2, 0, 1),
    '2 1 1': by(root, 2, 1, 1),
    '2 1 2 of the intermediate': by(middle, 2, 1, 2),
    '2 0 1 of the intermediate, root not sent': {
      chain: [leaf, middle],
      tlsa: [tlsaFor(middle, 2, 0, 1)],
      authenticated: true,
    },
    '2 0 1, out of order': { ...by(root, 2, 0, 1), chain: [leaf, root, middle] },
    '2 0 1, anchor not sent': { ...by(root, 2, 0, 1), chain: [leaf, middle], authenticated: false },
    '2 0 1, intermediate not sent': {
      ...by(root, 2, 0, 1),
      chain: [leaf, root],
      authenticated: false,
    },
    '2 0 0, anchor not sent': { ...by(root, 2, 0, 0), chain: [leaf, middle] },
    '2 0 0, only the leaf sent': { ...by(root, 2, 0, 0), chain: [direct] },
    '2 1 0, anchor not sent': { ...by(root, 2, 1, 0), chain: [leaf, middle] },
    '2 1 0, only the leaf sent': { ...by(root, 2, 1, 0), chain: [direct] },
    '2 1 0 of another': {
      chain,
      tlsa: [tlsaFor(await authority(), 2, 1, 0)],
      authenticated: false,
    },
    '2 0 1 of the leaf': { ...by(leaf, 2, 0, 1), authenticated: false },
    '2 0 1 of a leaf that signed itself': {
      chain: [self],
      tlsa: [tlsaFor(self, 2, 0, 1)],
      authenticated: false,
    },
    '2 0 1 of a leaf that is an authority and signed itself': {
      chain: [selfCa],
      tlsa: [tlsaFor(selfCa, 2, 0, 1)],
      authenticated: false,
    },
    '2 0 0 of a leaf that signed itself': {
      chain: [selfCa],
      tlsa: [tlsaFor(selfCa, 2, 0, 0)],
      authenticated: false,
    },
    '2 1 0 of a leaf that signed itself': {
      chain: [selfCa],
      tlsa: [tlsaFor(selfCa, 2, 1, 0)],
      authenticated: true,
    },
  }
}

/** Chains of which one certificate is not as it should be. */
async function faultCases(): Promise<Record<string, Case>> {
  const root = await authority()
  const chainOf = async (
    leafOptions: Parameters<typeof issue>[0],
    middleOptions?: Parameters<typeof issue>[0],
    top = root,
  ): Promise<Issued[]> => {
    if (!middleOptions) return [await issue({ names: [base], issuer: top, ...leafOptions }), top]
    const middle = await authority({ subject: 'CN=Middle', issuer: top, ...middleOptions })
    return [await issue({ names: [base], issuer: middle, ...leafOptions }), middle, top]
  }
  const under = async (
    authenticated: boolean,
    chain: Promise<Issued[]>,
    ...numbers: [number, number, number]
  ): Promise<Case> => {
    const made = await chain
    const anchor = made.at(-1) as Issued
    return { chain: made, tlsa: [tlsaFor(anchor, ...numbers)], authenticated }
  }
  const email = { oid: '2.5.29.37', critical: false, der: '300a06082b06010505070304' }
  const odd = { oid: '1.2.3.4', critical: true, der: '0500' }
  const old = await authority({ subject: 'CN=Old', ...past })
  const oldMiddle = await chainOf({}, past)
  const short = await authority({ subject: 'CN=Short', ca: 0 })
  const narrow = await authority({ subject: 'CN=Narrow', permitted: ['example.net'] })
  const wide = await authority({ subject: 'CN=Wide', permitted: ['example.com'] })
  const not = await authority({ subject: 'CN=Not', excluded: ['mx.example.com'] })
  const plain = await issue({ subject: 'CN=Plain' })
  return {
    'leaf expired': await under(false, chainOf(past), 2, 0, 1),
    'leaf not yet valid': await under(false, chainOf(future), 2, 0, 1),
    'intermediate expired': await under(false, chainOf({}, past), 2, 0, 1),
    'anchor expired': await under(false, chainOf({}, undefined, old), 2, 0, 1),
    'anchor expired, certified by another': {
      chain: oldMiddle,
      tlsa: [tlsaFor(oldMiddle[1] as Issued, 2, 1, 1)],
      authenticated: true,
    },
    'anchor expired, its key': await under(false, chainOf({}, undefined, old), 2, 1, 1),
    'another name': await under(false, chainOf({ names: ['other.example.com'] }), 2, 0, 1),
    wildcard: await under(true, chainOf({ names: ['*.example.com'] }), 2, 0, 1),
    'wildcard of two labels': await under(false, chainOf({ names: ['*.com'] }), 2, 0, 1),
    'common name alone': await under(true, chainOf({ names: [], subject: `CN=${base}` }), 2, 0, 1),
    'common name beside others': await under(
      false,
      chainOf({ names: ['other.example.com'], subject: `CN=${base}` }),
      2,
      0,
      1,
    ),
    'upper case': await under(true, chainOf({ names: ['MX.Example.COM'] }), 2, 0, 1),
    'path length met': await under(true, chainOf({}, undefined, short), 2, 0, 1),
    'path length exceeded': await under(false, chainOf({}, {}, short), 2, 0, 1),
    'path length exceeded, its key': await under(false, chainOf({}, {}, short), 2, 1, 1),
    'name not permitted': await under(false, chainOf({}, undefined, narrow), 2, 0, 1),
    'name permitted': await under(true, chainOf({}, undefined, wide), 2, 0, 1),
    'name excluded': await under(false, chainOf({}, undefined, not), 2, 0, 1),
    'anchor no authority': await under(false, chainOf({}, undefined, plain), 2, 0, 1),
    'anchor no authority, its key': await under(false, chainOf({}, undefined, plain), 2, 1, 1),
    'intermediate no authority': await under(false, chainOf({}, { ca: false }), 2, 0, 1),
    'leaf not for servers': await under(false, chainOf({ extensions: [email] }), 2, 0, 1),
    'unknown critical extension': await under(false, chainOf({ extensions: [odd] }), 2, 0, 1),
  }
}

for (const cases of [endEntityCases, anchorCases, faultCases]) {
  for (const [title, one] of Object.entries(await cases())) {
    t.test(`OpenSSL agrees: ${title}`, async (t) => {
      t.equal(askDanelaw(one), one.authenticated, 'danelaw')
      t.equal(await askOpenssl(t, one), one.authenticated, 'openssl')
    })
  }
}

// RFC 5280 §6: a path is valid when there is one; OpenSSL takes the first issuer by name and stays
// with it.
t.test('OpenSSL differs: it looks no further than an impostor of the same name', async (t) => {
  const root = await authority()
  const impostor = await authority()
  const leaf = await issue({ names: [base], issuer: root })
  const one = { chain: [leaf, impostor, root], tlsa: [tlsaFor(root, 2, 1, 1)], authenticated: true }
  t.equal(askDanelaw(one), true)
  t.equal(await askOpenssl(t, one), false)
})
