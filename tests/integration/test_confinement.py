"""The walls around a process with a model: what is behind them can do its work and nothing else."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.support.hostile_actions import ACTIONS, DONE, OFTEN_REFUSED, REFUSED, Victims, attempt, victims
from tests.support.worker_client import WorkerClient

from weighin.confinement import landlock
from weighin.confinement.confine import Walls, possible_walls
from weighin.confinement.rights import Rights, RightsError
from weighin.core.runs.options import LoadOptions
from weighin.paths import resources
from weighin.protocol.messages import Failed, Load, Loaded
from weighin.services.processes.rights import model_rights, network_rights

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are parts of Linux")


@pytest.fixture(scope="module", autouse=True)
def kernel() -> None:
    if not landlock.version(ctypes.CDLL(None, use_errno=True)):
        pytest.skip("this kernel has no Landlock")


@pytest.fixture(scope="module")
def starter_path() -> str:
    return str(resources() / "starter" / "weighin-starter-dense-Q8_0.gguf")


@pytest.fixture(scope="module")
def there() -> Iterator[Victims]:
    with victims() as made:
        yield made


def test_every_hostile_action_is_refused_behind_the_walls_and_possible_without(there: Victims) -> None:
    assert len(ACTIONS) >= 45
    with ThreadPoolExecutor(2) as pool:
        free = dict(zip(ACTIONS, pool.map(lambda name: attempt(name, there, False), ACTIONS), strict=True))
        confined = dict(zip(ACTIONS, pool.map(lambda name: attempt(name, there, True), ACTIONS), strict=True))
    assert {name: how for name, how in confined.items() if how != REFUSED} == {}
    assert {name: how for name, how in free.items() if how != DONE and name not in OFTEN_REFUSED} == {}
    assert sum(how == DONE for how in free.values()) >= 45


def test_a_worker_is_confined_before_it_says_hello(starter_path: str) -> None:
    with WorkerClient(rights=model_rights(starter_path)) as worker:
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines() if "\t" in line
        )
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        assert worker.hello.engine.confinement.startswith("Landlock ")
        assert worker.hello.engine.confinement.endswith(", seccomp")
        descriptors = {str(link.readlink()) for link in Path(f"/proc/{worker.pid}/fd").iterdir()}
        assert all(name.startswith("pipe:") or name == "/dev/null" for name in descriptors), descriptors


def test_what_a_shell_left_open_is_not_there_for_a_worker(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    with secret.open() as left:
        worker = subprocess.Popen(
            [sys.executable, "-m", "weighin", "worker", "fake", "{}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(left.fileno(),),
        )
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(Rights().line())
        worker.stdin.flush()
        worker.stdout.readline()
        open_there = {str(link.readlink()) for link in Path(f"/proc/{worker.pid}/fd").iterdir()}
        worker.communicate()
    assert str(secret) not in open_there


def test_a_model_is_read_that_was_told_and_no_other(starter_path: str, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(Path(starter_path).read_bytes())
    with WorkerClient(rights=model_rights(starter_path)) as worker:
        *_, answer = worker.ask(Load(worker.next_id(), str(other), LoadOptions(), 1))
        assert isinstance(answer, Failed)
    with WorkerClient(rights=model_rights(starter_path)) as worker:
        *_, answer = worker.ask(Load(worker.next_id(), starter_path, LoadOptions(), 1))
        assert isinstance(answer, Loaded)


def test_a_model_behind_links_and_one_whose_name_is_no_utf_8(starter_path: str, tmp_path: Path) -> None:
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.gguf")
    (tmp_path / "link").symlink_to(starter_path)
    Path(strange).symlink_to(tmp_path / "link")
    with WorkerClient(rights=model_rights(strange)) as worker:
        *_, answer = worker.ask(Load(worker.next_id(), str(tmp_path / "link"), LoadOptions(), 1))
        assert isinstance(answer, Loaded)


def test_without_rights_nothing_begins() -> None:
    for line in (
        b"\n",
        b"{}\n",
        json.dumps({"rights": {"read": ["relative"]}}).encode() + b"\n",
        b"[" * 90_000 + b"\n",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "weighin", "worker", "fake", "{}"], input=line, capture_output=True, check=False
        )
        assert done.returncode == 65
        assert done.stdout == b""


def test_rights_come_over_as_they_are_and_others_are_none() -> None:
    rights = Rights(("/a b", os.fsdecode(b"/\xff")), ("/c",), True, (53, 443), limits=False)
    assert Rights.of(rights.line()) == rights
    for ports in ([0], [65536], [True], ["443"]):
        with pytest.raises(RightsError):
            Rights.of(json.dumps({"rights": asdict(Rights(network=True)) | {"ports": ports}}).encode())
    for name, value in (("network", 1), ("limits", "no"), ("limits", None)):
        with pytest.raises(RightsError):
            Rights.of(json.dumps({"rights": asdict(Rights()) | {name: value}}).encode())


def test_ports_of_servers_and_of_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert network_rights(("http://127.0.0.1:8080/v1#m",)).ports == (53, 8080)
    assert network_rights(("https://models.example/v1",)).ports == (53, 443)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert network_rights(("https://models.example/v1",)).ports == (53, 443, 3128)
    assert network_rights(()).ports == ()


def test_a_server_lane_may_read_the_settings_of_the_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    rights = model_rights("http://127.0.0.1:8080/v1#m")
    assert rights.read == (str(tmp_path / "c" / "python_keyring"), str(tmp_path / "d" / "python_keyring"))
    assert rights.write == ()


# A filter that answers ENOSYS to the first call of Landlock: a kernel that has none.
_NO_LANDLOCK = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
code = b"".join(struct.pack("<HBBI", *word) for word in (
    (0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000)))
buffer = ctypes.create_string_buffer(code, len(code))
libc.prctl(38, 1, 0, 0, 0)
assert libc.prctl(22, 2, struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer)), 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "weighin", *sys.argv[1:]])
"""


def test_a_kernel_without_landlock_is_said_and_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _NO_LANDLOCK, "doctor", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["engine"]["confinement"] == "seccomp (this kernel has no Landlock)"


def test_what_walls_there_would_be_is_known_without_any(starter_path: str) -> None:
    with WorkerClient(rights=model_rights(starter_path)) as worker:
        assert possible_walls().words() == worker.hello.engine.confinement
    assert possible_walls().why_no_tests == ""


@pytest.mark.parametrize(
    ("walls", "why"),
    [
        (Walls(3, True), ""),
        (Walls(7, True), ""),
        (Walls(2, True), "Landlock 2, seccomp"),
        (Walls(0, True, "this kernel has no Landlock"), "seccomp (this kernel has no Landlock)"),
        (Walls(7, False, "calls cannot be filtered"), "Landlock 7 (calls cannot be filtered)"),
        (Walls(missing="win32 has no way"), "none: win32 has no way"),
    ],
)
def test_code_that_a_model_wrote_runs_behind_both_walls_only(walls: Walls, why: str) -> None:
    sentence = f"Tests are not run here: this system cannot confine them ({why})."
    assert walls.why_no_tests == (sentence if why else "")
