"""What a folder asks of the system it runs on: the youngest glibc, and the libraries that it does not bring along.

    python needs.py FOLDER     exit status 1 where it asks for more than packages may

Needs objdump and readelf."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

OLDEST_GLIBC = (2, 34)
OF_EVERY_SYSTEM = ("ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0",
                   "librt.so.1", "libstdc++.so.6", "libutil.so.1")  # fmt: skip


def main(folder: Path) -> int:
    """Print both; 1 where something is wrong."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink() and is_elf(file)]
    own = {file.name for file in folder.rglob("*.so*")}
    needed: dict[str, str] = {}
    youngest, asks = (0, 0), ""
    for file in files:
        place = str(file.relative_to(folder))
        for name in re.findall(r"NEEDED.*\[(.*)\]", said("readelf", "-d", file)):
            needed.setdefault(name, place)
        symbols = re.findall(r"\*UND\*.*GLIBC_(\d+)\.(\d+)\)? +(\w+)", said("objdump", "-T", file))
        for major, minor, symbol in symbols:
            if (int(major), int(minor)) > youngest:
                youngest, asks = (int(major), int(minor)), f"{symbol} in {place}"
    outside = sorted(set(needed) - own)
    foreign = [name for name in outside if name not in OF_EVERY_SYSTEM]
    print(f"glibc {youngest[0]}.{youngest[1]} ({asks}); {len(files)} files")
    print("from outside:", ", ".join(outside))
    for name in foreign:
        print(f"{name}, which {needed[name]} needs, is neither in the folder nor on every system")
    return 1 if foreign or youngest > OLDEST_GLIBC else 0


def is_elf(file: Path) -> bool:
    """Whether a file is a program or a library."""
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def said(tool: str, option: str, file: Path) -> str:
    """What a tool prints."""
    return subprocess.run([tool, option, str(file)], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
