import { formatRcode, readMessage } from '../../../src/message/index.ts'
import { formatRdata, parseType } from '../../../src/rr/index.ts'
import { type Fingered, finger } from '../mail/finger.ts'
import { submit } from '../mail/submit.ts'
import { dnsClient, encodeQuery } from '../peers/client.ts'
import { resolverAddress } from '../peers/own-network.ts'
import {
  type JourneyParts,
  legacyZone,
  type Policy,
  partitionZone,
  senderAddress,
} from './world.ts'

/** Where a domain stands, as `danelaw migrate` has it. */
export interface Place {
  /** `swap: next`; `the end` at the end. */
  readonly place: string
  /** What is to be done. */
  readonly text: string
  /** Unix seconds; undefined where there is nothing to wait for. */
  readonly until: number | undefined
  /** Codes of the status at the same time, sorted. */
  readonly codes: string
}

/** What the status cmdlet says. */
export interface Status {
  /** Sorted. */
  readonly codes: string
  /** `EX003:Priority of …`, wherever they stand. */
  readonly lines: readonly string[]
  readonly feature: string
}

type Way = 'there' | 'back'

/** The administrator of one domain, who does what the guide says and looks at what comes of it. */
export class Customer {
  /** Without final dot. */
  readonly domain: string
  /** With final dot, as MX records have them. */
  readonly signedHost: string
  readonly legacyHost: string
  readonly #parts: JourneyParts
  #policyId = 1

  constructor(domain: string, parts: JourneyParts) {
    this.domain = domain
    const token = domain.replaceAll('.', '-')
    this.signedHost = `${token}.${partitionZone}.`
    this.legacyHost = `${token}.${legacyZone}.`
    this.#parts = parts
  }

  /** Accepts the domain, publishes its proof and has it looked for. */
  async accept(): Promise<void> {
    const { danelaw, provider } = this.#parts
    const { proof } = await danelaw.json('domain', 'add', this.domain)
    await provider.update(`${this.domain}.`, `add ${this.domain}. 60 TXT "${proof}"`)
    await this.#parts.validator.forget()
    const { verified } = await danelaw.json('domain', 'verify', this.domain)
    if (verified !== true) throw new Error(`${this.domain} is not verified`)
  }

  /** Runs a cmdlet about the domain as scripts for Exchange Online do; the row that it returns. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came, whatever it is
  async cmdlet(name: string): Promise<any> {
    const CmdletInput = { CmdletName: name, Parameters: { DomainName: this.domain } }
    const path = '/adminapi/beta/default/InvokeCommand'
    const { value } = await this.#parts.danelaw.api('POST', path, { CmdletInput })
    return value[0]
  }

  /** Get-DnssecStatusForVerifiedDomain, with nothing seen as it was before. */
  async status(): Promise<Status> {
    await this.#parts.validator.forget()
    const row = await this.cmdlet('Get-DnssecStatusForVerifiedDomain')
    const { DnsValidation, MxValidation, MtaStsValidation, DnssecFeatureStatus } = row
    const parts = [row, DnsValidation, MxValidation, MtaStsValidation]
    const lines: string[] = parts.flatMap(({ Errors, Warnings }) => [...Errors, ...Warnings])
    return { lines, codes: codesOf(lines), feature: DnssecFeatureStatus.Value }
  }

  /** Where the domain stands; with `smtp` its hosts are met. */
  async place(way: Way, ...options: readonly '--smtp'[]): Promise<Place> {
    const { danelaw, validator } = this.#parts
    await validator.forget()
    const report = await danelaw.json('migrate', this.domain, `--${way}`, ...options)
    const codes = codesOf(JSON.stringify(report.status).match(/E[DGSX]\d{3}(?=:)/g) ?? [])
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const step = report.steps.find(({ id }: any) => id === report.next)
    if (!step) return { place: 'the end', text: '', until: undefined, codes }
    const until = step.until === null ? undefined : Date.parse(step.until) / 1000
    return { place: `${step.id}: ${step.state}`, text: step.text, until, codes }
  }

