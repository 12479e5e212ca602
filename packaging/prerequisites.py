"""What `make run` and `make test` need before anything is compiled: tries it all, and names all that is missing at
once with the line that installs it. Exit status 1 then. Standard library only, of any Python from 3.7 on.

Usage: prerequisites.py xcb|offscreen    (what Qt will paint on: a screen, or nothing, for the tests)"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "desktop"))
sys.dont_write_bytecode = True

from weighin.display import shared_libraries, system_packages
from weighin.display import shared_libraries as qt_files

OLDEST, NEWEST = (3, 10), (3, 14)
# A Python that was built without the headers of these lacks them. The first two make .venv.
PYTHON_MODULES = ("venv", "ensurepip", "ctypes", "sqlite3", "ssl", "zlib")
PROGRAM = b"#include <filesystem>\n#include <thread>\nint main() { return std::filesystem::path().empty() ? 0 : 1; }\n"
# Measured, and rounded up: .venv after `make test`; in the temporary folder the engine's source, tools and objects beside
# the other packages' wheels.
VENV_BYTES, COMPILING_BYTES = 800_000_000, 800_000_000


def main(platform: str) -> int:
    """Say what is missing; the exit status."""
    missing = [*python_trouble(), *compiler_trouble(), *space_trouble(), *library_trouble(platform)]
    for what in missing:
        sys.stderr.write("missing: {}\n".format(what))
    if missing:
        sys.stderr.write("install with:\n")
        for distribution in system_packages.distributions_here():
            sys.stderr.write("  {}\n".format(distribution.everything))
    return 1 if missing else 0


def python_trouble() -> list:
    """What this Python lacks."""
    found = []
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        span = "{}.{} to {}.{}".format(*OLDEST, *NEWEST)
        found.append("Python {} (this is {}; name another with `make PYTHON=...`)".format(span, sys.version.split()[0]))
    for name in PYTHON_MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            found.append("Python's module {}".format(name))
    return found


def compiler_trouble() -> list:
    """What compiling the engine lacks, found by compiling something."""
    if engine_comes_compiled():
        return []
    found = []
    compilers = [os.environ.get("CXX", ""), "c++", "g++", "clang++"]
    chosen = next((each for each in compilers if each and shutil.which(each.split()[0])), "")
    said = failed_compiling(chosen) if chosen else ""
    if said or not chosen:
        found.append("a C++ compiler" + (" that works: {} says {}".format(chosen, said) if said else ""))
    if not any(shutil.which(each.split()[0]) for each in (os.environ.get("CC") or "cc", "gcc", "clang")):
        found.append("a C compiler")
    return found


def engine_comes_compiled() -> bool:
    """Whether pip was told to compile nothing, or not the engine."""
    told = os.environ.get("PIP_ONLY_BINARY", "").replace(",", " ").split()
    return bool({"llama-cpp-python", "llama_cpp_python", ":all:"} & set(told))


def failed_compiling(compiler: str) -> str:
    """The first thing that `compiler` says where it cannot make a C++17 program; "" where it can."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*compiler.split(), "-x", "c++", "-std=c++17", "-", "-o", str(Path(folder) / "program")]
        done = subprocess.run(command, input=PROGRAM, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return (lines[0] if lines else "nothing, with exit status {}".format(done.returncode)) if done.returncode else ""


def space_trouble() -> list:
    """Where the disk is too full, counted once where checkout and temporary folder lie on the same one."""
    needs = {}
    for folder, size in ((ROOT, VENV_BYTES), (Path(tempfile.gettempdir()), COMPILING_BYTES)):
        device = folder.stat().st_dev
        needs[device] = (folder, size + needs[device][1] if device in needs else size)
    return [
        "{:.1f} GB of free disk space in {} ({:.1f} GB are free)".format(size / 1e9, folder, free / 1e9)
        for folder, size in needs.values()
        for free in [shutil.disk_usage(str(folder)).free]
        if free < size
    ]


def library_trouble(platform: str) -> list:
    """Libraries of the system that Qt will load and that are not here, and fonts to write with."""
    if not sys.platform.startswith("linux"):
        return []
    if platform == "xcb" and os.environ.get("WAYLAND_DISPLAY"):
        platform = "wayland"
    # A compiler brings this along; an engine that was compiled elsewhere does not.
    engine = ("libgomp.so.1",) if engine_comes_compiled() else ()
    names = shared_libraries.missing((*engine, *qt_files.CORE, *qt_files.WIDGETS, *qt_files.PLATFORMS[platform]))
    return [*names, *([] if "libfontconfig.so.1" in names or fonts() else ["a font"])]


def fonts() -> int:
    """How many fonts programs find."""
    import ctypes  # where Python itself lacks this, that was named already

    fontconfig = ctypes.CDLL("libfontconfig.so.1")
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)
    fontconfig.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
    fontconfig.FcInit()
    found = fontconfig.FcConfigGetFonts(None, 0)  # FcSetSystem; an FcFontSet begins with the number of fonts
    return found[0] if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
