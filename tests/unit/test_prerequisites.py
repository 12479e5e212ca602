"""What `make` looks for before it installs anything."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.conftest import ROOT

from weighin.display.system_packages import distributions_here

SHELL = ROOT / "packaging" / "prerequisites.sh"
SCRIPT = SHELL.with_suffix(".py")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for Linux's libraries")


def run(command: list[str], path: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "HOME": "/", **more}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    spec = importlib.util.spec_from_file_location("prerequisites", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    done = run([sys.executable, str(SCRIPT), "offscreen"], str(tmp_path))
    assert done.returncode == 1
    assert "missing: a C++ compiler\nmissing: a C compiler\n" in done.stderr
    for distribution in distributions_here():
        assert f"  {distribution.everything}\n" in done.stderr


def test_a_compiler_that_compiles_nothing_is_none(tmp_path: Path) -> None:
    for name in ("c++", "cc"):
        broken = tmp_path / name
        broken.write_text("#!/bin/sh\necho 'fatal error: filesystem: no such file'\nexit 1\n")
        broken.chmod(0o755)
    done = run([sys.executable, str(SCRIPT), "offscreen"], str(tmp_path))
    assert done.returncode == 1
    assert "missing: a C++ compiler that works: c++ says fatal error: filesystem: no such file\n" in done.stderr


def test_an_engine_that_comes_compiled_needs_no_compiler(tmp_path: Path) -> None:
    done = run([sys.executable, str(SCRIPT), "offscreen"], str(tmp_path), PIP_ONLY_BINARY="llama-cpp-python")
    assert "compiler" not in done.stderr


def test_without_python_the_line_is_told_all_the_same() -> None:
    done = run(["sh", str(SHELL), "no-such-python", "xcb"], os.environ["PATH"])
    assert done.returncode == 1
    assert done.stderr.startswith("missing: Python (no-such-python), with its venv module\n")
    for distribution in distributions_here():
        assert f"  {distribution.everything}\n" in done.stderr


def test_a_module_that_this_python_lacks(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "PYTHON_MODULES", ("venv", "no_such_module"))
    assert script.python_trouble() == ["Python's module no_such_module"]


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 15, 0)])
def test_a_python_that_is_too_old_or_too_new(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]
) -> None:
    monkeypatch.setattr(script.sys, "version_info", version)
    assert [found.split(" (")[0] for found in script.python_trouble()] == ["Python 3.10 to 3.14"]


def test_the_span_of_pythons_is_that_of_the_package(script: ModuleType) -> None:
    oldest, newest = script.OLDEST, script.NEWEST
    wanted = f'requires-python = ">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"'
    assert wanted in (ROOT / "pyproject.toml").read_text("utf-8")
    assert f"Python {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}" in (ROOT / "README.md").read_text("utf-8")


def test_a_full_disk_is_named_with_what_is_needed(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300_000_000))
    found = script.space_trouble()
    assert found
    assert all(" GB of free disk space in " in each and each.endswith("(0.3 GB are free)") for each in found)


def test_a_library_and_fonts_that_are_missing(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(script.qt_files.PLATFORMS, "offscreen", ("libnobody.so.7",))
    monkeypatch.setattr(script, "fonts", lambda: 0)
    assert script.library_trouble("offscreen") == ["libnobody.so.7", "a font"]
