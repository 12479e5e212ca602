"""From the start of the process to the first paint: the real program beside an empty PySide6 window, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from statistics import median

ROUNDS = 7

_SPY = """
import os, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Spy(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            QTimer.singleShot(0, done)
        return False
def done():
    os.write(1, b"painted\\n")
    QApplication.instance().quit()
"""
_EMPTY = (
    _SPY
    + """
app = QApplication([])
spy = Spy()
window = QMainWindow()
window.installEventFilter(spy)
window.resize(1280, 820)
window.show()
app.exec()
"""
)
_WATCH = (
    _SPY
    + """
real = QApplication.exec
spy = Spy()
def watched(*_):
    for window in QApplication.topLevelWidgets():
        window.installEventFilter(spy)  # on the windows alone: a filter in Python for every event would be measured too
    return real()
QApplication.exec = watched
"""
)
# The spy comes after what the program does before it imports Qt: the order of imports is the program's own.
_OURS = f"""
import sys
from weighin import start
looked = start.look_for_display
def look():
    found = looked()
    exec({_WATCH!r}, globals())
    return found
start.look_for_display = look
sys.argv = ["weighin"]
from weighin.__main__ import main
main()
"""


def main() -> None:
    """Print the ratio of medians (target: at most 3)."""
    with tempfile.TemporaryDirectory() as profile:
        os.environ["WEIGHIN_PROFILE"] = profile
        times: dict[str, list[float]] = {"ours": [], "empty": []}
        for number in range(ROUNDS + 1):
            for name in ("ours", "empty") if number % 2 else ("empty", "ours"):
                taken = _paint(_OURS if name == "ours" else _EMPTY)
                if number:
                    times[name].append(taken)
    ratio = median(times["ours"]) / median(times["empty"])
    sys.stdout.write(f"first paint: window / empty PySide6 window = {ratio:.2f} (target at most 3)\n")


def _paint(source: str) -> float:
    begin = time.perf_counter()
    # Compiled modules are kept, as they are wherever a program is started twice.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", source]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=kept)
    assert process.stdout
    if process.stdout.readline() != b"painted\n":
        raise SystemExit("the window did not paint")
    taken = time.perf_counter() - begin
    process.stdout.close()
    process.wait()
    return taken
