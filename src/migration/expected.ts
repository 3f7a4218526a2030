import type { Domain, ExpectedMx } from '../provision/index.ts'
import { type Name, prependLabel } from '../wire/index.ts'
import type { ExpectedDomain } from './types.ts'

/** What provisioning knows of a domain's hosts. */
export interface ProvisionedHosts {
  /** As `Provision.expectedMx` has it. */
  readonly expected: ExpectedMx | undefined
  /** Zone of the domain's partition, if it has ever had one. */
  readonly partitionZone: Name | undefined
  /** Zone of the hosts of before, if there is one. */
  readonly legacyZone: Name | undefined
}

/** Puts together what a domain is compared with; without a token there are no hosts. */
export function expectDomain(
  name: Name,
  domain: (ExpectedDomain['domain'] & Pick<Domain, 'token'>) | undefined,
  { expected, partitionZone, legacyZone }: ProvisionedHosts,
): ExpectedDomain {
  const token = domain?.token
  const hostIn = (zone: Name | undefined) =>
    token === undefined || zone === undefined ? undefined : prependLabel(Buffer.from(token), zone)
  return {
    ...{ name, domain, expected },
    signedHost: expected?.host ?? hostIn(partitionZone),
    legacyHost: hostIn(legacyZone),
  }
}
