"""What is asked of the two lanes: by what stands on the page, or once more what was asked before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.conversation import threads_after
from weighin.core.errors import AppError
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.run_defaults import KeptRunDefaults
    from weighin.ui.compare.prompt_box import PromptBox
    from weighin.ui.lane.lane_pane import LanePane
    from weighin.ui.options.run_options import RunOptions

_MOST_SEED = 2**31


class Requests:
    """Makes requests; each lane is refused where its model's file is not what it was."""

    def __init__(
        self,
        panes: tuple[LanePane, LanePane],
        prompt: PromptBox,
        options: Callable[[], RunOptions],
        defaults: KeptRunDefaults,
        library: Library,
    ) -> None:
        self._panes, self._prompt, self._library = panes, prompt, library
        self._options, self._defaults = options, defaults

    def typed(self, text: str) -> ComparisonRequest:
        """What lanes, mode and options ask for, with this prompt. Raises AppError where a lane has no model."""
        models = [pane.header.picker.chosen for pane in self._panes]
        for pane, model in zip(self._panes, models, strict=True):
            if model is None:
                raise AppError(f"Choose a model for {pane.label} first.", kind="options")
        options, defaults = self._options(), self._defaults.value
        a, b = (model for model in models if model is not None)
        return ComparisonRequest(
            Prompt(text, options.system, options.raw),
            self._prompt.mode.mode,
            self.checked((options.a.setup(a, defaults), options.b.setup(b, defaults))),
            options.rounds,
        )

    def following(self, shown: Comparison | None) -> ComparisonRequest:
        """The typed prompt with its files, and with what was said before where it is a follow-up of `shown`."""
        request = self.typed(self._prompt.text)
        request = replace(request, prompt=replace(request.prompt, attachments=self._prompt.attached.files))
        if not self._prompt.follow.isChecked() or shown is None:
            return request
        return replace(request, follows=shown.id, threads=threads_after(shown))

    def again(self, request: ComparisonRequest, new_seed: bool = False) -> ComparisonRequest:
        """The same once more; `new_seed`: with other random choices, the same for both lanes."""
        lanes = self.checked(request.lanes)
        if new_seed:
            import secrets  # not before the first paint: it takes what hashes and signs along

            seed = secrets.randbelow(_MOST_SEED)
            a, b = (replace(lane, sampling=replace(lane.sampling, seed=seed)) for lane in lanes)
            lanes = (a, b)
        return replace(request, lanes=lanes, try_anyway=False)

    def one_side(self, shown: Comparison, label: str) -> tuple[ComparisonRequest, LaneResult]:
        """Lane `label` once more, and the result of the other one, which stays."""
        (other,) = (result for result in shown.results if result.label != label)
        return self.again(shown.request), replace(other, kept_from=other.kept_from or shown.created)

    def checked(self, lanes: tuple[LaneSetup, LaneSetup]) -> tuple[LaneSetup, LaneSetup]:
        """The same lanes, refused where a model's file is not what it was."""
        a, b = (replace(setup, refusal=self._library.refusal(setup.model)) for setup in lanes)
        return a, b
