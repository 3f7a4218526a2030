import { join } from 'node:path'
import { type LabFile, stubAddress } from './lab-files.ts'

/** Where the Postfix of the lab takes mail that it is to send. */
export const submissionPort = 5325

/** Files of a Postfix that sends as RFC 7672 has it, by DNS of the lab; `directory` is absolute. */
export function postfixFiles(directory: string, smtpPort: number): readonly LabFile[] {
  const own = join(directory, 'postfix')
  const mail = join(directory, 'mail')
  return [
    { path: 'postfix/main.cf', text: main(mail, smtpPort) },
    { path: 'postfix/master.cf', text: master },
    { path: 'postfix/resolv.conf', text: `nameserver ${stubAddress}\noptions edns0 trust-ad\n` },
    { path: 'postfix/start', text: start(own, mail), isProgram: true },
  ]
}

function main(directory: string, smtpPort: number): string {
  return `# Written by danelaw lab up --write-config.
compatibility_level = 3.6
queue_directory = ${join(directory, 'spool')}
data_directory = ${join(directory, 'data')}
maillog_file = /dev/stdout
myhostname = sender.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
smtp_dns_support_level = dnssec
smtp_host_lookup = dns
smtp_tls_security_level = dane
smtp_tls_loglevel = 1
smtp_tcp_port = ${smtpPort}
smtp_connect_timeout = 5s
smtp_helo_timeout = 5s
smtp_starttls_timeout = 5s
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
`
}

const master = `# Written by danelaw lab up --write-config.
127.0.0.1:${submissionPort} inet n - n - - smtpd
cleanup   unix       n - n - 0     cleanup
qmgr      unix       n - n 300 1   qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n - -     trivial-rewrite
bounce    unix       - - n - 0     bounce
defer     unix       - - n - 0     bounce
trace     unix       - - n - 0     bounce
discard   unix       - - n - -     discard
error     unix       - - n - -     error
retry     unix       - - n - -     error
smtp      unix       - - n - -     smtp
postlog   unix-dgram n - n - 1     postlogd
`

function start(directory: string, mail: string): string {
  return `#!/bin/sh
# Starts a Postfix that sends mail by DNS of the lab. It needs root, the unbound of the directory
# above, and a lab on ports 53 and 25. Only this Postfix sees another resolv.conf.
set -e
cd '${directory}'
mkdir -p '${mail}/spool' '${mail}/data'
chown postfix '${mail}/data'
if ! su -s /bin/sh postfix -c "test -w '${mail}/data'"; then
  echo "the user postfix must be able to enter each directory above ${mail}: chmod o+x" >&2
  exit 1
fi
unshare --mount sh -c \\
  'mount --bind resolv.conf /etc/resolv.conf && exec postfix -c "$PWD" start-fg' &
# Postfix does not hear a terminal.
trap 'postfix -c "$PWD" stop' INT TERM
wait $! || wait $!
`
}
