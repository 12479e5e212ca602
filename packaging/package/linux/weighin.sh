#!/bin/sh
# Starts the program that lies beside this script, wherever that is; or says why it cannot run on this system.
here=$(dirname "$(readlink -f "$0")")
[ "$1" != --menu-entry ] || [ ! -e "$here/menu-entry.sh" ] || exec "$here/menu-entry.sh" "$2" "${APPIMAGE:-$here/weighin}"
cannot() {
  echo "Weigh-In cannot start: it needs an x86-64 Linux with glibc 2.34 or newer. $1" >&2
  exit 1
}
[ "$(uname -m)" = x86_64 ] || cannot "This processor is of another kind ($(uname -m))."
[ -e /lib64/ld-linux-x86-64.so.2 ] || cannot "This system has another C library."
version=$(getconf GNU_LIBC_VERSION 2>/dev/null) || version=
case $version in
  glibc\ 2.[0-9] | glibc\ 2.[12][0-9] | glibc\ 2.3[0-3]) cannot "This system has $version." ;;
esac
exec "$here/app/weighin" "$@"
