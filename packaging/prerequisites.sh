#!/bin/sh
# What `make` asks before it installs or compiles anything: is all there that it takes? Names what is missing, all at
# once, with the line that installs it, and then ends with 1.
# Usage: prerequisites.sh PYTHON xcb|offscreen
here=$(cd "$(dirname "$0")" && pwd)
if command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then
  exec "$1" "$here/prerequisites.py" "$2"
fi

# No Python to try the rest with: what can be told without it is told, and the line installs the rest as well.
if command -v "$1" >/dev/null 2>&1; then
  echo "missing: Python 3.10 or newer ($1 is $("$1" --version 2>&1 | head -n 1); name another with \`make PYTHON=...\`)" >&2
else
  echo "missing: Python ($1), with its venv module" >&2
fi
command -v "${CXX:-c++}" >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
  echo "missing: a C++ compiler" >&2
libraries=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null)
for library in libglib-2.0.so.0 libEGL.so.1 libGL.so.1 libfontconfig.so.1 libdbus-1.so.3 libxkbcommon.so.0; do
  case $libraries in *"$library"*) ;; *) echo "missing: $library" >&2 ;; esac
done
family=$(. /etc/os-release 2>/dev/null; echo " $ID $ID_LIKE ")
case $family in
  *" debian "* | *" ubuntu "*) wanted=apt ;;
  *" fedora "* | *" rhel "*) wanted=dnf ;;
  *" arch "*) wanted=pacman ;;
  *suse*) wanted=zypper ;;
  *) wanted='\(apt\|dnf\|pacman\|zypper\)' ;;
esac
echo "install with:" >&2
sed -n "s/^ *\(sudo $wanted .*\)/  \1/p" "$here/../README.md" >&2
exit 1
