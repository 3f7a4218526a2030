import type { Postfix } from './postfix.ts'

/** What became of a mail, as the log of Postfix has it. */
export interface Fate {
  /** `sent`, `deferred` or `bounced`. */
  readonly status: string
  /** The host that was tried last, or `none`. */
  readonly relay: string
  /** What is said of its certificate, such as `Verified`; undefined without TLS. */
  readonly tls?: string
  /** The line that says so. */
  readonly line: string
}

/** What became of the mail with an id, when that is known. */
export async function fateOf({ log }: Pick<Postfix, 'log'>, id: string): Promise<Fate> {
  const told = new RegExp(`smtp\\[(\\d+)\\]: ${id}: to=.* relay=([^[,]*).* status=(\\w+) `)
  const { input, 1: process, 2: relay = '', 3: status = '' } = await log.line(told)
  const ofProcess = log
    .text()
    .split('\n')
    .filter((line) => line.includes(`smtp[${process}]: `))
  const end = ofProcess.indexOf(input)
  const start = ofProcess.findLastIndex((line, at) => at < end && line.includes(' status='))
  const own = ofProcess.slice(start + 1, end)
  const connected = own.findLast((line) =>
    line.includes(` TLS connection established to ${relay}[`),
  )
  const [, tls] = /: (\w+) TLS connection established/.exec(connected ?? '') ?? []
  return { line: input, status, relay, ...(tls === undefined ? {} : { tls }) }
}
