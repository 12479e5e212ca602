"""A run of a prompt set as a file: the same marks, no path, and nothing believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.support.graded import stored_run
from tests.unit.core.bundles.test_replay import BUNDLE

from weighin.core import format
from weighin.core.bundles.any_bundle import read_any_bundle
from weighin.core.bundles.bundle import bundle_text
from weighin.core.bundles.privacy import Owner
from weighin.core.bundles.set_bundle import SetBundle, read_set_bundle, set_bundle_text
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, JsonAnswer, NumberAnswer
from weighin.core.grading.marks import Check, Mark
from weighin.core.prompts.marking import marks_of
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import run_json

OWNER = Owner("/home/hedwig", "hedwig")
HERE = MachineFacts("Ryzen 7", "Linux", 8)
EXPECT = (Expectation(number=NumberAnswer(-12.5)), Expectation(json=JsonAnswer('{"type": "object"}')))


def stored() -> StoredRun:
    made = stored_run("+-cf?+", "+++--?", 2, tags=("sums", "dates"), expect=EXPECT)
    lanes = tuple(
        replace(setup, model=replace(setup.model, path=f"/home/hedwig/models/{setup.model.name}.gguf"))
        for setup in made.run.lanes
    )
    first = made.results[0]
    told = replace(first.b.marked, checks=(Check(EXPECT[0].kind, False, "7", reason="/home/hedwig/work/x.py failed."),))
    by_hand = replace(
        first, a=replace(first.a, marked=first.a.marked.overruled(Mark.WRONG)), b=replace(first.b, marked=told)
    )
    broken = replace(
        made.results[3], a=replace(made.results[3].a, failure="hedwig's /home/hedwig/models/One.gguf is broken.")
    )
    made = made.with_result(by_hand).with_result(broken)
    return StoredRun(replace(made.run, lanes=(lanes[0], lanes[1])), made.results)


def body() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(set_bundle_text(stored(), "1.0", OWNER, HERE))
    return found


def test_what_is_opened_is_what_was_run() -> None:
    made, text = stored(), set_bundle_text(stored(), "1.0", OWNER, HERE)
    assert "hedwig" not in text and "/home" not in text and "/nowhere" not in text
    read = read_set_bundle(text.encode())
    assert marks_of(read.stored) == marks_of(made)
    assert read.stored.run.prompts == made.run.prompts and read.stored.run.samples == 2
    assert [setup.model.path for setup in read.stored.run.lanes] == ["One.gguf", "Two.gguf"]
    assert read.stored.results[0].a == made.results[0].a
    assert read.stored.results[3].a.failure == "user's One.gguf is broken."
    assert read.stored.results[0].b.marked.reason == "x.py failed."
    assert read.origin == f"{format.moment(made.run.created)} on Ryzen 7, 8 cores"
    again = set_bundle_text(read.stored, "1.0", OWNER, read.machine)
    assert json.loads(again) == json.loads(text)
    assert run_json(read.stored)["marks"]["a"]["right"] == 1
    assert read.to_look_at.run.id == "" and read.to_look_at.results == read.stored.results


def test_the_kinds_of_bundles_are_told_apart() -> None:
    written = json.dumps(body()).encode()
    assert isinstance(read_any_bundle(written), SetBundle)
    assert read_any_bundle(bundle_text(BUNDLE).encode()) == BUNDLE
    for data, kind in (
        (b"no json", "damaged"),
        (b"{}", "not_bundle"),
        (b'{"schema": "weighin.prompt-set/1"}', "not_bundle"),
    ):
        with pytest.raises(AppError) as found:
            read_any_bundle(data)
        assert found.value.kind == kind
    for data in (b"[]", b'{"schema": 7}'):
        with pytest.raises(AppError) as found:
            read_set_bundle(data)
        assert found.value.kind == "not_bundle"


def test_what_could_not_be_opened_again_is_not_written() -> None:
    made = stored()
    for text, why in (("x" * (1 << 20) + "x", "its “text” is too long"), ("y" * 70_000, "without a space")):
        long = replace(made.results[0], a=replace(made.results[0].a, text=text))
        with pytest.raises(AppError, match=f"This run cannot be a bundle: .*{why}.*Export it as JSON or CSV"):
            set_bundle_text(made.with_result(long), "1.0", OWNER, HERE)


def _put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(made: dict[str, Any]) -> None:
        place: Any = made
        *names, last = path.split(".")
        for name in names:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_put("schema", "weighin.set-bundle/2"), "newer"),
        (_put("stored", []), "damaged"),
        (_put("stored.run.id", "../x"), "refused"),
        (_put("stored.run.created", "yesterday"), "refused"),
        (_put("stored.run.prompts", []), "refused"),
        (_put("stored.run.samples", 0), "refused"),
        (_put("stored.run.samples", 1 << 40), "refused"),
        (_put("stored.run.repeat", -1), "refused"),
        (_put("stored.run.lanes", []), "damaged"),
        (_put("stored.run.prompts", [{"text": "x"}] * 10_001), "refused"),
        (_put("stored.run.prompts.0.expect", [{}]), "damaged"),
        (_put("stored.run.prompts.0.expect", [{"exact": "x", "regex": "x"}]), "damaged"),
        (_put("stored.run.prompts.0.expect", [{"json": {"schema": "{"}}]), "damaged"),
        (_put("stored.run.prompts.0.expect", [{"number": {"value": float("nan")}}]), "damaged"),
        (_put("stored.results.0.number", 99), "damaged"),
        (_put("stored.results.0.number", 1), "damaged"),
        (_put("stored.results.0.comparison", "a/b"), "damaged"),
        (_put("stored.results.0.a.stop", "bored"), "damaged"),
        (_put("stored.results.0.a.generated_tokens", -5), "refused"),
        (_put("stored.results.0.a.total_s", "soon"), "damaged"),
        (_put("stored.results.0.a.marked", {"mark": "excellent"}), "damaged"),
        (_put("stored.results.0.a.text", "\ud800"), "refused"),
        (_put("stored.results.0.a.marked", {"checks": [{"kind": "exact", "right": True}] * 101}), "refused"),
    ],
)  # fmt: skip
def test_nothing_in_it_is_believed(change: Callable[[dict[str, Any]], None], kind: str) -> None:
    made = body()
    change(made)
    with pytest.raises(AppError) as found:
        read_set_bundle(json.dumps(made).encode())
    assert found.value.kind == kind and found.value.user_text.endswith((".", ".)"))


def test_a_path_in_a_bundle_leads_nowhere() -> None:
    made = body()
    made["stored"]["run"]["lanes"][0]["model"]["path"] = "/etc/passwd"
    with pytest.raises(AppError, match="is not a file name"):
        read_set_bundle(json.dumps(made).encode())
