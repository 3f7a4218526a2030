import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { install, type TestZone } from '../support/danelaw.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { fixture } from '../support/peers/paths.ts'
import { type Peer, runProgram, skipWithoutPeers, transcript } from '../support/peers/programs.ts'

// Must be shown: what `danelaw zone export` writes is a signed zone in the eyes of the verifiers
// that other projects ship.

const rich = readFileSync(fixture('rich.zone'), 'utf8')
const modes = [
  { label: 'nsec', policy: 'denial: nsec' },
  { label: 'nsec3', policy: 'denial: nsec3' },
  { label: 'optout', policy: 'denial: nsec3, optOut: true' },
]

const verifiers: readonly {
  readonly peer: Peer
  readonly args: (zone: string, file: string) => readonly string[]
}[] = [
  { peer: 'ldns-verify-zone', args: (_zone, file) => [file] },
  // -z: one key may be key-signing and zone-signing key at once.
  { peer: 'dnssec-verify', args: (zone, file) => ['-z', '-o', zone, file] },
  { peer: 'kzonecheck', args: (zone, file) => ['-d', 'on', '-o', zone, file] },
]

/** Makes keys, exports the zone, gives the file. */
async function exportZone(t: Test, zone: TestZone): Promise<string> {
  const danelaw = install(t, [zone])
  const made = await danelaw.run('key', 'generate', zone.name)
  t.equal(made.status, 0, `key generate: ${made.stderr}`)
  const exported = await danelaw.run('zone', 'export', zone.name)
  t.equal(exported.status, 0, `zone export: ${exported.stderr}`)
  const file = join(danelaw.directory, 'exported.zone')
  writeFileSync(file, exported.stdout)
  return file
}

for (const { label, policy } of modes) {
  for (const algorithm of [13, 14, 15]) {
    t.test(`export, ${label}, algorithm ${algorithm}: every verifier accepts it`, async (t) => {
      if (
        skipWithoutPeers(
          t,
          verifiers.map(({ peer }) => peer),
        )
      )
        return
      const name = `${label}${algorithm}.test.`
      const signing = `{ ${policy}, algorithm: ${algorithm} }`
      const file = await exportZone(t, { name, text: rich, policy: signing })
      for (const { peer, args } of verifiers) {
        const finished = await runProgram(peer, args(name, file))
        t.equal(finished.status, 0, `${peer}\n${finished.status === 0 ? '' : transcript(finished)}`)
      }
    })
  }
}

t.test('export, a KSK and a ZSK: every verifier accepts it', async (t) => {
  if (
    skipWithoutPeers(
      t,
      verifiers.map(({ peer }) => peer),
    )
  )
    return
  const name = 'split.test.'
  const file = await exportZone(t, { name, text: rich, policy: '{ keys: ksk+zsk }' })
  // Without -z: the KSK signs DNSKEY, the ZSK everything else.
  const strict = await runProgram('dnssec-verify', ['-o', name, file])
  t.equal(strict.status, 0, transcript(strict))
  const ldns = await runProgram('ldns-verify-zone', [file])
  t.equal(ldns.status, 0, transcript(ldns))
})

t.test('export, a ZSK that is missing: is said, and nothing is made', async (t) => {
  const danelaw = install(t, [{ name: 'bare.test.', text: rich }])
  const exported = await danelaw.run('zone', 'export', 'bare.test.')
  t.equal(exported.status, 1)
  t.equal(exported.stdout, '')
  t.match(exported.stderr, /danelaw key generate bare\.test\./)
})

/** A zone without the types (CAA, CDS) and names (asterisks inside) that validns does not know. */
const plain = `$TTL 3600
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
mail AAAA 2001:db8::25
_25._tcp.mail TLSA 3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
*.wild MX 10 mail
down.deep.er TXT "an empty non-terminal lies between"
alias CNAME mail
old DNAME wild
signed NS ns.signed
signed DS 12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
ns.signed A 192.0.2.61
unsigned NS ns.unsigned
ns.unsigned A 192.0.2.62
`

/**
 * What Debian's validns says of every ECDSA zone: it cannot make use of such keys with OpenSSL 3.
 * So it judges chains, bitmaps and coverage here, and the other verifiers the signatures.
 */
const keyTrouble = /: error building pkey$|: cannot verify signature, reason unknown$/

function complaints({ stdout, stderr }: { stdout: string; stderr: string }): string[] {
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !keyTrouble.test(line))
}

for (const { label, policy } of modes) {
  t.test(`export, ${label}: validns finds no fault with the chain`, async (t) => {
    if (skipWithoutPeers(t, ['validns'])) return
    const name = `${label}.test.`
    const file = await exportZone(t, { name, text: plain, policy: `{ ${policy}, cds: false }` })
    const finished = await runProgram('validns', ['-z', name, file])
    t.same(complaints(finished), [])
  })
}

t.test('validns does find fault: a chain with a link taken out is refused', async (t) => {
  if (skipWithoutPeers(t, ['validns'])) return
  const file = await exportZone(t, { name: 'cut.test.', text: plain, policy: '{ cds: false }' })
  const broken = join(temporaryDirectory(t), 'broken.zone')
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(
    broken,
    lines.filter((line) => !/^mail\.cut\.test\.\t\S+\tIN\tNSEC\t/.test(line)).join('\n'),
  )
  t.not(complaints(await runProgram('validns', ['-z', 'cut.test.', broken])).length, 0)
})
