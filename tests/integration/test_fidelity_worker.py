"""Reading and comparing in the worker, held against the binding's own logits and plain numpy."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.apart import apart
from tests.support.gguf_files import make_model
from tests.support.plain_logits import plain_logits
from tests.support.worker_client import WorkerClient

from weighin.core.fidelity.fidelity import BaseChunk, OtherChunk
from weighin.core.fidelity.reading import arithmetic_bytes, compared, most_outputs, row_bytes, rows_bytes
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions
from weighin.protocol.fidelity_messages import (
    BaseRead,
    ChunkPlace,
    CutText,
    OtherRead,
    ReadBase,
    ReadOther,
    TextCut,
    TextFile,
    TimeWriting,
    WritingTimed,
)
from weighin.protocol.messages import Failed, Load, Loaded, Plan, Planned

TEXT = Path(__file__).resolve().parents[2].joinpath("ARCHITECTURE.md").read_text("utf-8")
STARTER = Path(__file__).resolve().parents[2] / "resources" / "starter"


class Place:
    """A text cut by BASE, and where its logits go."""

    def __init__(self, folder: Path, context: int) -> None:
        self.folder, self.context = folder, context
        self.tokens, self.rows = folder / "tokens", folder / "rows"
        self.rows.touch()
        self.cut: TextCut | None = None

    def text(self, worker: WorkerClient, *parts: TextFile) -> Any:
        path = self.folder / "text"
        path.write_text(TEXT, "utf-8")
        parts = parts or (TextFile("", str(path)),)
        found = worker.ask(CutText(worker.next_id(), parts, self.context, str(self.tokens)))[-1]
        self.cut = found if isinstance(found, TextCut) else None
        return found

    def at(self, number: int, slot: int = 0) -> ChunkPlace:
        assert self.cut is not None
        beginning, vocabulary = self.cut.beginning, self.cut.vocabulary
        return ChunkPlace(str(self.tokens), number, self.context, beginning, str(self.rows), slot, vocabulary)


def bare(worker: WorkerClient, path: Path, **options: Any) -> None:
    loaded = worker.ask(Load(worker.next_id(), str(path), LoadOptions(**options), 1, bare=True))[-1]
    assert isinstance(loaded, Loaded), loaded


def base_chunk(worker: WorkerClient, place: ChunkPlace, threads: int = 1) -> BaseChunk:
    found = worker.ask(ReadBase(worker.next_id(), place, "prose", threads))[-1]
    assert isinstance(found, BaseRead), found
    return found.chunk


def other_chunk(worker: WorkerClient, place: ChunkPlace, threads: int = 1) -> OtherChunk:
    found = worker.ask(ReadOther(worker.next_id(), place, threads))[-1]
    assert isinstance(found, OtherRead), found
    return found.chunk


def log_softmax(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    wide = rows.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model with a BOS, and another of the same vocabulary."""
    folder = tmp_path_factory.mktemp("pair")
    return make_model(folder / "base.gguf", bos=True, context=1024), make_model(folder / "other.gguf", bos=True, seed=9)


@pytest.mark.parametrize(("context", "batch"), [(64, 512), (256, 64), (100, 33)])
def test_every_figure_is_that_of_the_dumped_logits(
    worker: WorkerClient, tmp_path: Path, pair: tuple[Path, Path], context: int, batch: int
) -> None:
    place = Place(tmp_path, context)
    bare(worker, pair[0], batch=batch)
    cut = place.text(worker)
    assert isinstance(cut, TextCut) and cut.parts[0].chunks >= 3 and cut.beginning >= 0
    ids = np.fromfile(place.tokens, "<i4").reshape(-1, context)
    assert len(ids) == cut.parts[0].chunks and cut.sha256 == hashlib.sha256(place.tokens.read_bytes()).hexdigest()
    at = place.at(2, slot=1)
    base = base_chunk(worker, at, threads=2)
    assert place.rows.stat().st_size == 2 * rows_bytes(context, cut.vocabulary)
    bare(worker, pair[1], batch=batch)
    other = other_chunk(worker, at, threads=3)

    read = [cut.beginning, *(int(token) for token in ids[2][1:])]
    first, true = compared(context).start, ids[2][compared(context).start + 1 :]
    log_base, log_other = (log_softmax(apart(plain_logits, path, read, first)[:-1]) for path in pair)
    place_of = (np.arange(len(true)), true)
    share = np.exp(log_base)
    kld = np.where(log_base > -16, share * (log_base - log_other), 0).sum(axis=1)
    # Steps of another length sum in another order.
    close = {"rel": 1e-6, "abs": 1e-9} if batch >= context else {"rel": 2e-2, "abs": 2e-4}
    assert base.nll == pytest.approx(-log_base[place_of], **close)
    assert other.nll == pytest.approx(-log_other[place_of], **close)
    assert other.kld == pytest.approx(kld, **close)
    assert other.delta_p == pytest.approx(np.exp(log_other[place_of]) - share[place_of], **close)
    if batch >= context:
        assert list(other.same_top) == list(log_base.argmax(1) == log_other.argmax(1))
    assert len(base.pieces) == context and base.kind == "prose" and base.number == other.number == 2
    assert "".join(base.pieces) in TEXT or "\ufffd" in "".join(base.pieces)

    worst = other.worst[0]
    at_worst = int(np.argmax(other.kld))
    assert worst.kld == max(other.kld) and worst.position == first + at_worst
    assert worst.token == base.pieces[worst.position + 1]
    likeliest = np.sort(share[at_worst])[::-1][:5]
    assert [token.probability for token in worst.base] == pytest.approx(likeliest, **close)


