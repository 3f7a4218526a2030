import { CodedError } from '../base/index.ts'
import { decode, encode } from './codec.ts'
import type { Environment } from './environment.ts'
import { numberForm } from './forms.ts'
import { everything, formatKey } from './keyspace.ts'

/** The layout of keys and tables that this version reads and writes. */
export const format = 1

/**
 * Refuses the format of another version.
 *
 * @throws {CodedError} `store-too-new`
 */
export function checkFormatNumber(found: number, where: string): void {
  if (found === format) return
  throw new CodedError(
    'store-too-new',
    `Cannot open store ${where}: its format is ${found}, and ${format} is the newest known here`,
  )
}

/**
 * Looks at the format of an embedded store, and gives it to a new one.
 *
 * @throws {CodedError} `store-too-new`, `store-corrupt`, `store-full`
 */
export async function checkFormat(environment: Environment, where: string): Promise<void> {
  const found = environment.get(formatKey)
  if (found) return checkFormatNumber(decode(numberForm, found, 'the format'), where)
  if (environment.range(everything, { limit: 1 }).length > 0) {
    throw new CodedError('store-corrupt', `Cannot open store ${where}: it has no format`)
  }
  await environment.write(() => environment.put(formatKey, encode(numberForm, format)))
}
