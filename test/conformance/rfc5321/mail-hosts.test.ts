/** RFC 5321: Simple Mail Transfer Protocol, how the target host is found. */
import t from 'tap'
import { examine, mailTree } from '../../support/mail-tree.ts'
import { treeStub } from '../../support/tree-stub.ts'

t.test('§5.1: no MX means an implicit one of preference 0, the domain itself', async (t) => {
  const found = await examine(treeStub(mailTree), 'alone.plain.test.')
  t.match(found, { kind: 'implicit', hosts: [{ preference: 0, addresses: ['192.0.2.22'] }] })
})

t.test('§5.1: MX records that lead nowhere do not bring the implicit one back', async (t) => {
  const found = await examine(treeStub(mailTree), 'nosuch.shop.test.')
  t.match(found, { kind: 'mx', hosts: [{ addresses: [] }] })
})
