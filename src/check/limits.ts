/** Every bound of a check. */
export interface CheckLimits {
  /** MX hosts that are looked at, best first. */
  readonly hosts: number
  /** Addresses of one host that are connected to. */
  readonly addresses: number
  /** Conversations at a time. */
  readonly conversations: number
  /** Conversations in all; addresses beyond it are left out. */
  readonly conversationsTotal: number
  /** Seconds before its expiration when a signature is worth a warning. */
  readonly signatureSeconds: number
  /** The same for certificates. */
  readonly certificateSeconds: number
}

/** What holds unless a caller says otherwise. */
export const defaultCheckLimits: CheckLimits = {
  hosts: 20,
  addresses: 8,
  conversations: 8,
  conversationsTotal: 60,
  signatureSeconds: 2 * 86_400,
  certificateSeconds: 14 * 86_400,
}
