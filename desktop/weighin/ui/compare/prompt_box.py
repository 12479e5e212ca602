"""Where the prompt is typed, the mode is chosen, and a comparison is started and stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from weighin.core.runs.lane import Mode
from weighin.ui.compare.attached_row import AttachedRow
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import ATTACHMENTS, FileDialog
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.focus import hand_on_focus
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

_WARNING = "sharing the machine: not comparable with alone"


class ModeSwitch(QWidget):
    """Chooses the Mode; `changed` when another one is chosen. The warning stands beside "Together" while that is."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alone = QRadioButton("One after the other")
        self._alone.setAccessibleName("One after the other: each lane has the whole machine")
        self._alone.setToolTip("Each lane has the whole machine: numbers worth keeping.")
        self._together = QRadioButton("Together")
        self._together.setAccessibleName(f"Together: {_WARNING}")
        self._together.setToolTip(f"Both lanes at once, {_WARNING}.")
        self._alone.setChecked(True)
        self._warning = PlainLabel(_WARNING, role="warning", wrap=True)
        self._warning.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._alone)
        layout.addWidget(self._together)
        layout.addWidget(self._warning, 1)
        layout.addStretch(0)
        self._together.toggled.connect(self._warning.setVisible)
        self._together.toggled.connect(lambda _: self.changed.emit())

    @property
    def mode(self) -> Mode:
        """What is chosen."""
        return Mode.TOGETHER if self._together.isChecked() else Mode.ALONE

    def set_mode(self, mode: Mode) -> None:
        """Choose."""
        (self._together if mode is Mode.TOGETHER else self._alone).setChecked(True)


_BLIND = (
    "Both answers appear without names, speeds or sizes, at sides drawn by lot and at the same pace. You say which is "
    "better, then you are told which is which."
)


_OPTIONS = "Options for the next run"
_VOTE_FIRST = "Vote on the blind round first."
_RUNNING = "A comparison is running. Stop it or let it finish first."
_FOLLOW = "Each model goes on from its own answer: the prompt is put to it with all that was said in its lane before."


