import type { DaneLevel } from '../../src/dane/index.ts'
import type { Destination, Host } from '../../src/destination/index.ts'
import { Rcode } from '../../src/message/index.ts'
import { RR } from '../../src/rr/index.ts'
import type { Resolution } from '../../src/stub/index.ts'
import { parseName } from '../../src/wire/index.ts'

/** A resolution of which only how long it holds is looked at. */
function resolution(ttl: number): Resolution {
  return {
    question: { name: parseName('example.test.'), type: RR.MX },
    security: 'secure',
    rcode: Rcode.NOERROR,
    reason: { text: 'made up', ede: undefined },
    hops: [],
    data: undefined,
    answer: [],
    authority: [],
    chain: [],
    ttl,
    elapsedMs: 0,
    queries: 0,
  }
}

/** A host that has to be met at a level; `reason` is `<name> is <level>`. */
export function madeUpHost(level: DaneLevel, options: Partial<Host> & { ttl?: number } = {}): Host {
  const { ttl = 300, ...rest } = options
  const name = rest.name ?? parseName('mx.example.test.')
  return {
    name,
    preference: 10,
    expanded: name,
    a: resolution(ttl),
    aaaa: resolution(ttl),
    addresses: ['192.0.2.25'],
    security: 'secure',
    tlsaLookups: [],
    tlsa: undefined,
    tlsaBase: undefined,
    referenceNames: [],
    level,
    failedLookup: level === 'failed' ? 'tlsa' : undefined,
    reason: { text: `a host is ${level}`, ede: undefined },
    ...rest,
  }
}

/** A destination whose hosts have to be met at these levels; MX records are secure. */
export function madeUpDestination(
  levels: readonly DaneLevel[],
  options: Partial<Destination> & { ttl?: number } = {},
): Destination {
  const { ttl = 300, ...rest } = options
  const domain = rest.domain ?? parseName('example.test.')
  return {
    domain,
    expanded: domain,
    mx: resolution(ttl),
    kind: 'mx',
    reason: { text: 'made up', ede: undefined },
    isProtected: true,
    hosts: levels.map((level) => madeUpHost(level)),
    notes: [],
    ...rest,
  }
}
