import { CodedError, type ErrorCode, errorTable, type Place } from '../base/index.ts'

/** A JSON object as it came, of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What a client asks: the name of a command, and whatever else that command takes. */
export type ControlRequest = JsonObject & { readonly command: string }

/**
 * Carries out one command. `progress` may be called any number of times before it resolves; what
 * it resolves to, and every event, must be a JSON object. A `CodedError` it rejects with reaches
 * the client as it is; of anything else, only the message does, as `control-failed`.
 */
export type CommandHandler = (
  request: ControlRequest,
  progress: (event: object) => void,
) => Promise<object>

/** A line from the server. */
export type Reply =
  | { readonly kind: 'progress'; readonly event: JsonObject }
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly error: CodedError }

/** Longest path of a Unix domain socket, in octets (Linux: 108 with the closing zero). */
export const pathOctetsMax = 107

/** Cuts a stream of octets into lines of UTF-8 without their line feeds, none over a limit. */
export class LineReader {
  readonly #octetsMax: number
  #chunks: Buffer[] = []
  #octets = 0

  /** Lines of more than `octetsMax` octets are an error. */
  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax
  }

  /**
   * The lines that `chunk` completes, in order.
   *
   * @throws CodedError `control-malformed` for a line that is too long, or not UTF-8.
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      this.#keep(chunk.subarray(start, end))
      lines.push(decode(Buffer.concat(this.#chunks)))
      this.#chunks = []
      this.#octets = 0
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  #keep(part: Buffer): void {
    this.#octets += part.length
    if (this.#octets > this.#octetsMax) {
      throw malformed(`a line exceeds ${this.#octetsMax} octets`)
    }
    if (part.length > 0) this.#chunks.push(part)
  }
}

function decode(line: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line)
  } catch {
    throw malformed('a line is not UTF-8')
  }
}

/** Renders one line, line feed included. */
export function formatLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}

/** Renders the line that tells of a failure. */
export function formatFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof CodedError)) {
    return formatLine({ ok: false, code: 'control-failed', message })
  }
  const { code, place } = error
  return formatLine({ ok: false, code, message, ...(place === undefined ? {} : { place }) })
}

/**
 * Reads a request.
 *
 * @throws CodedError `control-malformed` where the line is no JSON object with a `command`.
 */
export function parseRequest(line: string): ControlRequest {
  const { command, ...rest } = parseObject(line)
  if (typeof command !== 'string') {
    throw malformed(`"command" must be a string, not ${JSON.stringify(command) ?? 'absent'}`)
  }
  return { ...rest, command }
}

/**
 * Reads a line from the server.
 *
 * @throws CodedError `control-malformed` where it is none of the three forms.
 */
export function parseReply(line: string): Reply {
  const reply = parseObject(line)
  const { ok, progress, result } = reply
  if (isObject(progress)) return { kind: 'progress', event: progress }
  if (ok === true && isObject(result)) return { kind: 'result', result }
  if (ok === false) return { kind: 'error', error: readFailure(reply) }
  throw malformed(`${quote(line)} is neither progress nor a result nor an error`)
}

/** An error about what came over the socket. */
export function malformed(reason: string): CodedError {
  return new CodedError('control-malformed', `Cannot read control message: ${reason}`)
}

function parseObject(line: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw malformed(`${quote(line)} is not JSON`)
  }
  if (!isObject(value)) throw malformed(`${quote(line)} is not a JSON object`)
  return value
}

/** Another version of the server may know codes that we do not; the message still tells. */
function readFailure(reply: JsonObject): CodedError {
  const { code, message, place } = reply
  const known = typeof code === 'string' && Object.hasOwn(errorTable, code)
  const text = typeof message === 'string' ? message : 'The server gave no reason'
  return new CodedError(
    known ? (code as ErrorCode) : 'control-failed',
    text,
    isPlace(place) ? place : undefined,
  )
}

function isPlace(value: unknown): value is Place {
  if (!isObject(value)) return false
  const { file, line, column } = value
  return typeof file === 'string' && Number.isInteger(line) && Number.isInteger(column)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function quote(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)
}
