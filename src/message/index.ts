/**
 * message: what travels between DNS programs — header, question, sections, EDNS.
 *
 * The numbers (opcodes, rcodes, flags, EDNS options, EDE codes) live in `numbers.ts`, each with the
 * RFC that gives it. `readMessage` and `writeMessage` are the general codec of the control plane,
 * the companion and the tests: they allocate freely and throw `wire-malformed`. The data plane
 * has its own way in (`query`) and its own way out (`response`), and shares only the numbers.
 */

export {
  type Edns,
  type EdnsOptionValue,
  type Message,
  type Question,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from './message.ts'
export {
  Class,
  Ede,
  EdnsOption,
  ednsFlagCompact,
  ednsFlagDo,
  Flag,
  formatRcode,
  headerLength,
  Opcode,
  Rcode,
} from './numbers.ts'
