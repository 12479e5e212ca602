#!/usr/bin/env bash
# Proves the README on a machine with nothing on it: makes a bare Debian root, installs there what the README's line
# says and nothing else, and runs its two commands as an ordinary user, the window on a virtual screen.
# Package source (or MIRROR), certificates, name servers and pip's settings are those of this computer, where it has any.
# Usage: fresh_machine.sh SUITE DIRECTORY     (as root; DIRECTORY is made, and stays for a look)
# Exit status 0: everything worked. Beside the root: DIRECTORY.log and DIRECTORY.png, the window.
set -euo pipefail
suite=$1 root=$2
checkout=$(cd "$(dirname "$0")/.." && pwd)
log=$root.log photo=$root.png
home=/home/visitor
window_within_s=5400 colours_of_a_window=100

for tool in debootstrap Xvfb xdotool import git; do
  command -v "$tool" >/dev/null || { echo "missing here: $tool (apt install debootstrap xvfb xdotool imagemagick git)" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "Only root can make a root." >&2; exit 1; }
[ ! -e "$root" ] || { echo "$root is there already: remove it, or name another directory." >&2; exit 1; }
: >"$log"

screen=
leave() {
  [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
  for place in tmp/.X11-unix sys dev proc; do
    ! mountpoint -q "$root/$place" || umount -R "$root/$place" || true
  done
}
trap leave EXIT

failed=0
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
inside() { # inside USER COMMAND: in the root, with this computer's settings for pip and certificates and nothing else
  local user=$1 settings=()
  while IFS= read -r -d '' each; do
    case ${each%%=*} in PIP_* | SSL_* | *_CA_BUNDLE | *_proxy | *_PROXY | DISPLAY) settings+=("$each") ;; esac
  done < <(env -0)
  env -i "${settings[@]}" HOME="$([ "$user" = root ] && echo /root || echo "$home")" LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    chroot --userspec="$user" "$root" sh -c "$2"
}

bare_root() {
  local source script=
  source=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1 || true)}
  # A suite younger than this computer's debootstrap is made like the youngest it knows.
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
  debootstrap --variant=minbase "$suite" "$root" ${source:+"$source"} $script
}
settings_of_this_computer() {
  local each
  for each in /etc/resolv.conf /etc/hosts /etc/apt/apt.conf.d /etc/ssl/certs/ca-certificates.crt \
    /usr/local/share/ca-certificates /etc/pip.conf /etc/xdg/pip; do
    [ ! -e "$each" ] || { mkdir -p "$root${each%/*}" && cp -rLT "$each" "$root$each"; }
  done
  inside root "useradd --create-home --home-dir $home visitor"
  [ ! -e "$HOME/.config/pip" ] || { mkdir -p "$root$home/.config" && cp -rLT "$HOME/.config/pip" "$root$home/.config/pip"; }
  git -C "$checkout" archive --prefix=weighin/ HEAD | tar -x -C "$root$home"
  inside root "chown -R visitor: $home"
}
mounts() {
  local each
  mount -t proc proc "$root/proc"
  for each in dev sys; do mount --rbind "/$each" "$root/$each" && mount --make-rslave "$root/$each"; done
  mkdir -p /tmp/.X11-unix "$root/tmp/.X11-unix"
  mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
}
refuses() { # what `make` would do before anything is installed; the check alone, for make is missing too
  local said status=0
  said=$(inside visitor "cd ~/weighin && sh packaging/prerequisites.sh python3 xcb" 2>&1) || status=$?
  echo "$said"
  [ $status = 1 ] && grep -q '^missing: Python' <<<"$said" && grep -q '^  sudo apt install ' <<<"$said"
}
readme_line() {
  local line
  line=$(sed -n 's/^sudo apt install //p' "$checkout/README.md")
  [ -n "$line" ]
  inside root "apt-get update && apt-get install -y --no-install-recommends $line"
}
window() { # `make run` until its window is painted, then the window is closed
  local number program status=0
  Xvfb -displayfd 3 -screen 0 1366x768x24 -nolisten tcp -ac 3>"$root.display" &
  screen=$!
  until [ -s "$root.display" ]; do sleep 0.2; done
  number=$(cat "$root.display")
  export DISPLAY=:$number
  inside visitor "cd ~/weighin && exec make run" &
  program=$!
  local end=$((SECONDS + window_within_s))
  until xdotool search --onlyvisible --name Weigh-In; do
    kill -0 "$program" 2>/dev/null || { wait "$program" || true; return 1; }
    [ $SECONDS -lt $end ] || { pkill -TERM -P "$program"; return 1; }
    sleep 2
  done
  sleep 5
  import -window root "$photo"
  pkill -TERM -P "$(pgrep -P "$program")" || status=1 # what make runs, not make: the window closes as by Ctrl+C
  wait "$program" || status=$?
  [ "$(identify -format %k "$photo")" -ge $colours_of_a_window ] && [ $status = 0 ]
}
compare() {
  local said
  said=$(inside visitor "cd ~/weighin && .venv/bin/weighin compare starter:dense starter:moe -p 'What is seven plus five?'")
  echo "$said"
  [ "$(grep -c Twelve <<<"$said")" = 2 ]
}

step "a bare root of $suite" bare_root
[ $failed = 0 ] || exit 1
mounts
step "settings, and the committed tree" settings_of_this_computer
step "the check names what is missing" refuses
step "the README's line" readme_line
step "make run: the window is in $photo" window
step "weighin compare on the starter pair" compare
unset DISPLAY
step "make test" inside visitor "cd ~/weighin && make test"
inside visitor "cd ~/weighin && .venv/bin/python --version"
grep -E '[0-9]+ passed' "$log" | tail -n 1 || true
echo "What was done: $log; the root: $root (to remove it: rm -r --one-file-system)"
exit $failed
