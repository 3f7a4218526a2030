/**
 * control: how another process on this machine tells a running server something (`danelaw
 * reload`). A Unix domain socket, one JSON object per line each way:
 *
 * ```
 *   → {"command":"reload","zones":["example."]}
 *   ← {"progress":{"zone":"example.","step":"check"}}         any number of times
 *   ← {"ok":true,"result":{"reloaded":1}}                     once, then the server ends
 *   ← {"ok":false,"code":"…","message":"…","place":{…}}       or this
 * ```
 *
 * What enters: requests, and a map from command names to handlers, given by the composition root;
 * this room knows no command. What leaves: what the handler returned, or the coded error it threw,
 * as it was, at the caller of `callControl`.
 *
 * Invariants:
 * - The socket is for the user that runs the server (and root): mode 0600 from the first moment it
 *   can be reached, however the umask stands. It is made in a directory of mode 0700 and appears
 *   at its path by a hard link, which also never replaces what is there already.
 * - A socket file left by a server that has died is removed only after nobody answered on it, and
 *   anything that is not a socket is never removed.
 * - Commands that change something run one at a time, in the order of arrival; those that only
 *   read run at once, so that a long backup keeps nobody from a look at the status. Requests and
 *   clients are bounded, and so is the queue, which has a client for each place; progress is
 *   dropped, not kept, for a client that does not read. A client may end its half after the
 *   request (`socat` does).
 * - The path is the only piece of disk this room touches. How a socket is put there safely
 *   (`placeSocket`) serves other sockets of danelaw too.
 */
export { callControl } from './client.ts'
export type { CommandHandler, ControlRequest, JsonObject } from './protocol.ts'
export {
  type Control,
  type ControlLimits,
  type ControlOptions,
  defaultControlLimits,
  openControl,
} from './server.ts'
export { placeSocket } from './socket-file.ts'
