import type { Message } from '../../src/message/index.ts'
import { formatRdata, formatType, RR } from '../../src/rr/index.ts'
import { formatName } from '../../src/wire/index.ts'

/**
 * The records of a section as RFCs print them. Of an RRSIG only what does not depend on key and
 * clock: `TYPE labels original-TTL signer`. Sorted, for the order of RRsets means nothing.
 */
export function told(records: Message['answer']): string[] {
  return records
    .map(({ owner, type, ttl, rdata }) => {
      let text = formatRdata(type, rdata)
      if (type === RR.RRSIG) {
        const [covered, , labels, originalTtl, , , , signer] = text.split(' ')
        text = `${covered} ${labels} ${originalTtl} ${signer}`
      }
      return `${formatName(owner)} ${ttl} ${formatType(type)} ${text}`.trimEnd()
    })
    .sort()
}

/** Lines of an expected section in the same form and order; runs of spaces count as one. */
export function printed(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))
  return lines.filter((line) => line !== '').sort()
}
