import { readFileSync } from 'node:fs'
import t from 'tap'
import { createMetrics } from '../../src/observe/index.ts'

/** What `/metrics` says of itself when everything has happened once. */
async function exposed(): Promise<string[]> {
  const metrics = createMetrics({
    version: '1',
    usage: () => ({ startedAt: 1, residentOctets: 1, cpuSeconds: 1 }),
    transports: () => ({ udp: { received: 1 }, tcp: { open: 1 } }),
    signatures: () => ({ made: 1, renewed: 1, cached: 1, cacheOctets: 1, cacheEntries: 1 }),
    zones: () => [{ name: () => 'a.test.', source: 'file', expiration: 1 }],
    tlsa: () => [{ owner: '_25._tcp.a.test.', isSafe: true, expirySeconds: 1 }],
    store: () => ({ driver: 'lmdb', state: 'ok', durable: 1, served: 1, rewinds: 0 }),
    domains: () => ({ partitions: [{ name: 'o-v1', hosts: 1 }], late: 1, failed: 1 }),
  })
  metrics.countChangeSet('change', 'done')
  metrics.countRequest('/r', 200)
  metrics.observeCommit(1)
  const text = await metrics.expose()
  const rows: string[] = []
  for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
    const kind = new RegExp(`^# TYPE ${name} (\\S+)$`, 'm').exec(text)?.[1] ?? ''
    const sample = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(text)?.[1] ?? ''
    const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => `\`${label}\``)
    const shown = labels.filter((label) => label !== '`le`').join(', ')
    rows.push(`| \`${name}\` | ${kind} | ${shown} | ${help} |`)
  }
  return rows
}

t.test(
  'docs/operations.md: its table has every metric, with kind, labels and meaning',
  async (t) => {
    const rows = await exposed()
    const lines = readFileSync('docs/operations.md', 'utf8').split('\n')
    const told = lines.filter((line) => /^\| `(?:danelaw|process)_/.test(line))
    t.same(told, rows)
    t.ok(rows.length > 15, `${rows.length} metrics`)
  },
)
