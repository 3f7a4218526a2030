import { CodedError, type ErrorCode, type Place } from '../base/index.ts'
import {
  isMetaType,
  parseRdata,
  parseType,
  RR,
  type RRType,
  scanRdataText,
  type Ttl,
  ttlFromOctets,
} from '../rr/index.ts'
import { type Name, parseName } from '../wire/index.ts'
import { expandGenerate, generateCountMax, readGenerateRange } from './generate.ts'
import { errorItem, warningItem, type ZoneItem, type ZoneRecord, zoneErrorsMax } from './item.ts'
import { MasterScanner } from './scanner.ts'
import { parseTtl } from './ttl.ts'

/** Gives the text that `$INCLUDE path` asks for; `from` is the place of the path. It may throw. */
export type IncludeText = (path: string, from: Place) => { file: string; text: string }

/** How to read a master file. */
export interface MasterFileOptions {
  /** What places call the text. */
  readonly file: string
  /** Completes relative names until `$ORIGIN` sets another. */
  readonly origin: Name
  /** The TTL of records where neither they nor `$TTL` give one. */
  readonly ttl?: Ttl
  /** Reads included files; without it `$INCLUDE` is an error. */
  readonly include?: IncludeText
}

/** How deep files may include each other, and how many inclusions one zone may have. */
export const includeDepthMax = 16
/** Most files that one zone includes. */
export const includesMax = 1000

/** A file being read, and the owner that a line beginning with a blank repeats. */
interface Frame {
  readonly scanner: MasterScanner
  owner: Name | undefined
  ownerText: string
  /** The last owner was malformed: lines that repeat it are read, and their records dropped. */
  isOwnerBad: boolean
}

/** What a record says between its owner and its RDATA. */
interface RecordHead {
  readonly type: RRType
  readonly ttl: Ttl | undefined
}

const foreignClasses = new Set(['CH', 'CS', 'HS', 'NONE'])

/**
 * Reads a master file (RFC 1035 §5.1): records and findings in the order of the text. Errors do
 * not stop it, up to `zoneErrorsMax`; each costs one record. It holds no resources, so a caller
 * may pause between items, and may leave at any.
 *
 * The language: `$ORIGIN`, `$TTL` (RFC 2308 §4), `$INCLUDE file [origin]`, `$GENERATE` as BIND has
 * it, TTLs with units, TTL and class in either order, and the forms of RFC 3597 §5. A record
 * without TTL takes that of `$TTL`, else the last one given, else `options.ttl`; an SOA record
 * takes its own minimum, which then stands in for `$TTL` (as in BIND). Text in quotes ends on
 * its line.
 */
export function* parseMasterFile(text: string, options: MasterFileOptions): Generator<ZoneItem> {
  yield* new MasterParser(text, options).items()
}

function syntax(message: string): CodedError {
  return new CodedError('zonefile-syntax', message)
}

/** The reading of one zone: the open files, and what directives have set. */
class MasterParser {
  readonly #options: MasterFileOptions
  readonly #frames: Frame[]
  readonly #types = new Map<string, RRType>()
  #defaultTtl: Ttl | undefined
  #lastTtl: Ttl | undefined
  #warnedOfLastTtl = false
  #warning: ZoneItem | undefined
  #errors = 0
  #includes = 0
  #generated = 0

  constructor(text: string, options: MasterFileOptions) {
    this.#options = options
    this.#frames = [this.#frame(options.file, text, options.origin)]
  }

