import t from 'tap'
import { type Disk, systemDisk } from '../../src/publish/disk.ts'
import { discoverSources, formatOfFile, zoneOfFile } from '../../src/publish/sources.ts'
import { formatName } from '../../src/wire/index.ts'
import { configOf } from '../support/publishing.ts'

function diskOf(names: readonly string[]): Disk {
  return { ...systemDisk, list: async () => names }
}

t.test('zoneOfFile: the zone is the name of the file without its ending', (t) => {
  const nameOf = (file: string) => {
    const zone = zoneOfFile(file)
    return zone && formatName(zone)
  }
  t.equal(nameOf('example.test.zone'), 'example.test.')
  t.equal(nameOf('o-v1.mx.microsoft.yaml'), 'o-v1.mx.microsoft.')
  t.equal(nameOf('a.yml'), 'a.')
  t.equal(nameOf('.hidden.zone'), undefined)
  t.equal(nameOf('a.zone~'), undefined)
  t.equal(nameOf('README.md'), undefined)
  t.throws(() => zoneOfFile('a..b.zone'), { code: 'name-invalid' })
  t.end()
})

t.test('formatOfFile: YAML by its ending, anything else a master file', (t) => {
  t.equal(formatOfFile('a.yaml'), 'yaml')
  t.equal(formatOfFile('a.yml'), 'yaml')
  t.equal(formatOfFile('a.zone'), 'master')
  t.equal(formatOfFile('db.a'), 'master')
  t.end()
})

t.test('discoverSources reports names that are none and files that are too many', async (t) => {
  const { zones } = configOf('', '/srv')
  const names = ['a.test.yaml', 'a.test.zone', 'b..zone', 'c.test.zone']
  const { sources, findings, complete } = await discoverSources(zones, diskOf(names))
  t.ok(complete)
  t.match(sources, [
    { file: '/srv/zones/a.test.yaml', format: 'yaml' },
    { file: '/srv/zones/c.test.zone', format: 'master' },
  ])
  t.equal(sources.length, 2)
  t.match(findings, [
    {
      code: 'zone-twice',
      message:
        'Cannot use /srv/zones/a.test.zone for zone "a.test.": /srv/zones/a.test.yaml holds it ' +
        'already',
    },
    { code: 'name-invalid', place: { file: '/srv/zones/b..zone' } },
  ])
})

t.test('discoverSources says why a directory cannot be read', async (t) => {
  const { zones } = configOf('zones: { directory: nowhere }', t.testdir())
  const { findings, complete } = await discoverSources(zones, systemDisk)
  t.notOk(complete)
  t.match(findings, [
    { code: 'zone-file-failed', message: /nowhere: it does not exist \(ENOENT\)/ },
  ])
})

t.test('discoverSources lists files and links, not directories', async (t) => {
  const directory = t.testdir({
    'a.test.zone': '',
    'b.test.zone': t.fixture('symlink', 'a.test.zone'),
    'c.test.zone': {},
  })
  const { zones } = configOf(`zones: { directory: ${directory} }`, '/')
  const { sources } = await discoverSources(zones, systemDisk)
  t.same(
    sources.map(({ zone }) => formatName(zone)),
    ['a.test.', 'b.test.'],
  )
})
