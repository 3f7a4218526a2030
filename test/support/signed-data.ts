import { parseRdata, parseType, RR, scanRdataText } from '../../src/rr/index.ts'
import { fromBase64, fromHex, lowerName, parseName } from '../../src/wire/index.ts'

/** Octets of base64 that may be broken over lines, as RFCs print it. */
export function base64(text: string): Uint8Array {
  return must(fromBase64(text.replace(/\s+/g, '')), text)
}

/** Octets of hexadecimal that may be broken over lines. */
export function hex(text: string): Uint8Array {
  return must(fromHex(text.replace(/\s+/g, '')), text)
}

function must(octets: Uint8Array | undefined, text: string): Uint8Array {
  if (!octets) throw new Error(`Cannot read vector: ${text}`)
  return octets
}

/** RDATA from presentation form. */
export function rdata(type: string, text: string): Uint8Array {
  return parseRdata(parseType(type), scanRdataText(text))
}

/**
 * What an RRSIG signs (RFC 4034 §3.1.8.1): its RDATA without the signature, then the one record.
 * `template` is the RRSIG up to its signer; everything is taken to be in canonical form but for
 * the case of the owner.
 */
export function signedData(owner: string, template: string, recordText: string): Uint8Array {
  const [type = '', , , ttl = ''] = template.split(' ')
  const withSignature = parseRdata(RR.RRSIG, scanRdataText(`${template} AAAA`))
  const record = rdata(type, recordText)
  const name = lowerName(parseName(owner))
  const head = new DataView(new ArrayBuffer(10))
  head.setUint16(0, parseType(type))
  head.setUint16(2, 1)
  head.setUint32(4, Number(ttl))
  head.setUint16(8, record.length)
  return Buffer.concat([withSignature.subarray(0, -3), name, new Uint8Array(head.buffer), record])
}
