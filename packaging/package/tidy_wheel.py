"""Packs a wheel of llama-cpp-python anew: only what is loaded, with the libraries it needs beside it, always the same
bytes for the same files.

    python tidy_wheel.py WHEEL OUT [--add LIBRARY ...]"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import re
import time
import zipfile
from pathlib import Path, PurePosixPath

LIBRARIES = "llama_cpp/lib/"
# Qt's wheel and the C++ library ask for the same; lower is closed by them.
PLATFORM = "manylinux_2_34_x86_64"


def main() -> None:
    """Write the tidy wheel; its path is printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--add", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    with zipfile.ZipFile(options.wheel) as wheel:
        files = {name: wheel.read(name) for name in wheel.namelist() if is_loaded(name)}
    for library in options.add:
        files[LIBRARIES + library.name] = library.read_bytes()
    (description,) = (name for name in files if name.endswith(".dist-info/WHEEL"))
    files[description] = re.sub(rb"-linux_x86_64\b", b"-" + PLATFORM.encode(), files[description])
    path = options.out / options.wheel.name.replace("linux_x86_64", PLATFORM)
    write(path, files, PurePosixPath(description).with_name("RECORD"))
    print(path)


def is_loaded(name: str) -> bool:
    """Whether a file of the wheel is of use to who runs the engine: no headers, tools, and libraries for these."""
    if name.endswith("/") or name.startswith(("bin/", "lib/", "include/", "llama_cpp/include/")):
        return False
    if not name.startswith(LIBRARIES):
        return not name.endswith(".dist-info/RECORD")
    rest = name.removeprefix(LIBRARIES)
    return "/" not in rest and ".so" in rest and not rest.startswith("libllama-common")


def write(path: Path, files: dict[str, bytes], record: PurePosixPath) -> None:
    """A wheel of `files`, in order of their names and all of one age."""
    moment = time.gmtime(max(int(os.environ["SOURCE_DATE_EPOCH"]), 315_532_800))[:6]
    lines = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(files[name])}\n")
    contents = {name: files[name] for name in sorted(files)}
    contents[str(record)] = "".join([*lines, f"{record},,\n"]).encode()
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.external_attr = (0o755 if name.startswith(LIBRARIES) else 0o644) << 16
            wheel.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)


if __name__ == "__main__":
    main()
