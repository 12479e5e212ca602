"""Questions to the hub: every call returns at once, the answer comes later. All of it happens in another process."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.services.processes.environment import child_environment
from weighin.services.processes.rights import model_rights, network_rights
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess, worker_command
from weighin.services.task_runner import Failed as FailedCall

if TYPE_CHECKING:
    from weighin.confinement.rights import Rights
    from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
    from weighin.core.downloads.repository import Listing, Repository, Variant
    from weighin.services.models.hub_access import HubAccess

_LEAVE_MS = 1000
_HUB = "https://huggingface.co"

NewProcess = Callable[[QObject], WorkerProcess]


@dataclass(frozen=True)
class _Call:
    done: Callable[[Any], None]
    failed: FailedCall
    progress: Callable[[Transferred], None] | None = None


class Hub(QObject):
    """One process, started at the first question and again after it died. Every call gets exactly one answer."""

    def __init__(
        self, new_process: NewProcess, parent: QObject | None = None, mirror: Callable[[], str] = lambda: ""
    ) -> None:
        """mirror: the address of another hub than huggingface.co that is asked now, "" for none."""
        super().__init__(parent)
        self._new_process, self._mirror = new_process, mirror
        self._process: WorkerProcess | None = None
        self._outdated: set[WorkerProcess] = set()  # they leave when they have answered
        self._leaving: set[WorkerProcess] = set()
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._asked: dict[int, WorkerProcess] = {}  # who answers a call

    @property
    def mirror(self) -> str:
        """The address of another hub that is asked, "" for huggingface.co."""
        return self._mirror()

    def search(self, text: str, done: Callable[[tuple[Repository, ...]], None], failed: FailedCall) -> int:
        """Repositories that match `text`; the number to cancel by."""
        return self._ask(
            lambda n: protocol.hub_messages.Search(n, text, 40), _Call(lambda e: done(e.repositories), failed)
        )

    def listing(
        self, repo: str, done: Callable[[Listing], None], failed: FailedCall, revision: str | None = None
    ) -> int:
        """The models of a repository, at its newest commit or at `revision` (a commit, branch or tag)."""
        return self._ask(
            lambda n: protocol.hub_messages.ListFiles(n, repo, revision), _Call(lambda e: done(e.listing), failed)
        )

    def look_into(
        self,
        listing: Listing,
        variant: Variant,
        done: Callable[[ModelFacts, str], None],
        failed: FailedCall,
        keep: str = "",
    ) -> int:
        """Facts of a model from its header alone; with a folder `keep` also a sparse stand-in for it (its path)."""
        call = _Call(lambda e: done(e.facts, e.kept), failed)
        return self._ask(lambda n: protocol.hub_messages.LookInto(n, listing.repo, listing.commit, variant, keep), call)

    def digest(
        self,
        path: str,
        done: Callable[[protocol.hub_messages.Digested], None],
        failed: FailedCall,
        progress: Callable[[Transferred], None],
    ) -> int:
        """sha256 of a file of this computer."""
        # Of a process of its own, which may read that file and reach nobody.
        process = self._started(model_rights(path))
        self._outdated.add(process)
        return self._ask(lambda n: protocol.hub_messages.Digest(n, path), _Call(done, failed, progress), process)

    def file(self, repo: str, commit: str, path: str, done: Callable[[WantedFile], None], failed: FailedCall) -> int:
        """Size and sha256 of one file of a data set."""
        return self._ask(
            lambda n: protocol.hub_messages.AskFile(n, repo, commit, path), _Call(lambda e: done(e.file), failed)
        )

    def data_files(
        self,
        repo: str,
        revision: str | None,
        done: Callable[[str, tuple[WantedFile, ...]], None],
        failed: FailedCall,
    ) -> int:
        """The commit of a data set at `revision` (its newest one for None), and its large files."""
        call = _Call(lambda e: done(e.commit, e.files), failed)
        return self._ask(lambda n: protocol.hub_messages.ListData(n, repo, revision), call)

    def fetch(
        self,
        plan: DownloadPlan,
        queued: int,
        done: Callable[[tuple[str, ...], bool], None],
        failed: FailedCall,
        progress: Callable[[Transferred], None],
        patient: bool = False,
    ) -> int:
        """Download; `done` gets the paths and whether all of the files were fetched by this program. Cancelling keeps
        what came and fails with kind "stopped". `patient`: wait for the connection as long as it takes."""
        call = _Call(lambda e: done(e.paths, e.brought), failed, progress)
        return self._ask(lambda n: protocol.hub_messages.Fetch(n, plan, queued, patient), call)

    def discard(self, plan: DownloadPlan, done: Callable[[], None], failed: FailedCall) -> int:
        """Delete what a download left half-finished."""
        return self._ask(lambda n: protocol.hub_messages.Discard(n, plan), _Call(lambda _: done(), failed))

    def cancel(self, number: int) -> None:
        """Stop a digest or a download."""
        if number in self._calls:
            self._asked[number].send(protocol.messages.Cancel(next(self._numbers), number))

    def kill(self) -> None:
        """End the process now; open calls fail with kind "stopped". What was downloaded is safe at any moment."""
        for process in self._processes:
            process.kill()

    def renew(self) -> None:
        """Ask whoever may be asked from now on; what was asked before is still answered."""
        if self._process is not None:
            self._outdated.add(self._process)
            self._process = None
            self._end_outdated()

    def leave(self, gone: Callable[[], None]) -> None:
        """Let the process go in order, without waiting for it; then `gone` is called and this object deleted."""
        self._calls.clear()

        def left(_: object = None) -> None:
            gone()
            self.deleteLater()

        if self._process is None:
            left()
        else:
            self._process.ended.connect(left)
            self._process.shut_down(_LEAVE_MS)

    def close(self) -> None:
        """Let the process leave in order, and wait for it a moment."""
        self._calls.clear()
        for process in self._processes:
            process.shut_down(_LEAVE_MS)
        for process in self._processes:
            process.wait_gone(2 * _LEAVE_MS)

    @property
    def _processes(self) -> tuple[WorkerProcess, ...]:
        return (*self._outdated, *self._leaving, *((self._process,) if self._process is not None else ()))

    def _ask(self, request: Callable[[int], Any], call: _Call, process: WorkerProcess | None = None) -> int:
        """Ask `process`, the one that speaks to the hub where None."""
        number = next(self._numbers)
        self._calls[number] = call
        if process is None:
            process = self._process = self._process or self._started()
        self._asked[number] = process
        process.send(request(number))
        return number

    def _started(self, rights: Rights | None = None) -> WorkerProcess:
        process = self._new_process(self)
        process.message.connect(self._on_event)
        process.ended.connect(lambda end: self._on_ended(process, end))
        process.start(rights)
        return process

    def _on_event(self, event: Any) -> None:
        if isinstance(event, protocol.hub_messages.Progress):
            call = self._calls.get(event.id)
            if call is not None and call.progress is not None:
                call.progress(event.news)
            return
        self._asked.pop(event.id, None)
        call = self._calls.pop(event.id, None)
        self._end_outdated()
        if call is None:
            return
        if isinstance(event, protocol.messages.Failed):
            call.failed(AppError(event.message, event.detail, event.kind))
        elif isinstance(
            event,
            (
                protocol.hub_messages.Found,
                protocol.hub_messages.Listed,
                protocol.hub_messages.LookedInto,
                protocol.hub_messages.FileKnown,
                protocol.hub_messages.DataListed,
                protocol.hub_messages.Fetched,
                protocol.hub_messages.Discarded,
                protocol.hub_messages.Digested,
            ),
        ):
            call.done(event)

    def _end_outdated(self) -> None:
        for process in self._outdated - set(self._asked.values()):
            self._outdated.discard(process)
            self._leaving.add(process)
            process.shut_down(_LEAVE_MS)

    def _on_ended(self, process: WorkerProcess, end: WorkerEnd) -> None:
        self._outdated.discard(process)
        self._leaving.discard(process)
        if process is self._process:
            self._process = None
        process.deleteLater()
        detail = end.protocol_error or end.log.strip()[-2000:]
        for number in [number for number, asked in self._asked.items() if asked is process]:
            del self._asked[number]
            if (call := self._calls.pop(number, None)) is not None:
                call.failed(AppError("The hub process stopped: try again.", detail, "stopped"))


def hub_process(cache: Path, access: HubAccess, headers: Path) -> NewProcess:
    """Makes processes that talk to the hub of `access`, keep files in `cache` and headers in folders below `headers`;
    they alone get the user's token."""

    def new(parent: QObject) -> WorkerProcess:
        command = worker_command("hub")
        more = {"HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        more |= access.variables()
        for folder in (cache, headers):
            with contextlib.suppress(OSError):  # the process says what is wrong with it
                folder.mkdir(parents=True, exist_ok=True)
        home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
        # Other hubs send on to wherever their files are.
        addresses = () if access.endpoint else (_HUB,)
        rights = network_rights(addresses, (Path(home), Path.home() / ".netrc"), (cache, headers))
        return WorkerProcess(
            command, parent, protocol.hub_messages.HUB_EVENTS, child_environment(hub=True), more, rights
        )

    return new
