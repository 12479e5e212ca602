"""Prompt sets for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.prompts.builtin_sets import load_sets
from weighin.core.prompts.prompt_files import MAX_FILE, Imported, parse_prompts
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetResult, SetRun, StoredRun, check_set
from weighin.services.files import write_text
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.prompt_sets import PromptSetStore

MINE = "My prompts"


class PromptSets(QObject):
    """`changed`: the sets are others."""

    changed = Signal()

    def __init__(self, records: Records, resources: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records, self._resources = records, resources
        self._files = TaskRunner(1, self)

    def sets(self, done: Callable[[tuple[PromptSet, ...]], None], failed: Failed) -> None:
        """The sets that come along, then the user's."""
        self._run(lambda store: (*load_sets(self._resources), *store.sets()), done, failed)

    def save(
        self, name: str, prompts: tuple[SetPrompt, ...], done: Callable[[PromptSet], None], failed: Failed
    ) -> None:
        """Keep a new set; `changed` follows."""

        def work(store: PromptSetStore) -> PromptSet:
            check_set(name, prompts)
            made = PromptSet(uuid.uuid4().hex, name.strip(), prompts)
            store.save_set(made)
            return made

        self._run(work, lambda made: self._tell(done, made), failed)

    def keep_prompt(self, text: str, system: str, done: Callable[[PromptSet], None], failed: Failed) -> None:
        """Add a prompt to the set MINE, which is made where it is missing; `changed` follows."""

        def work(store: PromptSetStore) -> PromptSet:
            if not text.strip():
                raise AppError("Type a prompt first.", kind="empty_prompt")
            mine = next((one for one in store.sets() if one.name == MINE), PromptSet(uuid.uuid4().hex, MINE, ()))
            prompts = (*mine.prompts, SetPrompt(text, system=system))
            check_set(MINE, prompts)
            made = PromptSet(mine.id, MINE, prompts)
            store.save_set(made)
            return made

        self._run(work, lambda made: self._tell(done, made), failed)

    def change(
        self, shown: PromptSet, number: int, text: str, done: Callable[[PromptSet], None], failed: Failed
    ) -> None:
        """Put `text` in place of a prompt of the user's set as it is `shown`, or with "" take it out; `changed`
        follows."""

        self.replace(shown, shown.with_text(number, text), done, failed)

    def replace(self, shown: PromptSet, made: PromptSet, done: Callable[[PromptSet], None], failed: Failed) -> None:
        """Keep `made` in place of the user's set as it is `shown`; `changed` follows."""

        def work(store: PromptSetStore) -> PromptSet:
            check_set(made.name, made.prompts)
            if shown not in store.sets():
                raise AppError("This prompt set was changed elsewhere; nothing was saved.", kind="missing")
            store.save_set(made)
            return made

        self._run(work, lambda made: self._tell(done, made), failed)

    def put_back(
        self, now: PromptSet | None, before: PromptSet, done: Callable[[PromptSet], None], failed: Failed
    ) -> None:
        """Undo a change or a deletion: a set is again what it was `before`, unless it is no longer what it is `now`
        (None: deleted); `changed` follows."""

        def work(store: PromptSetStore) -> PromptSet:
            if next((one for one in store.sets() if one.id == before.id), None) != now:
                raise AppError("This prompt set was changed elsewhere; nothing was saved.", kind="missing")
            store.save_set(before)
            return before

        self._run(work, lambda made: self._tell(done, made), failed)

    def delete(self, identifier: str, done: Callable[[None], None], failed: Failed) -> None:
        """Forget a set of the user's; `changed` follows."""
        self._run(lambda store: store.delete_set(identifier), lambda _: self._tell(done, None), failed)

    def read_file(self, path: str, done: Callable[[Imported], None], failed: Failed) -> None:
        """The prompts in a file."""
        self._files.run(lambda: read_prompts(Path(path)), done, failed)

    def begin(self, run: SetRun, done: Callable[[None], None], failed: Failed) -> None:
        """Keep a run before its first prompt."""
        self._run(lambda store: store.begin_run(run), done, failed)

    def keep(self, run: str, result: SetResult, failed: Failed) -> None:
        """Keep what a prompt gave."""
        self._run(lambda store: store.add_result(run, result), lambda _: None, failed)

    def latest(self, done: Callable[[StoredRun | None], None], failed: Failed) -> None:
        """The run that was begun last, finished or not."""
        self._run(lambda store: store.latest_run(), done, failed)

    def latest_of(
        self, prompts: tuple[SetPrompt, ...], done: Callable[[StoredRun | None], None], failed: Failed
    ) -> None:
        """The run of these prompts that was begun last, whatever was run since."""
        self._run(lambda store: store.latest_run(prompts), done, failed)

    def latest_named(self, name: str, done: Callable[[StoredRun | None], None], failed: Failed) -> None:
        """The run that was begun last of a set which is called so, whatever its prompts are now."""
        self._run(lambda store: store.latest_run(name=name), done, failed)

    def write(self, path: str, text: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write an export, whole or not at all."""
        self._files.run(lambda: write_text(Path(path), text), done, failed)

    def close(self) -> None:
        """Finish the files that are being written."""
        self._files.close()

    def _run(self, work: Callable[[PromptSetStore], Any], done: Callable[[Any], None], failed: Failed) -> None:
        self._records.run(lambda stores: work(stores.prompt_sets), done, failed)

    def _tell(self, done: Callable[[Any], None], value: Any) -> None:
        self.changed.emit()
        done(value)


def read_prompts(path: Path) -> Imported:
    """The prompts in a file; never reads more than such a file may have. Raises AppError."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise AppError(f"{path.name} cannot be read: {error.strerror or error}.", kind="missing") from None
    return parse_prompts(data)
