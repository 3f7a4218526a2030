import type { TlsOptions } from 'node:tls'
import type { ProbeRequest, ProbeWorld } from '../../src/smtp/index.ts'
import { authority, chainPem, type Issued, issue } from './certificates.ts'
import { manualTimers } from './manual-timers.ts'
import type { ScriptedPeer } from './scripted-server.ts'

/** The name of the mail server that tests speak to. */
export const mailHost = 'mx.example'

/** Its authority and its certificate. */
export const mailAuthority: Issued = await authority()
export const mailCertificate: Issued = await issue({ names: [mailHost], issuer: mailAuthority })

/** What it serves TLS with. */
export const mailTls: TlsOptions = {
  key: mailCertificate.keyPem,
  cert: chainPem(mailCertificate, mailAuthority),
}

/** Banner, EHLO with STARTTLS, and 220 to STARTTLS: all of it up to the handshake. */
export async function upToHandshake(peer: ScriptedPeer): Promise<void> {
  peer.send(`220 ${mailHost} ESMTP\r\n`)
  await peer.line()
  peer.send(`250-${mailHost}\r\n250-PIPELINING\r\n250-size 1000\r\n250 STARTTLS\r\n`)
  await peer.line()
  peer.send('220 Ready to start TLS\r\n')
}

/** What comes after the handshake. */
export async function afterHandshake(peer: ScriptedPeer): Promise<void> {
  await peer.line()
  peer.send(`250-${mailHost}\r\n250 PIPELINING\r\n`)
  await peer.line()
  peer.send('221 Bye\r\n')
  peer.end()
}

/** A mail server that does everything right. */
export async function goodServer(peer: ScriptedPeer): Promise<void> {
  await upToHandshake(peer)
  peer.secure(mailTls)
  await afterHandshake(peer)
}

/** What to ask of the server at a port of loopback. */
export function mailRequest(port: number, changes: Partial<ProbeRequest> = {}): ProbeRequest {
  return {
    address: '127.0.0.1',
    port,
    serverName: mailHost,
    ehloName: 'probe.example',
    ca: mailAuthority.pem,
    ...changes,
  }
}

/** A world in which no time passes unless a test moves it on. */
export function stillWorld(): ProbeWorld & { readonly timers: ReturnType<typeof manualTimers> } {
  return { timers: manualTimers(), monotonicMs: () => 0 }
}
