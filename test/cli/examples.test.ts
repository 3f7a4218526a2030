import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/index.ts'
import { discoverSources, systemDisk } from '../../src/publish/index.ts'
import { nameKey } from '../../src/wire/index.ts'
import { projectDirectory } from '../support/peers/paths.ts'
import { runCommand } from '../support/world.ts'

const directory = projectDirectory()
const files = readdirSync(join(directory, 'zones')).map((file) => join('zones', file))

t.test('the example zones have nothing that zone check would tell of', async (t) => {
  t.ok(files.length >= 3)
  const { code, err } = await runCommand(directory, 'zone', 'check', ...files)
  t.same([code, err], [0, ''])
})

t.test('the example configuration reads, and overrides zones that are there', async (t) => {
  const file = join(directory, 'danelaw.yaml')
  const { config, findings } = parseConfig(readFileSync(file, 'utf8'), { file, directory })
  t.same(findings, [])
  if (!config) return
  const { sources } = await discoverSources(config.zones, systemDisk)
  const served = new Set(sources.map(({ zone }) => nameKey(zone)))
  t.ok(config.overrides.size > 0)
  for (const { zone } of config.overrides.values()) t.ok(served.has(nameKey(zone)))
})
