import { type Message, Rcode } from '../message/index.ts'
import type { Lookup } from '../validator/index.ts'
import type { Errand } from './errand.ts'
import type { Exchange } from './exchange.ts'
import { abandoned, type Found, formatLookup } from './found.ts'
import type { Peers } from './peers.ts'
import type { Upstream } from './stub.ts'
import { formatServer } from './transport.ts'

/** One lookup, and the servers that can be asked. */
export interface CanvassOptions {
  readonly exchange: Pick<Exchange, 'ask'>
  readonly peers: Peers
  readonly attempts: number
  readonly lookup: Lookup
  readonly isRecursive: boolean
  readonly servers: readonly Upstream[]
  readonly avoid: ReadonlySet<string>
  readonly errand: Errand
  /** What is wrong with a response, in words; undefined where it will do. */
  readonly fault: (message: Message) => string | undefined
  /** RFC 8914 info code for a failure of all. */
  readonly ede: number
}

/**
 * Asks one server after the other until one response will do. A silent server is asked again after
 * the others, with more patience; one that says no is not. A server that cannot be reached at all,
 * such as by IPv6 from a machine without, costs no attempt.
 */
export async function canvass(options: CanvassOptions): Promise<Found> {
  const { exchange, peers, lookup, errand, servers, fault } = options
  const asked = { name: lookup.name, type: lookup.type, isRecursive: options.isRecursive }
  const queue = ordered(options).map((server) => ({ server, tries: 1 }))
  const troubles: string[] = []
  let rcode: number = Rcode.SERVFAIL
  let attempts = 0
  for (let next = queue.shift(); next && attempts < options.attempts; next = queue.shift()) {
    const { server, tries } = next
    const name = formatServer(server)
    const result = await exchange.ask(server, asked, errand, tries)
    if (result.kind === 'abandoned') return abandoned(errand)
    if (result.kind !== 'unreachable') attempts++
    if (result.kind === 'response') {
      const { message } = result
      const text = fault(message)
      const hasOthers = servers.some((other) => formatServer(other) !== name)
      if (text === undefined) return { kind: 'message', message, server: name, hasOthers }
      errand.trace({ kind: 'trouble', name: asked.name, type: asked.type, server, text })
      if (message.rcode !== Rcode.NOERROR) rcode = message.rcode
      troubles.push(`${text} from ${name}`)
    } else {
      troubles.push(`${result.text} from ${name}`)
      if (result.kind === 'silent') queue.push({ server, tries: tries + 1 })
    }
    if (result.kind !== 'response') peers.trouble(server)
  }
  const all = troubles.length === 0 ? 'no server to ask' : [...new Set(troubles)].join('; ')
  const reason = { text: `No answer for ${formatLookup(lookup)}: ${all}`, ede: options.ede }
  return { kind: 'failed', reason, rcode }
}

/** Sound servers first; those to be avoided last. */
function ordered({ peers, servers, avoid }: CanvassOptions): Upstream[] {
  const isAvoided = (server: Upstream): boolean => avoid.has(formatServer(server))
  const sound = peers.sound(servers)
  return [...sound.filter((server) => !isAvoided(server)), ...sound.filter(isAvoided)]
}
