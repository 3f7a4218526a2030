/**
 * Resolves one question and says what DNSSEC says of it.
 *
 *     node examples/resolve.mjs example.com MX --server 192.0.2.53 --anchor keys/my.anchor
 *
 * Without --server it asks the authorities, from the root down; without --anchor it trusts the
 * keys of the root.
 */
import { parseArgs } from 'node:util'
import { createStub } from 'danelaw'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string', multiple: true }, anchor: { type: 'string' } },
})
const [name = 'example.com', type = 'A'] = positionals

const stub = createStub({
  ...(values.server ? { servers: values.server } : { iterate: {} }),
  ...(values.anchor && { anchorFile: values.anchor }),
})
try {
  const { status, rcode, reason, answer } = await stub.resolve(name, type)
  for (const record of answer) {
    process.stdout.write(`${record.name} ${record.ttl} ${record.type} ${record.data}\n`)
  }
  process.stdout.write(`${status} ${rcode}: ${reason}\n`)
} finally {
  await stub.close()
}
