import type { Profile } from '../dane/index.ts'
import { html, type Markup } from './markup.ts'
import type { ByProfile, CheckReport, DeliveryVerdict, HostReport, StepStatus } from './report.ts'
import { deliveryStatus } from './smtp-steps.ts'
import { domainStatus } from './verdict.ts'
import { count, deliveryLabel, statusMarks, statusWords, verdictLabel } from './words.ts'

/** A box of the picture, in a grid of columns and rows (which may be halves). */
interface Box {
  readonly column: number
  readonly row: number
  readonly status: StepStatus
  readonly heading: string
  readonly lines: readonly string[]
}

interface Edge {
  readonly from: Box
  readonly to: Box
  readonly status: StepStatus
}

const boxWidth = 178
const boxHeight = 66
const columnWidth = boxWidth + 30
const rowHeight = boxHeight + 14
const margin = 6
const headHeight = 26
/** Characters that fit a box. */
const lineMax = 22

const columns = [
  'Domain',
  'MX records',
  'Mail host',
  'Addresses',
  'TLSA records',
  'SMTP',
  'Verdict',
]

/** The way of a mail, from the domain to the verdict, as an SVG picture. */
export function flowPicture(report: CheckReport): Markup {
  const { boxes, edges, rows } = layOut(report)
  const width = columns.length * columnWidth - (columnWidth - boxWidth) + 2 * margin
  const height = headHeight + rows * rowHeight + margin
  const told = boxes.map(({ column, heading, lines, status }) =>
    [`${columns[column]}: ${heading}`, ...lines, statusWords[status]].join(', '),
  )
  const head = columns.map(
    (title, column) => html`<text class="column" x="${leftOf(column)}" y="16">${title}</text>
`,
  )
  return html`<svg class="flow" viewBox="0 0 ${width} ${height}"
  role="img" aria-labelledby="flow-title flow-text">
<title id="flow-title">The way of a mail to ${report.domain}</title>
<desc id="flow-text">${told.join('. ')}</desc>
${head}${edges.map(drawEdge)}${boxes.map(drawBox)}</svg>`
}

function leftOf(column: number): number {
  return margin + column * columnWidth
}

function topOf(row: number): number {
  return headHeight + row * rowHeight
}

function drawEdge({ from, to, status }: Edge): Markup {
  const x1 = leftOf(from.column) + boxWidth
  const y1 = topOf(from.row) + boxHeight / 2
  const x2 = leftOf(to.column)
  const y2 = topOf(to.row) + boxHeight / 2
  const bend = (x2 - x1) / 2
  const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
  return html`<path class="edge ${status}" d="${path}"/>
`
}

function drawBox({ column, row, status, heading, lines }: Box): Markup {
  const [left, top] = [leftOf(column), topOf(row)]
  const text = (line: string, n: number) =>
    html`<text x="${left + 14}" y="${top + 39 + n * 16}">${shorten(line)}</text>
`
  const right = left + boxWidth - 12
  return html`<g class="box ${status}"><title>${[heading, ...lines].join('\n')}</title>
<rect class="card" x="${left}" y="${top}" width="${boxWidth}" height="${boxHeight}" rx="8"/>
<rect class="bar" x="${left}" y="${top + 8}" width="4" height="${boxHeight - 16}" rx="2"/>
<text class="heading" x="${left + 14}" y="${top + 21}">${shorten(heading, lineMax - 4)}</text>
<text class="mark" x="${right}" y="${top + 21}" text-anchor="end">${statusMarks[status]}</text>
${lines.slice(0, 2).map(text)}</g>
`
}

/** A text that fits, its end cut. */
function shorten(text: string, max = lineMax): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text
}

function layOut(report: CheckReport): {
  readonly boxes: readonly Box[]
  readonly edges: readonly Edge[]
  readonly rows: number
} {
  const boxes: Box[] = []
  const edges: Edge[] = []
  const add = (box: Box, ...before: readonly Box[]): Box => {
    boxes.push(box)
    for (const from of before) edges.push({ from, to: box, status: box.status })
    return box
  }
  const rows = Math.max(1, ...[report.hosts.reduce((sum, host) => sum + rowsOf(host), 0)])
  const middle = (rows - 1) / 2
  const domain = add(domainBox(report, middle))
  const mx = add(mxBox(report, middle), domain)
  const ends: Box[] = []
  let row = 0
  for (const host of report.hosts) {
    const at = row + (rowsOf(host) - 1) / 2
    const [hostAt, addressesAt, tlsaAt] = hostBoxes(report, host, at)
    const tlsa = add(tlsaAt, add(addressesAt, add(hostAt, mx)))
    const talks = host.addresses.map((address, n) =>
      add(
        {
          column: 5,
          row: row + n,
          ...judge(report, address.verdicts),
          heading: address.address,
        },
        tlsa,
      ),
    )
    ends.push(...(talks.length > 0 ? talks : [tlsa]))
    row += rowsOf(host)
  }
  const verdict = add(verdictBox(report, middle))
  for (const from of ends.length > 0 ? ends : [mx]) {
    edges.push({ from, to: verdict, status: from.status })
  }
  return { boxes, edges, rows }
}

