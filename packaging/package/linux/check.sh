#!/usr/bin/env bash
# Tries every package on bare Debian roots without a network: from the file to the first answer, the window on a virtual
# screen, a plan, thirty questions, and whether anything stays when it is removed. Then what the folder asks of a system,
# and the engine on older processors.
# Usage: [KINDS="deb appimage"] check.sh DIST WORK [SUITE...]
# As root. DIST: what `make package` made; WORK: roots, log and pictures.
# Exit status 0: everything worked.
set -euo pipefail
dist=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
shift 2
suites=${*:-bookworm trixie} kinds=${KINDS:-archive deb appimage}
here=$(cd "$(dirname "$0")" && pwd)
log=$work/check.log
colours_of_a_window=100 first_answer_within_s=60
archive=$(echo "$dist"/weighin-*-x86_64.tar.xz) deb=$(echo "$dist"/weighin_*_amd64.deb) image=$(echo "$dist"/Weigh-In-*-x86_64.AppImage)

for tool in debootstrap Xvfb xdotool import unshare qemu-x86_64 appstreamcli; do
  command -v "$tool" >/dev/null || {
    echo "missing here: $tool (apt install debootstrap xvfb xdotool imagemagick util-linux qemu-user appstream)" >&2
    exit 1
  }
done
[ "$(id -u)" = 0 ] || { echo "Only root can make a root." >&2; exit 1; }
: >"$log"

failed=0 screen= root=
step() { # step WORDS COMMAND...: what happened, in one line; what was said, in the log
  local words=$1 begin=$SECONDS
  shift
  printf '\n== %s: %s\n' "$words" "$*" >>"$log"
  if "$@" >>"$log" 2>&1; then
    echo "ok       $words ($((SECONDS - begin)) s)"
  else
    echo "FAILED   $words ($((SECONDS - begin)) s): see $log"
    failed=1
  fi
}
leave() {
  [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
  unmount
}
unmount() {
  local place
  for place in tmp/.X11-unix dev proc; do
    [ -z "$root" ] || ! mountpoint -q "$root/$place" || umount -R "$root/$place" || true
  done
}
trap leave EXIT

inside() { # inside USER COMMAND: in the root, without a network and with nothing of this computer's settings
  local home=/home/visitor
  [ "$1" != root ] || home=/root
  env -i HOME=$home LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin ${DISPLAY:+DISPLAY=$DISPLAY} \
    unshare --net chroot --userspec="$1" "$root" sh -c "cd ~ && $2"
}
bare_root() {
  local source script=
  source=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1 || true)}
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
  [ -x "$work/base-$suite/bin/sh" ] || debootstrap --variant=minbase "$suite" "$work/base-$suite" ${source:+"$source"} $script
}
fresh() { # the root as it was made, with a visitor
  unmount
  rm -rf --one-file-system "$root"
  cp -a "$work/base-$suite" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
  mkdir -p /tmp/.X11-unix "$root/tmp/.X11-unix"
  mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
  chroot "$root" useradd --create-home visitor
  # Somebody else was here before: their leftovers must be in nobody's way.
  mkdir -m 700 "$root/tmp/weighin" "$root/tmp/appimage_extracted_0" "$root/tmp/.weighin-unpacked-old"
  listed >"$work/before"
}
listed() { find "$root" -xdev -not -path "$root/home/*" -not -path "$root/tmp/*" -not -path "$root/var/l*" -not -path "$root/var/cache/*" | LC_ALL=C sort; }

get_archive() {
  mkdir -p "$root/home/visitor/Größe und Maß"
  tar -xJf "$archive" -C "$root/home/visitor/Größe und Maß" --strip-components=1 --no-same-owner
  chroot "$root" chown -R visitor: /home/visitor
  program="'/home/visitor/Größe und Maß/weighin'"
}
get_deb() {
  cp "$deb" "$root/root/"
  inside root "dpkg -i ${deb##*/}"
  program=weighin
}
get_appimage() {
  install -m 755 "$image" "$root/home/visitor/"
  program="./${image##*/}"
}
drop_archive() {
  inside visitor "$program --menu-entry add && test -s .local/share/applications/weighin.desktop &&
    $program --menu-entry remove && ! find .local/share/applications .local/share/icons .local/share/mime -type f | grep ."
  rm -r "$root/home/visitor/Größe und Maß"
  unchanged
}
drop_deb() {
  inside root "rm ${deb##*/} && dpkg -r weighin" | grep 'settings stay'
  unchanged
}
drop_appimage() {
  rm "$root/home/visitor/${image##*/}"
  unchanged && ! ls -d "$root"/tmp/.weighin-unpacked-[!o]* "$root"/tmp/.mount-weighin*
}
unchanged() { listed | diff "$work/before" -; }

