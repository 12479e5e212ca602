"""GSM8K: got from the hub in one action, then a prompt set of the user's like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.downloads.download import DownloadPlan
from weighin.core.errors import AppError
from weighin.core.evaluations import standard_sets
from weighin.core.evaluations.standard_sets import StandardSet
from weighin.core.prompts.prompt_files import parse_prompts
from weighin.core.prompts.prompt_rows import GSM8K as TAG
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.services.comparisons.prompt_sets import PromptSets
from weighin.services.evaluations.set_fetch import SetFetch
from weighin.services.models.hub import Hub
from weighin.services.task_runner import TaskRunner

GSM8K = StandardSet("gsm8k", "GSM8K", "", "datasets/openai/gsm8k", "main", (("test", "test"),), 1)


class Gsm8k(QObject):
    """What the hub serves is noted with its revision and sha256 when it first came; nothing else is taken later."""

    progressed = Signal(object)  # FetchProgress
    fetched = Signal(object)  # PromptSet
    failed = Signal(object)  # AppError; kind "stopped" after cancel

    def __init__(
        self, sets: PromptSets, folder: Path, new_hub: Callable[[], Hub], parent: QObject | None = None
    ) -> None:
        """folder: in which the note is kept."""
        super().__init__(parent)
        self._sets, self._folder, self._new_hub = sets, folder / GSM8K.key, new_hub
        self._tasks = TaskRunner(1, self)
        self._hub: Hub | None = None
        self._leaving: set[Hub] = set()
        self._fetch: SetFetch[tuple[SetPrompt, ...]] | None = None

    @property
    def fetching(self) -> bool:
        """Whether it is on its way."""
        return self._hub is not None

    def fetch(self) -> None:
        """Get the test questions and save them as a prompt set, where it is not there yet. Ends in `fetched` or
        `failed`."""
        if self._hub is not None:
            return
        self._hub = self._new_hub()
        self._fetch = SetFetch(
            GSM8K,
            self._folder,
            self._hub,
            self._tasks,
            self._keep,
            self.progressed.emit,
            self._on_read,
            self._on_failed,
        )
        self._fetch.begin()

    def cancel(self) -> None:
        """Stop; what came is kept."""
        if self._fetch is not None:
            self._fetch.cancel()

    def close(self) -> None:
        """End what is on its way."""
        for hub in (*((self._hub,) if self._hub else ()), *self._leaving):
            hub.close()
        self._tasks.close()

    def _keep(self, plan: DownloadPlan, paths: Sequence[Path]) -> tuple[SetPrompt, ...]:
        """The prompts in the files, after noting what they are."""
        prompts: list[SetPrompt] = []
        for file, path in zip(plan.files, paths, strict=True):
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise AppError("GSM8K was damaged on its way: download it again.", kind="damaged")
            read = parse_prompts(data)
            if read.problems or any(prompt.tag != TAG for prompt in read.prompts):
                raise AppError("The files on the hub are not GSM8K, so they are not used.", kind="damaged")
            prompts += read.prompts
        standard_sets.pin(self._folder, plan, {})
        return tuple(prompts)

    def _on_read(self, prompts: tuple[SetPrompt, ...]) -> None:
        def save(known: tuple[PromptSet, ...]) -> None:
            same = next((one for one in known if one.prompts == prompts), None)
            if same is not None:
                self._on_saved(same)
            else:
                self._sets.save(GSM8K.title, prompts, self._on_saved, self._on_failed)

        self._sets.sets(save, self._on_failed)

    def _on_saved(self, made: PromptSet) -> None:
        self._end()
        self.fetched.emit(made)

    def _on_failed(self, error: AppError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        hub, self._hub, self._fetch = self._hub, None, None
        if hub is not None:
            self._leaving.add(hub)
            hub.leave(lambda: self._leaving.discard(hub))
