import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readPem } from '../../src/cli/tlsa-files.ts'

t.test('readPem: a directory as certbot leaves it, whose links are replaced', async (t) => {
  const directory = t.testdir({ archive: {}, live: { 'mail.test': {} } })
  const live = join(directory, 'live/mail.test')
  /** Writes the files of a renewal aside, then puts links to them in place, as certbot does. */
  const renew = (number: number) => {
    for (const name of ['cert', 'chain', 'fullchain', 'privkey']) {
      writeFileSync(join(directory, `archive/${name}${number}.pem`), `${name} ${number}`)
      const link = join(live, `${name}.pem`)
      symlinkSync(`../../archive/${name}${number}.pem`, `${link}.new`)
      renameSync(`${link}.new`, link)
    }
  }
  renew(1)
  const first = await readPem(live, undefined)
  t.match(first, { text: 'fullchain 1', source: join(live, 'fullchain.pem') })
  t.equal(await readPem(live, first?.stamp), undefined, 'nothing new')
  renew(2)
  t.match(await readPem(live, first?.stamp), { text: 'fullchain 2' })
})

t.test('readPem: plain files, what is not there, what is too large', async (t) => {
  const directory = t.testdir({ 'cert.pem': 'only', empty: {}, big: 'x'.repeat(262_145) })
  t.match(await readPem(directory, undefined), { text: 'only' }, 'without a chain')
  t.match(await readPem(join(directory, 'cert.pem'), undefined), { text: 'only' })
  mkdirSync(join(directory, 'other'))
  const code = 'file-unreadable'
  await t.rejects(readPem(join(directory, 'other'), undefined), { code, message: /neither/ })
  await t.rejects(readPem(join(directory, 'none'), undefined), { code, message: /ENOENT/ })
  await t.rejects(readPem(join(directory, 'big'), undefined), { code, message: /exceeds 262144/ })
})

t.test('bug: a device that has no size was read without end', async (t) => {
  const refused = { code: 'file-unreadable', message: /exceeds 262144/ }
  await t.rejects(readPem('/dev/zero', undefined), refused)
})
