"""GSM8K from the hub, asked for on the page of prompt sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import PromptSet
from weighin.ui.prompt_sets.sets_page import SetsPage

if TYPE_CHECKING:
    from weighin.services.comparisons.gsm8k import Gsm8k
    from weighin.services.evaluations.set_fetch import FetchProgress

_PHASES = {"asking": "Asking the hub for GSM8K…", "checking": "Checking GSM8K…"}


class Gsm8kDownload(QObject):
    """Says on the page how far it is, and shows the set that came."""

    def __init__(self, gsm8k: Gsm8k, page: SetsPage) -> None:
        super().__init__(page)
        self._page = page
        page.bar.get_wanted.connect(gsm8k.fetch)
        gsm8k.progressed.connect(self._tell)
        gsm8k.fetched.connect(self._show)
        gsm8k.failed.connect(self._fail)

    def _tell(self, progress: FetchProgress) -> None:
        self._page.bar.get.setEnabled(False)
        share = f": {format.percent(progress.done / progress.total)}" if progress.total else "…"
        self._page.tell(_PHASES.get(progress.phase, f"Downloading GSM8K{share}"))

    def _show(self, made: PromptSet) -> None:
        self._page.bar.get.setEnabled(True)
        self._page.refresh(made.id)
        self._page.tell(f"GSM8K is here: {format.plural(len(made.prompts), 'prompt')}.")

    def _fail(self, error: AppError) -> None:
        self._page.bar.get.setEnabled(True)
        self._page.tell(error.user_text)
