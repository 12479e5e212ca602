"""Files opened with the program while its window is open: they go to that window, or to one of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from weighin.services.processes import opened_files, owner
from weighin.services.processes.open_windows import OpenWindows
from weighin.services.processes.opened_files import OpenedFiles, hand_over

_GIVE = """
import pathlib, sys
from weighin.services.processes.open_windows import OpenWindows
from weighin.services.processes.opened_files import hand_over
print(hand_over(OpenWindows(pathlib.Path(sys.argv[1])), sys.argv[2:]))
"""


def _given(folder: Path, *paths: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _GIVE, str(folder), *paths], stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> str:
    with process:
        return process.communicate(timeout=60)[0]


@pytest.fixture
def windows(tmp_path: Path) -> OpenWindows:
    made = OpenWindows(tmp_path / "windows")
    made.enter()
    return made


def test_files_go_to_the_window_that_is_open(qtbot: QtBot, windows: OpenWindows, tmp_path: Path) -> None:
    opened, folder = OpenedFiles(), tmp_path / "windows"
    opened.begin(windows.mine)
    wanted = ["/models/a b.gguf", "/models/Größe 'q'.gguf"]
    with qtbot.waitSignal(opened.wanted, timeout=30_000) as said:
        giving = _given(folder, *wanted)
    assert said.args == [wanted]
    assert _said(giving) == "True\n"
    with qtbot.waitSignal(opened.wanted, timeout=30_000) as said:
        giving = _given(folder)
    assert said.args == [[]], "without a file the window comes to the front"
    assert _said(giving) == "True\n"
    assert [file.name for file in folder.iterdir()] == [windows.mine.name if windows.mine else ""]


def test_what_was_asked_for_before_the_window_looked_is_not_lost(
    qtbot: QtBot, windows: OpenWindows, tmp_path: Path
) -> None:
    giving = _given(tmp_path / "windows", "/a.gguf")
    assert windows.mine is not None
    request = windows.mine.with_name(windows.mine.name + ".open")
    qtbot.waitUntil(request.exists, timeout=30_000)
    opened = OpenedFiles()
    with qtbot.waitSignal(opened.wanted, timeout=30_000) as said:
        opened.begin(windows.mine)
    assert said.args == [["/a.gguf"]]
    assert _said(giving) == "True\n"


def test_a_window_that_does_not_answer_is_not_waited_for(
    windows: OpenWindows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _said(_given(tmp_path / "windows", "/a.gguf")) == "False\n"
    assert len(list((tmp_path / "windows").iterdir())) == 1, "nothing is left lying that it would find later"


def test_without_another_window_nobody_takes_them(windows: OpenWindows, tmp_path: Path) -> None:
    assert not hand_over(windows, ["/a.gguf"]), "a window does not hand over to itself"
    assert not hand_over(OpenWindows(tmp_path / "never"), ["/a.gguf"])


@pytest.mark.parametrize("text", ["", "no JSON", '{"a": 1}', "[1]", '["' + "a" * opened_files._MOST_BYTES + '"]'])
def test_what_is_no_request_is_taken_away_and_opens_nothing(
    qtbot: QtBot, windows: OpenWindows, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert windows.mine is not None
    request = windows.mine.with_name(owner.this_process().replace(":", "-") + ".open")
    request.write_text(text)
    opened = OpenedFiles()
    with qtbot.assertNotEmitted(opened.wanted):
        opened.begin(windows.mine)
    assert not request.exists()


def test_a_folder_that_could_not_be_made_is_not_watched(tmp_path: Path) -> None:
    OpenedFiles().begin(None)
