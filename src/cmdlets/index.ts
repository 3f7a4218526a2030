/**
 * cmdlets: what Exchange Online calls the use cases, for whoever has scripts that do so.
 *
 *     CmdletName, Parameters → cmdlet of the table → use case or look → rows, columns in order
 *
 * In go a name and parameters as PowerShell and JSON have them, in any case; out come rows as the
 * real cmdlets return them, as JSON or as the console lists them. A use case that is refused is a
 * row with `ErrorData`, as there; a call that cannot be understood is a `CodedError`.
 *
 * Invariants: nothing is decided here about domains; a cmdlet says beforehand what it does, so
 * that whoever lets it in knows the verb; what is not understood changes nothing.
 */

export { type Cmdlet, type CmdletWorld, cmdletNames } from './cmdlets.ts'
export { formatRow } from './format.ts'
export { type CmdletCall, readCall } from './parameters.ts'
