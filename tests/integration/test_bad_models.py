"""Files that llama.cpp refuses, aborts on or should never see, through the whole lane with the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import pytest
from tests.support import gguf_files
from tests.support.lanes import Runs

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.report import comparison_json
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.progress import LaneState
from weighin.services.lanes.lane import Lane, LaneTimeouts
from weighin.wiring.lanes import new_worker


@pytest.fixture
def compare(qtbot: Any) -> Iterator[Any]:
    made: list[Runs] = []

    def run(a: Path, b: Path, **load: Any) -> Comparison:
        patience = LaneTimeouts(silent_ms=15_000, give_up_ms=30_000)
        runs = Runs(qtbot, Lane("A", new_worker, patience), Lane("B", new_worker, patience), available=20_000_000_000)
        made.append(runs)
        sampling = SamplingOptions(max_tokens=4)
        lanes = tuple(LaneSetup(model_facts(path), LoadOptions(**load), sampling) for path in (a, b))
        return runs.run(ComparisonRequest(Prompt("hello"), Mode.ALONE, (lanes[0], lanes[1])), 60_000)

    yield run
    for runs in made:
        runs.close()


def test_a_duplicate_token_aborts_one_worker_only(
    compare: Any, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, types, merges = gguf_files.bpe_vocabulary()
    tokens[5] = tokens[6]
    monkeypatch.setattr(gguf_files, "bpe_vocabulary", lambda *_: (tokens, types, merges))
    bad = gguf_files.make_model(tmp_path / "twice.gguf")
    comparison = compare(bad, tiny)
    failure = comparison.results[0].answer.failure
    assert failure.kind == "engine_abort"
    assert "SIGABRT" in failure.message
    assert failure.detail
    assert comparison.results[1].answer.text


@pytest.mark.parametrize("layers", [0, 100_000])
def test_an_absurd_number_of_layers(
    compare: Any, tmp_path: Path, tiny: Path, layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        gguf.GGUFWriter, "add_block_count", lambda self, _: self.add_uint32("llama.block_count", layers)
    )
    bad = gguf_files.make_model(tmp_path / "layers.gguf")
    comparison = compare(bad, tiny)
    failure = comparison.results[0].answer.failure
    assert failure.kind == "engine_abort"
    assert failure.message.endswith(
        "GGML_ASSERT(hparams.n_layer_all > 0 && hparams.n_layer_all <= LLAMA_MAX_LAYERS) failed."
    )
    assert comparison.results[1].answer.text


def test_an_unknown_architecture_is_named(compare: Any, tmp_path: Path, tiny: Path) -> None:
    bad = gguf_files.make_model(tmp_path / "future.gguf", arch="futurenet9")
    comparison = compare(tiny, bad)
    failure = comparison.results[1].answer.failure
    assert failure.kind == "architecture"
    assert "futurenet9" in failure.message


def test_weights_that_are_missing(compare: Any, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf.GGUFWriter, "add_block_count", lambda self, _: self.add_uint32("llama.block_count", 3))
    bad = gguf_files.make_model(tmp_path / "m.gguf")
    comparison = compare(bad, tiny)
    assert comparison.results[0].answer.failure.kind == "load"


FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"entries": {"tokenizer.ggml.pre": None}},
        "This file does not name its tokenizer variant, so answers may be worse.",
    ),
    (
        {"ordinary": ("<|im_start|>",)},
        "Its <|im_start|> is marked as plain text, so the template's control tokens are not recognised.",
    ),
    (
        {"ordinary": ("<|im_end|>", "<|end|>")},
        "Its <|end|>, <|im_end|> are marked as plain text; the engine corrects that.",
    ),
    (
        {"entries": {"tokenizer.ggml.eos_token_id": 38}},
        "The engine does not treat & as the end token of this file: answers may end too early or too late.",
    ),
    (
        {"entries": {"tokenizer.ggml.bos_token_id": 70_000}},
        "The header names token 70000 as bos_token_id, but the vocabulary does not have it.",
    ),
]


@pytest.mark.parametrize(("faults", "sentence"), FAULTS)
def test_what_the_engine_warns_of_in_a_file_is_said_beside_the_answer(
    compare: Any, tmp_path: Path, tiny: Path, faults: dict[str, Any], sentence: str
) -> None:
    bad = gguf_files.make_model(tmp_path / "m.gguf", **faults)
    comparison = compare(bad, tiny)
    assert comparison.results[0].answer.notices == (sentence,)
    assert comparison_json(comparison)["lanes"][0]["notices"] == [sentence]
    assert comparison.results[1].answer.notices == ()


def test_weights_of_nothing_but_nan(compare: Any, tmp_path: Path, tiny: Path) -> None:
    path = gguf_files.make_model(tmp_path / "nan.gguf")
    data = bytearray(path.read_bytes())
    size = 64 * 267 * 4
    data[-size:] = b"\xff" * size
    path.write_bytes(bytes(data))
    comparison = compare(path, tiny)
    assert comparison.results[0].answer.failure.kind == "nan"
    assert comparison.results[1].answer.text


def test_a_path_with_spaces_quotes_and_umlauts(compare: Any, tmp_path: Path) -> None:
    folder = tmp_path / "Modell ü '\" 模型"
    folder.mkdir()
    model = gguf_files.make_model(folder / "größe eins.gguf")
    assert compare(model, model).results[0].answer.text


def test_a_file_that_changed_is_loaded_again(qtbot: Any, tmp_path: Path) -> None:
    model = gguf_files.make_model(tmp_path / "m.gguf", favourite="a")
    lane = Lane("A", new_worker)
    lane.load(str(model), LoadOptions(), 1)
    qtbot.waitUntil(lambda: lane.status.state is LaneState.READY, timeout=20_000)
    assert lane.holds(str(model), LoadOptions())
    other = gguf_files.make_model(tmp_path / "n.gguf", favourite="b", layers=3)
    other.replace(model)
    assert not lane.holds(str(model), LoadOptions())
    lane.close()
