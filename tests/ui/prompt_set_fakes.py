"""Prompt sets in memory."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.prompts.prompt_files import Imported
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetResult, SetRun, StoredRun

BUILTIN = PromptSet("builtin:x", "Explain", (SetPrompt("Why?", "A title"), SetPrompt("How <b>?")), True)


class FakePromptSets(QObject):
    """At once; `broken` makes writing fail."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mine: list[PromptSet] = []
        self.runs: dict[str, StoredRun] = {}
        self.written: dict[str, str] = {}
        self.broken = False

    def sets(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """The builtin one, then mine."""
        done((BUILTIN, *self.mine))

    def save(
        self, name: str, prompts: tuple[SetPrompt, ...], done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Keep a set."""
        made = PromptSet(f"id{len(self.mine)}", name, prompts)
        self.mine.append(made)
        self.changed.emit()
        done(made)

    def keep_prompt(self, text: str, system: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Keep a prompt as a set of its own."""
        if not text.strip():
            failed(AppError("Type a prompt first."))
            return
        self.save("My prompts", (SetPrompt(text, system=system),), done, failed)

    def change(
        self, shown: PromptSet, number: int, text: str, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Another text, or a prompt less."""
        made = shown.with_text(number, text)
        self.mine = [made if one == shown else one for one in self.mine]
        self.changed.emit()
        done(made)

    def put_back(
        self, now: PromptSet | None, before: PromptSet, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """As it was before."""
        if next((one for one in self.mine if one.id == before.id), None) != now:
            failed(AppError("This prompt set was changed elsewhere; nothing was saved."))
            return
        self.mine = [*(one for one in self.mine if one.id != before.id), before]
        self.changed.emit()
        done(before)

    def delete(self, identifier: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget a set."""
        self.mine = [one for one in self.mine if one.id != identifier]
        self.changed.emit()
        done(None)

    def read_file(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Two prompts and a broken line, or nothing."""
        if path.endswith("bad.txt"):
            failed(AppError("The file has no prompts: it is empty."))
            return
        done(Imported((SetPrompt("one"), SetPrompt("two")), ("Line 3: it is not JSON.",)))

    def begin(self, run: SetRun, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Keep a run."""
        if self.broken:
            failed(AppError("The disk is full."))
            return
        self.runs[run.id] = StoredRun(run)

    def keep(self, run: str, result: SetResult, failed: Callable[..., object]) -> None:
        """Keep a result."""
        stored = self.runs[run]
        self.runs[run] = StoredRun(stored.run, (*stored.results, result))

    def latest(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """The last run."""
        done(list(self.runs.values())[-1] if self.runs else None)

    def write(self, path: str, text: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Remember it."""
        self.written[path] = text
        done(None)
