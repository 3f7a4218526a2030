import { CodedError } from '../base/index.ts'
import { itemsOf, refuse, report, type Setting, type Spot, valueAt } from '../config/index.ts'
import { catalogue, type Fault } from '../lab/index.ts'
import { type MailCase, mailCases } from '../post/index.ts'
import { findFaults, findMail } from './faults.ts'

/** The text at a spot; undefined when it was reported as none. */
export function textAt(spot: Spot, expected: string): string | undefined {
  const value = valueAt(spot)
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  refuse(spot, expected)
  return undefined
}

/** Reads by a function whose errors have a code, which then have a place too. */
export function attempt<T>(spot: Spot, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    report(spot, error.code, error.message)
    return undefined
  }
}

/** The faults that a list of ids and groups stands for, each once. */
export function faultsAt(spot: Spot): readonly Fault[] {
  const found = itemsOf(spot).flatMap((item) => {
    const word = textAt(item, 'an id of the catalogue of faults')
    return word === undefined ? [] : (attempt(item, () => findFaults(word)) ?? [])
  })
  return [...new Set(found)]
}

/** `all`, `none`, or a list of ids and groups. */
export const faultList: Setting<readonly Fault[]> = (spot) => {
  const value = valueAt(spot)
  if (value === 'all') return catalogue
  return value === 'none' || value === false ? [] : faultsAt(spot)
}

/** `all`, `none`, or a list of ids. */
export const mailList: Setting<readonly MailCase[]> = (spot) => {
  const value = valueAt(spot)
  if (value === 'all') return mailCases
  if (value === 'none' || value === false) return []
  const found = itemsOf(spot).flatMap((item) => {
    const word = textAt(item, 'the id of a mail case')
    return word === undefined ? [] : (attempt(item, () => findMail(word)) ?? [])
  })
  return [...new Set(found)]
}

/** An IPv4 address in 127.0.0.0/8: nothing of a lab is bound elsewhere. */
export const loopback: Setting<string> = (spot, current) => {
  const value = valueAt(spot)
  const [, ...octets] = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(String(value)) ?? []
  if (octets.length === 3 && octets.every((octet) => Number(octet) <= 255)) return String(value)
  refuse(spot, 'an address of loopback, 127.0.0.0/8')
  return current
}

/** A list of addresses of loopback, at least one. */
export const loopbacks: Setting<readonly string[]> = (spot) =>
  itemsOf(spot).map((item) => loopback(item, ''))

/** Seconds of a span with its sign, such as `-30d`: back when negative. */
export const signedSpan: Setting<number> = (spot, current) => {
  const [, sign, count, unit] = /^([+-]?)(\d{1,9})([smhdw])$/.exec(String(valueAt(spot))) ?? []
  const size = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit ?? '']
  if (size !== undefined) return Number(count) * size * (sign === '-' ? -1 : 1)
  refuse(spot, 'a span of time with its sign, such as -30d or +12h')
  return current
}
