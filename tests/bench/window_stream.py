"""How late the window's event loop gets while both lanes stream. Run by hand: python tests/bench/window_stream.py

Feeds both lanes of the real window 1,000 tokens a second each, as a lane does (a piece every 30 ms), and prints the
lateness of a 5 ms heartbeat and the memory; under it how much of that was the window's own work (processor time
between two beats), which a busy machine does not change. Then one answer of 100 kB at once, one line of 100 kB, 1 MB in
110,000 lines, and the first paint beside that of an empty PySide6 window.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "desktop"), str(ROOT)]

_EMPTY = """
import sys, time
began = time.perf_counter()
from PySide6.QtWidgets import QApplication, QMainWindow
from PySide6.QtCore import QTimer
app = QApplication([])
window = QMainWindow()
window.resize(1280, 820)
"""
_OURS = """
import sys, time
sys.path[:0] = {paths!r}
began = time.perf_counter()
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
from weighin.ui import theme
from weighin.ui.main_window import MainWindow
import_done = time.perf_counter()
from tests.bench.window_parts import window_parts
from tests.ui.fakes import FakeHistory, FakeLibrary, FakeRunner, FakeSettings
began += time.perf_counter() - import_done
app = QApplication([])
settings = FakeSettings()
theme.apply(app, settings)
runner, library = FakeRunner(), FakeLibrary()
window = MainWindow(runner, library, FakeHistory(), settings, window_parts(runner, library))
"""
_PAINT = """
from PySide6.QtCore import QObject, QEvent
class Spy(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, done)
        return False
def done():
    print(time.perf_counter() - began)
    app.quit()
