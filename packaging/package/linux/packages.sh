#!/usr/bin/env bash
# Makes archive, .deb and AppImage from the folder that PyInstaller wrote and slim.py slimmed.
# Usage: packages.sh PYTHON FOLDER VERSION WORK OUT     PYTHON has package/requirements.txt and the program
set -euo pipefail
python=$1 folder=$2 version=$3 work=$4 out=$5
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
name=weighin-$version
: "${SOURCE_DATE_EPOCH:?the moment that all files get}"

whole=$work/$name # what all three are made of
compressed() { xz --x86 --lzma2=preset=6,dict=64MiB -T1 -c; }
packed() { # packed DIRECTORY FILE...: a tar of one age and order, owned by root
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -c "${@:2}"
}

rm -rf "$whole"
mkdir -p "$whole/share/"{applications,icons/hicolor/scalable/apps,mime/packages,metainfo} "$out"
cp -a "$folder" "$whole/app"
install -m 755 "$here/weighin.sh" "$whole/weighin"
install -m 755 "$here/menu-entry.sh" "$whole/menu-entry.sh"
sed "s/@VERSION@/$version/" "$here/READ-ME.txt" >"$whole/READ-ME.txt"
cp "$here/share/weighin.desktop" "$whole/share/applications/weighin.desktop"
cp "$here/share/weighin-mime.xml" "$whole/share/mime/packages/weighin.xml"
cp "$checkout/resources/icons/weighin.svg" "$whole/share/icons/hicolor/scalable/apps/weighin.svg"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)/" \
  "$here/share/io.github.weighin.metainfo.xml" >"$whole/share/metainfo/io.github.weighin.metainfo.xml"
"$python" "$here/../sbom.py" "$whole" "$version"
chmod -R u=rwX,go=rX "$whole"

archive() {
  packed "$work" "$name" | compressed >"$out/$name-x86_64.tar.xz"
}

deb() {
  local root=$work/deb size
  rm -rf "$root" && mkdir -p "$root/data/usr/lib" "$root/data/usr/bin" "$root/data/usr/share/doc/weighin" "$root/control"
  cp -a "$whole" "$root/data/usr/lib/weighin"
  mv "$root/data/usr/lib/weighin/share/"* "$root/data/usr/share/"
  rm -r "$root/data/usr/lib/weighin/"{share,menu-entry.sh,READ-ME.txt}
  ln -s ../lib/weighin/weighin "$root/data/usr/bin/weighin"
  cp "$checkout/LICENSE" "$root/data/usr/share/doc/weighin/copyright"
  size=$(du -sk --apparent-size "$root/data" | cut -f1)
  sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" "$here/deb-control" >"$root/control/control"
  install -m 755 "$here/deb-postrm" "$root/control/postrm"
  (cd "$root/data" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/control/md5sums"
  chmod -R u=rwX,go=rX "$root"
  echo 2.0 >"$root/debian-binary"
  packed "$root/control" . | xz -c >"$root/control.tar.xz"
  packed "$root/data" . | compressed >"$root/data.tar.xz"
  rm -f "$out/weighin_${version}_amd64.deb"
  (cd "$root" && ar rcD "$out/weighin_${version}_amd64.deb" debian-binary control.tar.xz data.tar.xz)
}

appimage() {
  local root=$work/appimage image=$out/Weigh-In-$version-x86_64.AppImage
  rm -rf "$root" && cp -a "$whole" "$root"
  ln -s weighin "$root/AppRun"
  sed 's/^Exec=weighin/Exec=AppRun/' "$root/share/applications/weighin.desktop" >"$root/weighin.desktop"
  cp "$root/share/icons/hicolor/scalable/apps/weighin.svg" "$root/weighin.svg"
  ln -s weighin.svg "$root/.DirIcon"
  "${CC:-cc}" -std=gnu11 -Os -D_FILE_OFFSET_BITS=64 -I/usr/include/squashfuse -ffunction-sections -fdata-sections \
    -ffile-prefix-map="$here=." -Wl,--gc-sections,--build-id=none -static -o "$work/runtime" "$here/runtime.c" \
    -lsquashfuse_ll -lsquashfuse -lfuse3 -lzstd -lpthread -ldl
  strip --strip-unneeded "$work/runtime"
  printf 'AI\x02' | dd of="$work/runtime" bs=1 count=3 seek=8 conv=notrunc status=none
  rm -f "$work/contents"
  mksquashfs "$root" "$work/contents" -comp zstd -Xcompression-level 15 -b 256K -root-owned -noappend -quiet -no-progress
  cat "$work/runtime" "$work/contents" >"$image"
  chmod 755 "$image"
}

for each in archive deb appimage; do
  "$each"
  echo "$each is made"
done
