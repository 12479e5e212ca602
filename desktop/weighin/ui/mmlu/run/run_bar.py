"""The buttons of a run, and one line on how it stands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationState
from weighin.core.evaluations.text import ELSEWHERE
from weighin.core.runs.run_state import STATES, RunState
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.label import ElidedLabel

_ENDED = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


class RunBar(QWidget):
    """Each signal asks for what its button says."""

    pause = Signal()
    go_on = Signal()
    stop = Signal()
    resume = Signal()
    export = Signal()
    new = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel()
        self._about = ElidedLabel(role="small")
        self._pause = _button("Pause", "Pause the run; the models stay loaded")
        self._go_on = _button("Resume", "Resume the run")
        self._stop = _button("Stop", "Stop the run; answers are kept")
        self._resume = _button("Resume", "Resume with the remaining questions")
        self._export = _button("Export…", "Export this run to a file")
        self._new = _button("New run", "New run: choose models and questions")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._text)
        texts.addWidget(self._about)
        row.addLayout(texts, 1)
        pairs = (
            (self._pause, self.pause),
            (self._go_on, self.go_on),
            (self._stop, self.stop),
            (self._resume, self.resume),
            (self._export, self.export),
            (self._new, self.new),
        )
        self._buttons = tuple(button for button, _ in pairs)
        for button, signal in pairs:
            row.addWidget(button)
            button.clicked.connect(signal)

    @property
    def text(self) -> str:
        """How the run stands."""
        return self._text.text()

    @property
    def about(self) -> str:
        """What is asked."""
        return self._about.text()

    def take_focus(self) -> None:
        """The first button that makes sense now has the keyboard."""
        next(button for button in self._buttons if not button.isHidden()).setFocus()

    def show_about(self, text: str) -> None:
        """Say what is asked, in one line."""
        self._about.say(text)

    def show_running(self, state: EvaluationState) -> None:
        """It goes on, or rests."""
        parts = [STATES[state.state]]
        if state.state is RunState.PREPARING and state.notice:
            parts.append(state.notice)
        if state.seconds >= 1:
            parts.append(f"{format.elapsed(state.seconds)}")
        if state.seconds_left is not None and state.state is RunState.RUNNING:
            parts.append(f"{format.about(state.seconds_left)} left")
        self._text.say(" · ".join(parts))
        self._show_buttons(state.state, can_resume=False)

    def show_ended(self, state: RunState, when: str, can_resume: bool) -> None:
        """It is over, or goes on in another window."""
        elsewhere = state is RunState.RUNNING
        self._text.say(f"{ELSEWHERE if elsewhere else STATES[state]} · started {when}")
        self._show_buttons(RunState.INTERRUPTED if elsewhere else state, can_resume)

    def _show_buttons(self, state: RunState, can_resume: bool) -> None:
        ended = state in _ENDED
        shown = {
            self._pause: state is RunState.RUNNING,
            self._go_on: state is RunState.PAUSED,
            self._stop: not ended,
            self._resume: ended and can_resume,
            self._export: ended,
            self._new: ended,
        }
        focused = next((button for button in shown if holds_focus(button)), None)
        for button, visible in shown.items():
            button.setVisible(visible)
        self._stop.setEnabled(state is not RunState.STOPPING)
        if focused is not None and not shown[focused]:
            # Who has just pressed Pause finds Go on under the same finger.
            next(button for button, visible in shown.items() if visible).setFocus()


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button
