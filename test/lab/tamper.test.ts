/**
 * What can be done to messages is done to those of a tree of zones, and the validator says whether
 * it finds what the catalogue expects: every fault whose acts are all of that kind, and every
 * setting that the tree can have.
 */
import t from 'tap'
import { type Act, catalogue, type Fault, type Status, tamperBy } from '../../src/lab/index.ts'
import { Rcode } from '../../src/message/index.ts'
import { formatType } from '../../src/rr/index.ts'
import { keysOf, ownerAsked, sceneOf, treeOf } from '../support/lab.ts'
import { judge } from '../support/signed-tree.ts'

const ofMessages: ReadonlySet<Act['kind']> = new Set([
  ...(['signature', 'rdata', 'form', 'remove', 'denial'] as const),
])

/** Whether all it takes is a tree of zones, edits of messages, and the time of tests. */
function isForTree({ acts, setting, ask }: Fault): boolean {
  if (setting.algorithm !== 13 || setting.servers > 1 || ask.compactOk) return false
  return acts.every((act) => {
    if (act.kind === 'clock') return 'by' in act.set && act.set.by === 0
    // The proofs of a parent for no DS are of another tree.
    if (act.kind === 'denial' && act.edit.kind === 'from') return act.edit.where !== 'parent'
    return ofMessages.has(act.kind)
  })
}

/** The status by the validator's word for it: indeterminate is what got no answer to be judged. */
function judged(fault: Fault, acts: readonly Act[]) {
  const tree = treeOf(fault)
  const scene = sceneOf(tree)
  const verdict = judge(tree, ownerAsked(fault), formatType(fault.ask.type), {
    tamper: (message) => tamperBy(message, { ...fault, acts }, scene, keysOf(tree)),
  })
  const { security, reason } = verdict
  const status: Status = security === 'indeterminate' ? 'unreachable' : security
  return { ...verdict, status, told: `${fault.id}: ${status} ${reason.ede}, ${reason.text}` }
}

t.test('the validator finds what the catalogue expects', async (t) => {
  const faults = catalogue.filter(isForTree)
  t.ok(faults.length >= 94)
  for (const fault of faults) {
    const { expect, setting, acts } = fault
    const { status, reason, rcode, told } = judged(fault, acts)
    t.ok([expect.status, expect.or?.status].includes(status), told)
    if (status !== expect.status) continue
    if (status === 'bogus') t.ok(expect.ede.includes(reason.ede ?? -1), told)
    // Whoever knows NXNAME says NXDOMAIN (RFC 9824 §3.1).
    else if (setting.denial !== 'compact') t.equal(rcode, Rcode[expect.rcode], told)
  }
})

t.test('without its acts a zone is in order', async (t) => {
  for (const fault of catalogue.filter(isForTree)) {
    if (fault.acts.length === 0) continue
    const { status, told } = judged(fault, [])
    t.equal(status, fault.setting.ds ? 'secure' : 'insecure', told)
  }
})
