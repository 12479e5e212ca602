"""One file from a hub of our own, with everything that goes wrong on the way."""

from __future__ import annotations

import errno
import http.server
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.certificates import server_context
from tests.support.loopback_hub import COMMIT, LoopbackHub

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.downloads.sidecar import CHUNK
from weighin.core.errors import AppError
from weighin.hub import part_file
from weighin.hub import writer_lock as lock
from weighin.hub.cache import places
from weighin.hub.errors import HubError
from weighin.hub.http import Http, RetryPolicy
from weighin.hub.jobs import Download
from weighin.hub.transfer import Ground, StoppedError
from weighin.hub.writer_lock import WriterLock

REPO, PATH = "owner/model-GGUF", "model-Q4_K_M.gguf"
DATA = b"GGUF" + random.Random(1).randbytes(3 * CHUNK + 12345)
QUICK = RetryPolicy(connect_s=5, stall_s=0.5, backoff_s=0.01, longest_s=0.05)


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub(token="hf_secret") as made:
        made.add(REPO, {PATH: DATA})
        yield made


class Kit:
    """A download onto a cache folder, and what it said."""

    def __init__(self, hub: LoopbackHub, cache: Path, **ground: object) -> None:
        self.content = hub.repos[REPO].files[PATH]
        self.plan = DownloadPlan(REPO, COMMIT, (WantedFile(PATH, self.content.size, self.content.sha256),))
        self.places = places(cache, REPO, COMMIT, PATH, self.content.sha256)
        self.news: list[Transferred] = []
        self.cache = cache
        ground.setdefault("free_bytes", lambda _: 1 << 50)
        self.download = Download(Ground(hub.url, cache, patience=QUICK, **ground), self.plan, self.news.append)

    def run(self) -> Path:
        (path,) = self.download.run()
        return path

    def refused(self) -> AppError:
        with pytest.raises(AppError) as caught:
            self.download.run()
        return caught.value

    def leftovers(self) -> list[str]:
        return sorted(p.name for p in self.places.blob.parent.iterdir() if p != self.places.blob)


@pytest.fixture
def kit(hub: LoopbackHub, tmp_path: Path) -> Kit:
    return Kit(hub, tmp_path / "cache")


def test_a_file_arrives_checked_and_in_its_place(kit: Kit, hub: LoopbackHub) -> None:
    path = kit.run()
    assert path.read_bytes() == DATA
    assert kit.leftovers() == []
    assert kit.news[-1].done == len(DATA)
    assert hub.sent == len(DATA)


def test_the_hubs_own_client_finds_it(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kit.run()
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    assert try_to_load_from_cache(REPO, PATH, cache_dir=kit.cache) == str(path)
    assert hf_hub_download(REPO, PATH, cache_dir=kit.cache, local_files_only=True) == str(path)


def test_what_is_here_already_is_read_and_not_fetched(kit: Kit, hub: LoopbackHub, tmp_path: Path) -> None:
    kit.run()
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert hub.sent == len(DATA)


def test_a_finished_file_that_was_altered_is_fetched_again(kit: Kit, hub: LoopbackHub) -> None:
    kit.run()
    with kit.places.blob.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"x")
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert kit.leftovers() == []


