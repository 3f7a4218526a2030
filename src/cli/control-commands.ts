import { CodedError } from '../base/index.ts'
import type { CommandHandler, ControlRequest } from '../control/index.ts'
import { seal, sealingKeyId, unseal } from '../crypto/index.ts'
import type { Io } from './io.ts'
import { provisioningOf } from './needs-store.ts'
import type { RunningServer } from './running-server.ts'
import { tellDs, tellKeyList, tellKeys } from './sealed-keys.ts'
import { statusOf } from './status-report.ts'
import { tlsaCommands } from './tlsa-control.ts'
import { createToken, listTokens, operator, revokeToken } from './tokens.ts'
import { exportZone, importZone } from './zone-moves.ts'

/**
 * What a running server does when it is asked on its control socket. Whoever may open the socket
 * may do all of it: its mode, 0600, is the only guard.
 */
export function controlCommands(
  server: RunningServer,
  io: Io,
): ReadonlyMap<string, CommandHandler> {
  const store = () => provisioningOf(server).store
  return new Map<string, CommandHandler>([
    ['reload', (request) => server.reload(zonesOf(request))],
    ['status', async () => statusOf(server)],
    ['token-create', (request) => createToken(store(), request, io)],
    ['token-list', () => listTokens(store())],
    ['token-revoke', (request) => revokeToken(store(), request, io)],
    ['backup', (request) => backup(server, request, io)],
    ['key-ds', async (request) => tellDs(server, request, io)],
    ['key-export', (request) => tellKeys(server, request, io)],
    ['key-list', async (request) => tellKeyList(server, request, io)],
    ['seal-rotate', () => rotateSeals(server, io)],
    ['zone-import', (request) => importZone(server, request, io)],
    ['zone-export', (request) => exportZone(server, request, io)],
    ...tlsaCommands(server, io),
  ])
}

/** The commands that change nothing in the server: see `openControl`. */
export const readers: ReadonlySet<string> = new Set([
  ...['status', 'token-list', 'key-ds', 'key-list', 'backup', 'zone-export'],
  ...['tlsa-status', 'tlsa-safe', 'tlsa-list'],
])

function zonesOf({ zones }: ControlRequest): readonly string[] | undefined {
  return Array.isArray(zones) ? zones.map(String) : undefined
}

async function backup(server: RunningServer, { file }: ControlRequest, io: Io): Promise<object> {
  if (typeof file !== 'string') {
    throw new CodedError('control-malformed', 'Cannot read request: file must be a string')
  }
  const { store } = provisioningOf(server)
  const { sequence } = store.health()
  const from = io.monotonicMs()
  await store.backup(file)
  server.log.info('backup made', { file, sequence })
  return { file, sequence, milliseconds: Math.round(io.monotonicMs() - from) }
}

/** Seals under the first sealing key whatever is sealed under another one. */
async function rotateSeals(server: RunningServer, { clock }: Io): Promise<object> {
  const { store, sealing } = provisioningOf(server)
  const [first, ...others] = sealing
  if (!first) {
    throw new CodedError('seal-key-invalid', 'Cannot seal anew: store.sealingKeys names no file')
  }
  let sealed = 0
  let kept = 0
  for await (const key of store.sealedKeys()) {
    if (!key.sealed) continue
    if (sealingKeyId(key.sealed) === first.id) {
      kept++
      continue
    }
    const owner = { zone: key.apex, id: key.id }
    const secret = unseal([first, ...others], key.sealed, owner)
    await store.putKey({ ...key, sealed: seal(first, secret, owner) })
    secret.fill(0)
    sealed++
  }
  const detail = `${sealed} keys under ${first.id}`
  await store.putAudit({
    ...{ at: clock.now(), actor: operator, action: 'seal.rotate', apex: undefined, detail },
  })
  return { sealed, kept, sealingKey: first.id }
}
