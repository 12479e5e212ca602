"""A measurement of fidelity as a file: the same figures, no path, and nothing believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.support.fidelity import CONTEXT, drawn_chunks, model
from tests.unit.core.bundles.test_replay import BUNDLE

from weighin.core import format
from weighin.core.bundles.any_bundle import read_any_bundle
from weighin.core.bundles.bundle import bundle_text
from weighin.core.bundles.fidelity_bundle import fidelity_bundle_text, origin_words, read_fidelity_bundle
from weighin.core.bundles.privacy import Owner
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import (
    FidelityRecord,
    FidelityRequest,
    OtherFidelity,
    SideFacts,
    TextFacts,
    TextPart,
)
from weighin.core.fidelity.record import counted
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState

OWNER = Owner("/home/hedwig", "hedwig")
HERE = MachineFacts("Ryzen 7", "Linux", 8)


def record() -> FidelityRecord:
    base, other = (LaneSetup(model(kind, path=f"/home/hedwig/models/{kind}.gguf")) for kind in ("F16", "Q4_K_M"))
    chunks, found = drawn_chunks(3, 12)
    failed = SideFacts(other, failure=Failure("load", "hedwig's /home/hedwig/models/Q4_K_M.gguf is broken."))
    return counted(
        FidelityRecord(
            "abc123", "2026-01-02T03:04:05+00:00", RunState.FINISHED,
            FidelityRequest(base, (other, other), "/home/hedwig/texts/diary.txt", 12, CONTEXT),
            TextFacts("diary.txt", "0" * 64, (TextPart("prose", 400, 6), TextPart("code", 400, 6))),
            SideFacts(base), (OtherFidelity(SideFacts(other), chunks=found), OtherFidelity(failed)), chunks,
        )
    )  # fmt: skip


def body() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fidelity_bundle_text(record(), "1.0", OWNER, HERE))
    return found


def test_what_is_opened_is_what_was_measured() -> None:
    made = record()
    text = fidelity_bundle_text(made, "1.0", OWNER, HERE)
    assert "hedwig" not in text and "/home" not in text and "diary.txt" in text
    read = read_fidelity_bundle(text.encode())
    assert read.chunks == made.chunks and [o.chunks for o in read.others] == [o.chunks for o in made.others]
    assert [o.summary for o in read.others] == [o.summary for o in made.others]
    assert read.base.model == replace(made.base.model, path="F16.gguf")
    assert read.machine == HERE and not read.can_resume
    assert origin_words(read) == f"{format.moment(made.created)} on Ryzen 7, 8 cores" and origin_words(made) == ""
    assert read.others[1].side.failure is not None and "is broken" in read.others[1].side.failure.message


def test_what_was_opened_still_says_where_it_was_made() -> None:
    elsewhere = replace(record(), machine=HERE)
    assert read_fidelity_bundle(_written(elsewhere, MachineFacts("Other", "Linux", 2))).machine == HERE
    edited = body()
    del edited["record"]["machine"]
    read = read_fidelity_bundle(json.dumps(edited).encode())
    assert read.machine == UNKNOWN_MACHINE and origin_words(read) == format.moment(read.created)
    stopped = replace(record(), state=RunState.STOPPED)
    assert stopped.can_resume and not read_fidelity_bundle(_written(stopped)).can_resume


def test_what_real_models_and_long_chunks_bring_along_is_opened_again() -> None:
    made = record()
    long = replace(made.base.setup, model=replace(made.base.model, template="{{ x }}" * 5000))
    made = replace(made, base=replace(made.base, setup=long), request=replace(made.request, base=long))
    assert read_fidelity_bundle(_written(made)).base.model.template is None
    base, other = made.base.setup, made.others[0]
    chunks, found = drawn_chunks(1, 1, positions=4095)
    wide = replace(
        made, chunks=chunks, others=(replace(other, chunks=found),),
        request=FidelityRequest(base, (other.side.setup,), "", 1, 8192),
    )  # fmt: skip
    assert read_fidelity_bundle(_written(wide)).chunks == chunks


def test_what_could_not_be_opened_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weighin.core.bundles.fidelity_bundle.MAX_BYTES", 20_000)
    with pytest.raises(AppError, match="too large for a bundle"):
        _written(record())


def test_both_kinds_of_bundles_are_told_apart() -> None:
    assert isinstance(read_any_bundle(_written(record())), FidelityRecord)
    assert read_any_bundle(bundle_text(BUNDLE).encode()) == BUNDLE
    for data, kind in (
        (b"no json", "damaged"),
        (b"{}", "not_bundle"),
        (b'{"schema": "weighin.fidelity/1"}', "not_bundle"),
    ):
        with pytest.raises(AppError) as found:
            read_any_bundle(data)
        assert found.value.kind == kind
    with pytest.raises(AppError) as found:
        read_any_bundle(json.dumps(body() | {"record": {}}).encode())
    assert found.value.kind == "damaged"


def _written(made: FidelityRecord, here: MachineFacts = HERE) -> bytes:
    return fidelity_bundle_text(made, "1.0", OWNER, here).encode()


def _edit(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        inner: Any = body
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_edit("schema", to="weighin.bundle/1"), "not_bundle"),
        (_edit("schema", to="weighin.fidelity-bundle/2"), "newer"),
        (_edit("record", to=[]), "damaged"),
        (_edit("record", "state", to="running"), "damaged"),
        (_edit("record", "created", to="<b>today"), "refused"),
        (_edit("record", "created", to="2026-99-99T00:00:00"), "refused"),
        (_edit("record", "seconds", to=-1.0), "refused"),
        (_edit("record", "seconds", to=1e300), "refused"),
        (_edit("record", "base", "peak_bytes", to=1 << 60), "refused"),
        (_edit("record", "base", "setup", "model", "path", to="/etc/passwd"), "refused"),
        (_edit("record", "base", "setup", "model", "name", to="x" * 600), "refused"),
        (_edit("record", "others", 0, "side", "setup", "model", "path", to="..\\x.gguf"), "refused"),
        (_edit("record", "request", "text", to="../diary.txt"), "refused"),
        (_edit("record", "request", "base", "load", "kv_type", to="q0"), "damaged"),
        (_edit("record", "machine", to="here"), "damaged"),
        (_edit("record", "chunks", 1, "nll", 0, to=1 << 40), "refused"),
        (_edit("record", "request", "context", to=1 << 40), "damaged"),
        (_edit("record", "chunks", 0, "number", to=1), "damaged"),
        (_edit("record", "chunks", 0, "number", to=99), "damaged"),
        (_edit("record", "chunks", 0, "nll", to=[1.0]), "damaged"),
        (_edit("record", "chunks", 0, "pieces", 0, to="x" * 600), "refused"),
        (_edit("record", "others", 0, "chunks", 0, "kld", 0, to=float("nan")), "damaged"),
        (_edit("record", "others", 0, "chunks", 0, "delta_p", 0, to=7.0), "damaged"),
        (_edit("record", "others", 0, "chunks", 0, "worst", 0, "position", to=3), "damaged"),
        (_edit("record", "others", to=[]), "damaged"),
    ],
)
def test_what_no_run_can_have_given_is_refused(change: Callable[[dict[str, Any]], None], kind: str) -> None:
    edited = body()
    change(edited)
    with pytest.raises(AppError) as found:
        read_fidelity_bundle(json.dumps(edited).encode())
    assert found.value.kind == kind, found.value.user_text


@pytest.mark.parametrize("data", [b"", b"no json", b"[1]", b"{}", b'{"schema": 1}', b"\xff\xfe\x00"])
def test_other_files_are_none(data: bytes) -> None:
    with pytest.raises(AppError) as found:
        read_fidelity_bundle(data)
    assert found.value.kind == "not_bundle"
