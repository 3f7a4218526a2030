import { ednsFlagDo, type Message, readMessage, writeMessage } from '../../src/message/index.ts'
import { parseType } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import type { Asked, World } from '../../src/world/index.ts'

/** A query with DO, for a question given as `name type`. */
export function worldQuery(question: string): Uint8Array {
  const [name = '', type = ''] = question.split(' ')
  return writeMessage({
    ...{ id: 4711, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name: parseName(name), type: parseType(type), class: 1 }],
    edns: { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] },
  })
}

/** Asks a server of a world, which has to answer. */
export function askWorld(
  world: World,
  question: string,
  server: string,
  via: Asked['via'] = 'udp',
): Message {
  const { octets } = world.answer(worldQuery(question), { server, via, from: '127.0.0.1' })
  if (!octets) throw new Error(`no answer for ${question}`)
  return readMessage(octets)
}
