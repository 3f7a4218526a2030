/**
 * post: mail servers that go wrong on purpose, and the zones that lead to them.
 *
 *     cases (data) → certificates of a seed → SMTP and HTTPS on loopback → zones for a world
 *                  → expectations → verifyMail: a sender that checks each domain
 *
 * In go a seed, a clock and cases; out come mail servers (real ones, which misbehave at STARTTLS
 * where their case says so), a web server for policies of MTA-STS that takes reports about TLS, an
 * authority for all certificates, and the zones of every case, to be served by a world. What DNS
 * does wrong is a fault of the lab, in the zone of the case. Each case says what a sender must make
 * of it: by RFC 7672, by Exchange Online, and in a report of TLS-RPT.
 *
 * All mail servers listen on one port, which owners of TLSA records have in their name (RFC 6698
 * §3): port 25 where it may be bound, as real senders want it; at another, whoever checks is told.
 *
 * Invariants: loopback alone; equal seeds, times and ports give equal octets; what clients send is
 * bounded, as is what is kept of it; nothing that they send throws.
 *
 * RFC 3207, 5321, 6698, 7505, 7671, 7672, 8460, 8461.
 */

export { mailCaseById, mailCases } from './cases/cases.ts'
export type { ReceivedMail } from './mail-host.ts'
export { type OpenPost, openPost, type PlacedCase, type PostOptions } from './post.ts'
export type {
  CertificateSpec,
  ChainSpec,
  DeliveryCase,
  HostSpec,
  MailCase,
  MailExpectation,
  MailRow,
  Scene,
  SiteSpec,
  StartTls,
  StatusCase,
  ZoneFault,
} from './types.ts'
export { mailConcurrency, type VerifyMailOptions, verifyMail } from './verify.ts'
export type { ReceivedReport } from './web.ts'
export { sceneLines } from './words.ts'
export { mailFault } from './zones.ts'
