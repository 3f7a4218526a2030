import t from 'tap'
import { runCommand } from '../support/world.ts'

const commands = [
  ['serve'],
  ['reload'],
  ['zone'],
  ['zone', 'check'],
  ['zone', 'print'],
  ['zone', 'export'],
  ['zone', 'import'],
  ['status'],
  ['token'],
  ['token', 'create'],
  ['token', 'list'],
  ['token', 'revoke'],
  ['backup'],
  ['restore'],
  ['store'],
  ['store', 'seal-rotate'],
  ['key'],
  ['key', 'list'],
  ['key', 'generate'],
  ['key', 'ds'],
  ['key', 'import'],
  ['key', 'export'],
  ['check'],
  ['resolve'],
  ['policy-server'],
  ['tls-report'],
  ['tls-report', 'show'],
  ['tls-report', 'submit'],
]

for (const command of commands) {
  t.test(`danelaw ${command.join(' ')} --help explains itself and succeeds`, async (t) => {
    const { code, out, err } = await runCommand(t.testdir(), ...command, '--help')
    t.match({ code, err }, { code: 0, err: '' })
    t.match(out, new RegExp(`^Usage: danelaw ${command.join(' ')} `))
    t.notMatch(out, /default:\s+\{/, 'defaults are for people')
  })
}

t.test('danelaw --help shows examples and exit codes', async (t) => {
  const { code, out } = await runCommand(t.testdir(), '--help')
  t.equal(code, 0)
  t.match(out, /Examples:\n {2}danelaw serve /)
  t.match(out, /Exit codes: 0 done, 1 errors found or failed, 2 not understood/)
})

t.test('danelaw --version prints it', async (t) => {
  t.same(await runCommand(t.testdir(), '--version'), { code: 0, out: '1.2.3\n', err: '' })
})

for (const argv of [
  [],
  ['zone'],
  ['srve'],
  ['zone', 'chekc', 'x'],
  ['serve', '--colour'],
  ['zone', 'check'],
  ['zone', 'export'],
  ['zone', 'import'],
  ['token'],
  ['token', 'create'],
  ['token', 'revoke'],
  ['token', 'create', 'x', '--expires', 'soon'],
  ['backup'],
  ['restore'],
  ['reload', '--config'],
  // Bug: of options that exclude each other one was silently passed over.
  ['resolve', 'x', '--server', '127.0.0.1', '--iterate'],
  ['resolve', 'x', '--hints', 'h', '--server', '127.0.0.1'],
  ['check', 'x', '--server', '127.0.0.1', '--authority-port', '5300'],
  ['check', 'x', '--server', '127.0.0.1', '--ndr', 'ndr.eml'],
  ['policy-server', '--socket', 's', '--listen', '127.0.0.1:0'],
]) {
  t.test(`danelaw ${argv.join(' ')}: not understood, exit code 2`, async (t) => {
    const { code, out, err } = await runCommand(t.testdir(), ...argv)
    t.equal(code, 2)
    t.equal(out, '', 'nothing on standard output')
    t.match(err, /^(error: |Usage: )/)
  })
}

t.test('danelaw srve: the command that was meant', async (t) => {
  t.match((await runCommand(t.testdir(), 'srve')).err, /Did you mean serve\?/)
})
