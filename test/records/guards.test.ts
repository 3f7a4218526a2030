import t from 'tap'
import { parentDsFrom } from '../../src/records/index.ts'
import type { Resolution } from '../../src/stub/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

const cases = [
  ['secure', true, 'present'],
  ['insecure', true, 'present'],
  ['secure', false, 'absent'],
  ['insecure', false, 'absent'],
  ['bogus', false, 'unknown'],
  ['indeterminate', false, 'unknown'],
] as const

t.test('parentDsFrom: DS records are there or not only where that can be believed', async (t) => {
  for (const [security, hasData, expected] of cases) {
    const asked: string[] = []
    const parentDs = parentDsFrom({
      async resolve(name, type) {
        asked.push(`${formatName(name)} ${type}`)
        return { security, data: hasData ? {} : undefined } as Resolution
      },
    })
    t.equal(await parentDs(parseName('a.test.')), expected, `${security} ${hasData}`)
    t.same(asked, ['a.test. 43'])
  }
})
