import { sha256 } from '../crypto/index.ts'
import type { Profile } from '../dane/index.ts'
import { toBase64 } from '../wire/index.ts'
import { flowPicture } from './flow.ts'
import { html, type Markup } from './markup.ts'
import type { CheckReport, CheckStep, DomainVerdict } from './report.ts'
import { pageStyle } from './style.ts'
import { collectAdvice, profileNames, verdictRows } from './tree.ts'
import { domainStatus } from './verdict.ts'
import { formatMs, statusMarks, statusWords, verdictLabel } from './words.ts'

/**
 * A report as one HTML page that needs nothing else: no script, no font, no image from elsewhere;
 * its policy (CSP) forbids all of them. Everything that strangers wrote is escaped.
 */
export function formatCheckHtml(report: CheckReport): string {
  const { domain, lints, tree, profiles, verdicts, elapsedMs, queries } = report
  const hash = toBase64(sha256(Buffer.from(pageStyle)))
  const own = `style-src 'sha256-${hash}'`
  const policy = `default-src 'none'; ${own}; base-uri 'none'; form-action 'none'`
  // What stands between the tags must be the very octets of which the policy has the digest.
  const style: Markup = { markup: pageStyle }
  const facts = [
    ...[report.time, `policy ${report.policy}`, `port ${report.port}`],
    ...[`${queries} DNS queries`, formatMs(elapsedMs)],
  ]
  const cards = profiles.map((profile) => verdictCard(profile, verdicts[profile], report))
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${domain}: ${profiles.map((profile) => verdictLabel(verdicts[profile])).join(' / ')}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="eyebrow">${modeWords[report.mode]}</p>
<h1>${domain.replace(/(?<=.)\.$/, '')}</h1>
<p class="facts">${facts.join(' · ')}</p>
<div class="verdicts">${cards}</div>
</header>
<main>
<section aria-labelledby="way"><h2 id="way">The way of a mail</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Picture of the way of a mail">
${flowPicture(report)}</div></section>
${todoSection(collectAdvice(tree))}
<section aria-labelledby="table"><h2 id="table">Verdicts</h2>
<div class="scroll">${verdictTable(report)}</div></section>
${lints.length === 0 ? '' : lintSection(report)}
<section aria-labelledby="steps"><h2 id="steps">Step by step</h2>
<div class="scroll"><ul class="steps">${stepItem(tree)}</ul></div></section>
</main>
<footer><p>Made by danelaw, which validates DNSSEC by itself and trusts no AD bit.</p></footer>
</body>
</html>
`
  return page.markup
}

const modeWords = {
  'dnssec-only': 'DNSSEC validation',
  dane: 'DANE validation, including DNSSEC',
  'inbound-smtp': 'Inbound SMTP',
} as const

function verdictCard(profile: Profile, verdict: DomainVerdict, report: CheckReport): Markup {
  const status = domainStatus([verdict], report.mode === 'inbound-smtp')
  const code = verdict.status === undefined ? '' : html`<code>${verdict.status.reply}</code>`
  return html`<section class="verdict ${status}"><h2>${profileNames[profile]}</h2>
<strong>${statusMarks[status]} ${verdictLabel(verdict)}</strong>
<p>${verdict.reason}</p>${code}</section>
`
}

function todoSection(advice: readonly string[]): Markup {
  if (advice.length === 0) return html``
  return html`<section aria-labelledby="todo"><h2 id="todo">What to do</h2>
<ol class="todo">${advice.map((text) => html`<li class="warning">${text}</li>`)}</ol></section>`
}

function verdictTable(report: CheckReport): Markup {
  const heads = report.profiles.map(
    (profile) => html`<th scope="col">${profileNames[profile]}</th>`,
  )
  const rows = verdictRows(report).map(({ name, cells }) => {
    const depth = (name.length - name.trimStart().length) / 2
    const differs = new Set(cells).size > 1
    const note = differs ? html`<span class="hidden"> (the profiles differ)</span>` : ''
    return html`<tr class="depth-${depth}${differs ? ' differs' : ''}">
<th scope="row">${name.trim()}${note}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`
  })
  return html`<table><caption>Domain, hosts in order of preference, addresses</caption>
<thead><tr><th scope="col">Where</th>${heads}</tr></thead>
<tbody>${rows}</tbody></table>`
}

function lintSection({ lints }: CheckReport): Markup {
  const items = lints.map(({ severity, subject, text, advice, code }) => {
    const status = severity === 'warning' ? 'warning' : 'note'
    return html`<li class="${status}"><strong>${subject}</strong>: ${text} <code>${code}</code>
<br><small>${advice}</small></li>
`
  })
  return html`<section aria-labelledby="lints"><h2 id="lints">What could be better</h2>
<ul class="todo">${items}</ul></section>`
}

function stepItem(step: CheckStep): Markup {
  const { status, title, result, details, advice, elapsedMs, steps } = step
  const open = needsEyes(step) || step.kind === 'domain' ? html` open` : ''
  const more =
    details.length === 0
      ? ''
      : html`<ul class="more">${details.map((line) => html`<li>${line}</li>`)}</ul>`
  const below = steps.length === 0 ? '' : html`<ul>${steps.map(stepItem)}</ul>`
  const ms = elapsedMs > 0 ? html`<span class="ms">${formatMs(elapsedMs)}</span>` : ''
  const todo = advice.map((text) => html`<p class="advice">→ ${text}</p>`)
  return html`<li class="${status}"><details${open}><summary>
<span class="sign" aria-hidden="true">${statusMarks[status]}</span>
<span class="hidden">${statusWords[status]}: </span>${title}
${ms}</summary>
<p class="result">${result}</p>${more}${todo}${below}</details></li>
`
}

/** Whether a step, or one below it, went otherwise than it should. */
function needsEyes({ status, steps }: CheckStep): boolean {
  return status === 'failed' || status === 'warning' || steps.some(needsEyes)
}
