"""The options of the next run: their drawer, and what is said of them on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.ui.compare.remark import Remark
from weighin.ui.options.run_options import RunOptions, option_differences
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import FocusReturn, hand_on_focus

if TYPE_CHECKING:
    from weighin.ui.compare.compare_page import ComparePage
    from weighin.ui.compare.prompt_box import PromptBox
    from weighin.ui.options.options_drawer import OptionsDrawer
    from weighin.ui.parts import Parts

DRAWER_WIDTH = 400


class OptionsDesk(QObject):
    """A button says how many options are not the usual ones, the remark what was otherwise where the answers come from
    elsewhere. `changed`: something was edited."""

    changed = Signal()

    def __init__(self, theme: Theme, prompt: PromptBox, remark: Remark, parts: Parts, page: ComparePage) -> None:
        super().__init__(page)
        self._parts = parts
        self._theme, self._prompt, self._remark, self._page = theme, prompt, remark, page
        self._drawer: OptionsDrawer | None = None
        self.changed.connect(self.follow)
        prompt.mode.changed.connect(self.follow)
        prompt.options_toggled.connect(self._open)
        remark.options_wanted.connect(self._use)

    @property
    def drawer(self) -> OptionsDrawer:
        """The drawer of options, made when it is first wanted: the first paint need not wait for its many fields."""
        if self._drawer is None:
            from weighin.ui.options.options_drawer import OptionsDrawer

            parts = self._parts
            self._drawer = drawer = OptionsDrawer(self._theme, parts.run_defaults, lambda: parts.attached_files)
            drawer.hide()
            drawer.close_requested.connect(lambda: self._prompt.set_options_open(False))
            drawer.changed.connect(self.changed)
            self._page.show_beside(drawer, DRAWER_WIDTH)
            FocusReturn(drawer, self._prompt.take_focus)
        return self._drawer

    @property
    def values(self) -> RunOptions:
        """What is asked beside the prompt: of each field what made sense last."""
        return self._drawer.values if self._drawer else RunOptions()

    @property
    def problem(self) -> str:
        """What is wrong with the options, "" where all make sense."""
        return self._drawer.problem if self._drawer else ""

    def follow(self) -> None:
        """Say what is true now."""
        problem = self.problem
        options = RunOptions() if problem else self.values
        self._prompt.show_options(option_differences(options, RunOptions()), problem)
        if not problem:
            self._remark.follow(options, self._prompt.mode.mode)

    def show_wrong(self) -> None:
        """Where an option makes no sense, bring it into sight, ready to be corrected."""
        if self.problem:
            self._prompt.set_options_open(True)
            self.drawer.show_problem()

    def _open(self, is_open: bool) -> None:
        self.drawer.setVisible(is_open)
        if is_open:
            self.drawer.take_focus()

    def _use(self, request: ComparisonRequest) -> None:
        """The next run has the options of what is shown."""
        hand_on_focus([self._remark], self._prompt.take_focus)
        self._prompt.mode.set_mode(request.mode)
        self.drawer.show_request(request)
        self.follow()
