import t from 'tap'
import { Choices } from '../../src/rolling/choices.ts'

/** Everything that comes of doing something with all choices. */
function all<T>(todo: (choices: Choices) => T): T[] {
  const choices = new Choices()
  const results: T[] = []
  do results.push(todo(choices))
  while (choices.advance())
  return results
}

t.test('Choices: every combination, each once, the last choice turning fastest', (t) => {
  t.same(
    all((choices) => `${choices.next(2)}${choices.next(1)}${choices.next(3)}`),
    ['000', '001', '002', '100', '101', '102'],
  )
  t.end()
})

t.test('Choices: what is chosen from may depend on what was chosen', (t) => {
  const triangle = all((choices) => {
    const first = choices.next(3)
    return first === 0 ? '0' : `${first}${choices.next(first)}`
  })
  t.same(triangle, ['0', '10', '20', '21'])
  t.end()
})

t.test('Choices: without a choice there is one combination', (t) => {
  t.same(
    all(() => 'once'),
    ['once'],
  )
  t.end()
})
