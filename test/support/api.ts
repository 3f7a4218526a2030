import { setImmediate } from 'node:timers/promises'
import type { Test } from 'tap'
import { makeToken, type Scope } from '../../src/access/index.ts'
import { type ApiOptions, type ApiWorld, defaultApiLimits, openApi } from '../../src/api/index.ts'
import { CodedError, systemTimers, type UnixSeconds } from '../../src/base/index.ts'
import { placeSocket } from '../../src/control/index.ts'
import { randomOctets } from '../../src/crypto/index.ts'
import { openOutlook } from '../../src/migration/index.ts'
import { openProvision, type ProvisionSettings } from '../../src/provision/index.ts'
import { makePace } from '../../src/publish/index.ts'
import { AnswerContext, answer } from '../../src/query/index.ts'
import type { RecordsOptions } from '../../src/records/index.ts'
import type { Json } from '../../src/rr/index.ts'
import type { Stub } from '../../src/stub/index.ts'
import { contradiction } from './api-document.ts'
import { settings } from './provisioning.ts'
import { type Recording, recording } from './recording.ts'
import { rolloversOf } from './rollover.ts'

/** An answer of the API, with its body as it came. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came, whatever it is
  readonly json: any
}

/** What to send other than a plain request with the operator's key. */
export interface Ask {
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** A text goes as it is; anything else as JSON. */
  readonly body?: unknown
}

/** A running API over records of its own. */
export interface RunningApi {
  readonly recording: Recording
  readonly world: ApiWorld
  readonly base: string
  /** The operator's token. */
  readonly key: string
  /** What was logged as an error. */
  readonly errors: string[]
  ask(method: string, path: string, ask?: Ask): Promise<ApiAnswer>
  /** Makes a token. */
  token(
    scope: Partial<Scope>,
    more?: { readonly tenant?: string; readonly expiresAt?: number; readonly revokedAt?: number },
  ): Promise<string>
  close(): Promise<void>
}

/** The same object, but for some of its methods. */
export function replacing<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof T]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const every = ['read', 'write', 'create', 'delete', 'keys', 'admin'] as const

/** Opens the API on loopback over a fresh store. It has zone `a.test.` unless `empty`. */
export async function runApi(
  t: Test,
  options: Partial<RecordsOptions> & {
    readonly empty?: boolean
    readonly api?: Partial<ApiOptions>
    readonly world?: (world: ApiWorld) => Partial<ApiWorld>
    /** Of provisioning; there is no legacy zone unless one is named. */
    readonly settings?: Partial<ProvisionSettings>
    /** Who is asked for proofs and about domains; nobody unless given. */
    readonly stub?: Stub
  } = {},
): Promise<RunningApi> {
  const { api: apiOptions, world: changed, settings: others, stub, ...rest } = options
  const made = await recording(t, rest)
  const errors: string[] = []
  const plain = await worldOf(made, errors, { ...settings, legacyZone: undefined, ...others }, stub)
  const world: ApiWorld = { ...plain, ...changed?.(plain) }
  const opened = await openApi(
    {
      ...{ listen: [{ address: '127.0.0.1', port: 0 }], allowPlain: false, place: placeSocket },
      limits: defaultApiLimits,
      ...apiOptions,
    },
    world,
  )
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await opened.close()
    isOpen = false
  }
  t.teardown(close)
  const [first] = opened.addresses
  const base = first && 'port' in first ? `http://127.0.0.1:${first.port}` : ''
  const token: RunningApi['token'] = async (scope, more = {}) => {
    const { id, text, hash } = makeToken(randomOctets)
    const tenant = more.tenant ?? scope.tenant ?? 'acme'
    await world.store.putToken({
      ...{ id, tenant, name: 'test', hash },
      scope: { tenant, verbs: every, ...scope } as Json,
      createdAt: 0 as UnixSeconds,
      expiresAt: more.expiresAt as UnixSeconds | undefined,
      revokedAt: more.revokedAt as UnixSeconds | undefined,
    })
    return text
  }
  const key = await token({ tenant: '*' }, { tenant: 'default' })
  const ask: RunningApi['ask'] = async (method, path, what) => {
    const answer = await send(base, method, path, what, key)
    const { status, headers, text } = answer
    const mediaType = headers.get('content-type') ?? undefined
    const other = contradiction({ method, path: pathSent(base, path), status, mediaType, text })
    if (other !== undefined) t.fail(`${method} ${path}: the document says otherwise: ${other}`)
    return answer
  }
  return { ...{ recording: made, world, base, key, errors, ask, token, close } }
}

/** A path as `fetch` sends it: without `.` and `..`, which never come to the server. */
function pathSent(base: string, path: string): string {
  const { pathname, search } = new URL(`${base}${path}`)
  return `${pathname}${search}`
}

/** Sends a request by `fetch`, as Node has it. */
async function send(
  base: string,
  method: string,
  path: string,
  { key, headers = {}, body }: Ask = {},
  ownKey = '',
): Promise<ApiAnswer> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(key === null ? {} : { 'X-API-Key': key ?? ownKey }), ...headers },
    ...(body === undefined ? {} : { body: sent as string }),
  })
  const text = await response.text()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.status, headers: response.headers, text, json }
}

async function worldOf(
  { records, store, table, clock, faults }: Recording,
  errors: string[],
  provisionSettings: ProvisionSettings,
  stub: Stub | undefined,
): Promise<ApiWorld> {
  const provision = await openProvision({
    ...{ records, store, stub, clock, random: randomOctets },
    settings: provisionSettings,
    onFault: (error) => faults.push(error),
  })
  const outlook = openOutlook({
    ...{ provision, store, clock, timers: systemTimers },
    settings: { legacyZone: provisionSettings.legacyZone },
    openStub() {
      if (stub) return { resolve: stub.resolve.bind(stub), close: () => Promise.resolve() }
      throw new CodedError('server-absent', 'Cannot look: nobody is there')
    },
  })
  const context = new AnswerContext({
    ...{ zones: table, clock, datagramOctetsMax: undefined },
    ...{ udpOctets: 1232, identity: undefined, version: undefined },
  })
  const out = new Uint8Array(65535)
  return {
    ...{ records, store, clock, provision, outlook, zones: table },
    rollovers: rolloversOf({ records, store, clock }),
    timers: systemTimers,
    random: randomOctets,
    makePace: () =>
      makePace({ sliceMs: 5, now: () => performance.now(), turn: () => setImmediate() }),
    version: '1.2.3',
    node: 'node-1',
    answer: (query) => out.slice(0, answer(query, out, context)),
    health: () => ({ state: 'ok', ready: true, parts: {} }),
    log: {
      info: () => undefined,
      warn: (event, fields) => void errors.push(`${event} ${JSON.stringify(fields)}`),
      error: (event, fields) => void errors.push(`${event} ${JSON.stringify(fields)}`),
    },
    metrics: {
      countAnswer: () => undefined,
      countChangeSet: () => undefined,
      observeCommit: () => undefined,
      countRequest: () => undefined,
      expose: () => Promise.resolve('danelaw_up 1\n'),
    },
  }
}