spy = Spy()
window.installEventFilter(spy)
window.show()
app.exec()
"""


def first_paints(*sources: str) -> list[float]:
    """Median seconds from the first import of Qt to the first paint, each of seven fresh processes, in turn: whatever
    else the machine does meets all of them."""
    runs: list[list[float]] = [[] for _ in sources]
    for _ in range(7):
        for times, source in zip(runs, sources, strict=True):
            done = subprocess.run([sys.executable, "-c", source + _PAINT], capture_output=True, text=True, check=True)
            times.append(float(done.stdout.split()[-1]))
    return [sorted(times)[3] for times in runs]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def resident() -> float:
    """Resident memory of this process in MB."""
    import psutil

    return psutil.Process().memory_info().rss / 1e6


def words_of_a_model(rng: random.Random) -> list[str]:
    """About a thousand tokens of Markdown as models write it."""
    text = [
        "# A heading\n\n",
        "Seven plus five is **twelve**, and *that* is `7 + 5` counted out in steps of one along the numbers. " * 4
        + "\n\n",
        "- a first point that is somewhat longer than others\n- a second point\n- a third, with [a link](https://a.b)\n\n",
        "```python\n" + "for number in range(12):\n    print(number)  # one line of code\n" * 8 + "```\n\n",
        "| step | number |\n|---|---|\n" + "| one | seven |\n" * 6 + "\n",
        "1. begin\n2. go on\n3. stop\n\n> a quotation that goes on for a while\n\n",
    ]
    rng.shuffle(text)
    joined = "".join(text)
    return [joined[i : i + 4] for i in range(0, len(joined), 4)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--tokens-per-s", type=int, default=1000)
    parser.add_argument("--size", default="1400x900")
    parser.add_argument("--no-first-paint", action="store_true")
    chosen, _ = parser.parse_known_args()

    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from tests.bench.window_parts import window_parts
    from tests.ui.fakes import FakeHistory, FakeLibrary, FakeRunner, FakeSettings, answer
    from weighin.core.runs.progress import LaneState
    from weighin.ui import theme
    from weighin.ui.main_window import MainWindow

    app = QApplication([])
    settings = FakeSettings()
    theme.apply(app, settings)
    runner = FakeRunner()
    library = FakeLibrary()
    window = MainWindow(runner, library, FakeHistory(), settings, window_parts(runner, library))
    width, height = map(int, chosen.size.split("x"))
    window.resize(width, height)
    window.show()
    rng = random.Random(1)
    lateness: list[float] = []
    own: list[float] = []
    beat_ms = 5
    state = {"last": 0.0, "fed": 0, "began": 0.0, "point": 0.0, "worked": 0.0}

    beat = QTimer()
    beat.setTimerType(Qt.TimerType.PreciseTimer)
    beat.setInterval(beat_ms)

    def on_beat() -> None:
        now = time.perf_counter()
        worked = time.thread_time()
        lateness.append(max(0.0, (now - state["last"]) * 1000 - beat_ms))
        own.append((worked - state["worked"]) * 1000)
        state["last"], state["worked"] = now, worked

    beat.timeout.connect(on_beat)

    def report(title: str) -> None:
        done = sorted(lateness)
        if done:
            say(
                f"{title:34} p50 {done[len(done) // 2]:6.1f} ms   p99 {done[int(len(done) * 0.99)]:6.1f} ms   "
                f"worst {done[-1]:6.1f} ms   memory {resident():6.1f} MB   ({len(done)} beats)"
            )
            busy = sorted(own)
            say(
                f"{'  of it the window’s own work':34} p50 {busy[len(busy) // 2]:6.1f} ms   "
                f"p99 {busy[int(len(busy) * 0.99)]:6.1f} ms   worst {busy[-1]:6.1f} ms"
            )
        lateness.clear()
        own.clear()
        state["worked"] = time.thread_time()
        state["last"] = time.perf_counter()

    feed = QTimer()
    feed.setTimerType(Qt.TimerType.PreciseTimer)
    feed.setInterval(30)
    tokens: list[str] = []

    def on_feed() -> None:
        now = time.perf_counter()
        due = int((now - state["began"]) * chosen.tokens_per_s)
        count = due - state["fed"]
        state["fed"] = due
        for _ in range(-(-count // 64)):
            part = min(64, count)
            count -= part
            while len(tokens) < part:
                tokens.extend(words_of_a_model(rng))
            text = "".join(tokens[:part])
            del tokens[:part]
            for lane in runner.lanes:
                lane.write(text, part)
        if now - state["point"] > 0.25:
            state["point"] = now
            for lane in runner.lanes:
                lane.measure(now - state["began"], due, 900 + rng.random() * 100, 60_000_000)
        if now - state["began"] > chosen.seconds:
            feed.stop()
            report(f"two lanes, {chosen.tokens_per_s} tokens/s each")
            QTimer.singleShot(100, big_answer)

    feed.timeout.connect(on_feed)

    def start() -> None:
        window.compare.prompt.set_text("Go")
        window.compare.run()
        for label, lane in zip("AB", runner.lanes, strict=True):
            runner.begin_round(label)
            lane.be(LaneState.BUSY, "writing", 0, 0)
        report("idle")
        state["began"] = time.perf_counter()
        say(f"memory at the start {resident():.1f} MB")
        feed.start()

    def restart(text: str) -> None:
        for label in "AB":
            runner.begin_round(label)
        runner.give("A", answer(text))

    def big_answer() -> None:
        report("(pause)")
        restart("".join("".join(words_of_a_model(rng)) for _ in range(80))[:100_000])
        QTimer.singleShot(4000, long_line)

    def long_line() -> None:
        report("an answer of 100 kB at once")
        restart("x" * 100_000)
        QTimer.singleShot(4000, flood)

    def flood() -> None:
        report("a line of 100 kB at once")
        restart("a *b* [c\n" * 110_000)
        QTimer.singleShot(8000, resize)

    def resize() -> None:
        report("1 MB, 110,000 lines at once")
        window.resize(width - 200, height)
        QTimer.singleShot(1500, end)

    def end() -> None:
        report("the window resized on that")
        app.quit()

    def after_first_paint() -> None:
        state["last"], state["worked"] = time.perf_counter(), time.thread_time()
        beat.start()
        QTimer.singleShot(1500, start)

    QTimer.singleShot(500, after_first_paint)
    app.exec()
    window.close()

    if not chosen.no_first_paint:
        empty, ours = first_paints(_EMPTY, _OURS.format(paths=sys.path[:2]))
        say(f"first paint: empty window {empty * 1000:.0f} ms, ours {ours * 1000:.0f} ms, ratio {ours / empty:.2f}")


if __name__ == "__main__":
    main()
