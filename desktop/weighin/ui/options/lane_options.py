"""The options of one lane, or of both while they share them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.runs.defaults import AUTOMATIC, RunDefaults
from weighin.core.runs.options import (
    LOAD_OPTIONS,
    SAMPLING_OPTIONS,
    THREADS,
    LoadOptions,
    Option,
    SamplingOptions,
    stop_string,
    typed_stop,
)
from weighin.ui.options.answer_format import AnswerFormat
from weighin.ui.options.choice_field import ChoiceField
from weighin.ui.options.option_field import OptionField
from weighin.ui.options.run_options import LaneValues
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

_THINKING = ("thinking", "thinking_tokens")
_FIRST = ("max_tokens", *_THINKING, "temperature", "seed", "context")
_WORDS = {"thinking": {"auto": "Automatic", "on": "On", "off": "Off"}}
_RAW = "A raw prompt has no chat template, and no thinking that could be told from the answer."


class LaneOptions(QWidget):
    """`changed`: something was edited. `owner` is "both lanes", "lane A" or "lane B". What a newcomer does not need is
    folded away."""

    changed = Signal()

    def __init__(
        self, theme: Theme, owner: str, files: Callable[[], AttachedFiles], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._base = LaneValues()
        self._load: dict[str, OptionField] = {}
        self._sampling: dict[str, OptionField | ChoiceField] = {}
        self._format = AnswerFormat(owner, files)
        self._stop_error = PlainLabel(role="error", wrap=True)
        self._stop_error.hide()
        self._stop = GrowingEdit(f"Stop strings, one per line, {owner}", least=1, most=4)
        self._stop.setPlaceholderText("one per line")
        self._threads = OptionField(THREADS.title, THREADS.help, _threads, owner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for option in LOAD_OPTIONS:
            self._load[option.name] = OptionField(option.title, option.help, _reader(option), owner)
        for option in SAMPLING_OPTIONS:
            if option.name in _WORDS:
                words = _WORDS[option.name]
                self._sampling[option.name] = ChoiceField(option.title, option.help, words, owner)
            elif not option.text:
                self._sampling[option.name] = field = OptionField(option.title, option.help, _reader(option), owner)
                field.set_placeholder("none" if option.name == "thinking_tokens" else "")
        self._load["v_type"].set_placeholder("as keys")
        for box in self._first:
            layout.addWidget(box)
        rest = QWidget()
        inside = QVBoxLayout(rest)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        for box in self._rest:
            inside.addWidget(box)
        for part in (PlainLabel("Stop strings"), self._stop, self._stop_error, self._format):
            inside.addWidget(part)
        self._fold = FoldedSection(theme, "More options", owner, lambda: rest)
        rest.setParent(self._fold)
        rest.hide()
        layout.addWidget(self._fold)
        for box in self._fields:
            box.changed.connect(self.changed)
        self._format.changed.connect(self.changed)
        self._stops: tuple[str, ...] = ()
        self._stop.textChanged.connect(self._check_stop)
        self.set_values(LaneValues())

    @property
    def _first(self) -> tuple[OptionField | ChoiceField, ...]:
        named: dict[str, OptionField | ChoiceField] = {**self._load, **self._sampling}
        return tuple(named[name] for name in _FIRST)

    @property
    def _rest(self) -> tuple[OptionField | ChoiceField, ...]:
        every = (*self._sampling.values(), self._threads, *self._load.values())
        return tuple(box for box in every if box not in self._first)

    @property
    def _fields(self) -> tuple[OptionField | ChoiceField, ...]:
        return (*self._first, *self._rest)

    @property
    def is_valid(self) -> bool:
        """Whether every value makes sense."""
        return next(self.problems, None) is None

    @property
    def problems(self) -> Iterator[tuple[str, QWidget]]:
        """What makes no sense, in the order of the form: a sentence and the field that it is about."""
        yield from ((box.error, box) for box in self._fields if not box.is_valid)
        if self._stop_error.text():
            yield self._stop_error.text(), self._stop
        if self._format.error:
            yield self._format.error, self._format

    def unfold_for(self, field: QWidget) -> None:
        """Open the fold where `field` lies in it."""
        if field in (self._stop, self._format) or field in self._rest:
            self._fold.set_open(True)

    @property
    def values(self) -> LaneValues:
        """What is typed, of each field what made sense last."""
        threads = self._threads.value
        load = {name: box.value for name, box in self._load.items()}
        sampling = {name: box.value for name, box in self._sampling.items()}
        return LaneValues(
            replace(self._base.load, **load),  # type: ignore[arg-type]
            replace(self._base.sampling, **sampling, **self._format.values, stop=self._stops),  # type: ignore[arg-type]
            threads if isinstance(threads, int) else None,
        )

    def set_values(self, values: LaneValues) -> None:
        """Show these."""
        self._base = values
        for options, shown in ((values.load, self._load), (values.sampling, self._sampling)):
            for known in fields(options):
                if known.name in shown:
                    value = getattr(options, known.name)
                    blank = (known.name, value) in (("gpu_layers", AUTOMATIC), ("thinking_tokens", 0))
                    text = f"{value:g}" if isinstance(value, float) else str(value)
                    shown[known.name].set_text("" if blank else text)
        self._threads.set_text("" if values.threads is None else str(values.threads))
        self._stop.setPlainText("\n".join(typed_stop(text) for text in values.sampling.stop))
        self._check_stop()
        self._format.set_values(values.sampling)
        # What is not as usual stays in sight.
        plain = LaneValues(
            replace(LoadOptions(), context=values.load.context),
            replace(
                SamplingOptions(), **{name: getattr(values.sampling, name) for name in _FIRST if name != "context"}
            ),
        )
        if values != plain:
            self._fold.set_open(True)

    def show_defaults(self, defaults: RunDefaults) -> None:
        """Say what a run takes where a field is left blank."""
        threads, layers = defaults.threads, defaults.gpu_layers
        self._threads.set_placeholder("automatic" if threads is None else str(threads))
        self._load["gpu_layers"].set_placeholder("automatic" if layers == AUTOMATIC else str(layers))

    def set_raw(self, raw: bool) -> None:
        """Whether the prompt goes without a chat template."""
        for name in _THINKING:
            self._sampling[name].set_blocked(_RAW if raw else "")

    @property
    def format(self) -> AnswerFormat:
        """What the answer is held to."""
        return self._format

    def field(self, name: str) -> OptionField | ChoiceField:
        """The field of an option, by its name in LoadOptions or SamplingOptions, or "threads". Raises KeyError."""
        return self._threads if name == "threads" else {**self._load, **self._sampling}[name]

    def _check_stop(self) -> None:
        sentence = ""
        stops = tuple(stop_string(line) for line in self._stop.toPlainText().split("\n") if line)
        try:
            self._stops = SamplingOptions(stop=stops).stop
        except AppError as error:
            sentence = error.user_text
        self._stop_error.say_or_hide(sentence)
        self.changed.emit()


def _reader(option: Option) -> Callable[[str], object]:
    """Reads one option and lets the table judge it."""

    def reader(text: str) -> object:
        value = option.read(text or ("auto" if option.name == "gpu_layers" else ""))
        option.check(value)
        return value

    return reader


def _threads(text: str) -> object:
    return _reader(THREADS)(text) if text else None
