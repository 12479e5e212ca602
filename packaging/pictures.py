"""Takes the pictures of README: a real comparison and a real MMLU run, in the real window, without a display.

    python packaging/pictures.py [A.gguf B.gguf]       without models: the starter pair

What the pictures show was computed while they were taken. They go to packaging/pictures/."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from weighin.app import Program
from weighin.core.models.header_facts import model_facts
from weighin.paths import Profile
from weighin.ui.main_window import COMPARE, MMLU

# A screen of its own, as sharp as those of today.
SCREEN = {"name": "picture", "x": 0, "y": 0, "width": 2880, "height": 1800, "logicalDpi": 96, "dpr": 1.5}
FOLDER = Path(__file__).parent / "pictures"
SIZE = QSize(1200, 760)
QUESTION = "Explain in two sentences why the sky is blue, then show a formula as code."
STARTER_QUESTION = "Tell me a short story."
QUESTIONS = 100
PATIENCE_MS = 600_000
SETTLE_MS = 800


def wait(until: Callable[[], bool]) -> None:
    """Let the window work until something is true. Exits where that takes too long."""
    loop = QEventLoop()
    look = QTimer()
    look.setInterval(100)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    look.start()
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    loop.exec()
    if not until():
        sys.exit("The program did not come to an end in time.")


def rest(pause_ms: int) -> None:
    """Let the window settle."""
    loop = QEventLoop()
    QTimer.singleShot(pause_ms, loop.quit)
    loop.exec()


def take(program: Program, name: str) -> None:
    """Write what the window shows."""
    rest(SETTLE_MS)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    if not program.window.grab().save(str(path)):
        sys.exit(f"{path} cannot be written.")
    print(path)


def compare(program: Program, models: list[str]) -> None:
    """One question to both, measured until its speeds may be told."""
    page = program.window.compare
    for pane, path in zip(page.panes, models, strict=False):
        pane.header.picker.choose(model_facts(Path(path)))
    assert program.services.plans is not None  # whether they fit stands in their heads
    rest(3000)
    page.prompt.set_text(QUESTION if models else STARTER_QUESTION)
    page.run()
    wait(lambda: page.shown is not None)
    tests = program.services.speed_tests
    wait(lambda: page.shown is not None and not tests.is_pending(page.shown.id))
    take(program, "compare")


def mmlu(program: Program, models: list[str]) -> None:
    """Some questions of the starter set to both."""
    program.window.show_page(MMLU)
    page = program.window.mmlu_page
    for field, path in zip(page.setup.models, models, strict=False):
        field.choose(model_facts(Path(path)))
    wait(lambda: page.setup.request is not None)
    request = page.setup.request
    assert request is not None
    request = replace(request, choice=replace(request.choice, n=QUESTIONS))
    ended: list[bool] = []
    page.ended.connect(lambda: ended.append(True))

    def begin() -> bool:
        """Again until nothing else is measured."""
        if not page.running and not ended:
            page.setup.run_wanted.emit(request)
        return bool(ended)

    wait(begin)
    take(program, "mmlu")


def main(models: list[str]) -> None:
    """Both pictures, with a profile that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        screens = Path(folder) / "screens.json"
        screens.write_text(json.dumps({"screens": [SCREEN]}))
        application = QApplication(["weighin", "-platform", f"offscreen:configfile={screens}"])
        program = Program(application, Profile.locate(folder))
        program.window.resize(SIZE)
        program.window.show()
        rest(500)
        program.restore()
        compare(program, models)
        mmlu(program, models)
        program.window.show_page(COMPARE)
        program.window.close()
        program.close()


if __name__ == "__main__":
    main(sys.argv[1:])
