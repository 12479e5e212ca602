"""Keeps in sight with which options the next run will be made, and the shown one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.ui.compare.remark import Remark
from weighin.ui.options.run_options import RunOptions, option_differences
from weighin.ui.widgets.focus import hand_on_focus

if TYPE_CHECKING:
    from weighin.ui.compare.compare_page import ComparePage


class OptionsNews(QObject):
    """Of the page: a button says how many options are not the usual ones, the remark what was otherwise where the
    answers come from elsewhere."""

    def __init__(self, page: ComparePage, remark: Remark) -> None:
        super().__init__(page)
        self._page, self._remark = page, remark
        page.options_changed.connect(self.follow)
        page.prompt.mode.changed.connect(self.follow)
        remark.options_wanted.connect(self._use)

    def follow(self) -> None:
        """Say what is true now."""
        prompt, problem = self._page.prompt, self._page.option_problem
        options = RunOptions() if problem else self._page.run_options
        prompt.show_options(option_differences(options, RunOptions()), problem)
        if not problem:
            self._remark.follow(options, prompt.mode.mode)

    def show_wrong(self) -> None:
        """Where an option makes no sense, bring it into sight, ready to be corrected."""
        if self._page.option_problem:
            self._page.prompt.set_options_open(True)
            self._page.drawer.show_problem()

    def _use(self, request: ComparisonRequest) -> None:
        """The next run has the options of what is shown."""
        hand_on_focus([self._remark], self._page.prompt.take_focus)
        self._page.prompt.mode.set_mode(request.mode)
        self._page.drawer.show_request(request)
        self.follow()
