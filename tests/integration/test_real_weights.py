"""A slice of a model that lies here is made of its own weights; one of a stand-in, which has none, of random ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.gguf_files import make_model

from weighin.core.gguf.reader import read_header, read_header_of
from weighin.core.gguf.slice import Cutter
from weighin.hub.jobs import write_stand_in
from weighin.workers.planning.real_weights import RealWeights
from weighin.workers.planning.slice_file import slice_file


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("real") / "m.gguf")


def blocks_of(path: Path, weights: RealWeights) -> dict[str, bytes]:
    """Every tensor of a slice of one block, as it was written."""
    header = read_header_of(path)
    with path.open("rb") as stream:

        def span(start: int, end: int) -> bytes:
            stream.seek(start)
            return stream.read(end - start)

        cut = Cutter([header], span).cut(1)
    with slice_file(cut, None, weights) as place, Path(place).open("rb") as stream:
        start = read_header(stream).data_start
        data = Path(place).read_bytes()
    return {t.name: data[start + t.offset : start + t.offset + (t.bytes or 0)] for t in cut.tensors}


def test_a_slice_of_a_file_has_the_weights_of_the_file(model: Path) -> None:
    header = read_header_of(model)
    data = model.read_bytes()
    found = blocks_of(model, RealWeights([model], [header]))
    assert any(name.startswith("blk.0.") for name in found)
    for tensor in header.tensors:
        if tensor.name in found:
            at = header.data_start + tensor.offset
            assert found[tensor.name] == data[at : at + (tensor.bytes or 0)], tensor.name


def test_a_stand_in_is_cut_into_random_weights(model: Path, tmp_path: Path) -> None:
    header = read_header_of(model)
    path = tmp_path / "stand-in.gguf"
    write_stand_in(path, model.read_bytes()[: header.data_start], 64 << 20)
    weights = RealWeights([path], [header])
    assert weights.chunks("token_embd.weight", header.tensors[0].bytes or 0) is None
    found = blocks_of(path, weights)
    assert any(found["blk.0.ffn_down.weight"])


def test_a_file_that_became_shorter_gives_nothing(model: Path, tmp_path: Path) -> None:
    header = read_header_of(model)
    short = tmp_path / "short.gguf"
    short.write_bytes(model.read_bytes()[: header.data_start + 10])
    last = max(header.tensors, key=lambda tensor: tensor.offset)
    assert RealWeights([short], [header]).chunks(last.name, last.bytes or 0) is None
    gone = tmp_path / "gone.gguf"
    assert RealWeights([gone], [header]).chunks(last.name, last.bytes or 0) is None