def test_one_wrong_byte_is_never_used(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 1."""
    hub.fail(PATH, wrong_byte_at=CHUNK + 5, times=-1)
    error = kit.refused()
    assert error.kind == "damaged"
    assert "Download it again" in error.user_text
    assert not kit.places.blob.exists()
    assert not kit.places.snapshot.exists()
    assert kit.places.bad.stat().st_size == len(DATA)
    again = Kit(hub, kit.cache).refused()
    assert "the file does not match the hub's own checksum" in again.user_text
    hub.faults.clear()
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert kit.leftovers() == []


def test_dropping_at_every_chunk_fetches_nothing_twice(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 2."""
    hub.fail(PATH, drop_every=5 << 20, times=-1)
    assert kit.run().read_bytes() == DATA
    starts = [int(r.headers.get("range", "bytes=0-")[6:-1]) for r in hub.requests()]
    assert len(starts) > 8
    assert starts == sorted(starts)
    assert hub.sent <= len(DATA) + len(starts) * (1 << 20)


def test_a_server_without_ranges_starts_again_from_zero(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 5."""
    hub.fail(PATH, drop_at=20 << 20, times=1)
    hub_faults = hub.faults[PATH]

    def later() -> None:
        while hub_faults.times:
            time.sleep(0.005)
        hub.fail(PATH, ignore_range=True, times=1)

    threading.Thread(target=later, daemon=True).start()
    assert kit.run().read_bytes() == DATA


def test_a_wrong_content_range_is_refused(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 6."""
    _part(kit, 2)
    hub.fail(PATH, content_range=f"bytes 0-{len(DATA) - 1}/{len(DATA)}", times=-1)
    assert kit.refused().kind == "range"
    assert kit.places.part.stat().st_size == 2 * CHUNK
    hub.fail(PATH, content_range="bytes 1-2/3", times=2)
    assert Kit(hub, kit.cache).run().read_bytes() == DATA


def test_a_file_that_changes_between_attempts_is_never_mixed(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 7."""
    other = DATA[: 2 * CHUNK] + bytes(len(DATA) - 2 * CHUNK)
    _part(kit, 1)
    hub.fail(PATH, other=other, times=1)
    assert kit.run().read_bytes() == DATA
    assert [r.headers.get("range") for r in hub.requests()] == [f"bytes={CHUNK}-", None]


def test_a_file_that_is_another_one_than_was_listed_is_refused(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 7."""
    hub.add(REPO, {PATH: DATA[:-1] + b"x"})
    assert kit.refused().kind == "changed"


def test_a_stall_is_noticed_and_tried_again(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 8."""
    hub.fail(PATH, stall_at=10 << 20, times=1)
    assert kit.run().read_bytes() == DATA
    assert any("too long" in n.note for n in kit.news)


def test_stop_answers_while_the_server_is_silent_and_keeps_what_came(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 8."""
    kit = Kit(hub, tmp_path / "cache")
    kit.download._ground.patience = RetryPolicy(stall_s=60)
    hub.fail(PATH, stall_at=20 << 20, times=1)
    caught: list[StoppedError] = []

    def run() -> None:
        try:
            kit.download.run()
        except StoppedError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not (kit.news and kit.news[-1].done == 20 << 20):
        time.sleep(0.01)
    kit.download.stop()
    thread.join(5)
    assert isinstance(caught[0], StoppedError)
    assert kit.places.part.stat().st_size == 20 << 20
    sent = hub.sent
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert hub.sent - sent == len(DATA) - (20 << 20)


@pytest.mark.parametrize("harm", ["cut", "scribble", "longer", "note_gone", "note_torn", "hole"])
def test_a_torn_tail_is_found(kit: Kit, hub: LoopbackHub, harm: str) -> None:
    """Fault 4."""
    _part(kit, 3)
    part, note = kit.places.part, part_file.note_of(kit.places.part)
    kept = 2
    with part.open("r+b") as stream:
        if harm == "cut":
            stream.truncate(3 * CHUNK - 1000)
        elif harm == "scribble":
            stream.seek(3 * CHUNK - (1 << 20))
            stream.write(bytes(1 << 20))
        elif harm == "longer":
            stream.seek(3 * CHUNK)
            stream.write(b"not ours")
            kept = 3
        elif harm == "hole":
            stream.seek(CHUNK + 3)
            stream.write(bytes(4096))
            kept = 1
    if harm == "note_gone":
        note.unlink()
        kept = 0
    elif harm == "note_torn":
        note.write_bytes(note.read_bytes()[:-40])
        kept = 0
    assert kit.run().read_bytes() == DATA
    asked = hub.requests()[0].headers.get("range", "bytes=0-")
    assert asked == f"bytes={kept * CHUNK}-"
    assert kit.leftovers() == []


def test_a_link_in_the_place_of_the_part_is_not_followed(kit: Kit, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    kit.places.part.parent.mkdir(parents=True)
    kit.places.part.symlink_to(victim)
    assert kit.refused().kind == "disk"
    assert victim.read_bytes() == b"precious"


def test_too_little_space_is_refused_with_both_numbers(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 9."""
    error = Kit(hub, tmp_path / "cache", free_bytes=lambda _: 10_000_000).refused()
    assert error.kind == "disk_full"
    assert "10.0 MB free" in error.user_text
    assert "1.1 GB needed" in error.user_text
    assert hub.sent == 0


def test_a_disk_that_fills_up_pauses_and_goes_on(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 10."""
    answers = iter([1 << 50, 1 << 50, 1 << 50, 1000])
    kit = Kit(hub, tmp_path / "cache", free_bytes=lambda _: next(answers))
    assert kit.refused().kind == "disk_full"
    sent = hub.sent
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert hub.sent - sent < len(DATA)


def test_a_write_that_fails_half_way_leaves_good_bytes(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 10."""
    kit = Kit(hub, tmp_path / "cache")
    real = part_file.PartFile._write
    good: list[int] = []

    def failing(self: part_file.PartFile, data: memoryview) -> None:
        if self.length > 2 * CHUNK:
            assert self._file is not None
            good.append(self.length)
            self._file.write(data[:1000])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, data)

    monkeypatch.setattr(part_file.PartFile, "_write", failing)
    assert kit.refused().kind == "disk_full"
    monkeypatch.undo()
    assert kit.places.part.stat().st_size == good[0]
    assert Kit(hub, kit.cache).run().read_bytes() == DATA
    assert hub.requests()[-1].headers["range"] == f"bytes={good[0]}-"


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc").exists(), reason="needs a read-only folder")
def test_a_folder_that_takes_nothing_is_a_sentence(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 20."""
    (tmp_path / "file").write_text("")
    assert Kit(hub, tmp_path / "file" / "cache").refused().kind == "disk"


@pytest.mark.parametrize("where", ["lock", "part_file"])
def test_a_read_only_folder_is_a_sentence_and_others_stay_usable(
    kit: Kit, hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Fault 20, injected: who runs the tests may be allowed to write everywhere."""
    real = os.open

    def read_only(path: object, flags: int, mode: int = 0o777) -> int:
        ends = (".part",) if where == "part_file" else (".part", ".lock")
        if flags & os.O_CREAT and str(kit.cache) in str(path) and any(end in str(path) for end in ends):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, mode)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", read_only)
    error = kit.refused()
    assert (error.kind, "read-only" in error.user_text) == ("read_only", True)
    assert hub.sent == 0
    assert Kit(hub, tmp_path / "other").run().read_bytes() == DATA


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours_is_a_sentence(kit: Kit) -> None:
    """Fault 20."""
    kit.cache.mkdir()
    kit.cache.chmod(0o500)
    assert kit.refused().kind == "read_only"
    kit.cache.chmod(0o700)


def test_long_paths_in_any_script_are_written_and_read(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 21."""
    folder = tmp_path / "Modelle ü 'モデル\" \u05d0" / ("lang " * 30 + "x") / ("長" * 60)
    path = Kit(hub, folder / "cache").run()
    assert len(str(path)) > 260
    assert path.read_bytes() == DATA


def test_a_web_page_instead_of_the_file_is_named(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 11."""
    hub.fail(PATH, html=True, times=-1)
    error = kit.refused()
    assert (error.kind, "web page" in error.user_text) == ("not_the_file", True)


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"version https://git-lfs.github.com/spec/v1\n", "LFS pointer"), (b"PK\x03\x04zipzip", "zip archive")],
)
def test_content_that_is_no_model_is_named_before_it_is_fetched(
    hub: LoopbackHub, tmp_path: Path, content: bytes, word: str
) -> None:
    """Fault 11."""
    hub.add(REPO, {PATH: content})
    assert word in Kit(hub, tmp_path / "cache").refused().user_text


def test_every_refusal_has_its_own_sentence(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 12."""
    texts = {}
    for status in (401, 403, 404, 500):
        hub.fail(PATH, status=status, times=-1)
        texts[status] = Kit(hub, tmp_path / str(status)).refused()
    hub.faults.clear()
    hub.repos[REPO].gated = "manual"
    texts[0] = Kit(hub, tmp_path / "gated").refused()
    assert {s: e.kind for s, e in texts.items()} == {
        401: "private_or_missing",
        403: "forbidden",
        404: "not_found",
        500: "server",
        0: "gated",
    }
    assert len({e.user_text for e in texts.values()}) == 5


def test_a_limit_of_requests_is_waited_for_as_told(kit: Kit, hub: LoopbackHub) -> None:
    """Fault 12."""
    hub.fail(PATH, status=429, headers={"Retry-After": "1"}, times=1)
    assert kit.run().read_bytes() == DATA
    notes = [n.note for n in kit.news if n.phase == "waiting"]
    assert notes == ["Too many requests: the hub accepts more in 1 s."]


def test_an_address_that_ran_out_is_asked_for_again(kit: Kit, hub: LoopbackHub) -> None:
    hub.fail(PATH, status=403, on_files=True, times=1)
    assert kit.run().read_bytes() == DATA
    assert len(hub.requests("hub")) == 2


def test_a_range_beyond_the_end_is_no_reason_for_the_hubs_own_client(kit: Kit, hub: LoopbackHub) -> None:
    _part(kit, 1)
    hub.fail(PATH, status=416, on_files=True, times=-1)
    assert kit.refused().kind == "range"
    assert not any("own client" in news.note for news in kit.news)


def test_the_token_goes_to_the_hub_and_nowhere_else(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 15."""
    hub.repos[REPO].private = True
    kit = Kit(hub, tmp_path / "cache", token="hf_secret")
    assert kit.run().read_bytes() == DATA
    assert [r.headers.get("authorization") for r in hub.requests("hub")] == ["Bearer hf_secret"]
    assert [r.headers.get("authorization") for r in hub.requests("files")] == [None]
    assert b"hf_secret" not in b"".join(p.read_bytes() for p in kit.cache.rglob("*.json"))
    assert "hf_secret" not in repr(kit.download._ground)


@pytest.mark.parametrize("target", ["http://example.invalid/file", "ftp://127.0.0.1/file"])
def test_a_redirect_to_an_open_address_is_refused(kit: Kit, hub: LoopbackHub, target: str) -> None:
    """Fault 15."""
    hub.redirect_to = target
    assert kit.refused().kind == "downgrade"


@pytest.mark.parametrize(
    "fault",
    [
        {"cap": 5 << 20, "times": -1},
        {"star": True, "times": -1},
        {"reset_at": 20 << 20, "times": 1},
        {"drop_at": 20 << 20, "times": 1},
    ],
)
def test_every_legal_answer_to_a_range_is_taken(kit: Kit, hub: LoopbackHub, fault: dict) -> None:
    """Fault 2: what one answer leaves out the next one brings, and nothing comes twice."""
    _part(kit, 1)
    hub.fail(PATH, **fault)
    assert kit.run().read_bytes() == DATA
    # What a broken connection swallows is sent but does not come.
    assert hub.sent <= len(DATA) - CHUNK + (8 << 20)


def test_a_server_that_gives_a_few_bytes_an_answer_is_not_asked_for_ever(kit: Kit, hub: LoopbackHub) -> None:
    _part(kit, 1)
    hub.fail(PATH, cap=1000, times=-1)
    assert kit.refused().kind == "range"
    assert len(hub.requests()) == 7


@pytest.mark.parametrize("habit", ["relative", "lower_case"])
def test_a_hub_of_other_habits(kit: Kit, hub: LoopbackHub, habit: str) -> None:
    setattr(hub, habit, True)
    assert kit.run().read_bytes() == DATA


@pytest.mark.parametrize("newest", [True, False])
def test_the_main_branch_of_the_cache_never_goes_back(
    kit: Kit, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    ref = kit.places.blob.parent.parent / "refs" / "main"
    ref.parent.mkdir(parents=True)
    ref.write_text("9" * 40)
    if not newest:
        hub.add(REPO, {PATH: DATA}, commit="9" * 40)
        kit.places.blob.parent.mkdir(parents=True)
        kit.places.blob.write_bytes(DATA)
    kit.run()
    assert ref.read_text() == (COMMIT if newest else "9" * 40)


def test_a_redirect_from_https_down_to_http_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 15, even on this very computer."""

    class Redirect(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/file")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    server.socket = server_context(tmp_path).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    url = f"https://127.0.0.1:{server.server_address[1]}"
    with pytest.raises(HubError) as caught:
        Http(url, "hf_secret", QUICK).get(f"{url}/x")
    assert caught.value.kind == "downgrade"
    server.shutdown()
    server.server_close()


def test_a_redirect_to_itself_ends(kit: Kit, hub: LoopbackHub) -> None:
    hub.redirect_to = f"{hub.url}/{REPO}/resolve/{COMMIT}/{PATH}"
    assert kit.refused().kind == "redirects"


def test_a_hub_that_is_not_there_is_a_sentence(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 13."""
    kit = Kit(hub, tmp_path / "cache")
    kit.download._ground.endpoint = "http://127.0.0.1:9"
    assert kit.refused().kind == "offline"


def test_a_patient_download_outlasts_any_trouble_that_passes(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 12, fault 13: however long the connection is away, the download waits and then goes on."""
    kit = Kit(hub, tmp_path / "cache", patient=True)
    hub.fail(PATH, status=503, times=20)
    assert kit.run().read_bytes() == DATA
    assert sum(n.phase == "waiting" for n in kit.news) == 20


def test_a_patient_download_can_be_stopped_while_it_waits(hub: LoopbackHub, tmp_path: Path) -> None:
    kit = Kit(hub, tmp_path / "cache", patient=True)
    kit.download._ground.endpoint = "http://127.0.0.1:9"
    kit.download._ground.patience = RetryPolicy(backoff_s=600, longest_s=600)
    caught: list[StoppedError] = []

    def run() -> None:
        try:
            kit.download.run()
        except StoppedError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not (kit.news and kit.news[-1].phase == "waiting"):
        time.sleep(0.01)
    assert "internet connection. Next try in" in kit.news[-1].note
    kit.download.stop()
    thread.join(5)
    assert isinstance(caught[0], StoppedError)


def test_a_patient_download_gives_up_where_waiting_helps_nothing(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fail(PATH, status=404, times=-1)
    assert Kit(hub, tmp_path / "cache", patient=True).refused().kind == "not_found"


def test_a_few_bytes_a_try_are_no_progress(kit: Kit, hub: LoopbackHub) -> None:
    hub.fail(PATH, drop_every=1000, times=-1)
    assert kit.refused().kind == "connection"
    assert len(hub.requests()) == 7


def test_cancelling_leaves_nothing(kit: Kit, hub: LoopbackHub) -> None:
    _part(kit, 2)
    kit.download.discard()
    assert not kit.places.part.parent.parent.exists()


@pytest.mark.parametrize("locks", ["flock", "no flock"])
def test_cancelling_beside_another_writer_deletes_nothing_of_it(
    kit: Kit, hub: LoopbackHub, locks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 19: whoever gives up deletes no bytes that another program is still receiving."""
    if locks == "no flock":
        monkeypatch.setattr(lock, "_flock", lambda _: True)
    _part(kit, 2)
    before = kit.leftovers()
    writer = WriterLock(kit.places.lock)
    assert writer.acquire()
    kit.download.discard()
    assert kit.leftovers() == sorted([*before, kit.places.lock.name])
    writer.release()
    kit.download.discard()
    assert not kit.places.part.parent.parent.exists()


def test_what_the_hubs_own_client_is_writing_is_left_alone(kit: Kit, hub: LoopbackHub) -> None:
    other = kit.places.blob.with_name(f"{kit.places.blob.name}.1a2b3c4d.incomplete")
    other.parent.mkdir(parents=True)
    other.write_bytes(b"half")
    kit.run()
    assert kit.leftovers() == [other.name]
    kit.download.discard()
    assert other.read_bytes() == b"half"


def test_only_what_was_fetched_counts_as_brought(kit: Kit, hub: LoopbackHub) -> None:
    kit.run()
    assert kit.download.brought
    again = Kit(hub, kit.cache)
    again.run()
    assert not again.download.brought


def _part(kit: Kit, chunks: int) -> None:
    """A part file with its note, as a killed download leaves it."""
    from weighin.core.downloads.sidecar import Sidecar
    from weighin.hub.part_file import PartFile

    file = kit.plan.files[0]
    part = PartFile(kit.places.part, Sidecar(REPO, PATH, COMMIT, file.size, file.sha256))
    part.open(lambda _: True)
    data = memoryview(DATA)[: chunks * CHUNK]
    for start in range(0, len(data), 1 << 20):
        part.write(data[start : start + (1 << 20)])
    part.close()
