/**
 * Labels in canonical order, each after its length and before one octet, its mark. A label is a
 * string of code points 2 to 255, as it is in a `NameKey`; so many of them cost hardly more than
 * their octets, and one is found without a look at most of the others.
 */
export type LabelRun = Uint8Array

/** A label and its mark. */
export interface MarkedLabel {
  readonly label: string
  /** 0 to 255. */
  readonly mark: number
}

/** Octets of a label in a run besides its own: length and mark. */
const extraOctets = 2
const labelLengthMax = 63

/** How many octets a label takes in a run. */
export function runOctets(label: string): number {
  return label.length + extraOctets
}

/** Writes labels, each once and in order, into a run. */
export function writeRun(labels: readonly MarkedLabel[]): LabelRun {
  const run = Buffer.alloc(labels.reduce((sum, { label }) => sum + runOctets(label), 0))
  let at = 0
  for (const { label, mark } of labels) {
    run[at] = label.length
    run.write(label, at + 1, 'latin1')
    run[at + 1 + label.length] = mark
    at += runOctets(label)
  }
  return run
}

/** The labels of a run. */
export function* readRun(run: LabelRun): Generator<MarkedLabel, void> {
  const octets = Buffer.from(run.buffer, run.byteOffset, run.length)
  for (let at = 0; at < run.length; ) {
    const end = at + 1 + (run[at] as number)
    yield { label: octets.toString('latin1', at + 1, end), mark: run[end] as number }
    at = end + 1
  }
}

/** The mark of a label; undefined where the run does not have it. O(octets of the run). */
export function markIn(run: LabelRun, label: string): number | undefined {
  const { length } = label
  for (let at = 0; at < run.length; ) {
    const size = run[at] as number
    const order = compareAt(run, at + 1, size, label)
    if (order === 0) return run[at + 1 + length]
    if (order > 0) return undefined
    at += size + extraOctets
  }
  return undefined
}

function compareAt(run: LabelRun, start: number, size: number, label: string): number {
  const common = Math.min(size, label.length)
  for (let i = 0; i < common; i++) {
    const order = (run[start + i] as number) - label.charCodeAt(i)
    if (order !== 0) return order
  }
  return size - label.length
}

/**
 * How many labels have each mark, all of which must be below `marks`; undefined for octets that are
 * no run.
 */
export function tallyRun(run: LabelRun, marks: number): Uint32Array | undefined {
  const tally = new Uint32Array(marks)
  let before = -1
  for (let at = 0; at < run.length; ) {
    const size = run[at] as number
    const mark = run[at + 1 + size]
    if (size === 0 || size > labelLengthMax || mark === undefined || mark >= marks) return undefined
    if (before >= 0 && !isAscending(run, before, at)) return undefined
    tally[mark] = (tally[mark] as number) + 1
    before = at
    at += size + extraOctets
  }
  return tally
}

/** Whether the label at `left` sorts before the one at `right`. */
function isAscending(run: LabelRun, left: number, right: number): boolean {
  const [one, other] = [run[left] as number, run[right] as number]
  const common = Math.min(one, other)
  for (let i = 1; i <= common; i++) {
    const order = (run[left + i] as number) - (run[right + i] as number)
    if (order !== 0) return order < 0
  }
  return one < other
}
