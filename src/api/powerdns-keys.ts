import { Type } from 'typebox'
import type { UnixSeconds } from '../base/index.ts'
import { algorithmByNumber, dsRdata, parseAlgorithm } from '../crypto/index.ts'
import {
  type KeyRole,
  keyRole,
  keyState,
  makeZoneKey,
  parsePrivateFile,
  roleFlags,
} from '../keystore/index.ts'
import type { KeyEdit, LiveKey } from '../records/index.ts'
import { formatRdata, RR } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { demand } from './caller.ts'
import { at, Failure } from './failure.ts'
import { readZoneId } from './names.ts'
import { KeyAnswer } from './powerdns-answers.ts'
import { KeyParams, KeyPostSchema, KeyPutSchema, ZoneParams } from './powerdns-schemas.ts'
import { sendJson } from './problem.ts'
import { submit } from './submit.ts'
import type { ApiWorld } from './types.ts'
import { locate, locateStored } from './zones.ts'

const tags = ['PowerDNS']
/** Digest types of DS records, as they are handed to a parent: SHA-256 and SHA-384. */
const dsDigests = [2, 4]
const path = '/servers/:server/zones/:zone/cryptokeys'

/**
 * The keys of a zone, as PowerDNS has them. Private parts go in and never come out: who needs one
 * has `danelaw key export`, on the machine that has the key.
 */
export function powerdnsKeys(app: Api, world: ApiWorld): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List keys',
        ...gives(200, Type.Array(KeyAnswer)),
        params: ZoneParams,
      },
    },
    async (request, reply) => {
      const { apex } = await locate(request, readZoneId(request.params.zone), 'read', world)
      const keys = await world.records.keys(apex)
      return sendJson(
        reply,
        keys.map((key) => keyShape(key, keys, apex, world.clock.now())),
      )
    },
  )
  app.get(
    `${path}/:key`,
    { schema: { tags, summary: 'Get a key', ...gives(200, KeyAnswer), params: KeyParams } },
    async (request, reply) => {
      const { apex } = await locate(request, readZoneId(request.params.zone), 'read', world)
      const keys = await world.records.keys(apex)
      const key = keys.find(({ id }) => String(id) === request.params.key)
      if (!key) throw keyAbsent(request.params.key)
      return sendJson(reply, keyShape(key, keys, apex, world.clock.now()))
    },
  )
  powerdnsKeyChanges(app, world)
}

function keyAbsent(id: string): Failure {
  return new Failure(404, 'key-absent', `Could not find key ${JSON.stringify(id.slice(0, 20))}`)
}

function keyShape(live: LiveKey, all: readonly LiveKey[], apex: Name, now: UnixSeconds): object {
  const { id, key } = live
  const state = keyState(key.timing, now)
  const algorithm = algorithmByNumber(key.private.algorithm)?.mnemonic ?? 'UNKNOWN'
  const keys = all.map((other) => other.key)
  const ds = dsDigests.map((type) => formatRdata(RR.DS, dsRdata(apex, key.dnskey, type)))
  const isEntry = key.flags === 257
  return {
    active: state === 'active',
    algorithm,
    bits: key.private.algorithm === 14 ? 384 : 256,
    ...(isEntry ? { cds: ds } : {}),
    dnskey: formatRdata(RR.DNSKEY, key.dnskey),
    ...(isEntry ? { ds } : {}),
    flags: key.flags,
    id,
    keytype: keyRole(key, keys, now),
    published: state === 'published' || state === 'active' || state === 'retired',
    type: 'Cryptokey',
  }
}

function readRole(text: string): KeyRole {
  const role = text.toLowerCase()
  if (role === 'csk' || role === 'ksk' || role === 'zsk') return role
  const message = `Cannot read keytype ${JSON.stringify(text)}: expected csk, ksk or zsk`
  throw new Failure(422, 'request-invalid', message)
}

function powerdnsKeyChanges(app: Api, world: ApiWorld): void {
  app.post(
    path,
    {
      schema: {
        tags,
        summary: 'Make or import a key',
        ...gives(201, KeyAnswer),
        params: ZoneParams,
        body: KeyPostSchema,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'keys', world)
      await demand(request, { verb: 'keys', tenant: zone.tenant, apex }, world)
      const { body } = request
      const role = readRole(body.keytype ?? 'csk')
      const active = body.active ?? false
      const published = body.published ?? true
      const text = body.privatekey ?? body.content
      const now = world.clock.now()
      const edit: KeyEdit = text
        ? { kind: 'add', key: at('/privatekey', () => imported(apex, text, role, active, now)) }
        : {
            ...{ kind: 'generate', role, active, published },
            algorithm: at('/algorithm', () => algorithmOf(body.algorithm)),
          }
      const before = new Set((await world.records.keys(apex)).map(({ id }) => id))
      await submit(request, { apex, wish: { kind: 'keys', edit } }, world)
      const keys = await world.records.keys(apex)
      const made = keys.find(({ id }) => !before.has(id))
      if (!made) throw keyAbsent('new')
      return sendJson(reply.code(201), keyShape(made, keys, apex, world.clock.now()))
    },
  )
  app.put(
    `${path}/:key`,
    {
      schema: { tags, summary: 'Set a key', ...gives(204), params: KeyParams, body: KeyPutSchema },
    },
    async (request, reply) => {
      const { active, published } = request.body
      const edit = { kind: 'set', active, published: published ?? true } as const
      await change(request, request.params, (id) => ({ ...edit, id }))
      return reply.code(204).send()
    },
  )
  app.delete(
    `${path}/:key`,
    { schema: { tags, summary: 'Remove a key', ...gives(204), params: KeyParams } },
    async (request, reply) => {
      await change(request, request.params, (id) => ({ kind: 'remove', id }))
      return reply.code(204).send()
    },
  )

  async function change(
    request: Parameters<typeof locateStored>[0],
    params: { readonly zone: string; readonly key: string },
    editOf: (id: number) => KeyEdit,
  ): Promise<void> {
    const apex = readZoneId(params.zone)
    const { zone } = await locateStored(request, apex, 'keys', world)
    await demand(request, { verb: 'keys', tenant: zone.tenant, apex }, world)
    if (!/^[0-9]{1,9}$/.test(params.key)) throw keyAbsent(params.key)
    const edit = editOf(Number(params.key))
    await submit(request, { apex, wish: { kind: 'keys', edit } }, world)
  }
}

function algorithmOf(given: string | number | null | undefined): number | undefined {
  if (given === undefined || given === null) return undefined
  return parseAlgorithm(String(given)).number
}

/** A key from its text in the private key format that BIND, and PowerDNS after it, writes. */
function imported(apex: Name, text: string, role: KeyRole, isActive: boolean, now: UnixSeconds) {
  const { privateKey } = parsePrivateFile(text, 'privatekey')
  const timing = { created: now, publish: now, ...(isActive ? { activate: now } : {}) }
  return makeZoneKey(apex, privateKey, roleFlags(role), timing)
}
