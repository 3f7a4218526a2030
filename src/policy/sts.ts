import type { Clock, Timers } from '../base/index.ts'
import { isFailure, lookUpAddresses } from '../destination/index.ts'
import { exchangeHttps } from '../https/index.ts'
import { evaluateSts, type StsCache, type StsState } from '../mtasts/index.ts'
import { joinedText, RR } from '../rr/index.ts'
import type { Resolution, Stub } from '../stub/index.ts'
import type { Name } from '../wire/index.ts'

/** What MTA-STS is looked up with. */
export interface StsLookupOptions {
  readonly stub: Pick<Stub, 'resolve'>
  readonly cache: StsCache
  readonly clock: Clock
  readonly timers: Timers
  /** PEM of authorities instead of the system's, for the host of the policy. */
  readonly ca: string | undefined
  /** 443, unless a lab says otherwise. */
  readonly port: number
}

/** Makes what tells which MTA-STS policy is in force for a domain: our own DNS, our own HTTPS. */
export function stsLookup(options: StsLookupOptions): (domain: Name) => Promise<StsState> {
  const { stub, cache, clock, timers, ca, port } = options
  return (domain) =>
    evaluateSts({
      domain,
      now: clock.now(),
      cache,
      port,
      ...(ca === undefined ? {} : { ca }),
      async lookUpTxt(owner) {
        const resolution = await stub.resolve(owner, RR.TXT)
        if (isFailure(resolution)) return { kind: 'failed', text: resolution.reason.text }
        return { kind: 'texts', texts: rdatasOf(resolution).map(joinedText) }
      },
      lookUpAddresses: (host) => lookUpAddresses(stub, host),
      exchange: (request) => exchangeHttps(request, { timers }),
    })
}

function rdatasOf({ data }: Resolution): readonly Uint8Array[] {
  return data?.rrset.rdatas ?? []
}
