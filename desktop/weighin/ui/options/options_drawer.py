"""The drawer of options for the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.comparisons.rounds import check_rounds
from weighin.core.runs.options import whole
from weighin.ui.options.lane_options import LaneOptions
from weighin.ui.options.option_field import OptionField
from weighin.ui.options.run_options import RunOptions, options_of
from weighin.ui.theme import Theme
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles
    from weighin.services.run_defaults import KeptRunDefaults

_WIDTH = 316


class OptionsDrawer(QFrame):
    """`changed`: something was edited, see `is_valid`. `close_requested`: its cross was pressed."""

    changed = Signal()
    close_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        defaults: KeptRunDefaults,
        files: Callable[[], AttachedFiles],
        parent: QWidget | None = None,
    ) -> None:
        """`files`: reads the files of schemas and grammars."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMinimumWidth(_WIDTH)
        self._system = GrowingEdit("System prompt", least=2, most=6)
        self._system.setPlaceholderText("none")
        self._raw = QCheckBox("Raw (no chat template)")
        self._raw.setAccessibleName("Raw: send the prompt without a chat template")
        self._rounds = OptionField("Repetitions", _ROUNDS_HELP, _rounds, "both lanes")
        self._apart = QCheckBox("Separate options for B")
        self._apart.setAccessibleName("Separate options for lane B")
        self._head_a = PlainLabel("Both lanes", role="section")
        self._a = LaneOptions(theme, "lane A or both lanes", files)
        self._head_b = PlainLabel("Lane B", role="section")
        self._b = LaneOptions(theme, "lane B", files)
        self._build(theme)
        self._rounds.set_text("1")
        self._raw.toggled.connect(self._system.setDisabled)
        self._raw.toggled.connect(self.changed)
        self._system.textChanged.connect(self.changed)
        self._apart.toggled.connect(self._separate)
        for form in (self._a, self._b):
            self._raw.toggled.connect(form.set_raw)
            form.changed.connect(self.changed)
        self._rounds.changed.connect(self.changed)
        self._defaults = defaults
        defaults.changed.connect(self._show_defaults)
        self._show_defaults()
        self._show_b(False)

    @property
    def is_valid(self) -> bool:
        """Whether a comparison can be made of what is typed."""
        return not self.problem

    @property
    def is_separate(self) -> bool:
        """Whether lane B has options of its own."""
        return self._apart.isChecked()

    @property
    def values(self) -> RunOptions:
        """What is typed. Raises AppError where `is_valid` is False."""
        rounds = self._rounds.value
        a = self._a.values
        return RunOptions(
            self._system.toPlainText(),
            self._raw.isChecked(),
            rounds if isinstance(rounds, int) else 1,
            a,
            self._b.values if self.is_separate else a,
        )

    @property
    def problem(self) -> str:
        """What is wrong, in the sentence of the first field that makes no sense; "" where all do."""
        return next((sentence for sentence, _ in self._problems()), "")

    def take_focus(self) -> None:
        """Ready to type into the first field."""
        (self._raw if self._raw.isChecked() else self._system).setFocus()

    def show_problem(self) -> None:
        """Bring the first field that makes no sense into sight, ready to be corrected."""
        for _, field in self._problems():
            for form in (self._a, self._b):
                form.unfold_for(field)
            field.setFocus()
            # Not at once: where the drawer has just opened, nothing in it has its place yet.
            QTimer.singleShot(0, self, partial(self._scroll.ensureWidgetVisible, field))
            return

    def _problems(self) -> Iterator[tuple[str, QWidget]]:
        if not self._rounds.is_valid:
            yield self._rounds.error, self._rounds
        yield from self._a.problems
        if self.is_separate:
            yield from ((f"Lane B: {sentence}", field) for sentence, field in self._b.problems)

    def form(self, label: str) -> LaneOptions:
        """The form of lane "A" (of both while they share it) or "B"."""
        return self._a if label == "A" else self._b

    def set_separate(self, separate: bool) -> None:
        """Give lane B options of its own, or not."""
        self._apart.setChecked(separate)

    def set_prompt(self, system: str, raw: bool) -> None:
        """Set the system prompt, and whether the chat template is left out."""
        self._system.setPlainText(system)
        self._raw.setChecked(raw)

    def field_of_rounds(self) -> OptionField:
        """The field of the repetitions."""
        return self._rounds

    def show_request(self, request: ComparisonRequest) -> None:
        """Show the options of a comparison that was made before."""
        options = options_of(request)
        self.set_prompt(options.system, options.raw)
        self._rounds.set_text(str(options.rounds))
        self._a.set_values(options.a)
        self._apart.setChecked(options.a != options.b)
        self._b.set_values(options.b)

    def _build(self, theme: Theme) -> None:
        cross = IconButton(theme, "close", "Close the options")
        cross.clicked.connect(self.close_requested)
        head = QHBoxLayout()
        head.addWidget(PlainLabel("Options", role="title"), 1)
        head.addWidget(cross)
        inner = QWidget()
        inner.setObjectName("drawer")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 10, 0)
        column.setSpacing(8)
        for widget in (PlainLabel("System prompt"), self._system, self._raw, self._rounds):
            column.addWidget(widget)
        column.addSpacing(6)
        for part in (self._head_a, self._a, self._apart, self._head_b, self._b):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 4, 10)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def _show_defaults(self) -> None:
        for form in (self._a, self._b):
            form.show_defaults(self._defaults.value)

    def _separate(self, separate: bool) -> None:
        """Lane B starts from what both had."""
        if separate and self._a.is_valid:
            self._b.set_values(self._a.values)
        self._show_b(separate)
        self.changed.emit()

    def _show_b(self, separate: bool) -> None:
        self._head_a.say("Lane A" if separate else "Both lanes")
        self._head_b.setVisible(separate)
        self._b.setVisible(separate)


_ROUNDS_HELP = (
    "Above 1, each model answers up to this many times, after a warm-up that does not count, in the order A B B A, "
    "until two medians agree within 5 % and together are long enough. Disturbed rounds are repeated."
)


def _rounds(text: str) -> object:
    value = whole(text)
    check_rounds(value)
    return value
