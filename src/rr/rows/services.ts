import { ipv4 } from '../fields/addresses.ts'
import { addressPrefixes } from '../fields/apl.ts'
import { relay } from '../fields/gateway.ts'
import { location } from '../fields/loc.ts'
import { loweredName, plainName } from '../fields/names.ts'
import { u8, u16 } from '../fields/numbers.ts'
import { eui48, eui64, locator64 } from '../fields/octets.ts'
import { characterString, targetToEnd } from '../fields/strings.ts'
import { serviceParameters } from '../fields/svcb.ts'
import { row, type TypeRow } from '../row.ts'

const serviceBinding = { priority: u16, target: plainName, parameters: serviceParameters }

/** Where services, hosts and networks are found. */
export const serviceRows: readonly TypeRow[] = [
  row('LOC', 'RFC 1876 §2', 'location', { location }),
  row('SRV', 'RFC 2782', 'service location', {
    priority: u16,
    weight: u16,
    port: u16,
    target: loweredName,
  }),
  row('NAPTR', 'RFC 3403 §4.1', 'naming authority pointer', {
    order: u16,
    preference: u16,
    flags: characterString,
    services: characterString,
    regexp: characterString,
    replacement: loweredName,
  }),
  row('KX', 'RFC 2230 §3.1', 'key exchanger', { preference: u16, exchanger: loweredName }),
  row('APL', 'RFC 3123 §4', 'address prefixes', { prefixes: addressPrefixes }),
  row('TALINK', 'draft-wijngaards-dnsop-trust-history-02', 'trust anchor link', {
    previous: plainName,
    next: plainName,
  }),
  row('SVCB', 'RFC 9460 §2', 'service binding', serviceBinding),
  row('HTTPS', 'RFC 9460 §9', 'service binding of HTTPS', serviceBinding),
  row('NID', 'RFC 6742 §2.1', 'ILNP node identifier', { preference: u16, nodeId: locator64 }),
  row('L32', 'RFC 6742 §2.2', 'ILNP locator, 32 bits', { preference: u16, locator: ipv4 }),
  row('L64', 'RFC 6742 §2.3', 'ILNP locator, 64 bits', { preference: u16, locator: locator64 }),
  row('LP', 'RFC 6742 §2.4', 'ILNP locator pointer', { preference: u16, target: plainName }),
  row('EUI48', 'RFC 7043 §3', '48-bit hardware address', { address: eui48 }),
  row('EUI64', 'RFC 7043 §4', '64-bit hardware address', { address: eui64 }),
  row('URI', 'RFC 7553 §4', 'uniform resource identifier', {
    priority: u16,
    weight: u16,
    target: targetToEnd,
  }),
  // For private use (RFC 6895 §3.1): in zones only, never in answers; see decision 16.
  row('LIKE', 'danelaw', 'host whose answers are those of a template', { template: plainName }),
  row('AMTRELAY', 'RFC 8777 §4', 'multicast relay', { precedence: u8, relay }),
]
