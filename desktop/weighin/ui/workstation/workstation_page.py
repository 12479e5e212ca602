"""The Workstation page: this computer, what fits on it, and how right that was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue
from weighin.services.plans.workstation import Workstation
from weighin.ui.theme import Theme
from weighin.ui.widgets.page_head import PageHead
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.tab_stack import TabStack
from weighin.ui.workstation.ledger_tab import LedgerTab
from weighin.ui.workstation.machine_card import MachineCard
from weighin.ui.workstation.runs_tab import RunsTab

TABS = ("What fits here", "Predicted vs measured")
_LOOK_MS = 3000
_BUSY = "Models are running. Measure again when they have finished."


class WorkstationPage(QWidget):
    """`compare_wanted` carries a tuple of one or two ModelFacts; `get_wanted` a Candidate that can be had at the hub.
    `busy`: whether a model is answering, which nothing here may disturb."""

    compare_wanted = Signal(object)
    get_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        workstation: Workstation,
        catalogue: Catalogue,
        busy: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._workstation, self._busy = workstation, busy
        self.card = MachineCard(theme)
        self.error = Strip("amber")
        self.error.add_close(theme, "Close this message")
        self.runs = RunsTab(theme, workstation, catalogue)
        self.ledger = LedgerTab(workstation)
        head = PageHead("Workstation", TABS)
        self.tabs = head.tabs
        self._stack = TabStack()
        for tab in (self.runs, self.ledger):
            self._stack.add_page(tab)
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        inner = QWidget()
        parts = QVBoxLayout(inner)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(8)
        parts.addWidget(self.card)
        parts.addWidget(self.error)
        parts.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(Scrolled(inner), 1)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.card.measure_wanted.connect(self._measure)
        workstation.computer.changed.connect(self._show_machine)
        workstation.computer.memory_changed.connect(self._show_machine)
        workstation.changed.connect(self._plan_more)
        self._clock.timeout.connect(workstation.computer.look_at_memory)
        self.runs.compare_wanted.connect(self.compare_wanted)
        self.runs.get_wanted.connect(self.get_wanted)
        self._show_machine()

    def take_focus(self) -> None:
        """Be ready to type."""
        (self.runs.search if self._stack.currentIndex() == 0 else self.tabs).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._workstation.computer.look(measure=not self._busy())
        self._clock.start()
        self._plan_more()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _show_machine(self) -> None:
        computer = self._workstation.computer
        speed = computer.bandwidth
        self.card.show_machine(computer.hardware, speed.known, computer.engine, speed.measuring)

    def _measure(self) -> None:
        if self._busy():
            self.error.say(_BUSY)
            return
        self.error.hide()
        self._workstation.computer.bandwidth.measure(lambda found: self._measured(found))
        self._show_machine()

    def _measured(self, found: float | None) -> None:
        if found is None:
            self.error.say("Memory bandwidth could not be measured.")

    def _plan_more(self) -> None:
        """One file more while somebody looks and nothing runs that this would disturb."""
        if self.isVisible() and not self._busy():
            self._workstation.plan_next()