class PromptBox(QFrame):
    """`run_requested` and `stop_requested` say what was pressed; `options_toggled` and `sets_toggled` whether the
    drawer of options or that of prompt sets shall be open."""

    run_requested = Signal()
    stop_requested = Signal()
    options_toggled = Signal(bool)
    sets_toggled = Signal(bool)

    def __init__(self, theme: Theme, files: Callable[[], AttachedFiles], parent: QWidget | None = None) -> None:
        """`files`: who reads and counts files that go along."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self._running = False
        self._held = False
        self._problem = ""
        self._edit = GrowingEdit("Prompt for both lanes", least=2, most=6)
        self._edit.setPlaceholderText("Type a prompt for both models. Ctrl+Enter runs it, Esc stops.")
        self.mode = ModeSwitch()
        self.blind = QCheckBox("Blind")
        self.blind.setAccessibleName("Blind round: names, speeds and sizes are hidden until you have voted")
        self.blind.setToolTip(plain_tooltip(_BLIND))
        self.follow = QCheckBox("Follow-up")
        self.follow.setAccessibleName("Follow-up: each model goes on from its own answer")
        self.set_follow_refusal("There is no answer to follow up yet.")
        self.attached = AttachedRow(theme, files)
        self._attach = IconButton(theme, "attach", "Text files that go along with the prompt", "Attach")
        self._options = IconButton(theme, "options", _OPTIONS, "Options")
        self._options.setCheckable(True)
        self._sets = IconButton(theme, "prompts", "Prompts kept, and sets of prompts", "Prompts")
        self._sets.setCheckable(True)
        self._run = QPushButton("Run")
        self._run.setProperty("role", "primary")
        self._run.setAccessibleName("Run the prompt in both lanes")
        self._run.setToolTip("Ctrl+Enter")
        self._stop = QPushButton("Stop")
        self._stop.setAccessibleName("Stop both lanes")
        self._stop.setToolTip("Esc")
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        choices = QWidget()
        flow = FlowLayout(choices)
        for choice in (self.mode, self.blind, self.follow, self._attach, self._sets, self._options):
            flow.addWidget(choice)
        row = QHBoxLayout()
        row.addWidget(choices, 1)
        row.addWidget(self._stop)
        row.addWidget(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(6)
        layout.addWidget(self._edit)
        layout.addWidget(self.attached)
        layout.addWidget(self._error)
        layout.addLayout(row)
        self._run.clicked.connect(self.run_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._options.toggled.connect(self.options_toggled)
        self._sets.toggled.connect(self.sets_toggled)
        self._edit.textChanged.connect(self._error.hide)
        self._attach.clicked.connect(self._ask_for_files)
        self.attached.refused.connect(self.refuse)
        self._drop = FileDrop(self)
        self._drop.dropped.connect(self._take_files)
        self._enable()

    @property
    def text(self) -> str:
        """The prompt as typed."""
        return self._edit.toPlainText()

    @property
    def edit_height(self) -> int:
        """Height of the box in pixels."""
        return self._edit.height()

    @property
    def error(self) -> str:
        """The sentence shown, "" where there is none."""
        return "" if self._error.isHidden() else self._error.text()

    @property
    def why_not(self) -> str:
        """Why Run would start nothing, "" where it would."""
        if self._held:
            return _VOTE_FIRST
        return _RUNNING if self._running else self._problem

    @property
    def can_run(self) -> bool:
        """Whether Run would start something."""
        return not self.why_not

    def set_text(self, text: str) -> None:
        """Put a prompt in, and the cursor behind it. What was typed before comes back with Undo."""
        self._edit.replace_all(text)
        self._edit.moveCursor(self._edit.textCursor().MoveOperation.End)

    def take_focus(self) -> None:
        """Ready to type."""
        self._edit.setFocus()

    def set_running(self, running: bool) -> None:
        """Run or Stop, whichever makes sense."""
        self._running = running
        self._error.hide()
        self._enable()

    def set_held(self, held: bool) -> None:
        """While a vote is awaited nothing can be run."""
        self._held = held
        self._enable()

    def show_options(self, changed: Sequence[str], problem: str = "") -> None:
        """Say of the options which are not the usual ones, and what is wrong with one, "" where all make sense. Run
        stays enabled then: pressed, it says so."""
        self._problem = problem
        self._error.hide()
        self._options.setText(f"Options ({len(changed)} changed)" if changed else "Options")
        self._options.setToolTip(plain_tooltip("\n".join((_OPTIONS, *changed))))
        self._options.setAccessibleDescription(", ".join(changed))

    def set_follow_refusal(self, sentence: str) -> None:
        """Why the next prompt cannot follow up what is shown, "" where it can."""
        if sentence:
            self.follow.setChecked(False)
        self.follow.setEnabled(not sentence)
        self.follow.setToolTip(plain_tooltip(sentence or _FOLLOW))

    def set_options_open(self, is_open: bool) -> None:
        """Press or release the button of the drawer."""
        self._options.setChecked(is_open)

    def set_sets_open(self, is_open: bool) -> None:
        """Press or release the button of the prompt sets."""
        self._sets.setChecked(is_open)

    def refuse(self, sentence: str) -> None:
        """Say why the prompt was not run."""
        self._error.say_or_hide(sentence)

    def _ask_for_files(self) -> None:
        title = "Text files that go along with the prompt"
        dialog = FileDialog.for_files(self.window(), title, ATTACHMENTS, several=True)
        dialog.filesSelected.connect(self._take_files)
        dialog.open()

    def _take_files(self, paths: list[str]) -> None:
        self._error.hide()
        if any(path.lower().endswith(".gguf") for path in paths):
            self.refuse("A model belongs into a lane: drop it there.")
            return
        self.attached.add_paths(paths)

    def _enable(self) -> None:
        can_run = not self._running and not self._held
        hand_on_focus([self._stop if can_run else self._run], self.take_focus)
        self._run.setEnabled(can_run)
        self._stop.setEnabled(self._running)
