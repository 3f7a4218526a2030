import type { domainJson, partitionJson } from '../provision/index.ts'

/** A domain for people: `key value`, one a line. */
export function domainLines(domain: ReturnType<typeof domainJson>): string[] {
  const { tenant, kind, verified, proof, token, partition, host, expectedMx } = domain
  const mx = expectedMx && `@ ${expectedMx.ttl} IN MX ${expectedMx.preference} ${expectedMx.host}.`
  const rows: readonly (readonly [key: string, value: string | null])[] = [
    ['tenant', tenant],
    ['kind', kind === 'managed' ? null : kind],
    ['proof', verified ? null : `TXT ${proof}`],
    ['verified', domain.verifiedAt],
    ['token', token],
    ['partition', partition],
    ['dnssec', stateText(domain.dnssec)],
    ['host', host],
    ['expected', mx],
    ['dane', stateText(domain.dane)],
    ['legacy', stateText(domain.legacy)],
  ]
  return rows.flatMap(([key, value]) => (value === null ? [] : [`  ${key.padEnd(10)}${value}`]))
}

function stateText({ state, since, until }: ReturnType<typeof domainJson>['dnssec']): string {
  if (state === 'ending') return `off since ${since}, its host goes at ${until}`
  return state === 'on' ? `on since ${since}` : 'off'
}

/** Partitions for people, one a line. */
export function partitionLines(partitions: readonly ReturnType<typeof partitionJson>[]): string[] {
  return partitions.map(({ name, zone, frontends, open, hosts }) => {
    const state = open ? '' : ', closed to new domains'
    return `${name}  ${zone}  ${hosts} hosts at ${frontends.join(' ')}${state}`
  })
}
