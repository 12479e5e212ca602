"""The composer: where the prompt is typed, the mode is chosen, and a comparison is started and stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import Mode
from weighin.ui.compare.attached_row import AttachedRow
from weighin.ui.compare.token_count import TokenCount
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import ATTACHMENTS, FileDialog
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import ElidedLabel, PlainLabel, plain_tooltip
from weighin.ui.widgets.segmented import SegmentedControl

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

_MODES = (
    (Mode.ALONE, "Sequential", "One model after the other, each with the whole machine. These numbers compare."),
    (
        Mode.TOGETHER,
        "Simultaneous",
        "Both models at the same time, on a shared machine. Not comparable with sequential runs.",
    ),
)


class ModeSwitch(SegmentedControl):
    """Chooses the Mode; `changed` when another one is chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Mode", [(text, told) for _, text, told in _MODES], parent)
        self.chosen.connect(lambda _index: self.changed.emit())

    @property
    def mode(self) -> Mode:
        """What is chosen."""
        return _MODES[self.index][0]

    def set_mode(self, mode: Mode) -> None:
        """Choose."""
        self.choose([known for known, _, _ in _MODES].index(mode))


_BLIND = (
    "Answers appear without names, speeds or sizes, at random sides and at the same pace. Names appear after you vote."
)
_OPTIONS = "Options for the next run"
_VOTE_FIRST = "Vote on the blind round first."
RUNNING = "A comparison is running. Stop it or let it finish first."
_FOLLOW = "Each model continues its own conversation."
_RUN, _NEXT, _STOP = "Run", "Next round", "Stop"
_NEXT_TOLD = "Ctrl+Enter. The next prompt is run blind again; names stay hidden until you vote."
_LEAST_RUN = 76


