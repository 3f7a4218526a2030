import { keyTag } from '../../src/crypto/index.ts'
import type { Fault, Scene } from '../../src/lab/index.ts'
import type { ResourceRecord } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import { fromHex, parseName } from '../../src/wire/index.ts'
import { type TestSigning, testTime } from './served-zone.ts'
import { buildTree, dnskeyOf, type Tree } from './signed-tree.ts'

const apex = 'fault.test.'
const sound = `@ 600 SOA ns1 hostmaster 1 7200 3600 1209600 300
  @ 600 NS ns1
  @ 600 A 192.0.2.80
  @ 600 AAAA 2001:db8::80
  ns1 600 A 192.0.2.53`

/** A line for a child's zone, an alias; its names are relative to the zone above. */
function lineOfChild(line: string): string {
  const [owner, type, target] = line.split(' ')
  return `${owner}.${apex} ${type} ${target}.${apex}`
}

/** A tree with one zone as the fault's setting has it, signed by one key, before it is wrong. */
export function treeOf({ setting }: Fault): Tree {
  const { denial, nsec3, records, children } = setting
  const salt = fromHex(nsec3.salt) ?? new Uint8Array(0)
  const signing: TestSigning = { denial, nsec3: { ...nsec3, salt } }
  const isOf = (label: string) => (line: string) => line.split(' ')[0]?.endsWith(`.${label}`)
  const own = records.filter((line) => !children.some(({ label }) => isOf(label)(line)))
  return buildTree([
    { apex: '.', text: sound, signing: { denial: 'nsec' } },
    { apex: 'test.', text: sound, signing: { denial: 'nsec' } },
    {
      ...{ apex, text: [sound, ...own].join('\n'), withoutDs: !setting.ds },
      ...(setting.signed && { signing }),
    },
    ...children.map(({ label, signed, ds }) => ({
      ...{ apex: `${label}.${apex}`, withoutDs: !ds },
      text: [sound, ...records.filter(isOf(label)).map(lineOfChild)].join('\n'),
      ...(signed && { signing }),
    })),
  ])
}

function isOfNsec(record: ResourceRecord): boolean {
  const covered = ((record.rdata[0] ?? 0) << 8) | (record.rdata[1] ?? 0)
  return (record.type === RR.RRSIG ? covered : record.type) === RR.NSEC
}

/** The scene of such a tree. It has no proofs of the parent: they are of trees without a DS. */
export function sceneOf({ keys, server }: Tree, speaker: Scene['speaker'] = 'zone'): Scene {
  const tagOf = (zone: string) => {
    const key = keys.get(zone)
    return key ? keyTag(dnskeyOf(key)) : 0
  }
  const tags = new Set([tagOf(apex)])
  const signer = (name: string) => ({ name: parseName(name), keyTag: tagOf(name) })
  return {
    ...{ apex: parseName(apex), speaker },
    now: testTime,
    keyTags: { ksk: tags, zsk: tags },
    signers: {
      parent: signer('test.'),
      sibling: signer('sibling.test.'),
      child: signer(`sub.${apex}`),
    },
    proofs: {
      parent: [],
      childApex: server.ask(apex, 'TXT', { dnssec: true, stream: true }).authority.filter(isOfNsec),
    },
  }
}
