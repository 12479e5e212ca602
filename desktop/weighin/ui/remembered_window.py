"""The page that was shown last, and when it is time to put things back and to write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from weighin.ui.compare.remembered_compare import RememberedCompare
from weighin.ui.remembering import Remembering

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.main_window import MainWindow

_PAGE = "page"


class RememberedWindow(QObject):
    """Made with the window while its first page is shown; the others are not made before the window was painted once.
    `go_to` shows the page with this number in `names`; others
    are not remembered."""

    def __init__(
        self,
        settings: Settings,
        window: MainWindow,
        library: Library,
        names: tuple[str, ...],
        go_to: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self._settings, self._window, self._names, self._go_to = settings, window, names, go_to
        self._waits = True
        self._compare = RememberedCompare(settings, window.compare, library)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._waits and event.type() == QEvent.Type.Paint:
            self._waits = False
            QTimer.singleShot(0, self, self._put_back)
        elif event.type() == QEvent.Type.Close:
            for part in self._window.findChildren(Remembering):
                part.flush()
        return super().eventFilter(watched, event)

    def _put_back(self) -> None:
        self._compare.put_options_back()
        name, first = self._settings.get(_PAGE, ""), self._window.page
        self._window.page_shown.connect(self._keep)
        if name in self._names and self._names.index(name) != first:
            self._go_to(self._names.index(name))

    def _keep(self, page: int) -> None:
        if page < len(self._names):
            self._settings.set(_PAGE, self._names[page])
