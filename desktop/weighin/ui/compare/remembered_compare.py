"""Models, mode and options of the Compare page, from one start to the next."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from weighin.core.errors import AppError
from weighin.core.jsonable import salvaged, to_plain
from weighin.core.runs.lane import Mode
from weighin.ui.options.run_options import LaneValues, RunOptions
from weighin.ui.remembering import RememberedModels, Remembering

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.compare.compare_page import ComparePage
    from weighin.ui.options.choice_field import ChoiceField
    from weighin.ui.options.option_field import OptionField
    from weighin.ui.options.options_drawer import OptionsDrawer

_MODELS, _MODE, _OPTIONS = "models", "mode", "options"


class RememberedCompare(Remembering):
    """Puts models and mode back at once, options with `put_options_back`: their drawer is not made before the first
    paint."""

    def __init__(self, settings: Settings, page: ComparePage, library: Library) -> None:
        super().__init__(settings, "compare", page)
        self._page = page
        self._has_options = False
        self._models = RememberedModels(library, [pane.header for pane in page.panes], self)
        self._models.put_back(self.kept.get(_MODELS))
        mode = self.kept.get(_MODE)
        if mode in [known.value for known in Mode]:
            page.prompt.mode.set_mode(Mode(mode))
        for changed in (page.choice.changed, page.prompt.mode.changed, page.options_changed):
            changed.connect(self.soon)

    def put_options_back(self) -> None:
        """Show the options as they were; those that make no sense are the usual ones."""
        self._has_options = True
        options = salvaged(RunOptions(), self.kept.get(_OPTIONS))
        if options != RunOptions():
            _show(self._page.drawer, options)

    def body(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            _MODELS: self._models.bodies(self.kept.get(_MODELS)),
            _MODE: self._page.prompt.mode.mode.value,
        }
        if self._has_options:
            with contextlib.suppress(AppError):  # what makes no sense is not kept
                made[_OPTIONS] = to_plain(self._page.run_options)
        return made


def _show(drawer: OptionsDrawer, options: RunOptions) -> None:
    drawer.set_prompt(options.system, options.raw)
    _set(drawer.field_of_rounds(), str(options.rounds), "1")
    _show_lane(drawer, "A", options.a)
    drawer.set_separate(options.a != options.b)
    _show_lane(drawer, "B", options.b)


def _show_lane(drawer: OptionsDrawer, label: str, values: LaneValues) -> None:
    form = drawer.form(label)
    form.set_values(values)
    _set(form.field("threads"), "" if values.threads is None else str(values.threads), "")


def _set(field: OptionField | ChoiceField, text: str, usual: str) -> None:
    """Put `text` in where it makes sense."""
    field.set_text(text)
    if not field.is_valid:
        field.set_text(usual)
