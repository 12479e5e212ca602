"""The engine's libraries: those of its own folder and no others, in the variant that is made for this processor."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import llama_cpp
import llama_cpp.llama_cpp as llama

_PACKAGE = "llama-cpp-python"
_VARIANT = "ggml-cpu-"
_MAPS = Path("/proc/self/maps")
# The engine's handle, which also leads to its own copy of libggml; there may be another in this process.
native = llama._lib


def folder() -> Path:
    """Where the engine's libraries lie."""
    return Path(llama_cpp.__file__).with_name("lib")


def load_backends() -> str:
    """Load the variant of the engine that is the fastest on this processor; before the engine starts, and once. Its
    name, for example "zen4"; "" where the engine was built for one processor."""
    variants = [file for file in folder().iterdir() if _VARIANT in file.name]
    if not variants:
        return ""
    load = native.ggml_backend_load_all_from_path
    load.argtypes, load.restype = [ctypes.c_char_p], None
    load(os.fsencode(folder()))
    return next((file.stem.partition(_VARIANT)[2] for file in variants if _is_loaded(file)), "")


def foreign_libraries(maps: Path = _MAPS) -> str:
    """What is wrong with the engine's libraries in this process, as a sentence; "" where they are those that were
    installed. Known on Linux."""
    loaded = dict.fromkeys(_loaded(maps))
    for file in loaded:
        if not file.is_relative_to(folder().resolve()):
            return f"The engine's {file.name} is not this program's own: results may differ."
    installed = _installed()
    for file in loaded:
        if file.name in installed and installed[file.name] != _digest(file):
            return f"The engine's {file.name} is not the one that was installed: results may differ."
    return ""


def _is_loaded(library: Path) -> bool:
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.GetModuleHandleW(library.name))
    try:
        ctypes.CDLL(str(library), mode=os.RTLD_NOLOAD)
    except OSError:
        return False
    return True


def _loaded(maps: Path) -> Iterator[Path]:
    """The engine's libraries in this process."""
    try:
        lines = maps.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        file = Path(os.fsdecode(line.split(maxsplit=5)[-1]))
        if file.name.startswith(("libllama", "libggml")):
            yield file


def _installed() -> dict[str, str]:
    """The checksums of the libraries by name, as the installer noted them; none where it did not."""
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return {}
    noted = [(file.name, file.hash) for file in files if file.parent.name == "lib"]
    return {name: checksum.value for name, checksum in noted if checksum and checksum.mode == "sha256"}


def _digest(file: Path) -> str:
    """In the installer's way of writing; "" for what cannot be read."""
    try:
        return base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).rstrip(b"=").decode()
    except OSError:
        return ""
