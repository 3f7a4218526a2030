import t from 'tap'
import { CodedError, fixedClock } from '../../src/base/index.ts'
import { type LogOptions, openLog } from '../../src/observe/index.ts'

function logging(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const clock = fixedClock(1_764_000_000)
  const log = openLog({ level: 'info', format: 'json', write, clock, ...options })
  const [first] = [() => JSON.parse(lines[0] ?? '') as Record<string, unknown>]
  return { log, lines, first }
}

t.test('openLog: one JSON object a line, with the time of the clock', async (t) => {
  const { log, lines } = logging()
  const time = '"time":"2025-11-24T16:00:00Z"'
  log.info('zone changed', { zone: 'a.test.', serial: 7 })
  log.warn('no fields')
  t.same(lines, [
    `{"level":"info",${time},"zone":"a.test.","serial":7,"event":"zone changed"}\n`,
    `{"level":"warn",${time},"event":"no fields"}\n`,
  ])
})

t.test('openLog: nothing below the level, nothing at all when off', async (t) => {
  const warned = logging({ level: 'warn' })
  warned.log.info('a')
  warned.log.warn('b')
  warned.log.error('c')
  t.equal(warned.lines.length, 2)
  const off = logging({ level: 'off' })
  off.log.error('c')
  t.same(off.lines, [])
})

t.test('openLog: text for people keeps what has blanks or structure as JSON', async (t) => {
  const { log, lines } = logging({ format: 'text' })
  log.error('store down', { why: 'no space left', at: [1, 2], node: 'a' })
  t.same(lines, ['2025-11-24T16:00:00Z error store down why="no space left" at=[1,2] node=a\n'])
})

const secret = `dl_0123456789abcdef_${'v'.repeat(52)}`

t.test(
  'openLog: secrets are redacted wherever they stand and however they are spelt',
  async (t) => {
    const { log, lines } = logging()
    log.info('request', {
      password: 'hunter2',
      headers: { 'X-API-Key': 'hunter2', Authorization: 'Bearer hunter2', host: 'a' },
      deep: [{ private_key: 'hunter2', a: { b: { SealingKey: 'hunter2' } } }],
      url: `/v1/zones?key=${secret}`,
      error: new Error(`Cannot use ${secret}`),
      octets: Buffer.from('hunter2'),
    })
    const [line = ''] = lines
    t.notMatch(line, /hunter2/)
    t.notMatch(line, /v{52}/)
    t.match(line, '/v1/zones?key=dl_0123456789abcdef_[redacted]')
    t.match(line, '"host":"a"')
    t.match(line, '"octets":"7 octets"')
  },
)

t.test('openLog: an event, too, is redacted', async (t) => {
  const { log, lines } = logging()
  log.info(`token ${secret} made`)
  t.notMatch(lines[0], /v{52}/)
})

t.test('openLog: errors tell their code, or where they come from', async (t) => {
  const { log, first } = logging()
  log.error('failed', { error: new CodedError('key-absent', 'Cannot find key 7') })
  t.same(first()['error'], { message: 'Cannot find key 7', code: 'key-absent' })
  const other = logging()
  other.log.error('failed', { error: new TypeError('x is not a function') })
  t.match(other.first()['error'], { message: 'x is not a function', stack: /log\.test/ })
})

t.test('openLog: what is too deep, too wide or too long is cut, and cycles end', async (t) => {
  const { log, lines } = logging()
  const cycle: Record<string, unknown> = { text: 'a'.repeat(1e6) }
  cycle['self'] = cycle
  cycle['list'] = Array.from({ length: 1e5 }, (_, n) => n)
  log.info('much', cycle)
  t.ok((lines[0] ?? '').length < 1e5, `${lines[0]?.length} characters`)
})
