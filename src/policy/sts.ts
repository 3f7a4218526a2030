import type { Clock, Timers } from '../base/index.ts'
import { isFailure } from '../destination/index.ts'
import { exchangeHttps } from '../https/index.ts'
import { evaluateSts, type StsCache, type StsState } from '../mtasts/index.ts'
import { formatRdata, joinedText, RR } from '../rr/index.ts'
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
      async lookUpAddresses(host) {
        const found = [await stub.resolve(host, RR.A), await stub.resolve(host, RR.AAAA)]
        return found
          .filter((resolution) => !isFailure(resolution))
          .flatMap((resolution) =>
            rdatasOf(resolution).map((rdata) => formatRdata(resolution.question.type, rdata)),
          )
      },
      exchange: (request) => exchangeHttps(request, { timers }),
    })
}

function rdatasOf({ data }: Resolution): readonly Uint8Array[] {
  return data?.rrset.rdatas ?? []
}
