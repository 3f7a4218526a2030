/**
 * Calls `give` once the signal is aborted; at once, where it is already.
 *
 * @returns what ends that; it is owed when the wait is over
 */
export function onAbort(signal: AbortSignal | undefined, give: () => void): () => void {
  if (!signal) return () => undefined
  signal.addEventListener('abort', give)
  if (signal.aborted) give()
  return () => signal.removeEventListener('abort', give)
}