  /** Lets time pass until then. */
  wait(until: number | undefined): void {
    const { clock } = this.#parts.danelaw
    if (until === undefined) throw new Error('There is nothing to wait for')
    clock.advance(Math.max(0, until - clock.now()))
  }

  /** Has these MX records, such as `0 host.test.`, and no others. */
  async setMx(ttl: number, ...records: readonly string[]): Promise<void> {
    const owner = `${this.domain}.`
    const lines = records.map((record) => `add ${owner} ${ttl} MX ${record}`)
    await this.#parts.provider.update(owner, `delete ${owner} MX`, ...lines)
  }

  /** Publishes the policy with this changed, under a new id. */
  async setPolicy(policy: Policy, change: Partial<Pick<Policy, 'mode' | 'mx'>>): Promise<void> {
    Object.assign(policy, change)
    const owner = `_mta-sts.${this.domain}.`
    const text = `add ${owner} 60 TXT "v=STSv1; id=${++this.#policyId}"`
    await this.#parts.provider.update(`${this.domain}.`, `delete ${owner} TXT`, text)
  }

  /** What Postfix makes of the domain, and the host that it came to. */
  async finger(level: 'dane' | 'may' = 'dane'): Promise<Fingered & { readonly host: string }> {
    await this.#parts.validator.forget()
    const fingered = await finger(this.domain, this.#parts.postfix, level)
    const [, host = 'nowhere'] =
      /: Connected to ([^[]+)\[/.exec(fingered.stdout + fingered.stderr) ?? []
    return { ...fingered, host: `${host}.` }
  }

  /** Mails the domain; such as `sent host.test. Verified`: what became of it, where and how. */
  async mail(): Promise<string> {
    await this.#parts.validator.forget()
    const { log } = this.#parts.sender
    const id = await submit(senderAddress, `user@${this.domain}`)
    const fate = new RegExp(` ${id}: to=.* relay=([^[,]*).* status=(\\w+) `)
    const [, relay = '', status = ''] = await log.line(fate)
    const before = log.text().split(` ${id}: to=`)[0] ?? ''
    const tls = [...before.matchAll(/: (\w+) TLS connection established to ([^[]+)\[/g)]
    const [, trust] = tls.findLast(([, , host]) => host === relay) ?? []
    return `${status} ${relay}. ${trust}`
  }

  /** What unbound says of a name: rcode, `AD` where it is secure, data. */
  async look(name: string, type: string): Promise<string> {
    await this.#parts.validator.forget()
    const client = dnsClient(53, undefined, resolverAddress)
    try {
      const query = encodeQuery({ name, type: parseType(type), flags: 0x0120, dnssecOk: false })
      const { rcode, flags, answer } = readMessage(await client.udp(query))
      const data = answer.map((record) => formatRdata(record.type, record.rdata))
      return [formatRcode(rcode), ...((flags & 0x20) !== 0 ? ['AD'] : []), ...data].join(' ')
    } finally {
      client.close()
    }
  }

  /** What danelaw has of the domain. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  show(): Promise<any> {
    return this.#parts.danelaw.json('domain', 'show', this.domain)
  }

  /** Does what is due, until what is awaited is so. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async lookAfter(isSo: (shown: any) => boolean): Promise<void> {
    this.#parts.danelaw.lookAfter()
    for (let tries = 0; tries < triesMax; tries++) if (isSo(await this.show())) return
    throw new Error(`What is due is not done: ${JSON.stringify(await this.show())}`)
  }
}

/** How often one looks; each look is a question to the server and its answer. */
const triesMax = 2000

function codesOf(texts: readonly string[]): string {
  return [...new Set(texts.map((text) => text.slice(0, 5)))].sort().join(' ')
}
