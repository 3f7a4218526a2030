import { setMaxListeners } from 'node:events'

/**
 * Calls `give` once the signal is aborted; at once, where it is already. One signal may stand
 * behind any number of waits at a time: Node's warning of a leak at the eleventh is turned off.
 *
 * @returns what ends that; it is owed when the wait is over
 */
export function onAbort(signal: AbortSignal | undefined, give: () => void): () => void {
  if (!signal) return () => undefined
  setMaxListeners(0, signal)
  signal.addEventListener('abort', give)
  if (signal.aborted) give()
  return () => signal.removeEventListener('abort', give)
}
