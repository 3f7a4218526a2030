import { readFileSync } from 'node:fs'
import t from 'tap'
import { install } from '../support/danelaw.ts'
import { runProgram } from '../support/peers/programs.ts'
import { apiSettings, provision } from '../support/provisioned.ts'

// What docs/api.md tells people to type does what it says.

const placeholder = 'http://127.0.0.1:8081'

/** The curl commands of the document, in order. */
function commands(): string[] {
  const text = readFileSync('docs/api.md', 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('curl '))
}

t.test('docs/api.md: every curl command in it works, one after the other', async (t) => {
  const settings = [apiSettings, 'provisioning: { nameServers: { ns1: [192.0.2.53] } }'].join('\n')
  const { danelaw, token } = await provision(t, install(t, [], settings))
  const all = commands()
  for (const command of all) {
    t.match(command, placeholder)
    const line = command
      .replaceAll(placeholder, danelaw.api)
      .replaceAll('$KEY', token)
      .replace(/^curl /, 'curl --silent --show-error --fail-with-body ')
    const { status, stdout, stderr } = await runProgram('sh', ['-c', line])
    t.equal(status, 0, `${command}: ${stdout} ${stderr}`)
  }
  t.ok(all.length >= 10, `${all.length} commands`)
})