class PromptBox(QFrame):
    """`run_requested` and `stop_requested` say what was pressed; `options_toggled` and `sets_toggled` whether the
    drawer of options or that of prompt sets shall be open, never both. `edited`: the prompt or its files are others
    now; `models_dropped` carries the paths of files among which is a model."""

    run_requested = Signal()
    stop_requested = Signal()
    options_toggled = Signal(bool)
    sets_toggled = Signal(bool)
    edited = Signal()
    models_dropped = Signal(list)

    def __init__(self, theme: Theme, files: Callable[[], AttachedFiles], parent: QWidget | None = None) -> None:
        """`files`: who reads and counts files that go along."""
        super().__init__(parent)
        self.setProperty("role", "composer")
        self._running = False
        self._held = False
        self._is_next = False
        self.why_no_follow_up = ""
        self._problem = ""
        self._edit = GrowingEdit("Prompt for both models", least=1, most=6)
        self._edit.setProperty("role", "prompt")
        self._edit.setPlaceholderText("Ask both models something… (Ctrl+Enter to run)")
        self._edit.installEventFilter(self)
        self.mode = ModeSwitch()
        self.blind = _toggle("Blind", "Blind round", _BLIND)
        self.follow = _toggle("Follow-up", "Follow-up", _FOLLOW)
        self.set_follow_refusal("There is no answer to follow up yet.")
        self.attached = AttachedRow(theme, files)
        self._attach = _button("Attach", "Attach text files to the prompt")
        self._sets = _toggle("Prompts", "Prompts", "Saved prompts and prompt sets")
        self._options = _toggle("Options", _OPTIONS, _OPTIONS)
        self.tokens = TokenCount(files, self)
        self._count = ElidedLabel(role="small")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._run = QPushButton(_RUN)
        self._run.setProperty("role", "primary")
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        self._arrange()
        self._connect()
        self._enable()

    def _arrange(self) -> None:
        self._choices = QWidget()
        self._flow = FlowLayout(self._choices)
        for choice in (self.mode, self.blind, self.follow, self._attach, self._sets, self._options):
            self._flow.addWidget(choice)
        row = QHBoxLayout()
        row.setSpacing(10)
        # In shares of the width, whatever is counted: nothing moves while one types. What the choices do not need is
        # for the count.
        row.addWidget(self._choices, 4)
        row.addWidget(self._count, 1)
        row.addWidget(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(self._edit)
        layout.addWidget(self.attached)
        layout.addWidget(self._error)
        layout.addLayout(row)

    def _connect(self) -> None:
        self._run.clicked.connect(self._press)
        for one, other in ((self._options, self._sets), (self._sets, self._options)):
            one.toggled.connect(lambda is_open, rest=other: rest.setChecked(rest.isChecked() and not is_open))
        self._options.toggled.connect(self.options_toggled)
        self._sets.toggled.connect(self.sets_toggled)
        self._edit.textChanged.connect(self._error.hide)
        self._edit.textChanged.connect(self.edited)
        self._attach.clicked.connect(self.attach_files)
        self.attached.refused.connect(self.refuse)
        self.attached.changed.connect(self.edited)
        self.edited.connect(lambda: self.tokens.set_text(Prompt(self.text, attachments=self.attached.files).whole))
        self.tokens.changed.connect(self._show_count)
        self._drop = FileDrop(self)
        self._drop.dropped.connect(self._take_files)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            self.style().unpolish(self)
            self.style().polish(self)
        return False

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
    def count_words(self) -> str:
        """What is said of tokens and context."""
        return self._count.text()

    @property
    def why_not(self) -> str:
        """Why Run would start nothing, "" where it would."""
        if self._held:
            return _VOTE_FIRST
        return RUNNING if self._running else self._problem

    @property
    def can_run(self) -> bool:
        """Whether Run would start something."""
        return not self.why_not

    @property
    def run_button(self) -> QPushButton:
        """Run, which is Stop while something runs, and Next round after a vote."""
        return self._run

    def set_text(self, text: str) -> None:
        """Put a prompt in, and the cursor behind it. What was typed before comes back with Undo."""
        self._edit.replace_all(text)
        self._edit.moveCursor(self._edit.textCursor().MoveOperation.End)

    def clear(self) -> None:
        """The prompt was taken: it stands over its answers now. Undo brings its text back."""
        self._edit.replace_all("")
        self.attached.set_files(())

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

    def set_next_round(self, is_next: bool) -> None:
        """Whether a blind round was just judged, so that Run would begin the next one."""
        if is_next != self._is_next:
            self._is_next = is_next
            self._enable()

    def show_options(self, changed: Sequence[str], problem: str = "") -> None:
        """Say of the options which are not the usual ones, and what is wrong with one, "" where all make sense. Run
        stays enabled then: pressed, it says so."""
        self._problem = problem
        self._error.hide()
        self._options.setText(f"Options ({len(changed)})" if changed else "Options")
        self._options.setToolTip(plain_tooltip("\n".join((_OPTIONS, *changed))))
        self._options.setAccessibleDescription(", ".join(changed))
        self._fit()

    def set_follow_refusal(self, sentence: str) -> None:
        """Why the next prompt cannot follow up what is shown, "" where it can."""
        self.why_no_follow_up = sentence
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

    def toggle_options(self) -> None:
        """Open or close the drawer of options."""
        self._options.toggle()

    def toggle_sets(self) -> None:
        """Open or close the prompt sets."""
        self._sets.toggle()

    def close_drawers(self) -> bool:
        """Close what lies over the page, and say whether anything did."""
        opened = [button for button in (self._options, self._sets) if button.isChecked()]
        for button in opened:
            button.setChecked(False)
        return bool(opened)

    def refuse(self, sentence: str) -> None:
        """Say why the prompt was not run."""
        self._error.say_or_hide(sentence)

    def attach_files(self) -> None:
        """Let the user choose text files that go along."""
        dialog = FileDialog.for_files(self.window(), "Attach text files", ATTACHMENTS, several=True)
        dialog.filesSelected.connect(self._take_files)
        dialog.open()

    def _press(self) -> None:
        (self.stop_requested if self._running else self.run_requested).emit()
        if self._run.hasFocus():
            self.take_focus()

    def _take_files(self, paths: list[str]) -> None:
        self._error.hide()
        if any(path.lower().endswith(".gguf") for path in paths):
            self.models_dropped.emit(paths)
            return
        self.attached.add_paths(paths)

    def _show_count(self) -> None:
        words = self.tokens.words
        if words != self._count.text():
            self._count.say(words)
        role = "warning" if self.tokens.is_over else "small"
        if self._count.property("role") != role:
            self._count.setProperty("role", role)
            self._count.style().unpolish(self._count)
            self._count.style().polish(self._count)

    def _enable(self) -> None:
        if self._running:
            word, name, told = _STOP, "Stop both models", "Esc"
        elif self._is_next:
            word, name, told = _NEXT, "Next round: run this prompt blind on both models", _NEXT_TOLD
        else:
            word, name, told = _RUN, "Run the prompt on both models", "Ctrl+Enter"
        self._run.setText(word)
        self._run.setAccessibleName(name)
        self._run.setToolTip(told)
        self._run.setEnabled(self._running or not self._held)

    def _fit(self) -> None:
        """The choices no wider than they are; Run wide enough for each of its words: nothing beside it moves."""
        self._choices.setMaximumWidth(self._flow.line_width)
        self._run.ensurePolished()
        shown, widths = self._run.text(), [_LEAST_RUN]
        for word in (_RUN, _NEXT, _STOP):
            self._run.setText(word)
            widths.append(self._run.sizeHint().width())
        self._run.setText(shown)
        self._run.setFixedWidth(max(widths))


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setToolTip(plain_tooltip(name))
    return button


def _toggle(text: str, name: str, told: str) -> QPushButton:
    button = _button(text, name)
    button.setProperty("role", "toggle")
    button.setToolTip(plain_tooltip(told))
    button.setCheckable(True)
    return button
