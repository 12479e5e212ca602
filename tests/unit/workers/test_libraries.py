"""The engine's libraries: its own, and those that were installed."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from weighin.core.computer.report import machine_lines
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.report import engine_json, engine_words
from weighin.services.machine.hardware import probe
from weighin.workers.llama import libraries

pytestmark = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is loaded is known on Linux")


def _maps(tmp_path: Path, *files: Path) -> Path:
    lines = [f"7f0000000000-7f0000001000 r-xp 00000000 fe:00 {n}   {file}" for n, file in enumerate(files)]
    (tmp_path / "maps").write_text("\n".join(["7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 [stack]", *lines, ""]))
    return tmp_path / "maps"


def test_those_in_this_process_are_the_installed_ones() -> None:
    assert libraries.foreign_libraries() == ""


def test_one_from_another_folder_is_named_without_its_folder(tmp_path: Path) -> None:
    maps = _maps(tmp_path, libraries.folder() / "libllama.so", Path("/home/ann a/lib/libggml-base.so.0"))
    said = libraries.foreign_libraries(maps)
    assert said == "The engine's libggml-base.so.0 is not this program's own: results may differ."


def test_one_that_was_replaced_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "with blanks" / "lib"
    folder.mkdir(parents=True)
    own = sorted(libraries.folder().glob("libllama.so*"))[0]
    shutil.copy(own, folder / own.name)
    monkeypatch.setattr(libraries, "folder", lambda: folder)
    maps = _maps(tmp_path, folder / own.name)
    assert libraries.foreign_libraries(maps) == ""
    with (folder / own.name).open("ab") as file:
        file.write(b"another build")
    said = libraries.foreign_libraries(maps)
    assert said == f"The engine's {own.name} is not the one that was installed: results may differ."


def test_what_no_installer_noted_and_what_cannot_be_read_is_not_complained_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "_PACKAGE", "nobody-has-this")
    assert libraries.foreign_libraries() == ""
    assert libraries.foreign_libraries(tmp_path / "none") == ""


class _Native:
    """Stands for libllama: keeps what it was asked to load."""

    class _Load:
        def __init__(self) -> None:
            self.folders: list[bytes] = []

        def __call__(self, folder: bytes) -> None:
            self.folders.append(folder)

    def __init__(self) -> None:
        self.ggml_backend_load_all_from_path = self._Load()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, _Native]]:
    native = _Native()
    monkeypatch.setattr(libraries, "native", native)
    monkeypatch.setattr(libraries, "folder", lambda: tmp_path / "lib")
    (tmp_path / "lib").mkdir()
    yield tmp_path / "lib", native


def test_variants_come_from_the_engines_own_folder_and_the_loaded_one_is_known(
    engine: tuple[Path, _Native],
) -> None:
    folder, native = engine
    for name in ("libggml-cpu-haswell.so", "libggml-cpu-zen4.so", "libggml-base.so"):
        (folder / name).write_bytes(b"no library")
    assert libraries.load_backends() == "", "none of them is loaded"
    assert native.ggml_backend_load_all_from_path.folders == [os.fsencode(folder)]
    shutil.copy(sorted(Path(sys.prefix).rglob("_multiarray_umath*.so"))[0], folder / "libggml-cpu-sse42.so")
    pinned = ctypes.CDLL(str(folder / "libggml-cpu-sse42.so"))
    assert pinned and libraries.load_backends() == "sse42"


def test_an_engine_for_one_processor_has_nothing_to_load(engine: tuple[Path, _Native]) -> None:
    folder, native = engine
    for name in ("libggml-cpu.so", "libggml-cpu.so.0", "libllama.so"):
        (folder / name).write_bytes(b"no library")
    assert libraries.load_backends() == ""
    assert native.ggml_backend_load_all_from_path.folders == []


def test_variant_and_warning_are_told_and_kept_and_older_records_have_neither() -> None:
    facts = EngineFacts("0.3.36", "b1", "AVX2", variant="zen4", warning="It is another build.")
    assert engine_words(facts) == "llama-cpp-python 0.3.36, llama.cpp b1, variant zen4. It is another build."
    assert ("Engine", engine_words(facts)) in machine_lines(probe(Path.cwd()), None, facts)
    said = engine_json(facts)
    assert said is not None and (said["variant"], said["warning"]) == ("zen4", facts.warning)
    assert from_plain(EngineFacts, to_plain(facts)) == facts
    older = from_plain(EngineFacts, {"llama_cpp_python": "0.3.36", "build": "b1", "features": "AVX2"})
    assert engine_words(older) == "llama-cpp-python 0.3.36, llama.cpp b1"
    said = engine_json(older)
    assert said is not None and (said["variant"], said["warning"]) == (None, None)
