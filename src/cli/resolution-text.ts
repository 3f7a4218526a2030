import type { Paint } from '../check/index.ts'
import { formatRcode } from '../message/index.ts'
import { formatRecord, formatType } from '../rr/index.ts'
import type { Resolution } from '../stub/index.ts'
import type { ChainLink, JudgedRRset, Reason } from '../validator/index.ts'
import { formatName, labelCount } from '../wire/index.ts'
import { reasonText, securityStyle } from './trace.ts'

const trustWords = { anchor: 'by a trust anchor', ds: 'by its DS', none: 'not trusted' } as const

/** A resolution for people: verdict, reason, the chain of trust drawn, records and their states. */
export function formatResolution(resolution: Resolution, paint: Paint): string[] {
  const { question, security, rcode, reason, chain, answer, authority, hops } = resolution
  const refused = hops.flatMap(({ data }) => (data && !answer.includes(data) ? [data] : []))
  const style = securityStyle(security)
  const asked = `${formatName(question.name)} ${formatType(question.type)}`
  const lines = [
    `${paint('bold', asked)}: ${paint(style, security)}, ${formatRcode(rcode)}`,
    `  ${reasonText(reason)}${paint('dim', reasonNotes(reason))}`,
  ]
  if (chain.length > 0) lines.push('', paint('bold', 'Chain of trust'), ...drawChain(chain, paint))
  if (hops.length > 1) {
    lines.push('', paint('bold', 'Aliases'))
    for (const { name, kind, security: state, reason: why } of hops) {
      const mark = paint(securityStyle(state), state.padEnd(13))
      const what = kind === 'alias' ? 'is an alias' : 'is the end'
      lines.push(`  ${mark} ${formatName(name)} ${what}: ${reasonText(why)}`)
    }
  }
  lines.push(
    ...section('Answer', answer, paint),
    ...section('Authority', authority, paint),
    ...section('Not to be believed', refused, paint),
  )
  const { queries, elapsedMs, ttl } = resolution
  const asks = queries === 1 ? '1 query' : `${queries} queries`
  const cost = `${asks}, ${Math.round(elapsedMs)} ms; may be kept for ${ttl} s`
  return [...lines, '', paint('dim', cost)]
}

function reasonNotes({ ede, key, limit }: Reason): string {
  const notes = [
    ...(ede === undefined ? [] : [`EDE ${ede}`]),
    ...(key === undefined ? [] : [`key ${key.keyTag} of ${formatName(key.zone)}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ]
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`
}

/** Zones from the anchor down, each below the one that vouches for it. */
function drawChain(chain: readonly ChainLink[], paint: Paint): string[] {
  const top = Math.min(...chain.map(({ zone }) => labelCount(zone)))
  return chain.map(({ zone, security, by, keys, reason }) => {
    const depth = labelCount(zone) - top
    const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `
    const tags = keys.map(({ keyTag, algorithm }) => `${keyTag}/${algorithm}`).join(' ')
    const how = `${trustWords[by]}${tags === '' ? '' : `, keys ${tags}`}`
    const mark = paint(securityStyle(security), security)
    const why = security === 'secure' ? '' : `: ${reasonText(reason)}`
    return `  ${paint('dim', branch)}${formatName(zone)}  ${mark} ${paint('dim', how)}${why}`
  })
}

function section(title: string, sets: readonly JudgedRRset[], paint: Paint): string[] {
  if (sets.length === 0) return []
  const lines = ['', paint('bold', title)]
  for (const { rrset, rrsigs, security, reason, wildcard } of sets) {
    const { owner, ttl, type, rdatas } = rrset
    for (const rdata of rdatas) {
      const text = formatRecord(owner, ttl, type, rdata).replaceAll('\t', ' ')
      lines.push(`  ${text}`)
    }
    const signatures = rrsigs.length === 1 ? '1 RRSIG' : `${rrsigs.length} RRSIGs`
    const from = wildcard ? `, expanded from ${formatName(wildcard)}` : ''
    const state = paint(securityStyle(security), security)
    lines.push(`    ${paint('dim', '└')} ${state}, ${signatures}${from}: ${reasonText(reason)}`)
  }
  return lines
}
