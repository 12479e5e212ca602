"""Addresses of servers, and what is said of a model that lives on one."""

from __future__ import annotations

import pytest

from weighin.core.computer.machine import memory_needed
from weighin.core.errors import AppError
from weighin.core.models.report import model_json
from weighin.core.models.server import ServerAddress, parse_address, server_facts
from weighin.core.models.text import model_facts
from weighin.core.runs.options import LoadOptions


@pytest.mark.parametrize(
    ("text", "base", "model"),
    [
        ("http://127.0.0.1:8080/v1#tiny", "http://127.0.0.1:8080/v1", "tiny"),
        (" HTTPS://Host.Example/v1/# big/model:8b ", "https://host.example/v1", "big/model:8b"),
        ("http://host:11434", "http://host:11434/v1", ""),
        ("http://host/api/v3/chat/completions", "http://host/api/v3", ""),
        ("http://[::1]:8080/v1/models#m", "http://[::1]:8080/v1", "m"),
    ],
)
def test_addresses(text: str, base: str, model: str) -> None:
    assert parse_address(text) == ServerAddress(base, model)
    assert parse_address(str(parse_address(text))) == ServerAddress(base, model)


@pytest.mark.parametrize(
    "text",
    ["", "host/v1", "ftp://host/v1", "http://", "http:///v1", "http://host:port/v1", "http://host:99999/v1",
     "http://me:secret@host/v1", "http://host/v1?key=secret", "http://host/a b", "http://host/\x07", "http://[::1/v1",
     "http://host/" + "x" * 3000],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_address(text)
    assert caught.value.kind == "address"
    assert "secret" not in caught.value.user_text


def test_who_can_read_along() -> None:
    assert parse_address("http://gpu-box:8080").is_readable
    assert not parse_address("https://gpu-box:8080").is_readable
    assert not parse_address("http://localhost:8080").is_readable
    assert not parse_address("http://[::1]:8080").is_readable


def test_a_key_belongs_to_scheme_host_and_port() -> None:
    origins = {parse_address(a).origin for a in ("http://h/v1", "http://h:80/x", "https://h/v1", "http://h:81/v1")}
    assert origins == {"http://h:80", "https://h:443", "http://h:81"}


def test_unknown_sizes_are_null_and_need_no_memory_here() -> None:
    model = server_facts(parse_address("http://gpu-box:8080/v1#big"))
    assert memory_needed(model, LoadOptions()) == 0
    body = model_json(model)
    assert (body["name"], body["path"], body["server"]) == ("big", "http://gpu-box:8080/v1#big", "gpu-box:8080")
    assert {body[name] for name in ("file_bytes", "parameters", "quantization", "architecture", "verified")} == {None}
    assert "gpu-box:8080" in model_facts(model) and "bytes" not in model_facts(model)
