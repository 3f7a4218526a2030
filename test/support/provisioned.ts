import type { Test } from 'tap'
import { type Installation, install, type RunningDanelaw, startDanelaw } from './danelaw.ts'

/** What the API answered. */
export interface Told {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came, whatever it is
  readonly json: any
}

/** A running danelaw with an API and a token that may everything. */
export interface Provisioned {
  readonly installation: Installation
  readonly danelaw: RunningDanelaw
  readonly token: string
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>
}

/** What an installation with an API adds to its configuration. Nobody answers at the resolver. */
export const apiSettings = [
  'api: { listen: [127.0.0.1:0] }',
  'resolver: { servers: [127.0.0.1:9] }',
].join('\n')

/** The PowerDNS subset, and a zone in it. */
export const powerdns = '/api/v1/servers/localhost/zones'

/** Installs and starts danelaw as an operator does, and makes a token by its command. */
export async function provision(
  t: Test,
  installation = install(t, [], apiSettings),
  wrapper: readonly string[] = [],
): Promise<Provisioned> {
  const danelaw = await startDanelaw(t, installation, wrapper)
  const verbs = ['read', 'write', 'create', 'delete', 'keys', 'admin']
  const allow = verbs.flatMap((verb) => ['--allow', verb])
  const made = await installation.run('token', 'create', 'everything', '--tenant', '*', ...allow)
  const token = made.stdout.trim()
  return { installation, danelaw, token, ask: asking(danelaw, token) }
}

/** Asks the API of a danelaw that runs, with a token made before. */
export function asking({ api }: Pick<RunningDanelaw, 'api'>, token: string): Provisioned['ask'] {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: {
        'x-api-key': token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const json: unknown = isJson ? JSON.parse(text) : text
    return { status: response.status, headers: response.headers, json }
  }
}

/** A body of PowerDNS' PATCH that replaces one RRset. */
export function replace(name: string, type: string, ...contents: readonly string[]): object {
  const records = contents.map((content) => ({ content, disabled: false }))
  return { rrsets: [{ name, type, ttl: 300, changetype: 'REPLACE', records }] }
}
