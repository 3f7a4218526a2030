import t from 'tap'
import { parseConfig } from '../../src/config/index.ts'
import { formatName } from '../../src/wire/index.ts'

const parse = (text: string) => parseConfig(text, { file: 'd.yaml', directory: '/etc/danelaw' })

t.test('lab: nothing may be broken unless it is listed', async (t) => {
  t.same(parse('').config?.lab, { inject: [], allowRemote: false })
  const { config } = parse('lab: { inject: [a.test, B.test.], allowRemote: on }')
  t.same(config?.lab.inject.map(formatName), ['a.test.', 'B.test.'])
  t.equal(config?.lab.allowRemote, true)
  t.same(parse('lab: { inject: a.test }').config?.lab.inject.map(formatName), ['a.test.'])
  t.same(parse('lab: { inject: }').config?.lab.inject, [])
})

t.test('lab: what is refused, and where', async (t) => {
  const faults = (text: string) =>
    parse(text).findings.map(({ place, message }) => `${place?.line} ${message}`)
  t.match(faults('lab:\n  inject: [1]'), [/^2 .*name of a zone/])
  t.match(faults('lab:\n  inject: [a..b]'), [/^2 /])
  t.match(faults('lab:\n  injekt: [a.test]'), [/^2 .*meant "inject"/])
})