@pytest.mark.parametrize("kind", ["dense", "moe", "window", "hybrid"])
def test_a_model_is_as_itself(worker: WorkerClient, tmp_path: Path, kind: str) -> None:
    models = {kind: STARTER / f"weighin-starter-{kind}-Q8_0.gguf" for kind in ("dense", "moe")}
    shapes = {
        "window": Shape("gemma3", 6, 64, 4, 1, 32, 96, 400, kind=QT.F32, tied=True, window=64),
        "hybrid": Shape("qwen35", 4, 64, 4, 2, 64, 96, 400, kind=QT.F32, groups=1),
    }
    path = models.get(kind) or write_shape(tmp_path / "shape.gguf", shapes[kind])
    place = Place(tmp_path, 128)
    bare(worker, path)
    cut = place.text(worker)
    assert isinstance(cut, TextCut), cut
    for number in (0, 1):
        base_chunk(worker, place.at(number))
        other = other_chunk(worker, place.at(number))
        assert max(map(abs, other.kld)) < 2e-6 and all(other.same_top) and max(map(abs, other.delta_p)) < 1e-6


def test_writing_is_timed(worker: WorkerClient, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    place = Place(tmp_path, 32)
    bare(worker, pair[0])
    place.text(worker)
    timed = worker.ask(TimeWriting(worker.next_id(), place.at(0), 1))[-1]
    assert isinstance(timed, WritingTimed) and timed.tokens_per_s is not None and timed.tokens_per_s > 1


def test_chats_are_read_through_the_models_own_template(worker: WorkerClient, tmp_path: Path, tiny: Path) -> None:
    place = Place(tmp_path, 32)
    bare(worker, tiny)
    talk = (Message("user", "<|im_start|>" + TEXT[:400]), Message("assistant", "Yes."), Message("user", TEXT[400:900]))
    cut = place.text(worker, TextFile("chat", conversations=(talk, talk)), TextFile("prose", str(tmp_path / "text")))
    assert isinstance(cut, TextCut) and [part.kind for part in cut.parts] == ["chat", "prose"]
    pieces = base_chunk(worker, place.at(0)).pieces
    assert pieces[0] == "<|im_start|>" and pieces.count("<|im_start|>") == 1  # what is typed steers nothing
    assert all(part.chunks == part.tokens // 32 for part in cut.parts)


def test_refusals_say_what_is_wrong(worker: WorkerClient, tmp_path: Path, tiny: Path) -> None:
    place = Place(tmp_path, 64)
    bare(worker, tiny)
    (tmp_path / "short").write_text("Three small words.", "utf-8")
    short = place.text(worker, TextFile("", str(tmp_path / "short")))
    assert isinstance(short, Failed) and short.kind == "text" and "need 128" in short.message, short
    long = Place(tmp_path, 4096).text(worker)
    assert isinstance(long, Failed) and long.kind == "context" and "4\u202f096" in long.message, long
    missing = place.text(worker, TextFile("", str(tmp_path / "nowhere")))
    assert isinstance(missing, Failed) and missing.kind == "disk"


def test_a_vocabulary_that_ends_every_text_is_refused(worker: WorkerClient, tmp_path: Path) -> None:
    path = make_model(tmp_path / "eos.gguf", tokenizer="spm", entries={"tokenizer.ggml.add_eos_token": True})
    bare(worker, path)
    failed = Place(tmp_path, 32).text(worker)
    assert isinstance(failed, Failed) and failed.kind == "vocabulary" and "end token" in failed.message


def test_files_that_were_changed_are_found_out(worker: WorkerClient, tmp_path: Path, tiny: Path) -> None:
    place = Place(tmp_path, 32)
    bare(worker, tiny)
    place.text(worker)
    base_chunk(worker, place.at(0))
    with place.rows.open("r+b") as file:
        file.truncate(100)
    failed = worker.ask(ReadOther(worker.next_id(), place.at(0), 1))[-1]
    assert isinstance(failed, Failed) and failed.kind == "rows"
    place.tokens.write_bytes(b"\xff" * 128)
    failed = worker.ask(ReadBase(worker.next_id(), place.at(0), "", 1))[-1]
    assert isinstance(failed, Failed) and failed.kind == "text"


def test_numbers_that_are_none_are_refused(worker: WorkerClient, tmp_path: Path, tiny: Path) -> None:
    place = Place(tmp_path, 32)
    bare(worker, tiny)
    place.text(worker)
    broken = make_model(tmp_path / "nan.gguf", broken=True)
    bare(worker, broken)
    failed = worker.ask(ReadBase(worker.next_id(), place.at(3), "", 1))[-1]
    assert isinstance(failed, Failed) and failed.kind == "numbers" and "chunk 4" in failed.message


def test_the_plan_holds_what_reading_takes(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "wide.gguf", Shape("llama", 2, 64, 4, 4, 16, 96, 60_000, kind=QT.Q8_0))
    with WorkerClient() as planner:
        options = LoadOptions(context=512)
        planned = planner.ask(Plan(1, str(path), path.stat().st_size, options, (512,), reading=True))[-1]
    assert isinstance(planned, Planned), planned
    plan = planned.plans[0]
    assert plan.output_bytes == most_outputs(512, 512) * row_bytes(60_000) == 61_200_000
    place = Place(tmp_path, 512)
    with WorkerClient() as worker:
        bare(worker, path)
        place.text(worker)
        read = worker.ask(ReadBase(worker.next_id(), place.at(0), "", 2))[-1]
        compared_too = worker.ask(ReadOther(worker.next_id(), place.at(0), 2))[-1]
    assert isinstance(read, BaseRead) and isinstance(compared_too, OtherRead)
    most = plan.total_bytes + arithmetic_bytes(60_000, 2)
    for memory in (read.memory, compared_too.memory):
        assert memory.peak_bytes is not None and 0.8 * most < memory.peak_bytes < 1.03 * most
