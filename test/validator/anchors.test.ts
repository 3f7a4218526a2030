import t from 'tap'
import { closestAnchor } from '../../src/validator/anchors.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

const ds = (octet: number) => Uint8Array.of(octet)
const anchor = (zone: string, ...ofDs: readonly Uint8Array[]) => ({
  zone: parseName(zone),
  ds: ofDs,
  dnskeys: [],
})

t.test('closestAnchor takes the deepest zone at or above a name, case ignored', async (t) => {
  const anchors = [anchor('.', ds(1)), anchor('Org.', ds(2)), anchor('deep.org.', ds(3))]
  const zone = (name: string) => formatName(closestAnchor(anchors, parseName(name))?.zone as never)
  t.equal(zone('test.'), '.')
  t.equal(zone('www.ORG.'), 'Org.')
  t.equal(zone('deep.org.'), 'deep.org.')
  t.equal(zone('notdeep.org.'), 'Org.')
  t.equal(closestAnchor([anchor('org.', ds(1))], parseName('test.')), undefined)
  t.equal(closestAnchor([], parseName('test.')), undefined)
})

t.test('closestAnchor puts together what is configured for one zone', async (t) => {
  const dnskeys = [ds(9)]
  const anchors = [anchor('.', ds(1)), { ...anchor('.'), dnskeys }, anchor('.', ds(2))]
  t.strictSame(closestAnchor(anchors, parseName('a.'))?.voucher, {
    ds: [ds(1), ds(2)],
    dnskeys,
    by: 'anchor',
  })
})

t.test('RFC 7646 §2: a negative anchor outdoes positive ones of its zone', async (t) => {
  const anchors = [anchor('.', ds(1)), anchor('org.', ds(2)), anchor('org.')]
  t.equal(closestAnchor(anchors, parseName('www.org.'))?.voucher, undefined)
  t.ok(closestAnchor(anchors, parseName('www.test.'))?.voucher)
})
