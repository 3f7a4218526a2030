import { Rcode } from '../../message/index.ts'
import type { Fault } from '../types.ts'
import { behave, rowsOf, unreachable } from './row.ts'

const row = rowsOf('testbed')
const unsigned = { setting: { signed: false, ds: false } }

/** RFC 2308 §7: a server that cannot be used is as good as none. */
const noServer = ['RFC 2308 §7.2', 'RFC 8914 §4.23']
const refused = ['RFC 2308 §7.1', 'RFC 8914 §4.23']

const refuse = { kind: 'rcode', rcode: Rcode.REFUSED, sections: 'empty' } as const

/** Glue to where no server of anybody's can be, by id. */
const glue: readonly (readonly [id: string, address: string, told: string])[] = [
  ['v4-private-10', '10.0.0.1', 'a private address'],
  ['v4-private-172', '172.16.0.1', 'a private address'],
  ['v4-private-192', '192.168.0.1', 'a private address'],
  ['v4-this-host', '0.0.0.0', 'this host'],
  ['v4-loopback', '127.0.0.1', 'the loopback address'],
  ['v4-link-local', '169.254.0.1', 'a link-local address'],
  ['v4-doc', '198.51.100.0', 'an address of documentation'],
  ['v4-reserved', '240.0.0.1', 'a reserved address'],
  ['v6-mapped', '::ffff:1.2.3.4', 'an IPv4-mapped address'],
  ['v6-mapped-dep', '::1.2.3.4', 'an IPv4-compatible address'],
  ['v4-hex', 'c000:201::', 'an IPv4 address taken for the start of an IPv6 address'],
  ['v6-unspecified', '::', 'the unspecified address'],
  ['v6-localhost', '::1', 'the loopback address'],
  ['v6-link-local', 'fe80::a:b:c:d', 'a link-local address'],
  ['v6-doc', '2001:db8::1', 'an address of documentation'],
  ['v6-unique-local', 'fc05::20:1', 'a unique local address'],
  ['v6-nat64', '64:ff9b::1.2.3.4', 'an address of NAT64'],
  ['v6-multicast', 'ff02::16', 'a multicast address'],
]

/** Zones whose servers refuse, or are not there. */
export const outOfReach: readonly Fault[] = [
  row(
    'allow-query-none',
    'Every query is refused',
    [behave(refuse)],
    unreachable([22], refused, { edeToo: [9, 18, 23] }),
  ),
  row(
    'allow-query-localhost',
    'Every query is refused but those of the server itself',
    // On loopback every client is a neighbour; nobody asks from the address that is spared.
    [behave(refuse, { notFrom: ['127.255.255.254'] })],
    unreachable([22], refused, { edeToo: [9, 18, 23] }),
  ),
  ...glue.map(([id, address, told]) =>
    row(
      id,
      `Glue for the only server is ${told}`,
      [{ kind: 'glue', address }],
      unreachable([22, 23], noServer),
      unsigned,
    ),
  ),
]
