import ts from 'typescript'
import { type Complaint, complain, type Source, type SourceCheck } from './source.ts'

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  )
}

function hasDocstring(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ')
  }
  return (statement as ts.DeclarationStatement).name?.getText() ?? 'it'
}

function isPublicMethod(member: ts.ClassElement): boolean {
  if (!ts.isMethodDeclaration(member) && !ts.isAccessor(member)) return false
  if (ts.isPrivateIdentifier(member.name)) return false
  const hidden = ts.SyntaxKind.PrivateKeyword
  return !ts.getModifiers(member)?.some(({ kind }) => kind === hidden)
}

/**
 * Every export of `src` says what it is: a docstring on each exported declaration and on each
 * public method of an exported class. Of overloads, one is enough.
 */
export const checkDocstrings: SourceCheck = (sources) => {
  const complaints: Complaint[] = []
  for (const source of sources) {
    if (!source.path.startsWith('src/')) continue
    const said = new Set<string>()
    for (const statement of source.tree.statements) {
      if (!isExported(statement)) continue
      const name = nameOf(statement)
      if (hasDocstring(statement)) said.add(name)
      else if (!said.has(name)) {
        complaints.push(complain(source, statement, `Say what ${name} is: it has no docstring`))
      }
      if (ts.isClassDeclaration(statement)) complaints.push(...checkMethods(source, statement))
    }
  }
  return complaints
}

function checkMethods(source: Source, declaration: ts.ClassDeclaration): Complaint[] {
  return declaration.members
    .filter((member) => isPublicMethod(member) && !hasDocstring(member))
    .map((member) => {
      const name = `${declaration.name?.text}.${member.name?.getText()}`
      return complain(source, member, `Say what ${name} does: it has no docstring`)
    })
}

/** Below this many characters an opening comment is a label, not an essay. */
const essayLengthMin = 200

/**
 * Every room's `index.ts` opens with its essay, which begins with the name of the room and a colon,
 * and after it only re-exports by name.
 */
export const checkEssays: SourceCheck = (sources) => {
  const complaints: Complaint[] = []
  for (const source of sources) {
    const room = /^src\/([^/]+)\/index\.ts$/.exec(source.path)?.[1]
    if (room === undefined) continue
    const [comment] = ts.getLeadingCommentRanges(source.text, 0) ?? []
    const essay = comment === undefined ? '' : source.text.slice(comment.pos, comment.end)
    const words = essay.replaceAll(/^\s*\/?\*+\/?/gm, '').trim()
    if (!words.startsWith(`${room}: `) || words.length < essayLengthMin) {
      const message = `Open with an essay that begins '${room}: ' and says what enters and leaves`
      complaints.push({ path: source.path, line: 1, message })
    }
    for (const statement of source.tree.statements) {
      if (!ts.isExportDeclaration(statement)) {
        complaints.push(complain(source, statement, 'Keep code behind the door, not in it'))
      } else if (statement.exportClause === undefined) {
        complaints.push(complain(source, statement, 'Name what leaves the room: no export *'))
      }
    }
  }
  return complaints
}
