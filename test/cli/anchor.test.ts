import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fixedClock } from '../../src/base/index.ts'
import { AnchorFiles } from '../../src/cli/anchor.ts'
import { parseConfig } from '../../src/config/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { makePace, type PublishedZone, Publisher, systemDisk } from '../../src/publish/index.ts'
import { SignatureCache } from '../../src/signer/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'

const zoneText = '@ 60 SOA ns hm 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n'

/** Zones of files, published into a table that anchors listen to. */
async function published(
  t: Test,
  zones: readonly string[],
  keys: Record<string, Record<string, never>> = {},
) {
  const directory = t.testdir({
    zones: Object.fromEntries(zones.map((zone) => [`${zone}.zone`, zoneText])),
    keys,
  })
  const turn = () => new Promise<void>(setImmediate)
  const pace = () => makePace({ sliceMs: 5, now: () => 0, turn })
  const anchors = new AnchorFiles(join(directory, 'keys'), pace, turn)
  const table = new ZoneTable<PublishedZone>(anchors)
  const { config } = parseConfig('{}', { file: 'danelaw.yaml', directory })
  if (!config) throw new Error('the default configuration is good')
  const publisher = new Publisher({
    ...{ table, disk: systemDisk, cache: new SignatureCache(1024), makeKeys: true },
    ...{ keys: openKeyDirectory(config.keys.directory), clock: fixedClock(1795479662) },
    makePace: pace,
  })
  await publisher.publish(config)
  const file = (zone: string) => join(directory, 'keys', `${zone}.anchor`)
  const noteAll = () => {
    for (const one of table.values()) anchors.note(one)
  }
  return { anchors, table, file, noteAll }
}

t.test('AnchorFiles: every zone that is put has its anchor when all is settled', async (t) => {
  const { anchors, file } = await published(t, ['a.test', 'b.test'])
  await anchors.settled()
  for (const zone of ['a.test', 'b.test']) {
    t.match(readFileSync(file(zone), 'utf8'), `"${zone}." static-key 257 3 13 "`)
    t.equal(statSync(file(zone)).mode & 0o777, 0o644)
  }
  t.equal(anchors.takeFailure(), undefined)
})

t.test('AnchorFiles: a change that leaves the keys as they are writes nothing', async (t) => {
  const { anchors, table, file } = await published(t, ['a.test'])
  await anchors.settled()
  rmSync(file('a.test'))
  for (const one of [...table.values()]) table.put({ ...one, changedAt: one.changedAt })
  await anchors.settled()
  t.notOk(existsSync(file('a.test')))
})

t.test('AnchorFiles: what cannot be written is told once, and tried again on demand', async (t) => {
  const blocked = { 'a.test.anchor': {} }
  const { anchors, file, noteAll } = await published(t, ['a.test', 'b.test'], blocked)
  await anchors.settled()
  t.match(anchors.takeFailure(), { code: 'key-file-failed' })
  t.equal(anchors.takeFailure(), undefined)
  rmSync(file('a.test'), { recursive: true })
  noteAll()
  await anchors.settled()
  t.notOk(existsSync(file('a.test')))
  anchors.retry()
  noteAll()
  await anchors.settled()
  for (const zone of ['a.test', 'b.test']) t.ok(existsSync(file(zone)), zone)
})
