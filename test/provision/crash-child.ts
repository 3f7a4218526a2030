/** Does one use case after another until it is killed, and says on standard output which. */
import { writeSync } from 'node:fs'
import { openCrashNode } from './crash-node.ts'
import { domains, doUseCase, nextFor, type Said } from './crash-work.ts'

const [, , directory = '', time = '0'] = process.argv
const node = await openCrashNode(directory, Number(time))

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`)
}

async function work(domain: number): Promise<never> {
  const ref = domains[domain]
  if (!ref) throw new Error(`There is no domain ${domain}`)
  for (;;) {
    const useCase = nextFor(await node.provision.domain(ref), Math.random())
    say({ what: 'begin', useCase, domain, time: node.clock.now() })
    const version = await doUseCase(node, useCase, ref)
    const done = { what: 'end', useCase, domain, time: node.clock.now() } as const
    say(version === undefined ? done : { ...done, version })
  }
}

await Promise.all(domains.map((_, domain) => work(domain)))
