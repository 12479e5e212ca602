"""When the window may close: at once where nothing runs, else after asking, and once what runs was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.ui.main_window import MainWindow
    from weighin.ui.work.closing_question import ClosingQuestion


class Closing(QObject):
    """A second try to close, or the end of the session, is not asked about."""

    def __init__(self, window: MainWindow, runner: ComparisonRunner) -> None:
        super().__init__(window)
        self._window, self._runner = window, runner
        self._is_sure = self._is_stopping = False
        self._question: ClosingQuestion | None = None

    @property
    def question(self) -> ClosingQuestion | None:
        """What is asked now."""
        return self._question

    def be_sure(self) -> None:
        """Ask no more: who closes now means it."""
        self._is_sure = True

    def allows(self) -> bool:
        """Whether the window may close now. Otherwise it was asked, or closes by itself when what runs has stopped."""
        if not self._is_sure and (sentences := self._sentences()):
            self._ask(sentences)
            return False
        self._put_away()
        if self._window.pages.busy and not self._is_stopping:
            # What was written so far is kept: the window goes when the run has ended and been handed on.
            self._is_sure = self._is_stopping = True
            self._stop()
            self._window.show_notice("Stopping…")
            return False
        return True

    def _sentences(self) -> list[str]:
        """What runs, and what is kept of it."""
        from weighin.core.downloads.download import DownloadState  # not before the first paint
        from weighin.ui.work import closing_question as words

        pages, parts = self._window.pages, self._window.parts
        said = []
        if pages.runs_set:
            said.append(words.PROMPT_SET)
        elif self._runner.running:
            said.append(words.BLIND if parts.blind.hides else words.COMPARISON)
        if pages.is_evaluating:
            said.append(words.EVALUATION)
        if pages.is_measuring:
            said.append(words.MEASUREMENT)
        going_on = (DownloadState.QUEUED, DownloadState.RUNNING)
        if count := sum(view.state in going_on for view in parts.models.downloads.views()):
            said.append(words.downloads_sentence(count))
        return said

    def _ask(self, sentences: list[str]) -> None:
        from weighin.ui.work.closing_question import ClosingQuestion

        self._is_sure = True
        self._question = question = ClosingQuestion(sentences, self._window)
        question.rejected.connect(self._keep)
        question.closing_wanted.connect(self._close)
        question.show()
        question.activateWindow()

    def _keep(self) -> None:
        self._question, self._is_sure = None, False

    def _close(self) -> None:
        self._question = None
        self._window.close()

    def _put_away(self) -> None:
        if (question := self._question) is not None:
            self._question = None
            question.rejected.disconnect(self._keep)
            question.close()

    def _stop(self) -> None:
        if self._runner.running:
            # Once everybody has heard of it, for who keeps it must.
            self._runner.finished.connect(self._window.close, Qt.ConnectionType.QueuedConnection)
            self._runner.stop()
        if self._window.pages.is_evaluating:
            self._window.mmlu_page.ended.connect(self._window.close)
            self._window.mmlu_page.stop()
        if self._window.pages.is_measuring:
            self._window.fidelity_page.ended.connect(self._window.close)
            self._window.fidelity_page.stop()
