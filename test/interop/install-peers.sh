#!/usr/bin/env bash
# Installs the Debian packages whose programs the interop tests and the benchmarks talk to, those
# that are missing.
#
# Never fails: where it cannot install (not root, not Debian, no network) it says so loudly and
# exits 0; the tests that lack a program skip themselves as loudly. Starts no system service.
set -uo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

# One line for each program: what is looked for (a path, or a command), and the package that has it.
peers='
named                                           bind9
named-checkzone                                 bind9-utils
dnssec-verify                                   bind9-utils
dig                                             bind9-dnsutils
delv                                            bind9-dnsutils
nsd                                             nsd
knotd                                           knot
kdig                                            knot-dnsutils
kzonecheck                                      knot-dnssecutils
unbound                                         unbound
drill                                           ldnsutils
ldns-verify-zone                                ldnsutils
validns                                         validns
openssl                                         openssl
pdns_server                                     pdns-server
/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql pdns-backend-sqlite3
/usr/share/doc/pdns-backend-lmdb/copyright      pdns-backend-lmdb
sqlite3                                         sqlite3
pdns_recursor                                   pdns-recursor
kresd                                           knot-resolver
posttls-finger                                  postfix
/usr/lib/postgresql/15/bin/postgres             postgresql
ip                                              iproute2
unshare                                         util-linux
lego                                            lego
/usr/lib/python3/dist-packages/dns/__init__.py  python3-dnspython
'

# Prints the packages that lack a program, each once.
missing_packages() {
  local program package
  while read -r program package; do
    [ -n "$program" ] || continue
    case $program in
      /*) [ -e "$program" ] || echo "$package" ;;
      *) command -v "$program" >/dev/null || echo "$package" ;;
    esac
  done <<<"$peers" | sort -u
}

warn() {
  {
    echo '************************************************************************'
    printf '** WARNING: %s\n' "$@"
    echo '** Interop tests that need them will be SKIPPED, benchmarks leave them out.'
    echo '************************************************************************'
  } >&2
}

mapfile -t packages < <(missing_packages)
if [ ${#packages[@]} -eq 0 ]; then
  echo 'install-peers: every peer of the interop tests and benchmarks is installed'
  exit 0
fi

by_hand="install by hand: apt-get install ${packages[*]}"
if [ ! -e /etc/debian_version ] || ! command -v apt-get >/dev/null; then
  warn "missing DNS peers (${packages[*]}), and this is not Debian"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  warn "missing DNS peers (${packages[*]}), and this is not root" "$by_hand"
  exit 0
fi

# Debian starts a service when its package is installed, unless policy-rc.d forbids it: put our own
# in place for the time of the installation, and what was there back afterwards.
policy=/usr/sbin/policy-rc.d
saved=
restore_policy() {
  rm -f "$policy"
  [ -z "$saved" ] || mv "$saved" "$policy"
}
if [ -e "$policy" ] || [ -L "$policy" ]; then
  saved=$policy.before-install-peers
  mv "$policy" "$saved"
fi
trap restore_policy EXIT
trap 'exit 130' INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

install() {
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install --yes --quiet=2 \
    --no-install-recommends -o Acquire::Retries=2 -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

echo "install-peers: installing ${packages[*]}"
# The package lists of a fresh image are empty or old: refresh them only when they are of no use.
if ! install "${packages[@]}" >/dev/null 2>&1; then
  apt-get update --quiet=2 -o Acquire::Retries=2 </dev/null
  # All at once first, then one by one, so that one unknown package does not keep out the rest.
  install "${packages[@]}" || for package in "${packages[@]}"; do install "$package"; done
fi

mapfile -t packages < <(missing_packages)
if [ ${#packages[@]} -eq 0 ]; then
  echo 'install-peers: done'
else
  warn "could not install: ${packages[*]}" "install by hand: apt-get install ${packages[*]}"
fi
exit 0
