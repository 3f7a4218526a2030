import t from 'tap'
import { mailCaseById, mailCases, sceneLines } from '../../src/post/index.ts'

const linesOf = (id: string) => {
  const one = mailCaseById(id)
  return one ? sceneLines(one) : []
}

t.test('bug: what is wrong with servers and other zones of a case is told', async (t) => {
  t.strictSame(linesOf('dane-good-311'), ['Mail server mx: STARTTLS as it should be.'])
  t.strictSame(linesOf('starttls-absent'), ['Mail server mx: no STARTTLS.'])
  t.strictSame(linesOf('host-insecure'), [
    'In the zone {zone plain}, which is not signed:',
    '  mx A {mx}',
    '  _25._tcp.mx TLSA {no 3 1 1}',
    'Mail server mx: STARTTLS as it should be.',
  ])
  t.match(linesOf('mx-zone-insecure')[0], 'Its zone is not signed.')
  t.match(linesOf('ta-intermediate-expired'), [/; the one above has ended 30 days ago\.$/])
  t.match(linesOf('ta-self-expired'), [/; its authority has ended 30 days ago\.$/])
  t.match(linesOf('ta-missing-in-chain'), [/; sent without anchor\.$/])
  t.match(linesOf('ee-notyet'), [/; it begins in 30 days\.$/])
  t.match(linesOf('ta-cn-only'), [/; certificate of no dNSName; common name mx\.\{zone\}\.$/])
  t.match(linesOf('tlsa-full-0-0'), [/; certificate of 41 names\.$/])
  t.match(linesOf('sni-picks-cert'), [/for those who ask for mx\.\{zone\}\.$/])
  t.match(linesOf('sts-redirect')[1], /^Policy of MTA-STS: status 302; moved to \/moved\.txt\.$/)
  t.match(linesOf('sts-slow')[1], /: never answered\.$/)
  t.strictSame(linesOf('sts-policy-lf').slice(1, 3), [
    'Policy of MTA-STS: status 200, as text/plain.',
    '  "version: STSv1\\n"',
  ])
})

t.test('sceneLines: every case can be told, in lines that can be read', async (t) => {
  for (const one of mailCases) {
    for (const line of sceneLines(one)) {
      t.ok(line.length <= 100 && !/undefined|NaN|: \.$/.test(line), `${one.id}: ${line}`)
    }
  }
})
