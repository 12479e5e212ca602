"""The numbers of an answer: what they say, exactly what was counted, and the row they stand in."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QToolTip, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.comparison import LaneResult
from weighin.core.comparisons.rounds import NUMBERS, spread
from weighin.core.comparisons.slowdown import listed_characters, listed_rate
from weighin.core.comparisons.speed import is_read_long_enough
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.comparisons.text import STOPS, rate_spread, spread_words
from weighin.core.models.server import BY_THIS_CLIENT, ON_THE_SERVER
from weighin.core.runs.answer import MIN_TOKENS_FOR_RATE, Answer, Counting, MemoryReceipt, Timing
from weighin.ui.lane.number import ESTIMATED, NO_MARK, Get, Number, Rounds, cached_words, mark
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

_CLOCK = "Taken by this client, connecting and the network included."


def remote_numbers(answer: Answer, rounds: Rounds) -> tuple[Number, ...]:
    """All numbers in the order in which they are shown."""
    timing = answer.timing
    by_pieces = timing.counting is Counting.PIECES
    whose = "pieces of text that came, taken for tokens: the server gave no count" if by_pieces else "by its own count"
    cached = f" {format.plural(timing.cached_tokens, 'token')} were still known to it." if timing.cached_tokens else ""
    shown = [
        Number(
            f"Reading {format.count(timing.prompt_tokens)} tok",
            format.NONE,
            f"Tokens of the prompt as the server counted them.{cached} How fast it read them cannot be seen from here.",
            NO_MARK,
        ),
        _remote_time("First token", rounds, NUMBERS["first_token_s"], "From the request to the first text."),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        told = "From the request to the first text that is not reasoning."
        shown.append(_remote_time("First answer", rounds, NUMBERS["first_answer_token_s"], told))
    shown += [
        Number(
            f"Writing {'~' if by_pieces else ''}{format.count(timing.generated_tokens)} tok",
            rounds.writing_rate(listed_rate),
            f"Tokens written, {whose}, and their speed: one less than that, divided by the time from the first piece "
            f"of text to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens. {_CLOCK}"
            + rounds.over
            + rounds.worth,
            ESTIMATED if by_pieces else mark(rounds.is_measured),
        ),
        Number(
            "Characters",
            rounds.rate(listed_characters, "/s"),
            f"Characters of text a second while writing. {_CLOCK}" + rounds.over,
            mark(rounds.is_measured),
        ),
        Number("RAM", ON_THE_SERVER, "The model lies in memory that this program cannot see.", NO_MARK),
        _remote_time("Connect", Rounds((timing,)), _connect, "Looking whether the server is there and has the model."),
        _remote_time("Total", rounds, NUMBERS["total_s"], "From the request to the end of the answer."),
        Number("Measured", BY_THIS_CLIENT, "Not comparable with speeds taken beside the model itself.", NO_MARK),
        Number("Ended", STOPS[answer.stop_reason], "Why the answer is not longer.", NO_MARK),
    ]
    return tuple(shown)


def _remote_time(title: str, rounds: Rounds, get: Get, counted: str) -> Number:
    return Number(title, rounds.time(get), f"{counted} {_CLOCK}{rounds.over}", mark(rounds.knows(get)))


def _connect(timing: Timing) -> float | None:
    return timing.load_s


def numbers(answer: Answer, result: LaneResult | None = None) -> tuple[Number, ...]:
    """All numbers of an answer in the order in which they are shown; with `result` over all its rounds."""
    timing, memory = answer.timing, answer.memory
    rounds = Rounds(result.timings if result else (timing,))
    if timing.is_remote:
        return remote_numbers(answer, rounds)
    receipts = result.round_memory if result and result.round_memory else (memory,)
    shown = [
        Number(
            f"Reading {format.count(timing.prompt_tokens)} tok",
            rounds.rate(NUMBERS["prompt_tokens_per_s"]),
            "Tokens of the prompt, and how many of them were read a second: prompt tokens that were really read, "
            "divided by the time until the model had read them." + cached_words(timing) + rounds.over,
            mark(is_read_long_enough(timing)),
        ),
        _time("First token", rounds, NUMBERS["first_token_s"], "From the request to the first text."),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        told = "From the request to the first text that is not reasoning."
        shown.append(_time("First answer", rounds, NUMBERS["first_answer_token_s"], told))
    shown += [
        Number(
            f"Writing {format.count(timing.generated_tokens)} tok",
            rounds.writing_rate(listed_rate),
            "Tokens written, without the end token, and their speed: one less than the tokens written, divided by "
            f"the time from the first to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens."
            + _reasoning(timing)
            + rounds.over
            + rounds.worth,
            mark(rounds.is_measured),
        ),
        Number(
            "Characters",
            rounds.rate(listed_characters, "/s"),
            "Characters of text a second while writing. Models cut text into tokens differently, so this compares "
            "where tokens do not." + rounds.over,
            mark(rounds.is_measured),
        ),
        Number(_ram_title(memory), _ram(receipts), _ram_counted(memory), mark(memory.total_bytes is not None)),
    ]
    if memory.vram_bytes is not None:
        shown.append(Number("GPU memory", format.size(memory.vram_bytes), "Memory of the graphics card."))
    if timing.major_faults:
        told = (
            "Pages that had to be read from the disk while answering: the model did not stay in memory, and the disk "
            "slowed it down."
        )
        shown.append(Number("Page faults", format.count(timing.major_faults), told))
    if result is not None and result.speed_test is not None:
        shown.append(_speed_test(result.speed_test))
    shown.append(_energy(timing, rounds))
    shown += [
        _time("Load", Rounds((timing,)), _load, "Loading the model that gave this answer."),
        _time("Total", rounds, NUMBERS["total_s"], "From the request to the end of the answer, without loading."),
        Number("Ended", STOPS[answer.stop_reason], "Why the answer is not longer.", NO_MARK),
    ]
    return tuple(shown)


def _time(title: str, rounds: Rounds, get: Get, counted: str) -> Number:
    told = f"{counted} Taken in the model's own process.{rounds.over}"
    return Number(title, rounds.time(get), told, mark(rounds.knows(get)))


def _speed_test(test: SpeedTest) -> Number:
    read = f" Reading {rate_spread(test.prompt)}, {test.prompt_tokens} tokens a round." if test.prompt else ""
    told = (
        f"The answer is too short to tell a speed, so it was measured apart on {format.moment(test.created)}: "
        f"{len(test.generation_rates)} rounds of {test.generate_tokens} random tokens, same options, median and range."
        f"{read}"
    )
    return Number("Speed test", rate_spread(test.generation), told)


def _energy(timing: Timing, rounds: Rounds) -> Number:
    found = spread(map(NUMBERS["energy_j"], rounds.timings))
    if found is None:
        told = (
            "This computer does not tell, or another model ran at the same time. Linux counts energy (RAPL), usually "
            "for administrators only; NVIDIA's driver counts that of its GPUs."
        )
        return Number("Energy", format.NONE, told, NO_MARK)
    source = timing.energy.source if timing.energy else ""
    told = (
        f"From the request to the end of the answer. {source}: these parts as a whole, with everything that ran on "
        f"them and the current they take when idle.{rounds.over}"
    )
    said = format.joules(found.median)
    if found.n > 1:
        said += f" ({format.joules(found.low)}–{format.joules(found.high)})"
    return Number("Energy", said, told)


def _load(timing: Timing) -> float | None:
    return timing.load_s


def _reasoning(timing: Timing) -> str:
    return f" {format.plural(timing.reasoning_tokens, 'token')} of it are reasoning." if timing.reasoning_tokens else ""


def _ram_title(memory: MemoryReceipt) -> str:
    if memory.own_bytes is None and memory.model_file_bytes is None:
        return "RAM"
    return f"RAM {format.size(memory.own_bytes)} own + {format.size(memory.model_file_bytes)} model file"


def _ram(receipts: tuple[MemoryReceipt, ...]) -> str:
    total, peak = (spread(getattr(r, name) for r in receipts) for name in ("total_bytes", "peak_bytes"))
    if total is None:
        return format.NONE
    return f"= {spread_words(total, format.size)}{f', peak {spread_words(peak, format.size)}' if peak else ''}"


def _ram_counted(memory: MemoryReceipt) -> str:
    parts = [
        "Own: memory that belongs to the model's process alone, swapped-out parts included. Model file: the part of "
        "the file that is in memory. Peak: the highest total while answering."
    ]
    if memory.baseline_bytes is not None:
        parts.append(f"The process itself takes {format.size(memory.baseline_bytes)} of it before any model is loaded.")
    if memory.load_peak_bytes is not None:
        parts.append(f"Peak while loading: {format.size(memory.load_peak_bytes)}.")
    if memory.method:
        parts.append(f"Method: {memory.method}")
    return " ".join(parts)


# The least width of a column; both lanes have the same, so that the same number stands at the same place.
_COLUMN = 104


class NumbersLine(QFrame):
    """Titles with their numbers in equal columns. Hovering over one says what was counted; reached by Tab, all of it
    is said."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "numbers")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._label = label
        self._layout = FlowLayout(self, spacing=12, column=_COLUMN)
        self._layout.setContentsMargins(0, 2, 0, 2)
        self._shown: tuple[Number, ...] = ()
        self.hide()

    @property
    def text(self) -> str:
        """All of it in one line, for a screen reader."""
        return " · ".join(f"{number.title} {number.value}" for number in self._shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            # Not at once: a tooltip goes away when the focus comes.
            QTimer.singleShot(0, self, self._explain)

    def _explain(self) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, 0)), plain_tooltip(self.counted), self)

    @property
    def counted(self) -> str:
        """What was counted for each number, a line each."""
        return "\n".join(f"{number.title}: {number.counted}" for number in self._shown)

    def clear(self) -> None:
        """Nothing to show."""
        self.show_numbers(())

    def show_numbers(self, shown: tuple[Number, ...]) -> None:
        """Show these in place of those before."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)  # gone at once, not only when Qt finds the time
                widget.deleteLater()
        self._shown = shown
        for number in shown:
            self._layout.addWidget(_Tile(number))
        self.setAccessibleName(f"Numbers of lane {self._label}: {self.text}")
        self.setAccessibleDescription(self.counted)
        self.setVisible(bool(shown))
        self.updateGeometry()


class _Tile(QWidget):
    """One number under its title."""

    def __init__(self, number: Number) -> None:
        super().__init__()
        mark = f" {number.mark}" if number.mark else ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(PlainLabel(f"{number.title}{mark}", role="small"))
        layout.addWidget(PlainLabel(number.value, role="number"))
        self.setToolTip(plain_tooltip(number.explained))
