"""How a measurement stands, in two lines and a bar, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.text import ELSEWHERE
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityState
from weighin.core.runs.run_state import STATES, RunState
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.label import ElidedLabel
from weighin.ui.widgets.section import button


class RunBar(QWidget):
    """Each signal asks for what its button says."""

    resume = Signal()
    export = Signal()
    new = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel()
        self._about = ElidedLabel(role="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName("Progress of the measurement")
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._resume = button("Resume", "Resume with the remaining chunks")
        self._export = button("Export…", "Export this measurement to a file")
        self._new = button("New measurement", "New measurement: choose models and text")
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._text)
        texts.addWidget(self._about)
        row = QHBoxLayout()
        row.addLayout(texts, 1)
        pairs = ((self._resume, self.resume), (self._export, self.export), (self._new, self.new))
        self._buttons = tuple(one for one, _ in pairs)
        for one, signal in pairs:
            kept = one.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            one.setSizePolicy(kept)
            row.addWidget(one)
            one.clicked.connect(signal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._bar)

    @property
    def text(self) -> str:
        """How it stands."""
        return self._text.text()

    @property
    def about(self) -> str:
        """What is read."""
        return self._about.text()

    def take_focus(self) -> None:
        """The first button that makes sense now has the keyboard."""
        for one in self._buttons:
            if not one.isHidden():
                one.setFocus()
                return

    def show_state(self, state: FidelityState) -> None:
        """It goes on."""
        parts, record = [STATES[state.state]], state.record
        most = "" if record is None or record.request.chunks is not None else "at most "
        if state.state is RunState.PREPARING and state.notice:
            parts.append(safe_name(state.notice, 200))
        if state.chunks_wanted:
            parts.append(f"{format.count(state.chunks_done)} of {most}{format.plural(state.chunks_wanted, 'chunk')}")
        if record is not None and record.seconds >= 1:
            parts.append(format.elapsed(record.seconds))
        if state.seconds_left is not None and state.state is RunState.RUNNING:
            parts.append(f"{format.about(state.seconds_left)} left{', or less' if most else ''}")
        self._text.say(" · ".join(parts))
        self._about.say(" · ".join(part for part in (_text_words(record), safe_name(state.plan, 300)) if part))
        self._bar.setRange(0, max(1, state.chunks_wanted))
        self._bar.setValue(state.chunks_done)
        self._bar.show()
        self._show_buttons()

    def show_ended(self, record: FidelityRecord) -> None:
        """It is over, or goes on in another window."""
        state = ELSEWHERE if record.state is RunState.RUNNING else STATES[record.state]
        chunks = format.plural(len(record.chunks), "chunk")
        took = f"took {format.elapsed(record.seconds)}"
        self._text.say(" · ".join((state, chunks, took, f"started {format.moment(record.created)}")))
        turns = "models took turns" if record.turns else ""
        self._about.say(" · ".join(part for part in (_text_words(record), turns) if part))
        self._bar.hide()
        self._show_buttons(self._export, self._new, *([self._resume] if record.can_resume else []))

    def _show_buttons(self, *shown: QPushButton) -> None:
        focused = any(holds_focus(one) and one not in shown for one in self._buttons)
        for one in self._buttons:
            one.setVisible(one in shown)
        if focused and shown:
            shown[0].setFocus()


def _text_words(record: FidelityRecord | None) -> str:
    """Which text in which pieces."""
    if record is None or not record.text.name:
        return ""
    return f"{safe_name(record.text.name, 80)} · chunks of {format.count(record.request.context)} tokens"
