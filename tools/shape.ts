import type { Complaint, SourceCheck } from './source.ts'

/** A file longer than this is two files; tests, being lists, may be longer. */
const linesMax = { src: 400, other: 600 }

/** Columns, as in the formatter; it leaves long strings and comments alone, this does not. */
const columnsMax = 100

/** Files and lines stay short enough to be read as one thing. */
export const checkShape: SourceCheck = (sources) => {
  const complaints: Complaint[] = []
  for (const { path, text } of sources) {
    const lines = text.trimEnd().split('\n')
    const max = path.startsWith('src/') ? linesMax.src : linesMax.other
    if (lines.length > max) {
      const message = `Split the file: ${lines.length} lines exceed ${max}`
      complaints.push({ path, line: lines.length, message })
    }
    lines.forEach((line, index) => {
      if (line.length <= columnsMax) return
      const message = `Break the line: ${line.length} columns exceed ${columnsMax}`
      complaints.push({ path, line: index + 1, message })
    })
  }
  return complaints
}
