import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openPostgresStore } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { authority, issue } from '../support/certificates.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { startPostgres } from '../support/postgres.ts'
import { create } from './samples.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test('the store in PostgreSQL by way of TLS', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const ca = await authority()
  const postgres = await startPostgres(t, await issue({ names: ['localhost'], issuer: ca }))
  const directory = t.testdir()
  const files = { right: join(directory, 'ca.crt'), wrong: join(directory, 'other.crt') }
  writeFileSync(files.right, ca.pem)
  writeFileSync(files.wrong, (await authority()).pem)
  const url = await postgres.createDatabase()
  const byTls = (rootCertificate: string, host = 'localhost') => {
    const whole = new URL(url)
    whole.hostname = host
    whole.searchParams.set('sslmode', 'verify-full')
    whole.searchParams.set('sslrootcert', rootCertificate)
    return whole.href
  }

  await t.test('verify-full: every connection is encrypted', async (t) => {
    const store = await openPostgresStore({ ...parts, url: byTls(files.right) })
    t.teardown(() => store.close())
    t.strictSame(await store.commit([create(parseName('example.'))]), [
      { kind: 'done', sequence: 1 },
    ])
    const connections = await postgres.query(
      `select ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where application_name = 'danelaw'`,
    )
    t.ok(connections.length >= 2, 'one that listens and one that commits')
    t.ok(connections.every(({ ssl }) => ssl))
  })

  await t.test('what does not prove who it is is refused, with the reason', async (t) => {
    for (const [refused, message] of [
      [byTls(files.wrong), /certificate.*; see sslmode and sslrootcert in store\.url$/],
      [byTls(files.right, '127.0.0.1'), /127\.0\.0\.1 is not in the cert's list.*; see sslmode/],
      [byTls(join(directory, 'none')), /ENOENT.*none.*; see sslmode and sslrootcert/],
    ] as const) {
      await t.rejects(openPostgresStore({ ...parts, url: refused }), {
        code: 'store-refused',
        message,
      })
    }
  })

  await t.test('a server without TLS is refused where TLS is wanted', async (t) => {
    const plain = await startPostgres(t)
    const whole = new URL(await plain.createDatabase())
    whole.searchParams.set('sslmode', 'verify-full')
    const message = /The server does not support SSL connections; see sslmode/
    await t.rejects(openPostgresStore({ ...parts, url: whole.href }), {
      code: 'store-refused',
      message,
    })
  })
})
