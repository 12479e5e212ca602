"""What makes the packages: the tidy wheel, the start script, the menu entry, and the engine `make` takes."""

from __future__ import annotations

import base64
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.conftest import ROOT

PACKAGE = ROOT / "packaging" / "package"
LINUX = PACKAGE / "linux"
DIST_INFO = "llama_cpp_python-0.3.36.dist-info"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="packages for Linux")


def _wheel(folder: Path) -> Path:
    path = folder / "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
    names = (
        "llama_cpp/__init__.py",
        "llama_cpp/lib/libllama.so",
        "llama_cpp/lib/libggml-cpu-zen4.so",
        "llama_cpp/lib/libllama-common.so",
        "llama_cpp/lib/cmake/llama-config.cmake",
        "llama_cpp/lib/pkgconfig/llama.pc",
        "llama_cpp/include/llama.h",
        "bin/convert_hf_to_gguf.py",
        "lib/libggml.so.0",
        "include/ggml.h",
        f"{DIST_INFO}/RECORD",
    )
    with zipfile.ZipFile(path, "w") as wheel:
        for name in names:
            wheel.writestr(name, name)
        wheel.writestr(f"{DIST_INFO}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-linux_x86_64\n")
    return path


def _tidy(wheel: Path, out: Path, *added: Path) -> Path:
    out.mkdir()
    command = [sys.executable, str(PACKAGE / "tidy_wheel.py"), str(wheel), str(out), "--add", *map(str, added)]
    environment = {"SOURCE_DATE_EPOCH": "1764000000", "PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def test_an_engine_wheel_has_what_is_loaded_and_is_the_same_each_time(tmp_path: Path) -> None:
    gomp = tmp_path / "libgomp.so.1"
    gomp.write_bytes(b"threads")
    made = _tidy(_wheel(tmp_path), tmp_path / "one", gomp)
    assert made.name == "llama_cpp_python-0.3.36-py3-none-manylinux_2_34_x86_64.whl"
    with zipfile.ZipFile(made) as wheel:
        assert wheel.namelist() == [
            "llama_cpp/__init__.py",
            "llama_cpp/lib/libggml-cpu-zen4.so",
            "llama_cpp/lib/libgomp.so.1",
            "llama_cpp/lib/libllama.so",
            f"{DIST_INFO}/WHEEL",
            f"{DIST_INFO}/RECORD",
        ]
        assert wheel.read(f"{DIST_INFO}/WHEEL").endswith(b"Tag: py3-none-manylinux_2_34_x86_64\n")
        noted = dict(line.split(",", 1) for line in wheel.read(f"{DIST_INFO}/RECORD").decode().splitlines())
        for name in wheel.namelist()[:-1]:
            digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest()).rstrip(b"=").decode()
            assert noted[name] == f"sha256={digest},{len(wheel.read(name))}"
    (tmp_path / "later").mkdir()
    assert _tidy(_wheel(tmp_path / "later"), tmp_path / "two", gomp).read_bytes() == made.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An unpacked archive in a place with difficult names, whose program says what it was given."""
    made = tmp_path / "Größe & 100 % $HOME `x`"
    (made / "app").mkdir(parents=True)
    shutil.copy(LINUX / "weighin.sh", made / "weighin")
    shutil.copy(LINUX / "menu-entry.sh", made / "menu-entry.sh")
    (made / "app" / "weighin").write_text('#!/bin/sh\nprintf "[%s]" "$@"\n')
    (made / "app" / "weighin").chmod(0o755)
    share = made / "share"
    for place, source in (
        ("applications/weighin.desktop", LINUX / "share" / "weighin.desktop"),
        ("icons/hicolor/scalable/apps/weighin.svg", ROOT / "resources" / "icons" / "weighin.svg"),
        ("mime/packages/weighin.xml", LINUX / "share" / "weighin-mime.xml"),
    ):
        (share / place).parent.mkdir(parents=True)
        shutil.copy(source, share / place)
    return made


def _started(program: Path, *arguments: str, tools: Path | None = None, **environment: str) -> tuple[int, str, str]:
    path = os.pathsep.join([*([str(tools)] if tools else []), "/usr/bin", "/bin"])
    done = subprocess.run(
        [str(program), *arguments], env={"PATH": path} | environment, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def test_the_program_starts_wherever_it_lies_and_by_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "weighin"
    link.symlink_to(folder / "weighin")
    for program in (folder / "weighin", link):
        assert _started(program, "open", "a b.gguf") == (0, "[open][a b.gguf]", "")


@pytest.mark.parametrize(
    ("tool", "says", "reason"),
    [
        ("uname", "aarch64", "This processor is of another kind (aarch64)."),
        ("getconf", "glibc 2.31", "This system has glibc 2.31."),
        ("getconf", "glibc 2.5", "This system has glibc 2.5."),
        ("getconf", "glibc 2.34", ""),
        ("getconf", "glibc 2.41", ""),
        ("getconf", "", ""),
    ],
)
def test_another_system_is_told_of_in_a_sentence(
    folder: Path, tmp_path: Path, tool: str, says: str, reason: str
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / tool).write_text(f"#!/bin/sh\necho {shlex.quote(says)}\n")
    (tools / tool).chmod(0o755)
    status, said, complaint = _started(folder / "weighin", "doctor", tools=tools)
    if reason:
        assert (status, said) == (1, "")
        start = "Weigh-In cannot start: it needs an x86-64 Linux with glibc 2.34 or newer. "
        assert complaint == f"{start}{reason}\n"
    else:
        assert (status, said, complaint) == (0, "[doctor]", "")


def test_a_menu_entry_starts_what_it_was_made_for_and_goes_without_a_trace(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    status, said, _ = _started(folder / "weighin", "--menu-entry", "add", HOME=str(home))
    assert (status, said) == (0, "Weigh-In is in the menu. If you move it, add it again.\n")
    entry = (home / ".local" / "share" / "applications" / "weighin.desktop").read_text()
    (line,) = (line for line in entry.splitlines() if line.startswith("Exec="))
    # What the entry's own rules make of it: a string's escapes, then the quoted program's, then the percent signs.
    quoted = line.removeprefix("Exec=").replace("\\\\", "\\").replace("%%", "%")
    words = subprocess.run(["sh", "-c", f"printf '%s|' {quoted}"], capture_output=True, text=True, check=True).stdout
    assert words == f"{folder / 'weighin'}|open|%F|"
    assert entry.count("Exec=") == 1 and "MimeType=application/x-gguf;" in entry
    status, said, _ = _started(folder / "weighin", "--menu-entry", "remove", HOME=str(home))
    assert status == 0
    for place in (".local/share/weighin", ".config/weighin", ".local/state/weighin"):
        assert str(home / place) in said
    left = [file for file in home.rglob("*") if file.is_file() and "weighin" in file.name]
    assert left == []


def test_an_appimage_adds_itself_and_not_the_folder_it_is_mounted_at(folder: Path, tmp_path: Path) -> None:
    home, image = tmp_path / "home", "/apps/Weigh-In-0.1.0-x86_64.AppImage"
    _started(folder / "weighin", "--menu-entry", "add", HOME=str(home), XDG_DATA_HOME=str(home), APPIMAGE=image)
    assert f'Exec="{image}" open %F\n' in (home / "applications" / "weighin.desktop").read_text()


def test_another_word_for_the_menu_is_wrong_usage(folder: Path, tmp_path: Path) -> None:
    status, _, said = _started(folder / "weighin", "--menu-entry", "ad", HOME=str(tmp_path))
    assert (status, said) == (2, "usage: weighin --menu-entry add|remove\n")


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize(
    ("asked", "environment", "taken"),
    [((), {}, True), (("ENGINE=native",), {}, False), ((), {"CMAKE_ARGS": "-DGGML_CUDA=on"}, False)],
)
def test_make_takes_the_engine_that_was_made_before(
    tmp_path: Path, asked: tuple[str, ...], environment: dict[str, str], taken: bool
) -> None:
    for name in ("Makefile", "pyproject.toml", "packaging"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "dist").mkdir()

    def planned() -> str:
        done = subprocess.run(
            ["make", "-n", "run", *asked], cwd=tmp_path, env={"PATH": os.environ["PATH"]} | environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    assert "pip compiles llama.cpp for this processor" in planned()
    (tmp_path / "dist" / "llama_cpp_python-0.3.36-py3-none-manylinux_2_34_x86_64.whl").touch()
    assert ("Taking the engine from dist/llama_cpp_python-0.3.36" in planned()) is taken
