import { openRollovers, type RolloverOptions, type Rollovers } from '../../src/rollover/index.ts'

/** Rollovers that look at no server and no file, but for what is given. */
export function rolloversOf(
  options: Pick<RolloverOptions, 'records' | 'store' | 'clock'> & Partial<RolloverOptions>,
): Rollovers {
  return openRollovers({
    ...{ probe: undefined, ehloName: 'probe.test', watched: () => [] },
    readPem: () => Promise.resolve(undefined),
    onFault: (error) => {
      throw error
    },
    onNote: () => undefined,
    ...options,
  })
}
