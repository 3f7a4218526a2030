/** Serial number arithmetic (RFC 1982 §3.2): whether `a` comes after `b`. */
export function isNewerSerial(a: number, b: number): boolean {
  const step = (a - b) >>> 0
  return step > 0 && step < 2 ** 31
}
