/** Prints a digest of all that the world of the catalogue says, for a seed: a process of its own. */
import { createHash } from 'node:crypto'
import type { UnixSeconds } from '../../src/base/index.ts'
import { formatType, RR } from '../../src/rr/index.ts'
import { formatQuestion } from '../../src/trial/cases.ts'
import { casesOf } from '../../src/trial/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { buildWorld, catalogueWorld, faultApex, worldAddresses } from '../../src/world/index.ts'
import { worldQuery } from './ask-world.ts'
import { testTime } from './served-zone.ts'

const [seed = ''] = process.argv.slice(2)
const world = buildWorld(catalogueWorld({ seed, now: () => testTime as UnixSeconds }))
const hash = createHash('sha256')

function hear(question: string, server: string): void {
  for (const via of ['udp', 'tcp'] as const) {
    const reply = world.answer(worldQuery(question), { server, via, from: '127.0.0.1' })
    hash.update(`${question} ${server} ${via} ${reply.delayMs} ${reply.octets?.length}`)
    hash.update(reply.octets ?? '')
  }
}

for (const one of casesOf(world)) {
  const apex = formatName(faultApex(one.fault.id))
  for (const server of worldAddresses.faults) {
    hear(formatQuestion(one), server)
    hear(`${apex} ${formatType(RR.DNSKEY)}`, server)
    hear(`nothing.${apex} ${formatType(RR.A)}`, server)
  }
  hear(`${apex} ${formatType(RR.DS)}`, worldAddresses.above)
  hear(`${apex} ${formatType(RR.A)}`, worldAddresses.above)
}
process.stdout.write(hash.digest('hex'))
