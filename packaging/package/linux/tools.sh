#!/bin/sh
# What making packages needs of the system, beside what README names for building: names all that is missing at once.
missing=
for tool in cc c++ strip objdump ar xz mksquashfs git md5sum; do
  command -v $tool >/dev/null 2>&1 || missing="$missing $tool"
done
for header in squashfuse/ll.h fuse3/fuse_lowlevel.h zstd.h; do
  [ -e "/usr/include/$header" ] || missing="$missing $header"
done
set -- /usr/share/fonts/*/dejavu/DejaVuSans.ttf /usr/share/fonts/*/DejaVuSans.ttf
[ -e "$1" ] || [ -e "$2" ] || missing="$missing DejaVuSans.ttf"
[ -z "$missing" ] && exit 0
echo "missing:$missing" >&2
echo "install with (Debian, Ubuntu):" >&2
sed -n 's/^\(sudo apt-get install .*squashfs-tools.*\)/  \1/p' "$(dirname "$0")/../../../README.md" >&2
exit 1
