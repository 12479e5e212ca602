"""The Models page: what is here, what is worth getting, the hub, the facts, and downloads below them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, System
from weighin.services.machine.hardware import disk_free_bytes, total_bytes
from weighin.ui.models.downloads_panel import DownloadsPanel
from weighin.ui.models.hub_tab import HubTab
from weighin.ui.models.pairs_tab import PairsTab
from weighin.ui.models.shelf_tab import ShelfTab
from weighin.ui.models.systems_tab import SystemsTab
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.theme import Theme
from weighin.ui.widgets.page_head import PageHead
from weighin.ui.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from weighin.services.plans.workstation import Workstation
    from weighin.wiring.models import ModelServices

TABS = ("On this computer", "Pairs to try", "Hub search", "Systems and claims")


class ModelsPage(QWidget):
    """`compare_wanted` carries a tuple of one or two ModelFacts to put into the lanes, `check_wanted` a Claim whose
    numbers shall be checked."""

    compare_wanted = Signal(object)
    check_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        models: ModelServices,
        catalogue: Catalogue,
        workstation: Workstation,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        memory = total_bytes()
        self._workstation = workstation
        verdicts = Verdicts(workstation, catalogue, self)
        self.shelf = ShelfTab(theme, models.shelf, verdicts)
        self.pairs = PairsTab(catalogue, models.shelf, memory, verdicts)
        self.hub = HubTab(
            theme,
            models.hub,
            models.inspector,
            models.downloads,
            verdicts,
            lambda: disk_free_bytes(models.folder),
        )
        self.systems = SystemsTab(catalogue, verdicts)
        self.downloads = DownloadsPanel(models.downloads)
        head = PageHead("Models", TABS)
        self.tabs = head.tabs
        self._stack = QStackedWidget()
        # The pairs scroll by themselves.
        shown = (Scrolled(self.shelf), self.pairs, Scrolled(self.hub), Scrolled(self.systems))
        for tab in shown:
            self._stack.addWidget(tab)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.downloads)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.shelf.compare_wanted.connect(lambda facts: self.compare_wanted.emit((facts,)))
        self.pairs.compare_wanted.connect(lambda a, b: self.compare_wanted.emit((a, b)))
        self.pairs.wanted.connect(self._get)
        self.systems.wanted.connect(self._get)
        self.systems.check_wanted.connect(self.check_wanted)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._workstation.computer.look_at_memory()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.downloads.fit()

    def take_focus(self) -> None:
        """Be ready to type into the tab that is shown."""
        searches: dict[int, QWidget] = {0: self.shelf.search, 2: self.hub.search, 3: self.systems.search}
        searches.get(self.tabs.currentIndex(), self.tabs).setFocus()

    def show_pairs(self) -> None:
        """Show the pairs to try, by what fits this computer."""
        self.tabs.setCurrentIndex(TABS.index("Pairs to try"))

    def show_repository(self, repo: str) -> None:
        """Show the files of a repository at the hub."""
        self.tabs.setCurrentIndex(TABS.index("Hub search"))
        self.hub.search.setText(repo)
        self.hub.show_repository(repo)

    def _get(self, system: System) -> None:
        self.tabs.setCurrentIndex(TABS.index("Hub search"))
        self.hub.show_first(system)

    def show_system(self, system: System) -> None:
        """Show the facts of a system."""
        self.tabs.setCurrentIndex(TABS.index("Systems and claims"))
        self.systems.show_system(system)
