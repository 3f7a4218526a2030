import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** One source file, read: `path` is relative to the project and uses forward slashes. */
export interface Source {
  readonly path: string
  readonly text: string
  /** The syntax tree, parents set; nothing is resolved or type-checked. */
  readonly tree: ts.SourceFile
}

/** What a check has against a line; `line` counts from 1. */
export interface Complaint {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A check of the source: pure, and silent when nothing is wrong. */
export type SourceCheck = (sources: readonly Source[]) => Complaint[]

/** Parses one source text. */
export function parseSource(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) }
}

/** Reads every `.ts` file below the folders, which are relative to `root`, in order of path. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  const sources: Source[] = []
  for (const folder of folders) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((candidate) => candidate.endsWith('.ts')).sort()) {
      const path = `${folder}/${name.replaceAll('\\', '/')}`
      sources.push(parseSource(path, readFileSync(join(root, path), 'utf8')))
    }
  }
  return sources
}

/** Makes a complaint about the line on which a node begins. */
export function complain(source: Source, node: ts.Node, message: string): Complaint {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree))
  return { path: source.path, line: line + 1, message }
}

/** Calls `visit` for a node and all below it, in order of text. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}
