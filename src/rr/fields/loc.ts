import { type FieldCodec, invalid, invalidJson, malformed } from '../field.ts'
import { type RdataTokens, scanRdataText } from '../tokens.ts'

/** A place on Earth (RFC 1876 §2), as the numbers of the wire. */
interface Location {
  /** Diameter and precisions in centimetres, as octets: high nibble times ten to the low one. */
  readonly size: number
  readonly horizontalPrecision: number
  readonly verticalPrecision: number
  /** Thousandths of a second of arc, 2^31 being the equator or the prime meridian. */
  readonly latitude: number
  readonly longitude: number
  /** Centimetres above 100 000 m below the WGS 84 spheroid. */
  readonly altitude: number
}

const zeroDegrees = 0x80000000
const degree = 3_600_000
const altitudeZero = 10_000_000
const altitudeMax = 0xffffffff

function fromNibbles(octet: number): number {
  return (octet >>> 4) * 10 ** (octet & 15)
}

/** Metres of altitude, size or precision in whole centimetres, or undefined. */
function centimetres(text: string): number | undefined {
  const parts = /^(-?)([0-9]{1,8})(?:\.([0-9]{1,2}))?m?$/i.exec(text)
  if (!parts) return undefined
  const [, sign, whole = '0', fraction = ''] = parts
  const amount = Number(whole) * 100 + Number(fraction.padEnd(2, '0'))
  return sign === '-' ? -amount : amount
}

function formatMetres(amount: number): string {
  const sign = amount < 0 ? '-' : ''
  const cents = String(Math.abs(amount) % 100).padStart(2, '0')
  return `${sign}${Math.floor(Math.abs(amount) / 100)}${cents === '00' ? '' : `.${cents}`}m`
}

/** A size or precision: rounded down to one digit and a power of ten. */
function toNibbles(text: string, what: string): number {
  const amount = centimetres(text) ?? -1
  if (amount < 0 || amount > 9e9) {
    invalid(`Cannot read ${what}: ${JSON.stringify(text)} is not metres from 0 to 90000000`)
  }
  let exponent = 0
  let digit = amount
  for (; digit >= 10; digit = Math.floor(digit / 10)) exponent++
  return (digit << 4) | exponent
}

function parseAngle(
  tokens: RdataTokens,
  what: string,
  degreesMax: number,
  plus: string,
  minus: string,
): number {
  const number = (pattern: RegExp, max: number) => {
    const { text } = tokens.next(what)
    return pattern.test(text) && Number(text) <= max
      ? Number(text)
      : invalid(`Cannot read ${what}: ${JSON.stringify(text)} is not a number up to ${max}`)
  }
  const isHemisphere = () => [plus, minus].includes(tokens.peek()?.text.toUpperCase() ?? '')
  const degrees = number(/^[0-9]{1,3}$/, degreesMax)
  const minutes = isHemisphere() ? 0 : number(/^[0-9]{1,2}$/, 59)
  const seconds = isHemisphere() ? 0 : number(/^[0-9]{1,2}(?:\.[0-9]{1,3})?$/, 59.999)
  const offset = degrees * degree + minutes * 60_000 + Math.round(seconds * 1000)
  const hemisphere = tokens.next(what).text.toUpperCase()
  if ((hemisphere !== plus && hemisphere !== minus) || offset > degreesMax * degree) {
    invalid(`Cannot read ${what}: it is not up to ${degreesMax} degrees, then ${plus} or ${minus}`)
  }
  return zeroDegrees + (hemisphere === plus ? offset : -offset)
}

function formatAngle(angle: number, plus: string, minus: string): string {
  const offset = Math.abs(angle - zeroDegrees)
  const seconds = ((offset % 60_000) / 1000).toFixed(3)
  const minutes = Math.floor(offset / 60_000) % 60
  const hemisphere = angle >= zeroDegrees ? plus : minus
  return `${Math.floor(offset / degree)} ${minutes} ${seconds} ${hemisphere}`
}

function parseLocation(tokens: RdataTokens): Location {
  const latitude = parseAngle(tokens, 'latitude', 90, 'N', 'S')
  const longitude = parseAngle(tokens, 'longitude', 180, 'E', 'W')
  const { text } = tokens.next('altitude')
  const altitude = (centimetres(text) ?? Number.NaN) + altitudeZero
  if (!(altitude >= 0 && altitude <= altitudeMax)) {
    invalid(
      `Cannot read altitude: ${JSON.stringify(text)} is not metres from -100000 to 42849672.95`,
    )
  }
  const optional = (what: string, otherwise: number) =>
    tokens.peek() ? toNibbles(tokens.next(what).text, what) : otherwise
  // RFC 1876 §3: 1 m, 10 km and 10 m where nothing is said.
  const size = optional('size', 0x12)
  const horizontalPrecision = optional('horizontal precision', 0x16)
  const verticalPrecision = optional('vertical precision', 0x13)
  return { size, horizontalPrecision, verticalPrecision, latitude, longitude, altitude }
}

function formatLocation(location: Location): string {
  return [
    formatAngle(location.latitude, 'N', 'S'),
    formatAngle(location.longitude, 'E', 'W'),
    formatMetres(location.altitude - altitudeZero),
    formatMetres(fromNibbles(location.size)),
    formatMetres(fromNibbles(location.horizontalPrecision)),
    formatMetres(fromNibbles(location.verticalPrecision)),
  ].join(' ')
}

function checkAngle(angle: number, degreesMax: number): number {
  return Math.abs(angle - zeroDegrees) <= degreesMax * degree
    ? angle
    : malformed(`Cannot read location: angle ${angle} exceeds ${degreesMax} degrees`)
}

/** Zero has one form only, so that text gives back the same octets. */
function checkNibbles(octet: number): number {
  const [digit, exponent] = [octet >>> 4, octet & 15]
  return digit > 9 || exponent > 9 || (digit === 0 && exponent !== 0)
    ? malformed(`Cannot read location: octet ${octet} is not a digit and a power of ten`)
    : octet
}

/** All of LOC (RFC 1876 §3). JSON has the text form. */
export const location: FieldCodec<Location> = {
  kind: 'latitude, longitude, altitude, size, precisions',
  octets: 16,
  read(reader) {
    const version = reader.u8()
    if (version !== 0) malformed(`Cannot read location: version ${version} is not 0`)
    return {
      size: checkNibbles(reader.u8()),
      horizontalPrecision: checkNibbles(reader.u8()),
      verticalPrecision: checkNibbles(reader.u8()),
      latitude: checkAngle(reader.u32(), 90),
      longitude: checkAngle(reader.u32(), 180),
      altitude: reader.u32(),
    }
  },
  write(writer, value) {
    writer.u8(0)
    writer.u8(value.size)
    writer.u8(value.horizontalPrecision)
    writer.u8(value.verticalPrecision)
    writer.u32(value.latitude)
    writer.u32(value.longitude)
    writer.u32(value.altitude)
  },
  parse: parseLocation,
  format: formatLocation,
  toJson: formatLocation,
  fromJson(json) {
    if (typeof json !== 'string') return invalidJson('location', json, 'a string')
    const tokens = scanRdataText(json)
    const value = parseLocation(tokens)
    const extra = tokens.peek()
    return extra ? invalid(`Cannot read location: ${JSON.stringify(extra.text)} follows it`) : value
  },
}
