import { CodedError } from '../base/index.ts'
import type { CommandHandler, ControlRequest } from '../control/index.ts'
import { domainCommands, domainControl } from './domain-control.ts'
import type { Io } from './io.ts'
import { provisioningOf } from './needs-store.ts'
import type { RunningServer } from './running-server.ts'
import { sealAnew } from './seal-rotation.ts'
import { tellDs, tellKeyList, tellKeys } from './sealed-keys.ts'
import { statusOf } from './status-report.ts'
import { tlsaCommandNames, tlsaCommands } from './tlsa-control.ts'
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
    ['token-revoke', (request) => revoke(server, request, io)],
    ['backup', (request) => backup(server, request, io)],
    ['key-ds', async (request) => tellDs(server, request, io)],
    ['key-export', (request) => tellKeys(server, request, io)],
    ['key-list', async (request) => tellKeyList(server, request, io)],
    ['seal-rotate', () => rotateSeals(server, io)],
    ['zone-import', (request) => importZone(server, request, io)],
    ['zone-export', (request) => exportZone(server, request, io)],
    ...tlsaCommands(server, io),
    ...domainControl(server),
  ])
}

/**
 * The commands that wait for nobody (see `openControl`): they change nothing in the server, or are
 * about domains and TLSA owners, which see to their order themselves and may ask the network.
 */
export const readers: ReadonlySet<string> = new Set([
  ...['status', 'token-list', 'key-ds', 'key-list', 'backup', 'zone-export'],
  ...['lab-inject', 'lab-heal', 'lab-status'],
  ...tlsaCommandNames,
  ...domainCommands,
])

async function revoke(server: RunningServer, request: ControlRequest, io: Io): Promise<object> {
  const provisioning = provisioningOf(server)
  const token = await revokeToken(provisioning.store, request, io)
  provisioning.forgetToken(token.id)
  return token
}

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
    throw new CodedError('seal-key-invalid', 'Cannot seal anew: no sealing key is given')
  }
  const { sealed, kept } = await sealAnew(store, [first, ...others])
  const detail = `${sealed} keys under ${first.id}`
  await store.putAudit({
    ...{ at: clock.now(), actor: operator, action: 'seal.rotate', apex: undefined, detail },
  })
  return { sealed, kept, sealingKey: first.id }
}
