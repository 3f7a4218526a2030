/**
 * Every error that danelaw reports, by its stable code. The value says, for the person who reads
 * `docs/errors.md`, what went wrong and what to do; the message of the single error quotes the
 * value. Keep the rows sorted by code.
 */
export const errorTable = {
  'access-denied': 'The token is not for this: see what it is for, or ask for another.',
  'algorithm-unknown': 'A DNSSEC algorithm is not known, or not for this use: name another.',
  'anchor-invalid': 'A trust anchor cannot be read: give BIND, zone file or RFC 9718 XML form.',
  'apex-too-long': 'The name of a zone is too long for NSEC3: choose another denial mode.',
  'api-busy': 'Too many requests are under way: try again.',
  'api-internal': 'A request failed in the server: its log has more.',
  'change-set-absent': 'There is no such change set of the zone: see its history.',
  'claim-taken': 'Another document has a name that was claimed: choose another name.',
  'class-unsupported':
    'A record has another class than IN: danelaw serves only the Internet class.',
  'cmdlet-parameter':
    'A cmdlet was called with a parameter that it does not have or cannot read, or without one.',
  'cmdlet-unknown': 'There is no such cmdlet here: see which there are.',
  'cname-and-other': 'A name has a CNAME and other data: keep one or the other (RFC 1034 §3.6.2).',
  'cname-multiple': 'A name has more than one CNAME: keep one (RFC 2181 §10.1).',
  'config-absent': 'There is no such configuration file: name another with --config.',
  'config-invalid': 'A setting has a value that it cannot have: see what was expected.',
  'config-key-unknown': 'A setting has a name that is not known: correct it, or leave it out.',
  'config-override-unused': 'An override names a zone that is not served: correct its name.',
  'control-absent':
    'No server answers on the control socket: start one with `danelaw serve`, or name its socket.',
  'control-busy': 'The server has too many control requests waiting: try again.',
  'control-denied': 'The control socket may not be used: ask as the user that runs the server.',
  'control-failed': 'A control command failed in the server: its log has more.',
  'control-in-use':
    'Another server answers on the control socket: stop it, or name another socket.',
  'control-interrupted': 'The server went away before it answered: see its log, then ask again.',
  'control-malformed': 'What came over the control socket is not a request or an answer.',
  'control-path-invalid': 'The control socket cannot be created there: name another path.',
  'control-unknown-command':
    'The server does not know this control command: the versions may differ.',
  'cursor-invalid': 'A cursor was not given out for this list: begin again without one.',
  'dane-on': 'SMTP DANE is enabled for the domain: disable it first.',
  'digest-unknown': 'A DS digest type is not known: use 2 (SHA-256) or 4 (SHA-384).',
  'dname-at-cut': 'A name is delegated and has a DNAME: keep one or the other (RFC 6672 §2.3).',
  'dname-multiple': 'A name has more than one DNAME: keep one (RFC 6672 §2.4).',
  'dnssec-ignored': 'A file has DNSSEC records that signing replaces: remove them.',
  'dnssec-misplaced': 'A DNSSEC record stands where it has no meaning: move or remove it.',
  'dnssec-off': 'SMTP DANE needs DNSSEC, which is not enabled for the domain: enable that first.',
  'document-conflict': 'A document was changed by somebody else meanwhile: work it out anew.',
  'domain-absent': 'There is no such accepted domain: see which the tenant has, or add it.',
  'domain-busy': 'A domain or partition is changed by others without a pause: try again.',
  'domain-enabled':
    'A domain is in use and cannot be given up: disable DNSSEC and wait for its host to go.',
  'domain-exists': 'The domain is there already and verified: remove it to accept it anew.',
  'domain-invalid':
    'A domain or its tenant cannot be accepted: give a host name of two labels or more.',
  'domain-taken': 'Another tenant has the domain: it has to be removed there first.',
  'domain-unsupported':
    'DNSSEC is for managed domains only: use a domain that has an administrator.',
  'domain-unverified':
    'The domain is accepted and not verified: publish its proof, then verify it.',
  'domain-version': 'The domain was changed meanwhile: get it, and decide anew.',
  'draft-invalid': 'A change cannot be read as one: see what is wrong with it.',
  'ds-at-parent':
    'The parent still has DS records for this zone: remove them there first, or insist.',
  'file-unreadable': 'A file that was named cannot be read: see the reason given.',
  'file-unwritable': 'A file that was named cannot be written: see the reason given.',
  'generate-invalid': 'A $GENERATE line is malformed: see the form that the message gives.',
  'glue-missing': 'A delegation names a server below itself without its address: add A or AAAA.',
  'hints-invalid': 'Root hints cannot be read: give NS records of the root, and addresses.',
  'history-incomplete':
    'A deleted zone was too large for the history to keep: restore it from a backup.',
  'idempotency-key-invalid':
    'An idempotency key is too long or malformed: give 1 to 128 visible characters.',
  'idempotency-mismatch':
    'An idempotency key was used for another request before: use a new key for each request.',
  'include-failed': 'A file that a zone file includes cannot be read: see the reason given.',
  'key-absent': 'There is no such key: list the keys of the zone.',
  'key-exists': 'The key is there already: remove its files first, or leave it as it is.',
  'key-exposed': 'A private key can be read by others than its owner: chmod 600 its file.',
  'key-file-failed': 'A key file or directory cannot be read or written: see the reason given.',
  'key-invalid': 'A key or a key file is malformed: restore it from a copy, or make a new key.',
  'key-mismatch': 'The .key and .private files of a key disagree: restore the pair.',
  'lab-fault-unfit':
    'The fault cannot be injected into a zone that is served as it is: see the reason; a lab can.',
  'lab-fault-unknown': 'There is no such fault: `danelaw lab list` names all of them.',
  'lab-faults-full': 'Too many faults are at work: heal some.',
  'lab-inject-off': 'The server may not be broken: its configuration has no `lab.inject`.',
  'lab-inject-remote': 'Other machines can ask the server: faults need `lab.allowRemote` as well.',
  'lab-zone-closed': 'The zone may not be broken: list it in `lab.inject` of the configuration.',
  'legacy-absent':
    'There are no hosts of before here: name their zone in the settings, provisioning.legacyZone.',
  'like-denial': 'A zone with instances would list them in its chain: deny by minimal or compact.',
  'like-misplaced':
    'An instance (LIKE) stands alone, one label below the apex, with nothing below it: move it.',
  'like-template': 'The template of an instance (LIKE) is missing or unfit: see the reason given.',
  'listen-failed': 'An address cannot be listened on: the message says why.',
  'listen-remote':
    'A server for this machine only was told to listen for others: mean it, or choose loopback.',
  'look-busy': 'As many domains are being looked at as may be at a time: try again a little later.',
  'name-invalid': 'A domain name is malformed: correct the text that the message quotes.',
  'partition-absent':
    'There is no such partition, or none that is open: see which there are, or make one.',
  'partition-closed': 'The partition takes no new domains: open it, or name another.',
  'partition-exists': 'There is another partition of that name: change it, or choose another name.',
  'partition-fixed':
    'The host of the domain is in a partition and cannot move: disable DNSSEC first.',
  'partition-invalid': 'A partition cannot be made that way: see what is wrong with it.',
  'pem-invalid': 'A PEM text has no certificate or key that can be used: see the place given.',
  'precondition-invalid':
    'An If-Match header is malformed: give the ETag of the zone, or leave it out.',
  'proof-unseen':
    'The proof of a domain was not seen in DNS: publish it as TXT, wait, and verify again.',
  'rdata-invalid': 'Record data is malformed: correct the field that the message names.',
  'record-duplicate': 'A record stands in the zone twice: remove one.',
  'record-occluded': 'A record lies below a delegation or a DNAME and is never served: remove it.',
  'records-busy': 'Too many changes wait for the store: try again in a moment.',
  'report-foreign':
    'A report about TLS is to go to a domain that it is not about: name the domain that it is for.',
  'report-invalid': 'A report about TLS breaks its format: see the place that the message gives.',
  'report-undelivered':
    'Nobody took a report about TLS: see the reason for each address, and submit it again later.',
  'request-invalid': 'A request has a field that it cannot have: see which, and what was expected.',
  'request-malformed':
    'A request cannot be read: send JSON in UTF-8, and headers as HTTP has them.',
  'request-too-large': 'A request exceeds a limit: send less at a time.',
  'roll-invalid':
    'A line of a rolling scenario cannot be read, or makes no sense there: see what was expected.',
  'route-absent': 'There is no such resource: see /v1/openapi.json for those that there are.',
  'scope-invalid': 'The scope of a token cannot be read: see which part.',
  'seal-key-invalid': 'The key that seals private keys cannot be used: give 32 octets, mode 0600.',
  'self-check-failed':
    'Answers of the changed zone would not validate, so nothing was changed: see which.',
  'server-absent': 'There is no DNS server to ask: name one with --server.',
  'server-invalid': 'A server to ask is malformed: give its address, and its port if not 53.',
  'soa-timers': 'The timers of the SOA do not fit together: see RFC 1912 §2.2 and RFC 2308 §5.',
  'spf-multiple': 'A name has more than one SPF policy, so receivers see none: merge them.',
  'state-invalid':
    'The state of a followed check cannot be taken up: remove the file to begin anew.',
  'store-absent': 'The server has no store: set api.listen or store.driver, and start it anew.',
  'store-corrupt': 'The store has something that danelaw did not write: restore a backup.',
  'store-document-invalid': 'A document cannot be stored as it is: see what is wrong with it.',
  'store-entry-too-large': 'A change is too large for the store: split it.',
  'store-full':
    'The store cannot be written: make room on its disk, or have it mounted for writing.',
  'store-in-use': 'Another process has the store open: stop it, or name another directory.',
  'store-not-empty':
    'A backup is restored only where no store is: name another directory, or move it.',
  'store-refused':
    'The database turns danelaw away: see the reason given, store.url and store.passwordFile.',
  'store-too-new': 'The store was written by a newer danelaw: run that version.',
  'store-unavailable': 'The store cannot be reached at the moment: see the reason given.',
  'sts-cache-invalid': 'Kept MTA-STS policies cannot be read back: remove the file, or restore it.',
  'target-address': 'A record that must name a host names an address: give the host a name.',
  'target-alias': 'A record names a host that is an alias: name the real host (RFC 2181 §10.3).',
  'target-unaddressed': 'A record names a host of this zone that has no address: add A or AAAA.',
  'tls-credentials-invalid': 'The TLS certificate or key cannot be used: give matching PEM files.',
  'tlsa-absent': 'The partition has no TLSA records: publish those of its certificates first.',
  'tlsa-in-use': 'A key is still relied upon: wait until it is not, or insist.',
  'tlsa-key-absent': 'The TLSA owner has no such key: see `danelaw tlsa status`.',
  'tlsa-owner': 'A TLSA record stands where no client asks: expected _PORT._PROTOCOL.HOST.',
  'tlsa-tracked': 'A TLSA set follows certificates: change it with `danelaw tlsa`, or insist.',
  'tlsa-unmatched':
    'TLSA records would match nothing that a server presents: see which, or insist.',
  'tlsa-untracked':
    'The TLSA owner follows no certificates: import one with `danelaw tlsa import`.',
  'tlsa-unusable': 'A TLSA record cannot be used by clients: see what is wrong with it.',
  'token-absent': 'There is no such token: list those that there are.',
  'token-fixed': 'The host of the domain has its token: disable DNSSEC before giving another.',
  'token-invalid':
    'A token of a domain cannot be used: give one label of letters, digits and hyphens.',
  'token-refused':
    'A request has no token, or one that is not good: send it as X-API-Key or Bearer.',
  'token-taken': 'Another domain has the token: give another one for this domain.',
  'ttl-assumed':
    'A record has no TTL and no $TTL precedes it: write one, as it may change by chance.',
  'ttl-backwards': 'A TTL would fall below what caches were promised: insist if that is meant.',
  'ttl-differs': 'Records of one RRset have different TTLs: give them one (RFC 2181 §5.2).',
  'ttl-invalid':
    'A TTL is malformed or exceeds 2^31 - 1 seconds: write seconds, or units as in 1h30m.',
  'ttl-long': 'A TTL is so long that signatures may expire in caches: shorten it.',
  'ttl-missing': 'A record has no TTL and nothing gives one: write $TTL at the top of the file.',
  'type-meta': 'A type that only queries use stands in a zone: remove the record (RFC 6895 §3.1).',
  'type-unknown': 'An RR type mnemonic is not known: use a known one, or TYPEnnn (RFC 3597).',
  'unseal-failed': 'A sealed private key cannot be opened: give the key that it was sealed with.',
  'wildcard-ns': 'A wildcard delegates: what that means is not defined (RFC 4592 §4.2).',
  'wire-malformed': 'Octets from the wire break the format: the sender is at fault.',
  'wire-overflow': 'What was to be written does not fit the space given for it.',
  'world-invalid': 'A laboratory cannot be raised as it was described: see what is wrong.',
  'yaml-ignored': 'A YAML zone has data that danelaw does not use: remove it, or expect no effect.',
  'yaml-invalid': 'A YAML zone breaks the layout: see what was expected there.',
  'zone-absent': 'A zone was named that is not there: see which zones are.',
  'zone-busy': 'A zone is changed by others without a pause: try again.',
  'zone-exists': 'There is such a zone already: change it, or delete it first.',
  'zone-file-failed': 'A zone file or directory cannot be read: see the reason given.',
  'zone-from-file': 'A zone comes from a file and is read-only here: change the file.',
  'zone-ns-missing': 'A zone has no NS records at its apex: add them.',
  'zone-outside': 'A record is not in the zone: check its name and the origin, or the final dot.',
  'zone-serial-backwards': 'A serial would not rise: give a higher one, or insist.',
  'zone-serial-stale': 'A zone changed and its serial did not rise: raise it with every change.',
  'zone-soa': 'A zone needs exactly one SOA, at its apex.',
  'zone-twice': 'Two files hold the same zone: remove one of them.',
  'zone-version': 'A zone has changed since it was looked at: look again, then decide.',
  'zonefile-limit': 'A zone file goes beyond a limit: see which one.',
  'zonefile-syntax':
    'A zone file breaks the master file format (RFC 1035 §5): see the place given.',
} as const satisfies Readonly<Record<string, string>>

/** A stable name of an error: part of the public interface. */
export type ErrorCode = keyof typeof errorTable

/** A spot in a text: line and column count from 1, columns in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * An error with a code from `errorTable`. Messages are sentence case, action first, and quote the
 * value: `Cannot read label: length 70 exceeds 63`.
 */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly place: Place | undefined

  constructor(code: ErrorCode, message: string, place?: Place) {
    super(message)
    this.name = 'CodedError'
    this.code = code
    this.place = place
  }
}

/** Renders a place as `file:line:column`, the form that editors and terminals follow. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}
