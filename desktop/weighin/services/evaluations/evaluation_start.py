"""From a request, or the id of a kept run, to a run that can begin: questions drawn, files checked, written down."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from weighin.core import format
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import CHAT, EvaluationRequest
from weighin.core.evaluations.evaluation_outlook import drawn
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.stored_evaluation import StoredEvaluation, StoredLane
from weighin.core.models.server import LetterTest, server_of
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.services.evaluations.evaluation_history import EvaluationHistory
from weighin.services.evaluations.question_sets import QuestionSets
from weighin.services.evaluations.scoring_planner import ScoringPlanner
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.models.model_digests import DigestRequest, Digests, ModelDigests, whole_digest

# A server shows the likeliest next tokens, never how likely a given text is.
_NO_ENDINGS = "{title} cannot be scored at a server, which does not return the probability of a given text: use a file."


@dataclass(frozen=True)
class EvaluationContext:
    """What a runner needs of the rest: where questions come from, where answers go, and what the computer has."""

    sets: QuestionSets
    kept: EvaluationHistory
    digests: ModelDigests
    probe: ServerProbe
    planner: ScoringPlanner
    cores: Callable[[], int]
    available_bytes: Callable[[], int | None]


class Preparation(QObject):
    """One of `begin` and `take_up`, once; ends in exactly one `ready` or `failed`."""

    ready = Signal(object)  # StoredEvaluation, kept, with this process at work on it
    failed = Signal(object)  # AppError

    def __init__(self, around: EvaluationContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._setups: tuple[LaneSetup, ...] = ()
        self._found: list[str] = []
        self._share = 0.0
        self._stopped = False
        self._reading: DigestRequest | None = None
        self._stop_test: Callable[[], None] = lambda: None

    @property
    def notice(self) -> str:
        """What is going on, in words."""
        if len(self._found) < len(self._setups):
            model = self._setups[len(self._found)].model
            if model.is_server:
                return f"Testing whether questions can be scored at {server_of(model)} (may take minutes)"
            return f"Verifying the file of {LABELS[len(self._found)]}: {format.percent(self._share)}"
        return ""

    def begin(self, request: EvaluationRequest) -> None:
        """Prepare a new run."""
        if not 1 <= len(request.lanes) <= len(LABELS):
            self.failed.emit(AppError("An evaluation takes one or two models.", kind="options"))
            return

        def loaded(questions: QuestionSet) -> None:
            try:
                protocol, sample = drawn(questions, request.choice)
            except AppError as error:
                self.failed.emit(error)
                return
            stored = StoredEvaluation(
                id=uuid.uuid4().hex,
                created=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                state=RunState.INTERRUPTED,
                request=request,
                protocol=protocol,
                lanes=tuple(StoredLane(LABELS[i]) for i in range(len(request.lanes))),
                questions=sample.questions,
                examples=tuple(q for name in protocol.subjects for q in questions.examples(name)[: protocol.shots]),
            )
            if protocol.form in ENDING_FORMS and any(setup.model.is_server for setup in request.lanes):
                self.failed.emit(AppError(_NO_ENDINGS.format(title=questions.title), kind="no_letters"))
                return
            self._check_models(stored.protocol.name, request.lanes, lambda: self._keep(stored))

        self._around.sets.load(request.choice.questions, loaded, self.failed.emit)

    def take_up(self, identifier: str, lanes: tuple[LaneSetup, ...], threads: int | None = None) -> None:
        """Prepare to go on with a kept run. `lanes`: its models at another place, if they moved; `threads`: another
        number than it began with."""

        def taken(stored: StoredEvaluation) -> None:
            if stored.state is RunState.FINISHED:
                error = AppError("This run is finished: no questions are left.", kind="finished")
                self._let_go(stored, error)
            elif lanes and len(lanes) != len(stored.lanes):
                error = AppError(f"This run has {len(stored.lanes)} model(s), not {len(lanes)}.", kind="options")
                self._let_go(stored, error)
            else:
                self._check_again(stored, lanes, threads)

        self._around.kept.take_up(identifier, taken, self.failed.emit)

    def stop(self) -> None:
        """Break off; `failed` follows."""
        self._stopped = True
        if self._reading is not None:
            self._reading.stop()
        self._stop_test()

    def _keep(self, stored: StoredEvaluation) -> None:
        """Write the run down, with the checksums of its models."""
        setups = tuple(
            replace(setup, model=replace(setup.model, sha256=sha256 or None))
            for setup, sha256 in zip(self._setups, self._found, strict=True)
        )
        stored = replace(stored, request=replace(stored.request, lanes=setups))
        self._around.kept.begin(stored, lambda _: self._hand_over(stored), self.failed.emit)

    def _check_again(self, stored: StoredEvaluation, lanes: tuple[LaneSetup, ...], threads: int | None) -> None:
        """Whether the models are still those that the run began with."""
        paths = [(lanes or stored.request.lanes)[i].model.path for i in range(len(stored.lanes))]
        setups = tuple(
            replace(setup, model=replace(setup.model, path=path), threads=threads or setup.threads)
            for setup, path in zip(stored.request.lanes, paths, strict=True)
        )

        def checked() -> None:
            begun = stored.request.lanes
            for label, before, setup, sha256 in zip(LABELS, begun, setups, self._found, strict=False):
                on_server = before.model.is_server or setup.model.is_server
                moved = on_server and before.model.path != setup.model.path
                if moved or (setup.model.sha256 or "") != sha256:
                    what = "server" if on_server else "file"
                    text = (
                        f"The {what} of {label} ({setup.model.name}) is not the one this run started with. "
                        "Start a new run."
                    )
                    self._let_go(stored, AppError(text, kind="changed"))
                    return
            self._hand_over(replace(stored, request=replace(stored.request, lanes=setups)))

        self._check_models(stored.protocol.name, setups, checked, lambda error: self._let_go(stored, error))

    def _check_models(
        self,
        protocol: str,
        setups: tuple[LaneSetup, ...],
        then: Callable[[], None],
        failed: Callable[[AppError], None] | None = None,
    ) -> None:
        """Compute the sha256 of each model's file, and try whether a server can be scored at; then go on with `then`.
        Of what a server runs nothing is known but its name."""
        self._setups = setups

        def known(sha256: str) -> None:
            self._found.append(sha256)
            following()

        def digested(digests: Digests) -> None:
            known(whole_digest(digests))

        def read(news: Transferred) -> None:
            self._share = news.done / max(1, news.total)

        def following() -> None:
            if len(self._found) == len(setups):
                then()
                return
            self._share = 0.0
            setup = setups[len(self._found)]
            if setup.refusal:
                known("")  # there is no model: its lane will say so
                return
            path = setup.model.path
            if setup.model.is_server:
                self._test(path, protocol, lambda: known(""), failed or self.failed.emit)
                return
            self._reading = self._around.digests.of(path, digested, failed or self.failed.emit, read)

        following()

    def _test(
        self, address: str, protocol: str, passed: Callable[[], None], failed: Callable[[AppError], None]
    ) -> None:
        """Ask a server for four letters before an hour is lost."""

        def end() -> None:
            self._stop_test = lambda: None

        def tested(answer: LetterTest) -> None:
            end()
            if answer.via:
                passed()
            else:
                by_chat = "" if protocol == CHAT else " Some servers return them for chat only: try the chat protocol."
                failed(AppError(answer.sentence + by_chat, kind="no_letters"))

        def broken(error: AppError) -> None:
            end()
            failed(error)

        def stop() -> None:
            self._around.probe.stop()
            broken(AppError("Stopped before it started.", kind="stopped"))

        self._stop_test = stop
        self._around.probe.letters(address, tested, broken, "chat" if protocol == CHAT else "completions")

    def _hand_over(self, stored: StoredEvaluation) -> None:
        if self._stopped:
            self._let_go(stored, AppError("Stopped before it started.", kind="stopped"))
        else:
            self.ready.emit(stored)

    def _let_go(self, stored: StoredEvaluation, error: AppError) -> None:
        """Nobody works on a kept run any more; it stays as it is."""

        def said(_: object) -> None:
            self.failed.emit(error)

        self._around.kept.release(stored, said, said)
