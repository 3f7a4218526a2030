import { chmodSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { CodedError } from '../base/index.ts'
import { pathTooLong } from './client.ts'
import { pathOctetsMax } from './protocol.ts'

/**
 * Has `server` listen at `path`, mode 0600 or as said, and returns what removes the socket again:
 * only while it is still ours, so that a successor's stays.
 *
 * A socket gets its mode from the umask when it is bound, and a `chmod` afterwards leaves a moment
 * in which others may connect. Hence it is bound inside a fresh directory that only we can enter,
 * given its mode there, and then linked to its path.
 *
 * @throws CodedError `control-in-use`, `control-denied` or `control-path-invalid`.
 */
export async function placeSocket(server: Server, path: string, mode = 0o600): Promise<() => void> {
  if (Buffer.byteLength(path) > pathOctetsMax) throw pathTooLong(path)
  let workshop: string | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    await removeStale(path)
    workshop = mkdtempSync(join(dirname(path), '.c'))
    const made = join(workshop, 's')
    if (Buffer.byteLength(made) > pathOctetsMax) throw pathTooLong(made)
    await listen(server, made)
    chmodSync(made, mode)
    linkSync(made, path)
    const inode = lstatSync(path).ino
    return () => {
      if (inodeOf(path) === inode) unlinkSync(path)
    }
  } catch (error) {
    server.close()
    throw error instanceof CodedError ? error : cannotPlace(path, error)
  } finally {
    if (workshop !== undefined) rmSync(workshop, { recursive: true, force: true })
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** Removes the socket of a server that has died. Of two that start at once, one fails to link. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new CodedError(
      'control-path-invalid',
      `Cannot make socket "${path}": something that is not a socket is there`,
    )
  }
  if (await answers(path)) throw inUse(path)
  // Somebody may have been quicker: what is removed is what did not answer.
  if (inodeOf(path) === found.ino) unlinkSync(path)
}

/** Whether somebody listens there. Rejects where that cannot be told. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino
}

function inUse(path: string): CodedError {
  return new CodedError(
    'control-in-use',
    `Cannot make socket "${path}": another server answers there`,
  )
}

function cannotPlace(path: string, error: unknown): CodedError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EEXIST') return inUse(path)
  const reason = error instanceof Error ? error.message : String(error)
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  return new CodedError(
    denied ? 'control-denied' : 'control-path-invalid',
    `Cannot make socket "${path}": ${reason}`,
  )
}
