"""Listing through the hub's own client against a hub of our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.support.loopback_hub import COMMIT, LoopbackHub, Repeated

ASK = """
import json, os, sys
from weighin.hub.entry import tidy
tidy(os.environ)
from weighin.core.errors import AppError
from weighin.core.jsonable import to_plain
from weighin.hub.client import HubClient
from weighin.hub.client import check_online
try:
    check_online()
    client = HubClient()
    found = client.search(sys.argv[2]) if sys.argv[1] == "search" else client.listing(sys.argv[2])
    print(json.dumps(to_plain(found) if sys.argv[1] != "search" else [to_plain(f) for f in found]))
except AppError as error:
    print(json.dumps({"kind": error.kind, "text": error.user_text}))
"""


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub(token="hf_secret") as made:
        yield made


def ask(hub: LoopbackHub, what: str, text: str, **environment: str) -> dict:
    """The hub's client reads its environment when it is imported, so each question is a process of its own."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("HF_")},
        "HF_ENDPOINT": hub.url,
        "PYTHONPATH": os.pathsep.join(sys.path),
        **environment,
    }
    done = subprocess.run([sys.executable, "-c", ASK, what, text], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_repository_is_listed_with_exact_sizes_and_digests(hub: LoopbackHub) -> None:
    big = Repeated(40 * 10**9, "ab" * 32)
    hub.add("o/r", {"README.md": b"#", "m-Q4_K_M.gguf": b"GGUF1", "m-Q8_0.gguf": big, "mmproj-F16.gguf": b"GGUF"})
    found = ask(hub, "list", "o/r")
    assert (found["commit"], found["license"], found["gated"]) == (COMMIT, "apache-2.0", "")
    assert [(v["quantization"], v["files"][0]["size"]) for v in found["variants"]] == [
        ("Q4_K_M", 5),
        ("Q8_0", 40 * 10**9),
    ]
    assert found["variants"][1]["files"][0]["sha256"] == "ab" * 32
    assert [entry["path"] for entry in found["left_out"]] == ["mmproj-F16.gguf"]


@pytest.mark.parametrize("habits", [{"page": 2}, {"page": 1, "lower_case": True}])
def test_a_tree_in_pages_is_listed_whole(hub: LoopbackHub, habits: dict) -> None:
    for name, value in habits.items():
        setattr(hub, name, value)
    hub.add("o/r", {f"m{n}-Q8_0.gguf": b"GGUF%d" % n for n in range(5)})
    assert len(ask(hub, "list", "o/r")["variants"]) == 5


def test_search_finds_repositories(hub: LoopbackHub) -> None:
    hub.add("someone/Qwen-GGUF", {}, gated="manual", license="mit", gguf={"total": 7, "architecture": "qwen2"})
    hub.add("other/thing", {})
    (found,) = ask(hub, "search", "qwen")
    assert (found["repo"], found["gated"], found["license"]) == ("someone/Qwen-GGUF", "manual", "mit")
    assert (found["architecture"], found["parameters"], found["downloads"]) == ("qwen2", 7, 100)


def test_missing_private_and_gated_are_told_apart_as_far_as_the_hub_allows(hub: LoopbackHub) -> None:
    """Fault 12."""
    hub.add("o/private", {}, private=True)
    assert ask(hub, "list", "o/private")["kind"] == "private_or_missing"
    assert ask(hub, "list", "o/nothing")["kind"] == "private_or_missing"
    assert ask(hub, "list", "o/private", HF_TOKEN="hf_secret")["commit"] == COMMIT
    assert ask(hub, "list", "o/nothing", HF_TOKEN="hf_secret")["kind"] == "private_or_missing"
    assert ask(hub, "list", "o/private", HF_TOKEN="hf_wrong")["kind"] == "login"


@pytest.mark.parametrize(
    ("environment", "fault", "kind"),
    [
        ({}, {"html": True, "times": -1}, "answer"),
        ({"HF_HUB_OFFLINE": "1"}, {"times": 0}, "offline_mode"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, {"times": 0}, "offline"),
        ({}, {"status": 429, "times": -1, "headers": {"Retry-After": "1"}}, "rate_limit"),
        ({}, {"status": 503, "times": -1}, "server"),
    ],
)
def test_trouble_is_a_sentence(hub: LoopbackHub, environment: dict[str, str], fault: dict, kind: str) -> None:
    """Fault 12, fault 13."""
    hub.add("o/r", {})
    hub.fail("api", **fault)
    assert ask(hub, "list", "o/r", **environment)["kind"] == kind


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("hf-mirror.example", "hf-mirror.example"),
        ("localhost:8080", "localhost:8080"),
        ("user:secret@hf-mirror.example/x", "hf-mirror.example/x"),
        ("https://", "https://"),
        ("//hf-mirror.example", "//hf-mirror.example"),
        ("ftp://hf-mirror.example", "ftp://hf-mirror.example"),
        ("http://[bad", "http://[bad"),
        ("https://h.example:99999", "https://h.example:99999"),
    ],
)
@pytest.mark.parametrize("what", ["search", "list"])
def test_an_endpoint_that_is_no_address_is_named(hub: LoopbackHub, endpoint: str, shown: str, what: str) -> None:
    found = ask(hub, what, "o/r", HF_ENDPOINT=endpoint)
    text = f"HF_ENDPOINT is {shown}, which is not an address: it must begin with https://."
    assert found == {"kind": "endpoint", "text": text}


