"""Makes the folder that PyInstaller wrote smaller, and fit for other Linux systems than the one it was made on:

* libraries that nothing loads go, and symbols that nobody reads;
* libraries of the system (X11, Wayland, GL, fonts, GLib) move to `fallback`: taken only where a computer lacks them;
* libstdc++ and libgcc_s go: every system with glibc 2.34 has newer ones than Qt asks for;
* nothing asks for a younger glibc than 2.34.

    python slim.py FOLDER [--compat libcompat.so]        with package/requirements.txt and the program installed"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from weighin.display import shared_libraries as qt_files

OF_EVERY_SYSTEM = re.compile(r"(ld-linux-x86-64|lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s))\.so\.\d+")
# What the loader, and not a DT_NEEDED, brings in.
KEPT = re.compile(r"lib(python3|ggml|llama|gomp).*")
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")
FONT_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu-sans-fonts", "/usr/share/fonts/TTF")
# Symbols of a younger glibc: of one there is an older kind as well, the other is in libcompat.
YOUNG = {"hypot": "", "arc4random": "libcompat.so", "arc4random_buf": "libcompat.so"}
FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def main() -> None:
    """Slim one folder in place; prints what it takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compat", type=Path, required=True, help="the library with what older systems lack")
    options = parser.parse_args()
    own = options.folder / "_internal"
    bring_fallback(own)
    remove_unused(own)
    for file in sorted(elf_files(own)):
        make_older(file, options.compat)
    for library in (*own.glob("libpython3*"), *(own / "python3.11").rglob("*.so")):
        subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
    bring_fonts(own / "fonts")
    print(sum(file.stat().st_size for file in options.folder.rglob("*") if not file.is_symlink()) // 1_000_000, "MB")


def bring_fallback(own: Path) -> None:
    """Collect what Qt asks the system for, and what that asks for, with this computer's libraries."""
    fallback = own / "fallback"
    fallback.mkdir(exist_ok=True)
    names = (*qt_files.CORE, *qt_files.WIDGETS, *(name for each in qt_files.PLATFORMS.values() for name in each))
    of_python = closure(own, (*(own / "python3.11").rglob("*.so"), *own.glob("libpython3*")))
    waiting, seen = list(names), set(of_python)
    while waiting:
        name = waiting.pop()
        if name in seen or OF_EVERY_SYSTEM.fullmatch(name):
            continue
        seen.add(name)
        source = system_library(name)
        shutil.copy(source, fallback / name)
        (own / name).unlink(missing_ok=True)
        waiting += qt_files.needed(source)


def closure(own: Path, files: Iterable[Path]) -> set[str]:
    """Names of all libraries of the folder that `files` lead to."""
    found: set[str] = set()
    waiting = list(files)
    while waiting:
        for name in qt_files.needed(waiting.pop()):
            if name not in found and (own / name).exists():
                found.add(name)
                waiting.append(own / name)
    return found


def remove_unused(own: Path) -> None:
    """Remove libraries that no file asks for any more, until there are none."""
    while True:
        files = elf_files(own)
        wanted = {name for file in files for name in qt_files.needed(file)}
        places = [*own.glob("lib*.so*"), *(own / "PySide6" / "Qt" / "lib").glob("lib*.so*")]
        unused = [
            file
            for file in places
            if (file.name not in wanted or OF_EVERY_SYSTEM.fullmatch(file.name)) and not KEPT.match(file.name)
        ]
        # A link to a file that is gone goes as well.
        unused += [file for file in own.rglob("*") if file.is_symlink() and not file.exists()]
        if not unused:
            return
        for file in unused:
            file.unlink(missing_ok=True)


def make_older(file: Path, compat: Path) -> None:
    """Ask for no younger glibc than 2.34."""
    said = subprocess.run(["objdump", "-T", str(file)], capture_output=True, text=True, check=True).stdout
    young = set(re.findall(r"\*UND\*.*\(?GLIBC_2\.(?:3[5-9]|[4-9]\d)\)? +(\w+)", said))
    for symbol in sorted(young):
        if symbol not in YOUNG:
            raise SystemExit(f"{file} needs {symbol} of a glibc that is younger than 2.34")
        # One change a call: patchelf mixes up names where several are made at once.
        patch(file, "--clear-symbol-version", symbol)
        if YOUNG[symbol]:
            patch(file, "--add-needed", compat.name)
            if not (file.parent / compat.name).exists():
                shutil.copy(compat, file.parent / compat.name)


def patch(file: Path, *change: str) -> None:
    """One change by patchelf."""
    subprocess.run(["patchelf", *change, str(file)], check=True)


def bring_fonts(folder: Path) -> None:
    """The fonts that are taken where a computer has none."""
    folder.mkdir(exist_ok=True)
    places = [Path(place) for place in FONT_FOLDERS if (Path(place) / FONTS[0]).exists()]
    if not places:
        raise SystemExit("missing here: the DejaVu fonts (apt install fonts-dejavu-core)")
    for name in FONTS:
        shutil.copy(places[0] / name, folder / name)
    (folder / "fonts.conf").write_text(FONT_SETTINGS)


def elf_files(folder: Path) -> list[Path]:
    """All programs and libraries below a folder, each once."""
    return [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink() and is_elf(file)]


def is_elf(file: Path) -> bool:
    """Whether a file is a program or a library."""
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def system_library(name: str) -> Path:
    """Where this computer has a library."""
    listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        if line.strip().startswith(f"{name} (") and "x86-64" in line:
            return Path(line.rpartition("=> ")[2])
    raise SystemExit(f"missing here: {name} (the README's line installs it)")


if __name__ == "__main__":
    main()
