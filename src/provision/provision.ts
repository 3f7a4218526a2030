import type { UnixSeconds } from '../base/index.ts'
import type { Page } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { Actor, Domain, DomainRef, ExpectedMx, Partition, Provisioned } from './types.ts'

/** One line of what became of a domain. */
export interface DomainEvent {
  readonly at: UnixSeconds
  readonly actor: Actor
  /** In words, such as `DNSSEC enabled: contoso-com.o-v1.mx.microsoft`. */
  readonly note: string
  readonly domain: Domain
}

/** The use cases. All may be repeated; none rejects but for bugs; a store that is gone refuses. */
export interface Provision {
  /** Accepts a domain, unverified: `proof` of the result is to be published as TXT at the domain. */
  addDomain(
    ref: DomainRef,
    options: {
      readonly kind?: Domain['kind']
      /** Instead of the one that the rule gives. */
      readonly token?: string
    },
    actor: Actor,
  ): Promise<Provisioned<Domain>>
  /**
   * Looks for the proof in DNS (`skipProof`: an operator's word is enough), takes the token, and
   * makes the legacy host. A domain is verified for one tenant at a time.
   */
  verifyDomain(
    ref: DomainRef,
    options: { readonly skipProof: boolean },
    actor: Actor,
  ): Promise<Provisioned<Domain>>
  /** Gives a domain up: refused while DNSSEC or DANE is on. Its token stays its own. */
  removeDomain(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  domain(ref: DomainRef): Promise<Domain | undefined>
  domains(query: {
    readonly tenant: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<Domain>>
  history(
    ref: DomainRef,
    query: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<DomainEvent>>

  /** Makes the signed host and returns its name; live and validated by then. */
  enableDnssec(
    ref: DomainRef,
    options: { readonly partition?: string; readonly token?: string },
    actor: Actor,
  ): Promise<Provisioned<{ readonly domain: Domain; readonly host: Name }>>
  disableDnssec(
    ref: DomainRef,
    actor: Actor,
  ): Promise<Provisioned<{ readonly domain: Domain; readonly host: Name | undefined }>>
  enableDane(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  disableDane(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  /** The MX record that the domain shall have; undefined while DNSSEC is off. */
  expectedMx(domain: Domain): ExpectedMx | undefined

  createPartition(
    partition: Pick<Partition, 'name' | 'frontends'> & Partial<Pick<Partition, 'zone' | 'isOpen'>>,
    actor: Actor,
  ): Promise<Provisioned<Partition>>
  changePartition(
    name: string,
    change: Partial<Pick<Partition, 'frontends' | 'isOpen'>>,
    actor: Actor,
  ): Promise<Provisioned<Partition>>
  partitions(): Promise<readonly Partition[]>

  /** Does what is due by now, at most so many; returns how many were done. Call it every minute. */
  runDue(limit: number): Promise<number>
}
