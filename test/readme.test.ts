import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { defaultConfig, parseConfig } from '../src/config/index.ts'
import { catalogue } from '../src/lab/index.ts'
import { mailCases } from '../src/post/index.ts'
import { runCommand } from './support/world.ts'

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/api.md',
  'docs/checking.md',
  'docs/lab.md',
  'docs/operations.md',
  'docs/policy-server.md',
  'docs/provisioning.md',
  'docs/rolling.md',
  ...readdirSync('docs/decisions').map((name) => `docs/decisions/${name}`),
]
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
}

/** A command of danelaw, from its name on. */
const shownCommand = new RegExp(
  String.raw`\bdanelaw ((?:serve|reload|status|token|backup|restore|store|zone|key|check|resolve` +
    String.raw`|policy-server|domain|partition|migrate|invoke|lab)\b.*)`,
)

/** The text of each fenced block in this language. */
function blocks(path: string, language: string): string[] {
  const text = readFileSync(path, 'utf8')
  const fences = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm')
  return [...text.matchAll(fences)].map(([, block = '']) => block)
}

/** Every command in the `sh` blocks of a document, comments cut off. */
function commands(path: string): string[] {
  return blocks(path, 'sh')
    .flatMap((block) => block.split(/\n|&&/))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}

/** What `danelaw … --help` says, which fails for a command that does not exist. */
async function help(names: readonly string[]): Promise<string> {
  return (await runCommand('/nowhere', ...names, '--help')).out
}

t.test('documents: every npm script that they name exists', async (t) => {
  const builtIn = new Set(['ci', 'cit', 'start', 'test', 'prune'])
  for (const path of documents) {
    for (const command of commands(path)) {
      const [, run, name = ''] = /^npm (run )?(\S+)/.exec(command) ?? []
      if (name === '') continue
      t.ok(run ? scripts[name] : builtIn.has(name), `${path}: ${command}`)
    }
  }
  t.ok(scripts['start'] && scripts['test'])
})

t.test('documents: every danelaw command and option that they show exists', async (t) => {
  let shown = 0
  for (const path of documents) {
    for (const command of commands(path)) {
      const [, line] = shownCommand.exec(command) ?? []
      if (line === undefined || !/^(npx )?danelaw /.test(command)) continue
      const words = line.split(/\s+/)
      const names = words.slice(
        0,
        /^(zone|key|token|tlsa|tls-report|store|domain|partition|lab)$/.test(words[0] ?? '')
          ? 2
          : 1,
      )
      const text = await help(names)
      t.match(text, new RegExp(`^Usage: danelaw ${names.join(' ')}`), `${path}: ${command}`)
      for (const option of words.filter((word) => word.startsWith('-'))) {
        t.ok(text.includes(option), `${path}: ${command} has ${option}`)
      }
      shown += 1
    }
  }
  t.ok(shown >= 5, `${shown} commands are shown`)
})

t.test('documents: every file that they link to exists', async (t) => {
  for (const path of documents) {
    const text = readFileSync(path, 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(dirname(path), target)), `${path} links to ${target}`)
    }
  }
})

t.test('README.md: the configuration is understood and says the defaults', async (t) => {
  const [text = ''] = blocks('README.md', 'yaml')
  const { config, findings } = parseConfig(text, { file: 'README.md', directory: '/srv' })
  t.same(findings, [])
  const { overrides, ...stated } = config ?? { overrides: new Map() }
  const { overrides: _, ...defaults } = defaultConfig('/srv')
  t.same(stated, defaults)
  t.equal(overrides.size, 1)
})

t.test('documents: every other configuration is understood too', async (t) => {
  for (const path of documents) {
    for (const text of blocks(path, 'yaml')) {
      t.same(parseConfig(text, { file: path, directory: '/srv' }).findings, [], path)
    }
  }
})

t.test('the documents count faults and mail domains as the lab has them', async (t) => {
  const flat = (path: string) => readFileSync(path, 'utf8').replaceAll(/\s+/g, ' ')
  const counts = `${catalogue.length} zones and ${mailCases.length} mail domains`
  t.ok(flat('README.md').includes(counts), counts)
  const told = `each of ${catalogue.length} faults, ${mailCases.length} mail domains`
  t.ok(flat('CHANGELOG.md').includes(told), told)
})