@pytest.mark.parametrize("nothing", ["", "  "])
def test_variables_set_to_nothing_are_as_unset(hub: LoopbackHub, nothing: str) -> None:
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9", "HF_HOME": nothing}
    assert ask(hub, "list", "o/r", HF_ENDPOINT=nothing, **proxy) == {
        "kind": "offline",
        "text": "Cannot reach huggingface.co. Check your internet connection.",
    }


SOCKS = "socks5://127.0.0.1:9"


@pytest.mark.parametrize(
    ("environment", "kind", "said"),
    [
        ({"ALL_PROXY": SOCKS}, "proxy", "of an unsupported kind (socks5"),
        ({"ALL_PROXY": "socks://127.0.0.1:9"}, "proxy", "of an unsupported kind (socks)"),
        ({"HTTP_PROXY": SOCKS}, "proxy", "of an unsupported kind (socks)"),
        ({"HTTPS_PROXY": "http://127.0.0.1:99999"}, "proxy", "is not an address"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": SOCKS}, "offline", "Cannot reach"),
        ({"SSL_CERT_FILE": "/no/such"}, "certificate", "SSL_CERT_FILE names /no/such"),
        ({"HF_TOKEN": "hf_ü"}, "login", "HF_TOKEN"),
    ],
)
def test_what_a_user_set_wrong_is_named(hub: LoopbackHub, environment: dict[str, str], kind: str, said: str) -> None:
    found = ask(hub, "list", "o/r", HF_ENDPOINT="https://hub.invalid", **environment)
    assert (found["kind"], said in found["text"]) == (kind, True), found


def test_blanks_round_an_endpoint_are_no_part_of_it(hub: LoopbackHub) -> None:
    hub.add("o/r", {})
    assert ask(hub, "list", "o/r", HF_ENDPOINT=f" {hub.url}/ ")["commit"] == COMMIT


@pytest.mark.parametrize("what", ["search", "list"])
def test_no_token_goes_out_without_encryption(hub: LoopbackHub, what: str) -> None:
    """Fault 15: the hub's own client would send it; the request goes to a proxy that would see it in clear."""
    environment = {"HF_ENDPOINT": "http://hub.example", "HF_TOKEN": "hf_secret", "HTTP_PROXY": hub.url}
    found = ask(hub, what, "o/r", **environment)
    assert (found["kind"], "http://hub.example" in found["text"], "https" in found["text"]) == ("downgrade", True, True)
    assert hub.seen == []


def test_importing_the_hub_room_does_not_import_its_client() -> None:
    code = "import sys, weighin.hub.client, weighin.hub.transfer; print('huggingface_hub' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "False"
