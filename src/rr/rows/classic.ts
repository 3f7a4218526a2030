import { ipv4, ipv6 } from '../fields/addresses.ts'
import { classicName, loweredName, plainName } from '../fields/names.ts'
import { u16, u32 } from '../fields/numbers.ts'
import { nsapAddress } from '../fields/octets.ts'
import { characterString, characterStrings, oneOrTwoStrings } from '../fields/strings.ts'
import { duration } from '../fields/times.ts'
import { row, type TypeRow } from '../row.ts'

const target = { target: classicName }
const mailbox = { mailbox: classicName }
const strings = { strings: characterStrings }

/** The types of RFC 1035, those that followed it, and the texts. */
export const classicRows: readonly TypeRow[] = [
  row('A', 'RFC 1035 §3.4.1', 'IPv4 address', { address: ipv4 }),
  row('NS', 'RFC 1035 §3.3.11', 'name server', target),
  row('MD', 'RFC 1035 §3.3.4', 'mail destination (obsolete)', target),
  row('MF', 'RFC 1035 §3.3.5', 'mail forwarder (obsolete)', target),
  row('CNAME', 'RFC 1035 §3.3.1', 'alias', target),
  row('SOA', 'RFC 1035 §3.3.13', 'start of authority', {
    mname: classicName,
    rname: classicName,
    serial: u32,
    refresh: duration,
    retry: duration,
    expire: duration,
    minimum: duration,
  }),
  row('MB', 'RFC 1035 §3.3.3', 'mailbox host (experimental)', target),
  row('MG', 'RFC 1035 §3.3.6', 'mail group member (experimental)', mailbox),
  row('MR', 'RFC 1035 §3.3.8', 'mailbox rename (experimental)', mailbox),
  row('PTR', 'RFC 1035 §3.3.12', 'pointer', target),
  row('HINFO', 'RFC 1035 §3.3.2, RFC 8482 §4.2', 'host information', {
    cpu: characterString,
    os: characterString,
  }),
  row('MINFO', 'RFC 1035 §3.3.7', 'mailbox information (experimental)', {
    responsible: classicName,
    errors: classicName,
  }),
  row('MX', 'RFC 1035 §3.3.9', 'mail exchange', { preference: u16, exchange: classicName }),
  row('TXT', 'RFC 1035 §3.3.14', 'text', strings),
  row('RP', 'RFC 1183 §2.2', 'responsible person', { mailbox: loweredName, text: loweredName }),
  row('AFSDB', 'RFC 1183 §1', 'AFS database', { subtype: u16, host: loweredName }),
  row('X25', 'RFC 1183 §3.1', 'X.25 address', { address: characterString }),
  row('ISDN', 'RFC 1183 §3.2', 'ISDN address', { address: oneOrTwoStrings }),
  row('RT', 'RFC 1183 §3.3', 'route through', { preference: u16, host: loweredName }),
  row('NSAP', 'RFC 1706 §5', 'NSAP address', { address: nsapAddress }),
  row('NSAP-PTR', 'RFC 1348', 'NSAP pointer', { target: plainName }),
  row('PX', 'RFC 2163 §4', 'X.400 mapping', {
    preference: u16,
    map822: loweredName,
    mapx400: loweredName,
  }),
  row('GPOS', 'RFC 1712 §3', 'geographical position', {
    longitude: characterString,
    latitude: characterString,
    altitude: characterString,
  }),
  row('AAAA', 'RFC 3596 §2.2', 'IPv6 address', { address: ipv6 }),
  row('DNAME', 'RFC 6672 §2.1', 'alias of a subtree', { target: loweredName }),
  row('SPF', 'RFC 7208 §14.1', 'sender policy (obsolete: use TXT)', strings),
  row('AVC', 'IANA registry, 2016', 'application visibility and control', strings),
  row('RESINFO', 'RFC 9606 §5', 'resolver information', strings),
  row('WALLET', 'IANA registry, 2024', 'wallet address', strings),
]
