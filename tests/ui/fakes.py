"""Stand-ins for the services, driven by hand: the same surface, no worker, no database, no files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.blind import Vote, tallies
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, HistoryRow, LaneResult
from weighin.core.comparisons.parity import differences
from weighin.core.comparisons.slowdown import against_alone
from weighin.core.comparisons.speed import can_be_tested
from weighin.core.downloads.download import DownloadPlan, DownloadState, DownloadView
from weighin.core.downloads.repository import LeftOut, Listing, RemoteFile, Repository, Variant
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import LetterTest, ServerAddress, server_facts
from weighin.core.models.shelf import ShelfModel, Stamp
from weighin.core.plans.plan import MemoryPlan, PlanLine
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, MemorySample, StopReason, Timing
from weighin.core.runs.attachments import read_attachment
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LABELS, LaneSetup, Mode
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.progress import LaneState, LaneStatus, LivePoint, TextPiece
from weighin.services.comparisons.comparison_runner import RoundStart
from weighin.services.kept_data import KeptPlace
from weighin.services.lanes.lane_run import LoadedModel
from weighin.services.libraries import Library
from weighin.services.models.hub_access import HubAccess
from weighin.services.plans.planner import ModelPlan as MemoryOf

_Method = TypeVar("_Method", bound=Callable[..., object])


def by_hand(method: _Method) -> _Method:
    """What a test does with a stand-in; everything else it has is as the real one has it (see test_fakes.py)."""
    method.by_hand = True  # type: ignore[attr-defined]
    return method


DENSE = ModelFacts(
    name="Starter Dense",
    path="/models/starter-dense.gguf",
    file_bytes=1_200_000,
    architecture="llama",
    quantization="Q8_0",
    parameters=1_050_000,
    active_parameters=1_050_000,
    context_length=1024,
    template_sha256="aa" * 32,
    starter=True,
)
MOE = replace(
    DENSE,
    name="Starter MoE",
    path="/models/starter-moe.gguf",
    file_bytes=4_700_000,
    architecture="qwen3moe",
    parameters=4_100_000,
    active_parameters=1_030_000,
    experts=8,
    experts_used=2,
)
OTHER = replace(
    DENSE,
    name="Qwen3-30B-A3B-Instruct",
    path="/models/qwen3-30b.gguf",
    file_bytes=18_600_000_000,
    quantization="Q4_K_M",
    parameters=30_500_000_000,
    active_parameters=3_300_000_000,
    experts=128,
    experts_used=8,
    context_length=262_144,
    template_sha256="bb" * 32,
    starter=False,
)


def timing(tokens: int = 37, generation_s: float = 0.4) -> Timing:
    """A plausible timing."""
    return Timing(
        load_s=0.21,
        prompt_tokens=23,
        prompt_s=0.025,
        first_token_s=0.031,
        first_answer_token_s=0.031,
        generated_tokens=tokens,
        generation_s=generation_s,
        characters=tokens * 4,
        total_s=generation_s + 0.031,
        major_faults=0,
        threads=2,
    )


MEMORY = MemoryReceipt(
    own_bytes=58_200_000,
    model_file_bytes=4_700_000,
    total_bytes=62_900_000,
    peak_bytes=64_100_000,
    load_peak_bytes=66_000_000,
    baseline_bytes=41_000_000,
    method="RssAnon and smaps of the mapped file",
)


def answer(text: str = "Twelve.", stop: StopReason = StopReason.END, **changes: Any) -> Answer:
    """A plausible answer."""
    made = Answer(text, "", stop, timing(), MEMORY, rendered_prompt="<|user|>What is seven plus five?<|end|>")
    return replace(made, **changes)


def failed(kind: str = "crash", message: str = "The model's process stopped (SIGABRT).", text: str = "") -> Answer:
    """An answer that failed."""
    failure = Failure(kind, message, "GGML_ASSERT(n > 0) failed\nbacktrace not shown")
    return answer(text, StopReason.FAILED, failure=failure)


def comparison(
    a: Answer | None = None,
    b: Answer | None = None,
    request: ComparisonRequest | None = None,
    number: int = 1,
    rounds: tuple[Timing, ...] = (),
) -> Comparison:
    """A plausible record."""
    asked = request or ComparisonRequest(
        Prompt("What is seven plus five?"), Mode.ALONE, (LaneSetup(DENSE), LaneSetup(MOE))
    )
    answers = (a or answer(), b or answer("It is **twelve**."))
    results = tuple(
        LaneResult(label, setup, given, rounds or (given.timing,))
        for label, setup, given in zip(LABELS, asked.lanes, answers, strict=True)
    )
    created = f"2026-11-22T10:31:{number % 60:02d}+00:00"
    return Comparison(f"id{number}", created, asked, results, None, differences(results))


class FakeLane(QObject):
    """A lane that says what a test tells it to say."""

    status_changed = Signal(object)
    text = Signal(object)
    was_reasoning = Signal()
    point = Signal(object)
    answered = Signal(object)

    def __init__(self, label: str) -> None:
        super().__init__()
        self.model: LoadedModel | None = None
        self.label = label
        self.status = LaneStatus(LaneState.EMPTY)

    @by_hand
    def be(self, state: LaneState, phase: str = "", done: int = 0, total: int = 0, **more: Any) -> None:
        """Take a state and tell."""
        self.status = LaneStatus(state, phase, done, total, **more)
        self.status_changed.emit(self.status)

    @by_hand
    def write(self, text: str, count: int = 1, kind: str = "answer") -> None:
        """Write a piece of text."""
        self.text.emit(TextPiece(text, count, kind))

    @by_hand
    def draw(
        self,
        seconds: float,
        tokens: int,
        speed: float | None,
        own: int,
        file: int = 4_700_000,
        first: float | None = None,
    ) -> None:
        """Send a point for the chart."""
        self.point.emit(LivePoint(seconds, tokens, speed, MemorySample(own, file), first))


class FakeRunner(QObject):
    """A runner whose comparison goes on when a test says so."""

    started = Signal(object)
    round_started = Signal(object)
    finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.lanes = (FakeLane("A"), FakeLane("B"))
        self.running = False
        self.requests: list[ComparisonRequest] = []
        self.stops = 0
        self.kept: LaneResult | None = None
        self.reason_to_wait: Callable[[], str] = lambda: ""

    def yield_to(self, reason: Callable[[], str]) -> None:
        """As the real one does."""
        self.reason_to_wait = reason

    def run(self, request: ComparisonRequest, kept: LaneResult | None = None) -> None:
        """Begin, as the real one does."""
        if reason := self.reason_to_wait():
            raise AppError(reason, kind="busy")
        if not request.prompt.whole.strip():
            raise AppError("Type a prompt first.", kind="empty_prompt")
        self.requests.append(request)
        self.kept = kept
        self.running = True
        self.started.emit(request)

    def stop(self) -> None:
        """Remember that it was asked."""
        self.stops += 1

    def only_seems_free(self, index: int) -> int:
        """All that is mapped."""
        model = self.lanes[index].model
        return (model.memory.model_file_bytes if model else None) or 0

    @by_hand
    def begin_round(self, label: str, number: int = 1, of: int = 1, warm_up: bool = False) -> FakeLane:
        """A lane begins to answer."""
        self.round_started.emit(RoundStart(label, number, of, warm_up))
        return self.lanes[LABELS.index(label)]

    @by_hand
    def give(self, label: str, given: Answer) -> None:
        """A lane has answered."""
        lane = self.lanes[LABELS.index(label)]
        lane.answered.emit(given)
        lane.be(LaneState.READY)

    @by_hand
    def finish(self, a: Answer, b: Answer, rounds: tuple[Timing, ...] = ()) -> Comparison:
        """The comparison is over."""
        made = comparison(a, b, self.requests[-1], rounds=rounds)
        results = tuple(self.kept if self.kept and self.kept.label == r.label else r for r in made.results)
        made = replace(made, results=results)
        self.running = False
        self.finished.emit(made)
        return made


class FakeLibrary(QObject):
    """Models in memory. Opening a path that ends in .gguf gives OTHER with that path; anything else is refused."""

    changed = Signal()
    looked = Signal()

    def __init__(self, *models: ModelFacts) -> None:
        super().__init__()
        self.known = list(models or (DENSE, MOE))
        self.refused: dict[str, Failure] = {}

    def models(self) -> tuple[ModelFacts, ...]:
        """All known models."""
        return tuple(self.known)

    def sources(self) -> dict[str, str]:
        """Where they were found."""
        return {model.path: "starter model" if model.starter else "LM Studio" for model in self.known}

    def open_file(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Open or refuse at once."""
        if not path.endswith(".gguf"):
            failed(AppError("This is not a GGUF file: it begins with other bytes.", kind="not_gguf"))
            return
        model = replace(OTHER, path=path)
        self.known.append(model)
        self.changed.emit()
        done(model)

    def refusal(self, model: ModelFacts) -> Failure | None:
        """What a test says."""
        return self.refused.get(model.path)

    def forget(self, path: str) -> None:
        """Forget a model."""
        self.known = [model for model in self.known if model.path != path]
        self.changed.emit()


