#!/bin/sh
# Adds Weigh-In to the menu of this user, with its icon and its files (.gguf, .weighin.json), or takes it out again.
# Usage: menu-entry.sh add|remove PROGRAM     PROGRAM: what the entry starts
here=$(dirname "$(readlink -f "$0")")
share=${XDG_DATA_HOME:-$HOME/.local/share}
state=${XDG_STATE_HOME:-$HOME/.local/state}
files="applications/weighin.desktop icons/hicolor/scalable/apps/weighin.svg mime/packages/weighin.xml"
refresh() {
  for command in "update-desktop-database $1/applications" "update-mime-database $1/mime"; do
    ! command -v ${command%% *} >/dev/null 2>&1 || $command >/dev/null 2>&1 || true
  done
}
case $1 in
  add)
    # The quoting of desktop entries: of the shell's special characters, of its own, and of its percent sign.
    program=$(printf '%s' "$2" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g')
    for file in $files; do
      mkdir -p "$share/${file%/*}" && cp "$here/share/$file" "$share/$file" || exit 1
    done
    line="Exec=\"$program\" open %F" awk '/^Exec=/ { print ENVIRON["line"]; next } { print }' \
      "$here/share/applications/weighin.desktop" >"$share/applications/weighin.desktop" || exit 1
    echo "Weigh-In is in the menu. If you move it, add it again."
    ;;
  remove)
    for file in $files; do rm -f "$share/$file"; done
    echo "Weigh-In is out of the menu. Your comparisons and settings stay in $share/weighin," \
      "${XDG_CONFIG_HOME:-$HOME/.config}/weighin and $state/weighin."
    ;;
  *)
    echo "usage: weighin --menu-entry add|remove" >&2
    exit 2
    ;;
esac
refresh "$share"
