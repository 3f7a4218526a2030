import t from 'tap'
import { composeReport } from '../../src/check/compose.ts'
import { formatCheckHtml } from '../../src/check/html.ts'
import { pageStyle } from '../../src/check/style.ts'
import { formatCheckTree } from '../../src/check/tree.ts'
import { sha256 } from '../../src/crypto/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { issue } from '../support/certificates.ts'
import { findings, hostileName, metHost } from '../support/findings.ts'

const hostile = `<img src=x onerror="alert('1')">\u001b]0;owned\u0007\u202e & <script>`
const subject = await issue({ subject: 'CN=<svg onload=alert(1)>', names: ['"><script>x.test'] })
const report = composeReport(
  findings(
    [
      metHost({ name: formatName(hostileName), helo: hostile, meets: [[subject]] }),
      metHost({
        preference: 20,
        meets: [{ kind: 'unreachable', text: hostile }],
      }),
    ],
    {
      request: { domain: hostileName },
      destination: { domain: hostileName, notes: [hostile] },
      sts: {
        state: {
          kind: 'failed',
          text: hostile,
          problem: { type: 'sts-policy-invalid', text: hostile },
        },
        details: [],
        elapsedMs: 1,
      },
      tlsRpt: {
        state: { kind: 'record', rua: ['https://x.test/"><script>'], text: hostile },
        details: [],
        elapsedMs: 1,
      },
    },
  ),
)
const page = formatCheckHtml(report)
/** All tags, the values of their attributes left out. */
const bareTags = (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, ''))

t.test('formatCheckHtml escapes all that strangers wrote', async (t) => {
  const tags = new Set([...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag?.toLowerCase()))
  for (const tag of ['script', 'img', 'iframe', 'object', 'link', 'a', 'form', 'base']) {
    t.notOk(tags.has(tag), tag)
  }
  for (const tag of bareTags) t.notMatch(tag, /\son/i, 'no handlers of events')
  t.match(page, '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;')
  t.match(page, formatName(hostileName).replace(/</g, '&lt;').replace(/>/g, '&gt;'))
})

t.test('formatCheckHtml needs nothing else and runs nothing', async (t) => {
  const digest = Buffer.from(sha256(Buffer.from(pageStyle))).toString('base64')
  t.match(page, `default-src &#39;none&#39;; style-src &#39;sha256-${digest}&#39;`)
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
  t.equal(style, pageStyle, 'the digest is that of what stands between the tags')
  for (const tag of bareTags) t.notMatch(tag, /\s(src|href|action|srcset|style)\b/i)
  t.notMatch(page.replace(style ?? '', ''), /url\(|@import/)
})

t.test('formatCheckHtml nests its tags', async (t) => {
  const empty = new Set(['meta', 'br', 'path', 'rect'])
  const open: string[] = []
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '')
  for (const [, close, tag = ''] of body.matchAll(/<(\/)?([a-z0-9]+)[^>]*>/g)) {
    if (close) t.equal(open.pop(), tag)
    else if (!empty.has(tag)) open.push(tag)
  }
  t.same(open, [])
})

t.test('formatCheckHtml has a name for every reference', async (t) => {
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  t.equal(new Set(ids).size, ids.length, 'ids are unique')
  for (const [, list = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
    for (const id of list.split(' ')) t.ok(ids.includes(id), id)
  }
})

t.test('formatCheckTree lets no control character through', async (t) => {
  const text = formatCheckTree(report).join('\n')
  t.notMatch(text, /[\p{Cc}\p{Cf}]/u.exec(text.replaceAll('\n', ''))?.[0] ?? '\u0000')
  t.match(text, '\\u{1b}]0;owned\\u{7}\\u{202e}')
})

t.test('formatCheckTree is plain unless it is painted', async (t) => {
  const painted = formatCheckTree(report, (style, text) => `<${style}>${text}</>`).join('\n')
  const plain = formatCheckTree(report).join('\n')
  t.equal(painted.replace(/<(bold|dim|green|yellow|red|cyan)>|<\/>/g, ''), plain)
})