  #frame(file: string, text: string, origin: Name): Frame {
    const scanner = new MasterScanner(file, text, origin)
    return { scanner, owner: undefined, ownerText: '', isOwnerBad: false }
  }

  *items(): Generator<ZoneItem> {
    for (let frame = this.#frames.at(-1); frame; frame = this.#frames.at(-1)) {
      const { scanner } = frame
      try {
        const start = scanner.startRecord()
        if (start === undefined) {
          this.#frames.pop()
          continue
        }
        const directive = start === 'owner' ? this.#directiveAhead(scanner) : undefined
        if (directive === '$GENERATE') {
          yield* this.#generate(frame)
        } else if (directive !== undefined) {
          this.#directive(directive, frame)
        } else {
          const record = this.#record(frame, start)
          if (this.#warning) yield this.#takeWarning()
          if (record) yield { kind: 'record', record }
        }
        // An included file is read first; its own end leads back here, to this line's.
        scanner.endRecord()
      } catch (error) {
        yield this.#recover(scanner, error)
        if (++this.#errors < zoneErrorsMax) continue
        const message = `Stopped reading: ${zoneErrorsMax} errors found`
        yield errorItem('zonefile-limit', message, scanner.place())
        return
      }
    }
  }

  #takeWarning(): ZoneItem {
    const warning = this.#warning as ZoneItem
    this.#warning = undefined
    return warning
  }

  /** Turns an error of the text into a finding and leaves the record; a bug of ours goes on up. */
  #recover(scanner: MasterScanner, error: unknown): ZoneItem {
    if (!(error instanceof CodedError)) throw error
    const place = error.place ?? scanner.place()
    this.#warning = undefined
    const unclosed = scanner.skipRecord()
    if (unclosed) return errorItem(unclosed.code, unclosed.message, unclosed.place ?? place)
    const code: ErrorCode = error.code.startsWith('wire-') ? 'rdata-invalid' : error.code
    return errorItem(code, error.message, place)
  }

  #directiveAhead(scanner: MasterScanner): string | undefined {
    const token = scanner.peek()
    if (!token || token.quoted || token.text.charCodeAt(0) !== 0x24) return undefined
    return token.text.toUpperCase()
  }

  #directive(directive: string, frame: Frame): void {
    const { scanner } = frame
    const written = scanner.next('directive').text
    switch (directive) {
      case '$ORIGIN':
        scanner.origin = parseName(scanner.next('origin').text, scanner.origin)
        frame.ownerText = ''
        this.#expectEnd(scanner, directive)
        return
      case '$TTL':
        this.#defaultTtl = parseTtl(scanner.next('TTL').text)
        this.#expectEnd(scanner, directive)
        return
      case '$INCLUDE':
        this.#include(scanner)
        return
      default:
        throw syntax(
          `Cannot read ${JSON.stringify(written)}: ` +
            'the directives are $ORIGIN, $TTL, $INCLUDE and $GENERATE',
        )
    }
  }

  #expectEnd(scanner: MasterScanner, after: string): void {
    const extra = scanner.peek()
    if (!extra) return
    scanner.next('the end')
    throw syntax(`Cannot read ${JSON.stringify(extra.text)}: ${after} has all it takes`)
  }

  /** `$INCLUDE file [origin]`: neither origin nor owner of the included file come back out. */
  #include(scanner: MasterScanner): void {
    const path = scanner.next('file name').text.replace(/\\(.)/g, '$1')
    const place = scanner.place()
    const origin = scanner.peek()
      ? parseName(scanner.next('origin').text, scanner.origin)
      : scanner.origin
    this.#expectEnd(scanner, '$INCLUDE')
    const refuse = (why: string) =>
      new CodedError('include-failed', `Cannot include ${JSON.stringify(path)}: ${why}`, place)
    const { include } = this.#options
    if (!include) throw refuse('included files cannot be read here')
    if (this.#frames.length > includeDepthMax) throw refuse(`depth exceeds ${includeDepthMax}`)
    if (++this.#includes > includesMax) throw refuse(`more than ${includesMax} files are included`)
    let included: { file: string; text: string }
    try {
      included = include(path, place)
    } catch (error) {
      throw refuse(error instanceof Error ? error.message : String(error))
    }
    if (this.#frames.some((frame) => frame.scanner.file === included.file)) {
      throw refuse(`${included.file} is being read already`)
    }
    this.#frames.push(this.#frame(included.file, included.text, origin))
  }

  #record(frame: Frame, start: 'owner' | 'blank'): ZoneRecord | undefined {
    const { scanner } = frame
    const place = scanner.nextPlace()
    const owner = start === 'owner' ? this.#takeOwner(frame) : frame.owner
    if (!owner && !frame.isOwnerBad) {
      const here = { ...place, column: 1 }
      throw new CodedError('zonefile-syntax', 'Cannot read owner: no record precedes it', here)
    }
    const head = this.#head(scanner)
    const rdata = parseRdata(head.type, scanner)
    const ttl = this.#ttlOf(head, rdata, place)
    return owner && { owner, type: head.type, ttl, rdata, place }
  }

  /** The owner as the line gives it; equal owners in a row share one name. */
  #takeOwner(frame: Frame): Name {
    const token = frame.scanner.next('owner')
    if (frame.owner && token.text === frame.ownerText && !token.quoted) return frame.owner
    frame.owner = undefined
    frame.isOwnerBad = true
    if (token.quoted) throw syntax(`Cannot read owner: ${JSON.stringify(token.text)} is quoted`)
    frame.owner = parseName(token.text, frame.scanner.origin)
    frame.isOwnerBad = false
    frame.ownerText = token.text
    return frame.owner
  }

  /** TTL and class in either order, then the type. */
  #head(scanner: MasterScanner): RecordHead {
    let ttl: Ttl | undefined
    let hasClass = false
    for (;;) {
      const { text, quoted } = scanner.next('type')
      if (quoted) throw syntax(`Cannot read type: ${JSON.stringify(text)} is quoted`)
      const first = text.charCodeAt(0)
      if (first >= 0x30 && first <= 0x39) {
        if (ttl !== undefined) throw syntax(`Cannot read ${JSON.stringify(text)}: a second TTL`)
        ttl = parseTtl(text)
        continue
      }
      const known = this.#types.get(text)
      if (known !== undefined) return { type: known, ttl }
      if (isClass(text)) {
        if (hasClass) throw syntax(`Cannot read ${JSON.stringify(text)}: a second class`)
        hasClass = true
        continue
      }
      const type = dataType(text)
      this.#types.set(text, type)
      return { type, ttl }
    }
  }

  #ttlOf(head: RecordHead, rdata: Uint8Array, place: Place): Ttl {
    if (head.ttl !== undefined) {
      this.#lastTtl = head.ttl
      return head.ttl
    }
    if (this.#defaultTtl !== undefined) return this.#defaultTtl
    if (head.type === RR.SOA) {
      this.#defaultTtl = soaMinimum(rdata)
      this.#warn(`Assumed TTL ${this.#defaultTtl}, the minimum of the SOA: write $TTL`, place)
      return this.#defaultTtl
    }
    if (this.#lastTtl !== undefined) {
      if (!this.#warnedOfLastTtl) {
        this.#warn(`Assumed TTL ${this.#lastTtl}, the last one given: write $TTL`, place)
      }
      this.#warnedOfLastTtl = true
      return this.#lastTtl
    }
    if (this.#options.ttl !== undefined) return this.#options.ttl
    throw new CodedError('ttl-missing', 'Cannot read record: it has no TTL, nor has $TTL', place)
  }

  #warn(message: string, place: Place): void {
    this.#warning = warningItem('ttl-assumed', message, place)
  }

  /** `$GENERATE range owner [ttl] [class] type rdata`: the records of the whole range. */
  *#generate(frame: Frame): Generator<ZoneItem> {
    const { scanner } = frame
    scanner.next('directive')
    const place = scanner.place()
    const range = readGenerateRange(scanner.next('range').text)
    const ownerTemplate = scanner.next('owner').text
    const ownerPlace = scanner.place()
    const head = this.#head(scanner)
    const rdataPlace = scanner.nextPlace()
    const template = restOfRecord(scanner)
    this.#generated += Math.floor((range.stop - range.start) / range.step) + 1
    if (this.#generated > generateCountMax) {
      const message = `Cannot generate records: more than ${generateCountMax} in all`
      throw new CodedError('zonefile-limit', message, place)
    }
    for (let value = range.start; value <= range.stop; value += range.step) {
      const owner = at(ownerPlace, () =>
        parseName(expandGenerate(ownerTemplate, value), scanner.origin),
      )
      const rdata = at(rdataPlace, () =>
        parseRdata(head.type, scanRdataText(expandGenerate(template, value), scanner.origin)),
      )
      const ttl = this.#ttlOf(head, rdata, place)
      if (this.#warning) yield this.#takeWarning()
      yield { kind: 'record', record: { owner, type: head.type, ttl, rdata, place } }
    }
  }
}

