"""From a request, or the id of a kept measurement, to one that can begin: files and vocabularies checked, text read."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core import format
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest, OtherFidelity, SideFacts, TextFacts
from weighin.core.fidelity.names import side_name
from weighin.core.fidelity.texts import SourceText
from weighin.core.fidelity.vocabularies import vocabulary_refusal
from weighin.core.gguf.reader import KnownTexts
from weighin.core.gguf.vocabulary import Vocabulary, vocabulary_difference
from weighin.core.models.model import shard_paths
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.services.fidelity.fidelity_history import FidelityHistory
from weighin.services.fidelity.reading_planner import ReadingPlanner
from weighin.services.fidelity.text_source import read_text
from weighin.services.machine.conditions import ConditionWatch
from weighin.services.models.model_digests import DigestRequest, Digests, ModelDigests, whole_digest
from weighin.services.task_runner import TaskRunner

_SERVER = "A server gives no full log-probabilities, so only models in files can be compared."


@dataclass(frozen=True)
class FidelityContext:
    """What a runner needs of the rest. rows: a folder for texts and logits; reason_to_wait: why nothing may begin now,
    a sentence, "" where it may; conditions: sees whether other programs disturb what is timed."""

    kept: FidelityHistory
    digests: ModelDigests
    planner: ReadingPlanner
    resources: Path
    rows: Path
    cores: Callable[[], int]
    available_bytes: Callable[[], int | None]
    reason_to_wait: Callable[[], str] = lambda: ""
    conditions: ConditionWatch = field(default_factory=ConditionWatch)


@dataclass(frozen=True)
class Prepared:
    """record: what it is about, and what is known already. resumed: it is kept, and this process works on it."""

    record: FidelityRecord
    source: SourceText
    resumed: bool


class Preparation(QObject):
    """One of `begin` and `take_up`, once; ends in exactly one `ready` or `failed`."""

    ready = Signal(object)  # Prepared
    failed = Signal(object)  # AppError

    def __init__(self, around: FidelityContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._tasks = TaskRunner(1, self)
        self._record: FidelityRecord | None = None
        self._resumed = False
        self._found: list[str] = []
        self._share = 0.0
        self._stopped = False
        self._reading: DigestRequest | None = None

    @property
    def notice(self) -> str:
        """What is going on, in words."""
        if self._record is None:
            return ""
        if len(self._found) <= len(self._record.others):
            name = side_name(self._record, len(self._found)) if self._found else "BASE"
            return f"Verifying the file of {name}: {format.percent(self._share)}"
        return "Comparing the vocabularies"

    def begin(self, request: FidelityRequest) -> None:
        """Prepare a new measurement."""
        request = replace(
            request,
            base=_for_chunks(request.base, request.context),
            others=tuple(_for_chunks(setup, request.context) for setup in request.others),
        )
        self._check(
            FidelityRecord(
                id=uuid.uuid4().hex,
                created=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                state=RunState.PREPARING,
                request=request,
                text=TextFacts("", "", ()),
                base=SideFacts(request.base),
                others=tuple(OtherFidelity(SideFacts(setup)) for setup in request.others),
            )
        )

    def take_up(self, identifier: str) -> None:
        """Prepare to go on with a kept one: whoever failed may try again."""

        def taken(record: FidelityRecord) -> None:
            self._resumed = True
            self._record = record
            if record.state is RunState.FINISHED:
                self._give_up(AppError("This measurement is finished: nothing is left to read.", kind="finished"))
                return
            others = tuple(
                replace(other, side=replace(other.side, failure=None)) for other in record.others
            )  # fmt: skip
            self._check(replace(record, base=replace(record.base, failure=None), others=others))

        self._around.kept.take_up(identifier, taken, self.failed.emit)

    def stop(self) -> None:
        """Break off; `failed` follows."""
        self._stopped = True
        if self._reading is not None:
            self._reading.stop()

    def close(self) -> None:
        """Finish what is being read."""
        self._tasks.close()

    # ------------------------------------------------------------ one check after the other

    def _check(self, record: FidelityRecord) -> None:
        self._record = record
        if (failure := _refused(record.base.setup)) is not None:
            self._give_up(AppError(failure.message, failure.detail, failure.kind))
            return
        self._digest()

    def _digest(self) -> None:
        """The sha256 of the next file, then what comes after the last."""
        record = self._record
        assert record is not None
        setups = _setups(record)
        if len(self._found) == len(setups):
            self._compare()
            return
        setup = setups[len(self._found)]
        self._share = 0.0

        def known(sha256: str) -> None:
            self._found.append(sha256)
            self._digest()

        def digested(digests: Digests) -> None:
            known(whole_digest(digests))

        def read(news: Transferred) -> None:
            self._share = news.done / max(1, news.total)

        if _refused(setup) is not None:
            known("")
        else:
            self._reading = self._around.digests.of(setup.model.path, digested, self._give_up, read)

    def _compare(self) -> None:
        """Files as they were, vocabularies, and the text: away from the window's thread."""
        record = self._record
        assert record is not None
        for number, (setup, sha256) in enumerate(zip(_setups(record), self._found, strict=True)):
            if self._resumed and sha256 and setup.model.sha256 and setup.model.sha256 != sha256:
                name = side_name(record, number)
                text = f"The file of {name} is not the one this run started with. Start a new run."
                self._give_up(AppError(text, kind="changed"))
                return
        record = _with_digests(record, self._found)
        self._record = record
        self._reading = None

        def compared(found: tuple[list[Failure | None], SourceText]) -> None:
            self._hand_over(*found)

        self._tasks.run(
            lambda: (_refusals(record), read_text(record.request.text, self._around.resources)),
            compared,
            self._give_up,
        )

    def _hand_over(self, refusals: list[Failure | None], source: SourceText) -> None:
        record = self._record
        assert record is not None
        if self._stopped:
            self._give_up(AppError("Stopped before it started.", kind="stopped"))
            return
        if self._resumed and record.text.sha256 != source.sha256:
            text = "The text is not the one this run started with. Start a new run."
            self._give_up(AppError(text, kind="changed"))
            return
        if all(refusals) and (first := refusals[0]) is not None:
            self._give_up(AppError(first.message, first.detail, first.kind))
            return
        others = tuple(
            replace(other, side=replace(other.side, failure=failure))
            for other, failure in zip(record.others, refusals, strict=True)
        )
        self.ready.emit(Prepared(replace(record, others=others), source, self._resumed))

    def _give_up(self, error: AppError) -> None:
        """Nobody works on a kept one any more; it stays as it is."""
        if not self._resumed:
            self.failed.emit(error)
            return

        def said(_: object) -> None:
            self.failed.emit(error)

        self._around.kept.release(self._record, said, said)


