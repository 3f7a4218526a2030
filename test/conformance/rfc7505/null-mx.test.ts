/** RFC 7505: A "Null MX" No Service Resource Record for Domains That Accept No Mail. */
import t from 'tap'
import { examine, hostsOf, mailTree } from '../../support/mail-tree.ts'
import { treeStub } from '../../support/tree-stub.ts'

t.test('§3: MX 0 . alone says that no mail is taken', async (t) => {
  const stub = treeStub(mailTree)
  const found = await examine(stub, 'null.shop.test.')
  t.match(found, { kind: 'null-mx', hosts: [], isProtected: true })
  t.same(stub.asked, ['null.shop.test. MX'], 'and nothing more is asked')
})

t.test('§3: beside other MX records it means nothing', async (t) => {
  const found = await examine(treeStub(mailTree), 'nullish.shop.test.')
  t.equal(found.kind, 'mx')
  t.same(hostsOf(found), ['tlsa.shop.test. authenticated tlsa.shop.test.'])
  t.match(found.notes, [/^MX 0 \. is left out: a null MX has to be alone/])
})
