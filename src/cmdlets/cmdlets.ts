import { type Outlook, statusJson } from '../migration/index.ts'
import {
  type Domain,
  daneCmdletResult,
  dnssecCmdletResult,
  type Provision,
  smtpDaneInboundStatus,
} from '../provision/index.ts'
import type { Json } from '../rr/index.ts'
import type { Actor } from '../store/index.ts'
import { formatHost, type Name } from '../wire/index.ts'

/** What cmdlets work on, and for whom. */
export interface CmdletWorld {
  readonly provision: Provision
  readonly outlook: Pick<Outlook, 'status'>
  readonly tenant: string
  readonly actor: Actor
}

/** A row that a cmdlet returns; columns in Exchange's order. */
type Row = Readonly<Record<string, Json>>

/** What a page of rows is asked for with. */
interface Paging {
  readonly limit: number
  readonly cursor: string | undefined
}

/** What a cmdlet returned. */
interface Rows {
  readonly rows: readonly Row[]
  /** What asks for the next page; undefined at the end. */
  readonly next: string | undefined
  /** Sequence of the change set that it made, to wait for; 0 for none. */
  readonly sequence: number
}

/** A cmdlet. */
export interface Cmdlet {
  readonly name: string
  /** What its caller needs to be allowed. */
  readonly verb: 'read' | 'write'
  readonly needsDomain: boolean
  /** Whether `-Identity` is another word for `-DomainName`. */
  readonly takesIdentity: boolean
  readonly switches: readonly string[]
  run(
    world: CmdletWorld,
    call: { readonly domain: Name | undefined; readonly switches: ReadonlySet<string> },
    paging: Paging,
  ): Promise<Rows>
}

/** What a cmdlet about one domain does. */
type Deed = (
  world: CmdletWorld,
  domain: Name,
  switches: ReadonlySet<string>,
) => Promise<Pick<Rows, 'sequence'> & { readonly row: object }>

function about(
  name: string,
  verb: Cmdlet['verb'],
  deed: Deed,
  switches: readonly string[] = [],
): Cmdlet {
  return {
    ...{ name, verb, switches, needsDomain: true, takesIdentity: false },
    async run(world, call) {
      if (!call.domain) return { rows: [], next: undefined, sequence: 0 }
      const { row, sequence } = await deed(world, call.domain, call.switches)
      return { rows: [row as Row], next: undefined, sequence }
    },
  }
}

const skips = ['SkipDnsValidation', 'SkipMxValidation', 'SkipMtaStsValidation']

/** Every cmdlet, by name in lower case. */
const table: ReadonlyMap<string, Cmdlet> = new Map(
  [
    about('Enable-DnssecForVerifiedDomain', 'write', async (world, domain) => {
      const { provision, tenant, actor } = world
      const result = await provision.enableDnssec({ tenant, domain }, {}, actor)
      return { row: dnssecCmdletResult(result), sequence: sequenceOf(result) }
    }),
    about('Disable-DnssecForVerifiedDomain', 'write', async (world, domain) => {
      const { provision, tenant, actor } = world
      const result = await provision.disableDnssec({ tenant, domain }, actor)
      return { row: dnssecCmdletResult(result), sequence: sequenceOf(result) }
    }),
    about(
      'Get-DnssecStatusForVerifiedDomain',
      'read',
      async ({ outlook, tenant }, domain, switches) => {
        const status = await outlook.status(
          { tenant, domain },
          {
            dns: switches.has('skipdnsvalidation'),
            mx: switches.has('skipmxvalidation'),
            sts: switches.has('skipmtastsvalidation'),
          },
        )
        return { row: statusJson(status) as Row, sequence: 0 }
      },
      skips,
    ),
    about('Enable-SmtpDaneInbound', 'write', async (world, domain) => {
      const { provision, tenant, actor } = world
      const result = await provision.enableDane({ tenant, domain }, actor)
      return { row: daneCmdletResult(result), sequence: sequenceOf(result) }
    }),
    about('Disable-SmtpDaneInbound', 'write', async (world, domain) => {
      const { provision, tenant, actor } = world
      const result = await provision.disableDane({ tenant, domain }, actor)
      return { row: daneCmdletResult(result), sequence: sequenceOf(result) }
    }),
    about('Get-SmtpDaneInboundStatus', 'read', async ({ provision, tenant }, domain) => {
      const found = await provision.domain({ tenant, domain })
      return { row: smtpDaneInboundStatus(domain, found), sequence: 0 }
    }),
    acceptedDomains(),
  ].map((cmdlet) => [cmdlet.name.toLowerCase(), cmdlet]),
)

function sequenceOf(result: { readonly kind: string; readonly sequence?: number }): number {
  return result.sequence ?? 0
}

function acceptedDomains(): Cmdlet {
  return {
    ...{ name: 'Get-AcceptedDomain', verb: 'read', switches: [] },
    ...{ needsDomain: false, takesIdentity: true },
    async run({ provision, tenant }, { domain }, { limit, cursor }) {
      if (domain) {
        const found = await provision.domain({ tenant, domain })
        return { rows: found ? [acceptedDomain(found)] : [], next: undefined, sequence: 0 }
      }
      const query = { tenant, limit, ...(cursor === undefined ? {} : { cursor }) }
      const { items, next } = await provision.domains(query)
      return { rows: items.map(acceptedDomain), next, sequence: 0 }
    },
  }
}

function acceptedDomain({ domain, kind, verifiedAt }: Domain): Row {
  const name = formatHost(domain)
  return {
    ...{ Name: name, DomainName: name, DomainType: 'Authoritative', Default: false },
    ...{ InitialDomain: kind === 'initial', PendingCompletion: verifiedAt === undefined },
    Identity: name,
  }
}

/** The cmdlet of a name, in whatever case; undefined where there is none. */
export function findCmdlet(name: string): Cmdlet | undefined {
  return table.get(name.toLowerCase())
}

/** The names of all cmdlets, as Exchange writes them. */
export const cmdletNames: readonly string[] = [...table.values()].map(({ name }) => name)
