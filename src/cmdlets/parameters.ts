import { CodedError } from '../base/index.ts'
import { lowerName, type Name, parseName } from '../wire/index.ts'
import { type Cmdlet, findCmdlet } from './cmdlets.ts'

/** Longest name of a parameter, domain or cmdlet that is quoted. */
const quotedMax = 100

/** A call that was understood. */
export interface CmdletCall {
  readonly cmdlet: Cmdlet
  /** The domain that it is about; undefined where none was named, and none need be. */
  readonly domain: Name | undefined
  /** Switches that are on, in lower case. */
  readonly switches: ReadonlySet<string>
}

/** Parameters that PowerShell adds to every cmdlet, and that change nothing here. */
const common = new Set([
  ...['confirm', 'verbose', 'debug', 'erroraction', 'warningaction', 'informationaction'],
  ...['resultsize', 'progressaction'],
])

/**
 * Understands a call: the cmdlet, and its parameters in whatever case.
 *
 * @throws {CodedError} `cmdlet-unknown`, `cmdlet-parameter`
 */
export function readCall(
  name: string,
  parameters: Readonly<Record<string, unknown>> = {},
): CmdletCall {
  const cmdlet = findCmdlet(name)
  if (!cmdlet) {
    throw new CodedError('cmdlet-unknown', `The term ${quote(name)} is not the name of a cmdlet`)
  }
  let domain: Name | undefined
  const switches = new Set<string>()
  for (const [given, value] of Object.entries(parameters)) {
    const key = given.toLowerCase()
    // Annotations of OData are no parameters.
    if (given.includes('@') || common.has(key) || value === null) continue
    if (key === 'domainname' || (key === 'identity' && cmdlet.takesIdentity)) {
      domain = readDomain(given, value)
    } else if (cmdlet.switches.some((one) => one.toLowerCase() === key)) {
      if (readSwitch(given, value)) switches.add(key)
    } else if (key === 'whatif') {
      if (readSwitch(given, value)) refuse('WhatIf is reserved, and nothing was done')
    } else {
      refuse(`A parameter cannot be found that matches parameter name ${quote(given)}`)
    }
  }
  if (cmdlet.needsDomain && domain === undefined) {
    refuse(`Cannot process ${cmdlet.name}: the mandatory parameter "DomainName" is missing`)
  }
  return { cmdlet, domain, switches }
}

function readDomain(parameter: string, value: unknown): Name {
  if (typeof value !== 'string') return refuse(`Parameter ${quote(parameter)} is not a text`)
  try {
    const name = parseName(value)
    if (name.length > 1) return lowerName(name)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  return refuse(`Parameter ${quote(parameter)} has ${quote(value)}, which is no domain name`)
}

/** A switch as JSON has it, as its text, or as PowerShell serialises it. */
function readSwitch(parameter: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') {
    const word = value.toLowerCase()
    if (word === 'true' || word === '$true') return true
    if (word === 'false' || word === '$false') return false
  }
  if (typeof value === 'object' && value !== null && 'IsPresent' in value) {
    if (typeof value.IsPresent === 'boolean') return value.IsPresent
  }
  return refuse(`Parameter ${quote(parameter)} is a switch: true or false`)
}

function refuse(message: string): never {
  throw new CodedError('cmdlet-parameter', message)
}

function quote(text: string): string {
  return JSON.stringify(text.length > quotedMax ? `${text.slice(0, quotedMax)}…` : text)
}
