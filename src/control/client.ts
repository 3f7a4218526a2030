import { connect } from 'node:net'
import { CodedError } from '../base/index.ts'
import {
  type ControlRequest,
  formatLine,
  type JsonObject,
  LineReader,
  parseReply,
  pathOctetsMax,
} from './protocol.ts'

/** Longest line that is taken from a server, in octets. */
const replyOctetsMax = 16 * 1024 * 1024

/**
 * Asks the server at the socket `path` to carry out a command, and resolves to its result.
 * `onProgress` is told each event on the way. It waits as long as the command takes.
 *
 * @throws CodedError what the command failed with, or `control-absent` (no server there),
 *   `control-denied`, `control-interrupted`, `control-malformed`, `control-path-invalid`.
 */
export function callControl(
  path: string,
  request: ControlRequest,
  onProgress: (event: JsonObject) => void = () => undefined,
): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    if (Buffer.byteLength(path) > pathOctetsMax) {
      reject(pathTooLong(path))
      return
    }
    const lines = new LineReader(replyOctetsMax)
    const socket = connect({ path })
    const fail = (error: unknown) => {
      socket.destroy()
      reject(error)
    }
    let asked = false
    socket.on('connect', () => {
      asked = true
      socket.write(formatLine(request))
    })
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          const reply = parseReply(line)
          if (reply.kind === 'progress') {
            onProgress(reply.event)
          } else if (reply.kind === 'error') {
            fail(reply.error)
          } else {
            socket.destroy()
            resolve(reply.result)
          }
        }
      } catch (error) {
        fail(error)
      }
    })
    socket.on('error', (error) => {
      fail(asked ? interrupted(path) : unreachable(path, error))
    })
    // Too late to matter where a result or an error has come.
    socket.on('close', () => reject(interrupted(path)))
  })
}

/** The error for a path that no Unix domain socket can have. */
export function pathTooLong(path: string): CodedError {
  return new CodedError(
    'control-path-invalid',
    `Cannot use control socket "${path}": ` +
      `${Buffer.byteLength(path)} octets exceed ${pathOctetsMax}`,
  )
}

function interrupted(path: string): CodedError {
  return new CodedError(
    'control-interrupted',
    `Cannot tell how the command ended: the server at "${path}" went away before it answered`,
  )
}

function unreachable(path: string, error: NodeJS.ErrnoException): CodedError {
  const cannot = `Cannot reach a server at "${path}"`
  switch (error.code) {
    case 'ENOENT':
      return new CodedError(
        'control-absent',
        `${cannot}: there is no such socket; start a server with \`danelaw serve\``,
      )
    case 'ECONNREFUSED':
      return new CodedError(
        'control-absent',
        `${cannot}: nobody listens there, the server has died; start one with \`danelaw serve\``,
      )
    case 'EACCES':
    case 'EPERM':
      return new CodedError(
        'control-denied',
        `${cannot}: permission denied; ask as the user that runs the server`,
      )
    default:
      return new CodedError('control-absent', `${cannot}: ${error.message}`)
  }
}
