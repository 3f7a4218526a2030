import type { Fault } from '../types.ts'
import { behave, bogus, rowsOf, secure, unreachable } from './row.ts'

const row = rowsOf('validator')

/** What something on the way to a server, or the server itself, does to honest answers. */
export const answeredOddly: readonly Fault[] = [
  row(
    'edns-dropped',
    'OPT is taken out of queries, so that answers come without signatures',
    [behave({ kind: 'stripEdns' })],
    bogus([10], ['RFC 4035 §3.2.1', 'RFC 6891 §7', 'RFC 8914 §4.11'], {
      edeToo: [22],
      or: { status: 'unreachable', because: 'RFC 4035 §4.1: without EDNS it is of no use' },
    }),
  ),
  row(
    'udp-only',
    'Nobody listens on TCP, and nothing is too long for UDP',
    [behave({ kind: 'refuseTcp' })],
    secure(['RFC 7766 §5']),
  ),
  row(
    'tcp-only',
    'Over UDP every answer is truncated',
    [behave({ kind: 'truncate' }, { via: 'udp' })],
    secure(['RFC 7766 §5', 'RFC 2181 §9']),
  ),
  row(
    'trunc-loop',
    'Every answer is truncated, over TCP too',
    [behave({ kind: 'truncate' })],
    unreachable([22, 23, 24], ['RFC 2181 §9', 'RFC 8914 §4.23']),
  ),
  ...(['answer', 'authority', 'additional'] as const).map((section) =>
    row(
      `answer-injection-${section}`,
      `An RRset that nobody asked for and nobody signed, in the ${section} section`,
      [behave({ kind: 'inject', section })],
      secure(['RFC 2181 §5.4.1', 'RFC 5452 §6', 'RFC 4035 §3.2.3'], {
        ...(section !== 'additional' && {
          or: {
            status: 'bogus',
            because: 'RFC 4035 §3.2.3 speaks of all of the answer and authority sections',
          },
        }),
      }),
    ),
  ),
]
