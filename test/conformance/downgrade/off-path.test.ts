/**
 * Whoever is not on the path guesses: false answers arrive before the true one, with a wrong id,
 * for another question, in another case, or right in all but their source (RFC 5452 §3, §9).
 */
import t, { type Test } from 'tap'
import { readMessage, writeMessage } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { equalNames, lowerName, parseName } from '../../../src/wire/index.ts'
import { type MailLab, openMailLab } from '../../support/mail-lab/lab.ts'
import { type Forgery, openSpoofer } from '../../support/mail-lab/spoofer.ts'
import { labStub } from '../../support/mail-lab/stub.ts'

/** The last octet of the address in front of the server of `example.test.`, which is 10. */
const front = 70
const server = 10
const nameServer = parseName('ns.example.test.')

/** Everything is replaced by an unsigned NODATA, with header and question changed as wanted. */
function forged(change: (message: ReturnType<typeof readMessage>) => object): Forgery {
  return (_, honest) => {
    const message = readMessage(honest)
    const lie = { ...message, answer: [], authority: [], additional: [] }
    return writeMessage({ ...lie, ...change(lie) })
  }
}

const fromHere: Readonly<Record<string, Forgery>> = {
  'another id': forged(({ id }) => ({ id: id ^ 0x1234 })),
  'another name': forged(({ questions }) => ({
    questions: questions.map((question) => ({ ...question, name: parseName('x.attacker.test.') })),
  })),
  'another type': forged(({ questions }) => ({
    questions: questions.map((question) => ({ ...question, type: RR.TXT })),
  })),
  'another class': forged(({ questions }) => ({
    questions: questions.map((question) => ({ ...question, class: 3 })),
  })),
  'no question': forged(() => ({ questions: [] })),
  'a query': forged(({ flags }) => ({ flags: flags & 0x7fff })),
  'the case of the name not kept': forged(({ questions }) => ({
    questions: questions.map((question) => ({ ...question, name: lowerName(question.name) })),
  })),
  'no message at all': () => Uint8Array.of(1, 2, 3),
}

/** Leads to the address in front: glue is not signed, and anybody may have changed it. */
function leadToFront(lab: MailLab): void {
  lab.authorities.rules.push({
    server: 2,
    tamper: ({ response, internet }) => ({
      ...response,
      additional: response.additional.map((record) =>
        record.type === RR.A && equalNames(record.owner, nameServer)
          ? { ...record, rdata: Uint8Array.from(internet.address(front).split('.').map(Number)) }
          : record,
      ),
    }),
  })
}

async function throughFront(
  t: Test,
  forgeries: { fromHere: readonly Forgery[]; fromElsewhere: readonly Forgery[] },
): Promise<void> {
  const lab = await openMailLab({
    zone: '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
  })
  t.teardown(() => lab.close())
  leadToFront(lab)
  const spoofer = await openSpoofer(lab.authorities, { at: front, server, ...forgeries })
  t.teardown(() => spoofer.close())
  const stub = labStub(lab)
  t.teardown(() => stub.close())
  const tlsa = await stub.resolve(parseName(`_${lab.mail.port}._tcp.mx.example.test.`), RR.TLSA)
  t.equal(tlsa.security, 'secure', tlsa.reason.text)
  t.equal(tlsa.data?.rrset.rdatas.length, 1)
  t.ok(spoofer.count() > 0, 'the spoofer was heard first')
}

for (const [title, forgery] of Object.entries(fromHere)) {
  t.test(`RFC 5452 §9.1: ${title}, from the right address: the true answer is waited for`, (t) =>
    throughFront(t, { fromHere: [forgery], fromElsewhere: [] }),
  )
}

t.test('RFC 5452 §9.1: right but for its source: the true answer is waited for', (t) =>
  throughFront(t, { fromHere: [], fromElsewhere: [forged(() => ({}))] }),
)