first_answer() { # from the file, which is in the root already, to the first answer
  local begin=$SECONDS said
  "get_$kind"
  said=$(inside visitor "$program compare starter:dense starter:moe -p 'What is seven plus five?'")
  echo "$said"
  [ "$(grep -c Twelve <<<"$said")" = 2 ] && [ $((SECONDS - begin)) -le $first_answer_within_s ]
}
says() { # says PATTERN COMMAND: a line of the command's answer looks like this
  local said
  said=$(inside visitor "$program $2")
  echo "$said"
  grep -qE "$1" <<<"$said"
}
window() { # opened with a file, painted, photographed, closed
  local number shot=$work/$suite-$kind.png status=0
  rm -f "$root.display" && mkfifo "$root.display"
  Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp -ac 3>"$root.display" 2>/dev/null &
  screen=$!
  read -r number <"$root.display"
  export DISPLAY=:$number
  inside visitor "exec $program --profile /home/visitor/p open" &
  local shell=$! end=$((SECONDS + 30))
  until xdotool search --onlyvisible --name Weigh-In; do
    kill -0 "$shell" 2>/dev/null && [ $SECONDS -lt $end ] || { status=1; break; }
    sleep 0.2
  done
  sleep 4
  import -window root "$shot"
  pkill -TERM -P "$shell" || status=1 # the program itself: everything before it became it
  wait "$shell" || status=1
  kill "$screen" && screen=
  unset DISPLAY
  [ "$(identify -format %k "$shot")" -ge $colours_of_a_window ] && [ $status = 0 ]
}
no_display() { # a sentence, no abort
  ! inside visitor "$program open" 2>"$work/said" && cat "$work/said" && grep -q 'cannot open its window' "$work/said"
}
no_home() { # a home that cannot be written
  ! inside visitor "HOME=/proc/nowhere $program history list" 2>"$work/said" && cat "$work/said" && ! grep -q Traceback "$work/said"
}
same_sums() { (cd "$dist" && sha256sum -c SHA256SUMS); }
desktop_files() {
  local share=$work/unpacked/share
  appstreamcli validate --no-net "$share/metainfo/io.github.weighin.metainfo.xml"
  ! command -v desktop-file-validate || desktop-file-validate "$share/applications/weighin.desktop"
}
unpack() { rm -rf "$work/unpacked" && mkdir "$work/unpacked" && tar -xJf "$archive" -C "$work/unpacked" --strip-components=1; }

step "the checksums" same_sums
step "the archive unpacks" unpack
step "menu entry and AppStream metainfo are valid" desktop_files
step "glibc 2.34, and nothing that no system has" python3 "$here/needs.py" "$work/unpacked"
[ ! -x "$here/../../../build/package/venv/bin/python" ] && [ -z "${PACKAGE_PYTHON:-}" ] ||
  step "the engine on older processors" "${PACKAGE_PYTHON:-$here/../../../build/package/venv/bin/python}" "$here/processors.py"
for suite in $suites; do
  root=$work/root-$suite
  step "$suite: a bare root" bare_root
  for kind in $kinds; do
    fresh
    step "$suite, $kind: from the file to the first answer" first_answer
    step "$suite, $kind: the window is in $work/$suite-$kind.png" window
    step "$suite, $kind: a plan" says 'fits|Fits' "plan starter:dense"
    step "$suite, $kind: thirty questions" says '30' "mmlu starter:dense starter:moe --n 30"
    step "$suite, $kind: which engine runs" says 'variant [a-z0-9]+' doctor
    step "$suite, $kind: without a display" no_display
    step "$suite, $kind: without a home" no_home
    step "$suite, $kind: nothing stays when it is removed" "drop_$kind"
  done
  unmount
done
grep -E '^glibc|^from outside' "$log" || true
echo "What was said: $log; the roots: $work (to remove them: rm -r --one-file-system)"
exit $failed
