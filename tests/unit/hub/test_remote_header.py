"""The header of a model at the hub, from servers of every kind."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.loopback_hub import COMMIT, LoopbackHub

from weighin.core.downloads.repository import RemoteFile, Variant
from weighin.core.errors import AppError
from weighin.core.gguf import writer
from weighin.core.models.model import ModelFacts
from weighin.hub.http import Http, RetryPolicy
from weighin.hub.remote_header import remote_facts

REPO, PATH = "o/big-header-GGUF", "m-F32.gguf"
QUICK = RetryPolicy(connect_s=5, stall_s=0.5, backoff_s=0.01, longest_s=0.05)


def model(vocabulary: int = 150_000, rows: int = 2) -> bytes:
    """A model whose header is some megabytes of vocabulary and whose only tensor is small."""
    words = b"".join(struct.pack("<Q", 40) + b"%040d" % n for n in range(vocabulary))
    tokens = writer.text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, vocabulary) + words
    tensors = writer.lay_out([("token_embd.weight", (32, rows), 0)])
    header = writer.header([writer.words("general.architecture", "llama"), tokens], tensors)
    return header + bytes(32 * rows * 4)


BIG = model()
assert len(BIG) > 6 << 20


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        made.add(REPO, {PATH: BIG})
        yield made


def look(hub: LoopbackHub) -> ModelFacts:
    content = hub.repos[REPO].files[PATH]
    variant = Variant("m-F32", "F32", (RemoteFile(PATH, content.size, content.sha256),))
    return remote_facts(Http(hub.url, None, QUICK), hub.url, REPO, COMMIT, variant, lambda head, size: None)


@pytest.mark.parametrize(
    "fault",
    [
        {"times": 0},
        {"cap": 300_000, "times": -1},
        {"star": True, "times": -1},
        {"ignore_range": True, "times": -1},
        {"reset_at": 0, "times": 2},
        {"reset_at": 3 << 20, "times": 1},
        {"ignore_range": True, "drop_at": 3 << 20, "times": 1},
        {"stall_at": 1 << 20, "times": 1},
        {"status": 503, "times": 2},
        {"status": 503, "on_files": True, "times": 2},
        {"status": 429, "headers": {"Retry-After": "0"}, "times": 1},
    ],
)
def test_a_header_of_megabytes_arrives_whatever_the_server_makes_of_ranges(hub: LoopbackHub, fault: dict) -> None:
    """Fault 2, fault 5, fault 8, fault 12, for headers."""
    hub.fail(PATH, **fault)
    assert look(hub).vocabulary == 150_000


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"reset_at": 0}, "connection"),
        ({"status": 503}, "server"),
        ({"status": 429, "headers": {"Retry-After": "300"}}, "rate_limit"),
        ({"content_range": "bytes 5-9/10"}, "range"),
        ({"content_range": "nonsense"}, "range"),
    ],
)
def test_what_does_not_pass_is_a_sentence(hub: LoopbackHub, fault: dict, kind: str) -> None:
    hub.fail(PATH, times=-1, **fault)
    with pytest.raises(AppError) as caught:
        look(hub)
    assert caught.value.kind == kind


@pytest.mark.parametrize("fault", [{"times": 0}, {"ignore_range": True, "times": -1}])
def test_of_a_big_file_only_the_header_comes(hub: LoopbackHub, fault: dict) -> None:
    hub.add(REPO, {PATH: model(rows=1_600_000)})
    hub.fail(PATH, **fault)
    assert look(hub).vocabulary == 150_000
    assert hub.sent < 40 << 20


def test_a_file_that_goes_on_far_behind_its_weights_is_refused(hub: LoopbackHub) -> None:
    hub.add(REPO, {PATH: BIG + bytes(100 << 20)})
    with pytest.raises(AppError, match="but its weights end after") as caught:
        look(hub)
    assert caught.value.kind == "oversized"


def test_a_file_without_weights_and_without_a_type_is_a_sentence(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.add(REPO, {PATH: writer.header([writer.words("general.architecture", "llama")], [])})
    with pytest.raises(AppError, match="holds no weights"):
        look(hub)


@pytest.mark.parametrize("target", ["http://localhost:99999999/x", "http://[::1/x", 'http://127.0.0.1:9/é x"', ""])
def test_a_redirect_to_nonsense_is_a_sentence(hub: LoopbackHub, target: str) -> None:
    hub.redirect_to = target or "http://" + "ü" * 70 + ".example/"
    with pytest.raises(AppError) as caught:
        look(hub)
    assert caught.value.kind in ("answer", "offline", "downgrade")


def test_a_redirect_with_letters_beyond_ascii_is_followed(hub: LoopbackHub) -> None:
    name = "m é.gguf"
    hub.repos[REPO].files[name] = hub.repos[REPO].files[PATH]
    hub.redirect_to = f"{hub.files_url}/{REPO}/{name}".encode().decode("latin-1")
    assert look(hub).vocabulary == 150_000