/** Runs `read`; an error without a place gets this one. */
function at<T>(place: Place, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError) || error.place) throw error
    throw new CodedError(error.code, error.message, place)
  }
}

/** The words up to the end as one text. A single quoted word stands for its content, as in BIND. */
function restOfRecord(scanner: MasterScanner): string {
  const first = scanner.next('RDATA')
  if (first.quoted && !scanner.peek()) return first.text.replaceAll('\\"', '"')
  let text = first.quoted ? `"${first.text}"` : first.text
  while (scanner.peek()) {
    const word = scanner.next('RDATA')
    text += word.quoted ? ` "${word.text}"` : ` ${word.text}`
  }
  return text
}

/** Whether a word is the class IN. @throws {CodedError} `class-unsupported` for another class */
function isClass(text: string): boolean {
  const upper = text.toUpperCase()
  if (upper === 'IN' || upper === 'CLASS1') return true
  if (!foreignClasses.has(upper) && !/^CLASS[0-9]+$/.test(upper)) return false
  throw new CodedError(
    'class-unsupported',
    `Cannot read class: ${JSON.stringify(text)} is not IN, the only class served`,
  )
}

/** The type that a word names, if a zone may hold it. */
function dataType(text: string): RRType {
  let type: RRType
  try {
    type = parseType(text)
  } catch {
    throw new CodedError(
      'type-unknown',
      `Cannot read type: ${JSON.stringify(text)} is neither a known mnemonic nor TYPEnnn`,
    )
  }
  if (!isMetaType(type)) return type
  const message = `Cannot read type: ${JSON.stringify(text)} is for queries, not for zones`
  throw new CodedError('type-meta', message)
}

/** The last 32 bits of an SOA, as a TTL. */
function soaMinimum(rdata: Uint8Array): Ttl {
  const end = rdata.length
  const view = new DataView(rdata.buffer, rdata.byteOffset + end - 4, 4)
  return ttlFromOctets(view.getUint32(0))
}