function rowsOf({ addresses }: HostReport): number {
  return Math.max(1, addresses.length)
}

const securityStatus = {
  secure: 'ok',
  insecure: 'note',
  bogus: 'failed',
  indeterminate: 'failed',
} as const

function domainBox({ domain, chain }: CheckReport, row: number): Box {
  const secure = chain.filter(({ security }) => security === 'secure').length
  const broken = chain.find(({ security }) => security === 'bogus')
  const status = broken ? 'failed' : secure > 0 && secure === chain.length ? 'ok' : 'note'
  const line = broken
    ? `broken at ${broken.zone}`
    : `${count(secure, 'signed zone')} of ${chain.length}`
  return { column: 0, row, status, heading: domain, lines: [line] }
}

const mxWords = {
  mx: 'MX records',
  implicit: 'no MX: the domain itself',
  'null-mx': 'takes no mail',
  absent: 'does not exist',
  failed: 'lookup failed',
} as const

function mxBox({ mx, hosts }: CheckReport, row: number): Box {
  const status =
    mx.kind === 'failed' || mx.kind === 'absent' ? 'failed' : securityStatus[mx.security]
  const heading = mx.kind === 'mx' ? count(hosts.length, 'mail host') : mxWords[mx.kind]
  return { column: 1, row, status, heading, lines: [mx.security, mx.rcode] }
}

function hostBoxes(report: CheckReport, host: HostReport, row: number): [Box, Box, Box] {
  const found = count(host.addresses.length, 'address', 'addresses')
  const first = host.tlsa.find(({ active }) => active) ?? host.tlsa[0]
  const more = host.tlsa.length > 1 ? `and ${host.tlsa.length - 1} more` : ''
  const tlsaStatus: StepStatus =
    host.level === 'failed' ? 'failed' : host.level === 'authenticated' ? 'ok' : 'note'
  return [
    {
      ...judge(report, host.verdicts),
      column: 2,
      row,
      heading: host.name,
      lines: [`preference ${host.preference}`, ...aliasLine(host)],
    },
    {
      column: 3,
      row,
      status: securityStatus[host.security],
      heading: host.security,
      lines: [found],
    },
    {
      column: 4,
      row,
      status: tlsaStatus,
      heading: levelWords[host.level],
      lines: first === undefined ? ['none'] : [first.text, more].filter((line) => line !== ''),
    },
  ]
}

function aliasLine({ name, expanded }: HostReport): string[] {
  return expanded === name ? [] : [`alias of ${expanded}`]
}

const levelWords = {
  authenticated: 'match required',
  encrypted: 'TLS required',
  none: 'nothing required',
  failed: 'lookup failed',
} as const

function judge(
  { profiles }: CheckReport,
  verdicts: ByProfile<DeliveryVerdict>,
): Pick<Box, 'status' | 'lines'> {
  const labels = profiles.map((profile) => deliveryLabel(verdicts[profile]))
  const [label = ''] = labels
  const apart = profiles.map((profile, n) => `${shortNames[profile]} ${labels[n]}`)
  return {
    status: deliveryStatus(verdicts, profiles),
    lines: new Set(labels).size === 1 ? [label] : apart,
  }
}

const shortNames: Readonly<Record<Profile, string>> = { rfc: 'RFC', exchange: 'EXO' }

function verdictBox({ profiles, verdicts, mode }: CheckReport, row: number): Box {
  const judged = profiles.map((profile) => verdicts[profile])
  const labels = judged.map(verdictLabel)
  const [label = ''] = labels
  const [heading = '', ...rest] = label.split(', ')
  const status = domainStatus(judged, mode === 'inbound-smtp')
  if (new Set(labels).size === 1) {
    return { column: 6, row, status, heading, lines: rest }
  }
  const lines = judged.map((verdict, n) => {
    const [outcome, how] = verdictLabel(verdict).split(', ')
    return `${shortNames[profiles[n] ?? 'rfc']} ${outcome}${how === undefined ? '' : `, ${how}`}`
  })
  return { column: 6, row, status, heading: 'profiles differ', lines }
}
