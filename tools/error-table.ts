import ts from 'typescript'
import { type Complaint, complain, type Source, type SourceCheck, walk } from './source.ts'

const tablePath = 'src/base/errors.ts'

function tableRows(source: Source): ts.PropertyAssignment[] {
  const rows: ts.PropertyAssignment[] = []
  walk(source.tree, (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== 'errorTable') return
    walk(node, (below) => {
      if (ts.isPropertyAssignment(below)) rows.push(below)
    })
  })
  return rows
}

function codeOf(row: ts.PropertyAssignment): string {
  return ts.isStringLiteral(row.name) ? row.name.text : row.name.getText()
}

/** Every string of `src` that is not in the table itself, whatever it is used for. */
function stringsOf(sources: readonly Source[]): Set<string> {
  const strings = new Set<string>()
  for (const { path, tree } of sources) {
    if (!path.startsWith('src/') || path === tablePath) continue
    walk(tree, (node) => {
      if (ts.isStringLiteralLike(node)) strings.add(node.text)
    })
  }
  return strings
}

/**
 * The error table is the truth: its rows are sorted, each code in it is thrown or found somewhere,
 * and each code that a docstring promises (`@throws code`) is in it. That a code which is used
 * exists is the compiler's business.
 */
export const checkErrorTable: SourceCheck = (sources) => {
  const table = sources.find(({ path }) => path === tablePath)
  if (table === undefined) return [{ path: tablePath, line: 1, message: 'Cannot find the table' }]
  const rows = tableRows(table)
  const codes = rows.map(codeOf)
  const used = stringsOf(sources)
  const complaints: Complaint[] = []
  rows.forEach((row, index) => {
    const code = codes[index] ?? ''
    if (!used.has(code)) complaints.push(complain(table, row, `Remove '${code}': nothing uses it`))
    if (code < (codes[index - 1] ?? '')) {
      complaints.push(complain(table, row, `Sort the rows: '${code}' is out of place`))
    }
  })
  return [...complaints, ...checkPromises(sources, new Set(codes))]
}

function checkPromises(sources: readonly Source[], codes: ReadonlySet<string>): Complaint[] {
  const complaints: Complaint[] = []
  for (const { path, text } of sources) {
    if (!path.startsWith('src/')) continue
    text.split('\n').forEach((line, index) => {
      const code = /@throws (?:\{[^}]*\} )?[`']?([a-z]+(?:-[a-z0-9]+)+)/.exec(line)?.[1]
      if (code === undefined || codes.has(code)) return
      const message = `Correct '@throws ${code}': the error table has no such code`
      complaints.push({ path, line: index + 1, message })
    })
  }
  return complaints
}
