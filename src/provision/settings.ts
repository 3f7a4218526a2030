import type { Ttl } from '../rr/index.ts'
import type { ProvisionSettings } from './types.ts'

/** Settings as a configuration has them: numbers are seconds, a partition is a word. */
export interface ConfiguredProvision
  extends Pick<
    ProvisionSettings,
    'suffix' | 'legacyZone' | 'legacyFrontends' | 'nameServers' | 'expectedPreference'
  > {
  readonly expectedTtl: number
  readonly hostTtl: number
  readonly hold: number
  readonly legacyHold: number
  /** `least-full`, or the name of one. */
  readonly partition: string
}

/** What use cases go by, from a configuration. */
export function provisionSettingsFrom(configured: ConfiguredProvision): ProvisionSettings {
  const { suffix, legacyZone, legacyFrontends, nameServers, expectedPreference } = configured
  const { partition } = configured
  return {
    ...{ suffix, legacyZone, legacyFrontends, nameServers, expectedPreference },
    expectedTtl: configured.expectedTtl as Ttl,
    hostTtl: configured.hostTtl as Ttl,
    holdSeconds: configured.hold,
    legacySeconds: configured.legacyHold,
    partition: partition === 'least-full' ? partition : { name: partition },
  }
}