class FakeHistory(QObject):
    """Records in memory; `broken` makes every call fail."""

    changed = Signal()
    completed = Signal(object)

    def __init__(self, *records: Comparison) -> None:
        super().__init__()
        self.records = {record.id: record for record in records}
        self.searched: list[str] = []
        self.deleted: list[tuple[str, ...]] = []
        self.held: list[tuple[Comparison, Comparison]] = []
        self.marks: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, StoredRun] = {}
        self.broken = False

    def hold_against(self, together: Comparison, alone: Comparison, failed: Callable[..., object]) -> None:
        """As the real one does, at once."""
        if self.broken:
            failed(AppError("The history cannot be changed: it is read-only."))
            return
        self.held.append((together, alone))
        self.completed.emit(against_alone(together, alone))

    def search(
        self,
        text: str,
        done: Callable[..., object],
        failed: Callable[..., object],
        limit: int = 500,
        starred: bool = False,
    ) -> None:
        """Records whose prompt or name contains the text."""
        self.searched.append(text)
        if self.broken:
            failed(AppError("The history cannot be read: the disk is full."))
            return
        rows = (replace(row(record), **self.marks.get(record.id, {})) for record in self.records.values())
        found = [r for r in rows if text.lower() in f"{r.prompt} {r.name}".lower() and (r.starred or not starred)]
        done(tuple(found[:limit]))

    def rename(self, id: str, name: str, failed: Callable[..., object]) -> None:
        """Give it a name."""
        self.mark(id, failed, name=name)

    def star(self, ids: tuple[str, ...], starred: bool, failed: Callable[..., object]) -> None:
        """Star them or not."""
        for identifier in ids:
            self.mark(identifier, failed, starred=starred)

    @by_hand
    def mark(self, id: str, failed: Callable[..., object] = print, **changes: Any) -> None:
        """Change what a row says beside its record."""
        if self.broken:
            failed(AppError("The history cannot be changed: it is read-only."))
            return
        self.marks.setdefault(id, {}).update(changes)
        self.changed.emit()

    def load_run(self, id: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """One that a test put there."""
        if id in self.runs:
            done(self.runs[id])
        else:
            failed(AppError("Only the latest 50 set runs can be exported: export its comparisons."))

    def load(self, id: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """One record."""
        if self.broken or id not in self.records:
            failed(AppError("This comparison is not there any more."))
            return
        done(self.records[id])

    def delete(self, ids: tuple[str, ...], done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget records."""
        if self.broken:
            failed(AppError("The history cannot be changed: it is read-only."))
            return
        self.deleted.append(ids)
        self.records = {key: value for key, value in self.records.items() if key not in ids}
        done(None)
        self.changed.emit()


def row(record: Comparison) -> HistoryRow:
    """A record in short."""
    a, b = record.results
    return HistoryRow(
        record.id,
        record.created,
        record.request.prompt.text[:300],
        a.setup.model.name,
        b.setup.model.name,
        record.request.mode.value,
        a.answer.stop_reason.value,
        b.answer.stop_reason.value,
        a.answer.timing.generation_tokens_per_s,
        b.answer.timing.generation_tokens_per_s,
        a.answer.text[:300],
        b.answer.text[:300],
        rounds=record.request.repeat,
        follows=record.request.follows,
    )


class FakeVotes(QObject):
    """Votes in memory."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, Vote] = {}

    def add(self, vote: Vote, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Keep it, unless there is one on that comparison."""
        self.kept.setdefault(vote.comparison, vote)
        self.changed.emit()
        done(tallies(self.kept.values()))

    def tallies(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """All of them."""
        done(tallies(self.kept.values()))


class FakeSettings(QObject):
    """Settings in memory."""

    cleared = Signal()

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self.values = dict(values)

    def get(self, key: str, default: object) -> object:
        """A stored value."""
        return self.values.get(key, default)

    def set(self, key: str, value: object) -> None:
        """Store a value."""
        self.values[key] = value

    def clear(self) -> None:
        """Forget all."""
        self.values = {}
        self.cleared.emit()


class FakeShelf(QObject):
    """Models in memory; adding a path that ends in .gguf works, verifying succeeds unless `broken`."""

    changed = Signal()
    scanned = Signal()

    def __init__(self, *models: ShelfModel) -> None:
        super().__init__()
        self.known = {model.path: model for model in models}
        self.removed: list[str] = []
        self.places: list[str] = []
        self.broken = False

    def models(self) -> tuple[ShelfModel, ...]:
        """All of them."""
        return tuple(self.known.values())

    def add(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Add or refuse at once."""
        if not path.endswith(".gguf"):
            failed(AppError("This is not a GGUF model: it is a web page.", kind="broken"))
            return
        model = on_shelf(replace(OTHER, path=path))
        self.known[path] = model
        self.changed.emit()
        done((model,))

    def added(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """What a test put there."""
        done(tuple(self.places))

    def forget_place(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """At once."""
        self.places.remove(path)
        done()

    def verify(
        self, path: str, done: Callable[..., object], failed: Callable[..., object], progress: Callable[..., object]
    ) -> None:
        """Verify at once."""
        if self.broken:
            failed(AppError("This file is not the one the hub has.", kind="damaged"))
            return
        self.known[path] = replace(self.known[path], verified=True)
        self.changed.emit()
        done(self.known[path])

    def stop_verifying(self, path: str) -> None:
        """Nothing runs."""

    def remove(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Remove at once."""
        self.removed.append(path)
        del self.known[path]
        self.changed.emit()
        done()


def on_shelf(facts: ModelFacts, **changes: Any) -> ShelfModel:
    """A model as it stands on the shelf."""
    made = ShelfModel(facts.path, facts.name, "LM Studio", (Stamp(facts.path, facts.file_bytes, 1, 1),), facts=facts)
    return replace(made, **changes)


LISTING = Listing(
    "Qwen/Qwen3-4B-GGUF",
    "a" * 40,
    (
        Variant("Qwen3-4B-Q4_K_M", "Q4_K_M", (RemoteFile("Qwen3-4B-Q4_K_M.gguf", 2_497_280_256, "ab" * 32),)),
        Variant("Qwen3-4B-Q8_0", "Q8_0", (RemoteFile("Qwen3-4B-Q8_0.gguf", 4_280_404_704, "cd" * 32),)),
        Variant("x-F16", "F16", (RemoteFile("x-F16-00001-of-00002.gguf", 9, "ef" * 32),), "Only 1 of 2 parts."),
    ),
    license="apache-2.0",
)


class FakeHub(QObject):
    """Answers at once; `error` makes every call fail."""

    def __init__(self) -> None:
        super().__init__()
        self.error: AppError | None = None
        self.missing: set[str] = set()
        self.left_out: tuple[LeftOut, ...] = ()
        self.refusal = ""
        self.mirror = ""
        self.asked: list[str] = []

    def _answer(self, what: str, done: Callable[..., object], failed: Callable[..., object], *values: object) -> int:
        self.asked.append(what)
        if self.error is not None:
            failed(self.error)
        else:
            done(*values)
        return 1

    def search(self, text: str, done: Callable[..., object], failed: Callable[..., object]) -> int:
        """One repository."""
        found = Repository(LISTING.repo, 1000, 5, "", "apache-2.0", "qwen3", 4_000_000_000)
        return self._answer(text, done, failed, (found,))

    def listing(
        self, repo: str, done: Callable[..., object], failed: Callable[..., object], revision: str | None = None
    ) -> int:
        """Its files; some repositories are gone."""
        if repo in self.missing:
            self.asked.append(repo)
            failed(AppError(f"The hub shows no {repo}.", kind="private_or_missing"))
            return 1
        return self._answer(repo, done, failed, replace(LISTING, repo=repo, left_out=self.left_out))

    def look(
        self,
        listing: Listing,
        variant: Variant,
        done: Callable[..., object],
        failed: Callable[..., object],
        options: LoadOptions | None = None,
    ) -> None:
        """Its header, and what the engine says of it."""
        line = PlanLine((MemoryPlan(4096, 5_000, 5_000, 100, 0, 20, 5, 30, 6_000),))
        self._answer(variant.name, done, failed, MemoryOf(replace(OTHER, path="hub:x"), line, self.refusal))

    def stand_in(self, model: ModelFacts) -> str:
        """The header that was read."""
        return "/tmp/stand-in.gguf"


class FakeDownloads(QObject):
    """Views that a test puts there."""

    changed = Signal(str)
    finished = Signal(object, object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, DownloadView] = {}
        self.calls: list[tuple[str, str]] = []

    def views(self) -> tuple[DownloadView, ...]:
        """All."""
        return tuple(self.known.values())

    def view(self, identifier: str) -> DownloadView | None:
        """One."""
        return self.known.get(identifier)

    @by_hand
    def put(self, view: DownloadView) -> None:
        """Show this."""
        self.known[view.id] = view
        self.changed.emit(view.id)

    def add(self, plan: DownloadPlan) -> None:
        """Queue it."""
        self.put(DownloadView(plan, DownloadState.QUEUED))

    def pause(self, identifier: str) -> None:
        """Remember that it was asked."""
        self.calls.append(("pause", identifier))
        self.put(replace(self.known[identifier], state=DownloadState.PAUSED))

    def resume(self, identifier: str) -> None:
        """Remember that it was asked."""
        self.calls.append(("resume", identifier))
        self.put(replace(self.known[identifier], state=DownloadState.RUNNING, note=""))

    def cancel(self, identifier: str) -> None:
        """Remember that it was asked."""
        self.calls.append(("cancel", identifier))
        del self.known[identifier]
        self.changed.emit(identifier)


class FakeModels:
    """The services of the Models page."""

    def __init__(self, *models: ShelfModel) -> None:
        self.folder = Path("/models")
        self.shelf = FakeShelf(*models)
        self.hub = self.inspector = FakeHub()
        self.downloads = FakeDownloads()
        self.servers = FakeServers()
        self.access = HubAccess(FakeSettings(), {})  # type: ignore[arg-type]


class FakeKept(QObject):
    """Five places; deleting is remembered, `error` makes it fail."""

    measured_deleted = Signal()
    prompts_deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.why_not_now = ""
        self.error: AppError | None = None
        self.deleted: list[str] = []

    def places(self, done: Callable[..., object]) -> None:
        """Each 1 kB."""
        names = ("History and measurements", "Question sets", "Settings", "Logs", "Downloaded models")
        done(tuple(KeptPlace(name, Path("/home/of/somebody") / name.lower(), 1000) for name in names))

    def delete_measured(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """At once."""
        self._delete("measured", done, failed)

    def reset_settings(self) -> None:
        """Remember it."""
        self.deleted.append("settings")

    def delete_all(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """At once."""
        self._delete("all", done, failed)

    def _delete(self, what: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        if self.error is not None:
            failed(self.error)
            return
        self.deleted.append(what)
        done()


class FakeSpeedTests(QObject):
    """Speed tests that begin and end when a test says so."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.waits = False
        self.asked: list[Comparison] = []
        self.loaded = False
        self._now, self._gave_up = "", ("", "")

    def can_measure(self, comparison: Comparison) -> bool:
        """Whether a test has loaded the models."""
        return self.loaded and can_be_tested(comparison)

    def measure(self, comparison: Comparison) -> None:
        """Remember it, and begin."""
        self.asked.append(comparison)
        self.be(comparison.id)

    def is_pending(self, identifier: str) -> bool:
        """Whether it is this one's turn."""
        return bool(identifier) and identifier == self._now

    def why_given_up(self, identifier: str) -> str:
        """What a test says."""
        return self._gave_up[1] if identifier == self._gave_up[0] else ""

    @by_hand
    def be(self, identifier: str = "", waits: bool = False, gave_up: str = "") -> None:
        """Measure this comparison, wait to, or neither; `gave_up`: why not."""
        if gave_up:
            self._gave_up = (identifier, gave_up)
        self._now, self.waits = "" if gave_up else identifier, waits
        self.changed.emit()


class FakeNotifier:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, title: str, text: str) -> None:
        """Remember it."""
        self.told.append(text)


class FakeLibraries(QObject):
    """One library."""

    def find(self, done: Callable[..., object]) -> None:
        """At once."""
        done((Library("markdown-it-py", "4.0.0", "MIT"),))


class FakeAttachedFiles(QObject):
    """Reads at once; each word is a token, and for OTHER two."""

    def read(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Read or refuse at once."""
        try:
            done(read_attachment(Path(path)))
        except AppError as error:
            failed(error)

    def count(self, model: ModelFacts, text: str, done: Callable[..., object]) -> None:
        """Count at once."""
        done(len(text.split()) * (2 if model.path == OTHER.path else 1))


class FakeServers(QObject):
    """Servers in memory; an address that ends in /v1 answers with `names`, anything else is refused."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ("tiny", "big/model:8b")
        self.kept: list[ModelFacts] = []
        self.keys: list[str] = []
        self.stops = 0

    def known(self) -> tuple[ModelFacts, ...]:
        """Those added."""
        return tuple(self.kept)

    def sources(self) -> dict[str, str]:
        """Where they are."""
        return {model.path: "server 127.0.0.1:8080" for model in self.kept}

    def look(self, text: str, key: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Answer or refuse at once."""
        self.keys.append(key)
        if text.endswith("/v1"):
            done(self.names)
        else:
            failed(AppError("127.0.0.1:8080 needs a key."))

    def test_letters(
        self, text: str, model: str, key: str, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Works."""
        done(LetterTest("completions", f"{model} returns log-probabilities of all four letters."))

    def add(self, text: str, model: str, key: str) -> ModelFacts:
        """Know it."""
        made = server_facts(ServerAddress(text, model))
        self.kept.append(made)
        self.changed.emit()
        return made

    def forget(self, path: str) -> None:
        """Know it no longer."""
        self.kept = [model for model in self.kept if model.path != path]
        self.changed.emit()

    def stop(self) -> None:
        """Remember that it was asked."""
        self.stops += 1
