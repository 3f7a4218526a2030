import { EdnsOption, type Message } from '../message/index.ts'

/** Octets of the client's part of a cookie (RFC 7873 §4). */
export const clientCookieOctets = 8
const serverCookieOctetsMin = 8
const serverCookieOctetsMax = 32

function cookieOf(message: Message): Uint8Array | undefined {
  return message.edns?.options.find(({ code }) => code === EdnsOption.COOKIE)?.data
}

/**
 * Whether a response carries a cookie that answers another query than one with `client`, or one
 * whose length is not 8 or 16 to 40 (RFC 7873 §4): it must be discarded (RFC 7873 §5.3).
 */
export function hasForeignCookie(message: Message, client: Uint8Array): boolean {
  const cookie = cookieOf(message)
  if (cookie === undefined) return false
  const rest = cookie.length - clientCookieOctets
  const isLegal = rest === 0 || (rest >= serverCookieOctetsMin && rest <= serverCookieOctetsMax)
  return !isLegal || Buffer.compare(cookie.subarray(0, clientCookieOctets), client) !== 0
}

/** The server's part of the cookie of a response, a copy; undefined where there is none. */
export function serverCookieOf(message: Message): Uint8Array | undefined {
  const cookie = cookieOf(message)
  return cookie && cookie.length > clientCookieOctets ? cookie.slice(clientCookieOctets) : undefined
}
