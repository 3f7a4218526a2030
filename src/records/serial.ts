import type { UnixSeconds } from '../base/index.ts'
import { isNewerSerial } from '../publish/index.ts'
import { formatRdata, RR } from '../rr/index.ts'
import type { StoredRRset } from '../store/index.ts'
import type { ZoneSettings } from './types.ts'

/** Octets of the five numbers at the end of an SOA's RDATA: serial first. */
const soaNumbersOctets = 20

/** The serial in an SOA's RDATA. */
export function serialOf(rdata: Uint8Array): number {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length)
  return view.getUint32(rdata.length - soaNumbersOctets)
}

/** Two names and a serial spelled without escapes, quotes or parentheses. */
const plainSoa = /^(\s*[^\s\\"();]+\s+[^\s\\"();]+\s+)\d+(?=\s)/

/** An SOA with another serial, in the spelling that it has where that is a plain one. */
export function withSerial(soa: StoredRRset, serial: number): StoredRRset {
  const records = soa.records.map((record) => {
    const rdata = record.rdata.slice()
    new DataView(rdata.buffer).setUint32(rdata.length - soaNumbersOctets, serial)
    const content = plainSoa.test(record.content)
      ? record.content.replace(plainSoa, `$1${serial}`)
      : formatRdata(RR.SOA, rdata)
    return { ...record, rdata, content }
  })
  return { ...soa, records }
}

/** `YYYYMMDD01` of a day, in UTC, as a number. */
function dated(now: UnixSeconds): number {
  const date = new Date(now * 1000).toISOString().slice(0, 10).replaceAll('-', '')
  return Number(`${date}01`)
}

/** What a zone's settings would have for a serial, whether or not it rises. */
function wanted(now: UnixSeconds, before: number, settings: ZoneSettings): number {
  const isEpoch = settings.soaEdit.toUpperCase() === 'EPOCH'
  switch (settings.soaEditApi) {
    case 'DEFAULT':
      return dated(now)
    case 'EPOCH':
      return now >>> 0
    case 'SOA-EDIT':
      return isEpoch ? now >>> 0 : dated(now)
    case 'INCREASE':
    case 'SOA-EDIT-INCREASE':
    case 'OFF':
      return before
  }
}

/**
 * The serial after a change, in PowerDNS' terms: `DEFAULT` is the day's `YYYYMMDD01`, or the next
 * number where that does not rise; `OFF` leaves it to the client. Else it always rises (RFC 1982).
 */
export function nextSerial(now: UnixSeconds, before: number, settings: ZoneSettings): number {
  if (settings.soaEditApi === 'OFF') return before
  const serial = wanted(now, before, settings)
  return isNewerSerial(serial, before) ? serial : (before + 1) >>> 0
}
