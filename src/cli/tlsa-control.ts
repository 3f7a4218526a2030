import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import type { CommandHandler, ControlRequest, JsonObject } from '../control/index.ts'
import {
  type PemText,
  type Rollovers,
  safetyOf,
  safetyView,
  type TrackWish,
  tlsaView,
} from '../rollover/index.ts'
import type { Ttl } from '../rr/index.ts'
import { formatName, type Name, parentName, parseName } from '../wire/index.ts'
import type { Io } from './io.ts'
import { provisioningOf } from './needs-store.ts'
import type { RunningServer } from './running-server.ts'
import { operator } from './tokens.ts'

/** Owners told in one answer of `danelaw tlsa list`. */
const listedMax = 1000

/**
 * What `danelaw tlsa` may ask for. Owners see to their order themselves, by the versions of their
 * documents, and mail servers may take their time.
 */
export const tlsaCommandNames = [
  ...['tlsa-import', 'tlsa-status', 'tlsa-safe', 'tlsa-deployed'],
  ...['tlsa-retire', 'tlsa-watch', 'tlsa-forget', 'tlsa-list'],
]

/** What `danelaw tlsa` asks of a running server. */
export function tlsaCommands(
  server: RunningServer,
  { clock }: Io,
): readonly (readonly [string, CommandHandler])[] {
  const rollovers = () => provisioningOf(server).rollovers
  const on =
    (work: (rollovers: Rollovers, owner: Name, request: ControlRequest) => Promise<object>) =>
    async (request: ControlRequest) =>
      work(rollovers(), ownerOf(request), request)
  return [
    ['tlsa-import', on(importFor)],
    ['tlsa-status', on(async (all, owner) => tlsaView(await all.status(owner)))],
    [
      'tlsa-safe',
      on(async (all, owner, { key }) => {
        const safety = safetyOf(await all.status(owner), textOf(key), clock.now())
        return safetyView(formatName(owner), safety, clock.now())
      }),
    ],
    [
      'tlsa-deployed',
      on(async (all, owner, { key }) =>
        tlsaView(await all.declareDeployed(owner, textOf(key) ?? '', operator)),
      ),
    ],
    [
      'tlsa-retire',
      on(async (all, owner, { key, now, force }) =>
        tlsaView(
          await all.retire(
            owner,
            textOf(key) ?? '',
            { now: now === true, force: force === true },
            operator,
          ),
        ),
      ),
    ],
    ['tlsa-watch', on(async (all, owner) => tlsaView(await all.watch(owner, operator)))],
    [
      'tlsa-forget',
      on(async (all, owner) => {
        await all.remove(owner, operator)
        return { owner: formatName(owner) }
      }),
    ],
    [
      'tlsa-list',
      async () => {
        const { items, next } = await rollovers().list({ limit: listedMax })
        return { owners: items.map(tlsaView), isWhole: next === undefined }
      },
    ],
  ]
}

async function importFor(all: Rollovers, owner: Name, request: ControlRequest): Promise<object> {
  const { pems, deployed, force } = request
  const wish = wishOf(request, owner)
  await all.track(owner, wish, operator)
  const how = { deployed: deployed === true, force: force === true }
  return tlsaView(await all.importKeys(owner, pemsOf(pems), how, operator))
}

function ownerOf({ owner }: JsonObject): Name {
  return parseName(textOf(owner) ?? '')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function pemsOf(value: unknown): readonly PemText[] {
  const pems = Array.isArray(value) ? value : []
  return pems.map((pem: JsonObject) => ({
    ...{ text: textOf(pem['text']) ?? '', source: textOf(pem['source']) ?? 'control' },
  }))
}

/** What was said of the owner itself; what was not stays. */
function wishOf({ ttl, issuer, lag, warn, servers }: JsonObject, owner: Name): TrackWish {
  return {
    ...(typeof ttl === 'number' && { ttl: ttl as Ttl }),
    ...(typeof issuer === 'boolean' && { issuer }),
    ...(typeof lag === 'number' && { lagSeconds: lag }),
    ...(typeof warn === 'number' && { warnSeconds: warn }),
    ...(Array.isArray(servers) && {
      servers: servers.map((text) => serverOf(String(text), owner)),
    }),
  }
}

/** Reads `HOST=ADDRESS`, or an address alone for the host that the owner is about. */
function serverOf(text: string, owner: Name) {
  const [address = '', host] = text.split('=').reverse()
  if (isIP(address) === 0) {
    const expected = 'expected ADDRESS or HOST=ADDRESS'
    throw new CodedError(
      'request-invalid',
      `Cannot read server ${JSON.stringify(text)}: ${expected}`,
    )
  }
  const name = host === undefined ? parentName(parentName(owner)) : parseName(host)
  return { host: name, addresses: [address] }
}