def _for_chunks(setup: LaneSetup, context: int) -> LaneSetup:
    """`setup` with the context that is read in, and without the template, which may be long and is in the file."""
    return replace(setup, load=replace(setup.load, context=context), model=replace(setup.model, template=None))


def _setups(record: FidelityRecord) -> list[LaneSetup]:
    return [record.base.setup, *(other.side.setup for other in record.others)]


def _refused(setup: LaneSetup) -> Failure | None:
    """Why a model cannot take part at all."""
    if setup.refusal is not None:
        return setup.refusal
    return Failure("unsupported", _SERVER) if setup.model.is_server else None


def _with_digests(record: FidelityRecord, found: list[str]) -> FidelityRecord:
    setups = [
        replace(setup, model=replace(setup.model, sha256=sha256 or None))
        for setup, sha256 in zip(_setups(record), found, strict=True)
    ]
    return replace(
        record,
        request=replace(record.request, base=setups[0], others=tuple(setups[1:])),
        base=replace(record.base, setup=setups[0]),
        others=tuple(
            replace(other, side=replace(other.side, setup=setup))
            for other, setup in zip(record.others, setups[1:], strict=True)
        ),
    )


def _refusals(record: FidelityRecord) -> list[Failure | None]:
    """Why each OTHER cannot be held against BASE; None where it can. Raises AppError where BASE's file is none."""
    texts = KnownTexts()
    base = Vocabulary(_first_part(record.base.setup), texts)
    found: list[Failure | None] = []
    for number, other in enumerate(record.others, 1):
        setup = other.side.setup
        refusal = _refused(setup)
        if refusal is None and setup.model.sha256 != record.base.model.sha256:
            try:
                difference = vocabulary_difference(base, Vocabulary(_first_part(setup), texts))
            except AppError as error:
                refusal = Failure(error.kind, error.user_text, error.detail)
            else:
                if difference is not None:
                    refusal = Failure("vocabulary", vocabulary_refusal(difference, side_name(record, number)))
        found.append(refusal)
    return found


def _first_part(setup: LaneSetup) -> Path:
    return shard_paths(Path(setup.model.path))[0]
