import { RR } from '../../rr/index.ts'
import type { Fault, Place } from '../types.ts'
import { at, bogus, everywhere, rowsOf, signature, year } from './row.ts'

const row = rowsOf('testbed')

/** RFC 4035 §5.3.1: the clock of the validator is to be within the window. */
const window = ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.5']
const missing = ['RFC 4035 §5.3', 'RFC 8914 §4.11']

const everything: Place = everywhere()
const address: Place = at(RR.A)

/** Signatures that are missing, or are not valid now. */
export const signedBadly: readonly Fault[] = [
  row(
    'rrsig-exp-all',
    'Every signature ran out five minutes ago',
    [signature(everything, { kind: 'window', inception: -3900, expiration: -300 })],
    bogus([7], [...window, 'RFC 8914 §4.8']),
    // The testbed makes these so; it edits nothing.
    { variant: 'isolated' },
  ),
  row(
    'rrsig-exp-a',
    'The signature on A ran out a year ago',
    [signature(address, { kind: 'window', inception: -year - 3600, expiration: -year })],
    bogus([7], [...window, 'RFC 8914 §4.8']),
  ),
  row(
    'rrsig-not-yet-all',
    'Every signature begins in a year',
    [signature(everything, { kind: 'window', inception: year, expiration: year + 30 * 86400 })],
    bogus([8], [...window, 'RFC 8914 §4.9']),
  ),
  row(
    'rrsig-not-yet-a',
    'The signature on A begins in a year',
    [signature(address, { kind: 'window', inception: year, expiration: year + 30 * 86400 })],
    bogus([8], [...window, 'RFC 8914 §4.9']),
  ),
  row(
    'rrsig-exp-before-all',
    'Every signature runs out years before it begins',
    [signature(everything, { kind: 'window', inception: -3600, expiration: -10 * year })],
    bogus([25, 7], window),
  ),
  row(
    'rrsig-exp-before-a',
    'The signature on A runs out years before it begins',
    [signature(address, { kind: 'window', inception: -3600, expiration: -10 * year })],
    bogus([25, 7], window),
  ),
  row(
    'rrsig-no-all',
    'No signatures at all',
    [signature(everything, { kind: 'drop' })],
    bogus([10], missing),
  ),
  row(
    'rrsig-no-a',
    'No signature on A',
    [signature(address, { kind: 'drop' })],
    bogus([10], missing),
  ),
]
