import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pruneStale } from '../../tools/finish-build.ts'

t.test('pruneStale: what lost its source goes, all else stays', async (t) => {
  const root = t.testdir({
    src: { 'kept.ts': '' },
    dist: {
      '.tsbuildinfo': '',
      src: { 'kept.js': '', 'kept.js.map': '', 'gone.js': '', 'gone.js.map': '' },
      test: { 'gone.test.js': '', 'data.json': '' },
    },
  })
  const out = join(root, 'dist')
  t.same(pruneStale(root, out).sort(), ['src/gone.js', 'src/gone.js.map', 'test/gone.test.js'])
  t.ok(
    ['.tsbuildinfo', 'src/kept.js', 'test/data.json'].every((name) => existsSync(join(out, name))),
  )
  t.notOk(existsSync(join(out, 'test/gone.test.js')))
  t.same(pruneStale(root, out), [], 'and nothing the second time')
})
