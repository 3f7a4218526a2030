import ts from 'typescript'
import { type SourceCheck, walk } from './source.ts'

/** Methods of a tap test that can fail, and fast-check's own. */
const asserting = new Set(
  `equal not same notSame strictSame strictNotSame ok notOk match notMatch has hasStrict hasProp
  hasProps throws doesNotThrow rejects resolves resolveMatch error type emits matchSnapshot
  assert`.split(/\s+/),
)

/**
 * Every test file makes an assertion. tap counts a file without one as skipped, and a skip is not
 * a failure on a machine that lacks the peers; so an empty test would pass for ever.
 */
export const checkAssertions: SourceCheck = (sources) => {
  return sources
    .filter(({ path }) => path.startsWith('test/') && path.endsWith('.test.ts'))
    .filter(({ tree }) => {
      let asserts = false
      walk(tree, (node) => {
        if (!ts.isCallExpression(node)) return
        const called = node.expression
        if (ts.isPropertyAccessExpression(called)) asserts ||= asserting.has(called.name.text)
        else asserts ||= /^(check|assert|expect|verify)/.test(called.getText())
      })
      return !asserts
    })
    .map(({ path }) => ({ path, line: 1, message: 'Assert something, or remove the test' }))
}
