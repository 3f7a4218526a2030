/** A piece of HTML or SVG in which everything foreign is escaped. Only `html` makes it. */
export interface Markup {
  readonly markup: string
}

/** What may be put into markup: text, which is escaped; markup, which is not; lists of both. */
export type Content = string | number | Markup | readonly Content[]

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function render(content: Content): string {
  if (typeof content === 'number') return String(content)
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (char) => escapes[char] ?? '')
  if ('markup' in content) return content.markup
  return content.map(render).join('')
}

/**
 * Markup from a template: what stands in the template is ours, what is put into it is a stranger's
 * and is escaped, for texts as well as for attributes in double quotes.
 */
export function html(template: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const pieces = template.map((text, index) => {
    const content = contents[index]
    return content === undefined ? text : text + render(content)
  })
  return { markup: pieces.join('') }
}
