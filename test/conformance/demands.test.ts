import { readFileSync } from 'node:fs'
import t from 'tap'
import { demands } from './demands.ts'

/** The titles of the tests in a file, as they are written. */
function titlesOf(file: string): string[] {
  const text = readFileSync(`test/${file}.test.ts`, 'utf8')
  return [...text.matchAll(/\.test\(\s*(['"`])(.*?)\1/gs)].map(([, , title = '']) => title)
}

t.test(
  'every demand on the companion is held by a test that is there, or has a note',
  async (t) => {
    for (const { section, says, held, note } of demands) {
      t.ok(held.length > 0 || note !== undefined, `${section}: ${says}`)
      for (const test of held) {
        const [, file = '', words = ''] = /^(\S+): (.+)$/.exec(test) ?? []
        t.ok(words, `${test}: a file, and words of a title`)
        const titles = titlesOf(file)
        t.ok(
          titles.some((title) => title.includes(words)),
          `${section}: ${says}: ${file} has a test of "${words}"`,
        )
      }
    }
    t.ok(demands.length > 80, `${demands.length} demands`)
  },
)
