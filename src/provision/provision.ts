import type { UnixSeconds } from '../base/index.ts'
import type { Page } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type {
  Actor,
  Domain,
  DomainRef,
  ExpectedMx,
  Partition,
  Provisioned,
  ProvisionSettings,
} from './types.ts'

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
  /** Accepts a domain, unverified: `proof` of the result is to be published as TXT there. */
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
   * Looks for the proof in DNS (`skipProof`: an operator's word is enough, so nobody else may say
   * it), takes the token, and makes the legacy host. A name is verified for one tenant at a time.
   */
  verifyDomain(
    ref: DomainRef,
    options: { readonly skipProof: boolean },
    actor: Actor,
  ): Promise<Provisioned<Domain>>
  /**
   * Gives a domain up: refused while DNSSEC is on, or its host still held. The name keeps its
   * token, and may be verified by another tenant.
   */
  removeDomain(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  /** This and the lists reject as the store does; removed domains are not there. */
  domain(ref: DomainRef): Promise<Domain | undefined>
  /** The tenant that a name is verified for; undefined for nobody's. */
  holder(domain: Name): Promise<string | undefined>
  /** In order of names; where very many were removed a page may hold fewer than its limit. */
  domains(query: {
    readonly tenant: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<Domain>>
  /** Newest first; outlives the removal of the domain. */
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
  /**
   * Has the legacy host back and lets the signed one go after the hold; its name until then.
   * Refused while SMTP DANE is on, which is disabled first.
   */
  disableDnssec(
    ref: DomainRef,
    actor: Actor,
  ): Promise<Provisioned<{ readonly domain: Domain; readonly host: Name | undefined }>>
  /** Refused while the partition has no TLSA records at `_25._tcp._dane`. */
  enableDane(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  /**
   * Brings the legacy host back right afterwards, as the way back needs it before DNSSEC is
   * disabled; where that cannot be yet it is due. It goes again once SMTP DANE is enabled anew.
   */
  disableDane(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  /** Brings the legacy host back where SMTP DANE was never on; refused where there are none. */
  restoreLegacy(ref: DomainRef, actor: Actor): Promise<Provisioned<Domain>>
  /** The MX record that the domain shall have; undefined while DNSSEC is off. */
  expectedMx(domain: Domain): ExpectedMx | undefined

  /** Makes a partition with its zone, for the operator's tenant `*`. */
  createPartition(
    partition: Pick<Partition, 'name' | 'frontends'> & Partial<Pick<Partition, 'zone' | 'isOpen'>>,
    actor: Actor,
  ): Promise<Provisioned<Partition>>
  /** Changes the addresses of all its hosts by one change set, or opens or closes it. */
  changePartition(
    name: string,
    change: Partial<Pick<Partition, 'frontends' | 'isOpen'>>,
    actor: Actor,
  ): Promise<Provisioned<Partition>>
  partitions(): Promise<readonly Partition[]>

  /** Does what is due by now, at most so many; returns how many were done. Call it every minute. */
  runDue(limit: number): Promise<number>
  /** How much was due so many seconds ago and is not done; `limit` for that many or more. */
  late(seconds: number, limit: number): Promise<number>
  /** Goes by other settings from now on. The zone of hosts of before follows with `runDue`. */
  reload(settings: ProvisionSettings): void
}
