import type { Presented } from './mint.ts'

/** What placeholders of a scene stand for. */
export interface Stage {
  /** Of mail servers, by their keys, and of the web server as `web`. */
  readonly addresses: ReadonlyMap<string, string>
  readonly presented: ReadonlyMap<string, Presented>
  /** The apex of the zone of the scene, or of a sibling, without the final dot. */
  zone(sibling?: string): string
  /** The signed host of the domain, with its final dot. */
  readonly signed: string
  /** Where reports can be handed in: a URL. */
  readonly reports: string
  /** Where mail servers listen. */
  readonly port: number
}

/** `{mx 3 1 1}` and `{mx 2 1 1 leaf}`. */
const tlsaPlaceholder = /\{(\w+) (\d) (\d) (\d)( leaf)?\}/g
const zonePlaceholder = /\{zone(?: (\w+))?\}/g
const wordPlaceholder = /\{(\w+)\}/g

/** The owner of TLSA records has the port at which mail servers listen (RFC 6698 §3). */
export function atPort(text: string, port: number): string {
  return text.replaceAll('_25._tcp', `_${port}._tcp`)
}

/** Fills in the names of zones alone. */
export function fillZones(text: string, zone: Stage['zone']): string {
  return text.replace(zonePlaceholder, (_, sibling?: string) => zone(sibling))
}

/** A text with its placeholders filled in; what names nothing stays, and no zone file takes it. */
export function fill(text: string, stage: Stage): string {
  const { addresses, presented, signed, reports } = stage
  return fillZones(atPort(text, stage.port), stage.zone)
    .replace(tlsaPlaceholder, (whole, key: string, usage: string, ...rest: string[]) => {
      const [selector = '', matching = '', leaf] = rest
      if (key === 'no') return `${usage} ${selector} ${matching} ${digestOfNothing(matching)}`
      const isOfAuthority = (usage === '0' || usage === '2') && leaf === undefined
      const numbers = [Number(usage), Number(selector), Number(matching)] as const
      return presented.get(key)?.tlsa(numbers, isOfAuthority ? 'anchor' : 'leaf') ?? whole
    })
    .replace(wordPlaceholder, (whole, word: string) => {
      if (word === 'signed') return signed
      if (word === 'reports') return reports
      return addresses.get(word) ?? whole
    })
}

/** As long as a digest of the matching type, and no digest of anything. */
function digestOfNothing(matching: string): string {
  return 'ab'.repeat(matching === '2' ? 64 : 32)
}
