from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.core.bundles.test_replay import BUNDLE

from weighin.core import format
from weighin.core.bundles.bundle import (
    Bundle,
    BundleFile,
    BundleQuestions,
    bundle_text,
    model_of,
    questions_of,
    vote_of,
)
from weighin.core.bundles.bundle_reading import MAX_BYTES, read_bundle
from weighin.core.bundles.privacy import Owner, file_name, without_owner
from weighin.core.bundles.replay import origin_words, questions_words
from weighin.core.comparisons.blind import Choice, Vote, contender
from weighin.core.comparisons.proof import proof_rows
from weighin.core.comparisons.report import comparison_markdown
from weighin.core.computer.hardware import Gpu, Hardware, machine_of
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import (
    EvaluationProtocol,
    EvaluationRecord,
    EvaluationRequest,
    ItemResult,
    LaneEvaluation,
    ScoredItem,
)
from weighin.core.evaluations.forms import ARC
from weighin.core.evaluations.questions import Question
from weighin.core.models.server import parse_address, server_facts
from weighin.core.models.shelf import ShelfModel
from weighin.core.runs.answer import MOST_PIECES, Failure, StopReason
from weighin.core.runs.options import SamplingOptions
from weighin.core.runs.run_state import RunState

OWNER = Owner("/home/canary", "canary")


def body() -> dict[str, Any]:
    return json.loads(bundle_text(BUNDLE))


def refusal(changed: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        read_bundle(json.dumps(changed).encode())
    return caught.value


def test_what_is_written_is_read_back() -> None:
    assert read_bundle(bundle_text(BUNDLE).encode()) == BUNDLE
    for encoding in ("utf-8-sig", "utf-16"):  # the latter is what PowerShell 5 makes of "> mine.weighin.json"
        assert read_bundle(bundle_text(BUNDLE).encode(encoding)) == BUNDLE
    assert read_bundle(json.dumps({**body(), "of_tomorrow": [1]}).encode()) == BUNDLE


def test_what_an_answer_was_held_to_is_read_back_and_may_be_missing() -> None:
    grammar = 'root ::= "yes" ' * 4000
    wanted = SamplingOptions(thinking="off", thinking_tokens=7, grammar=grammar)
    results = tuple(
        replace(
            result,
            setup=replace(result.setup, sampling=wanted),
            answer=replace(result.answer, timing=replace(result.answer.timing, thinking_cut=True)),
        )
        for result in BUNDLE.comparison.results
    )
    made = replace(BUNDLE, comparison=replace(BUNDLE.comparison, results=results))
    assert read_bundle(bundle_text(made).encode()) == made
    old = body()
    for result in old["comparison"]["results"]:
        for name in ("thinking", "thinking_tokens", "json_schema", "grammar"):
            del result["setup"]["sampling"][name]
        del result["answer"]["timing"]["thinking_cut"]
    assert read_bundle(json.dumps(old).encode()) == BUNDLE


def test_half_a_character_is_neither_read_nor_written() -> None:
    """Found by tests/fuzz: it was read, and could be neither stored nor written again."""
    assert "half a character" in refusal({**body(), "program": "\ud800"}).user_text
    named = replace(BUNDLE, models=(model_of("A", (BundleFile("m\udcff.gguf", 1),), None), BUNDLE.models[1]))
    assert read_bundle(bundle_text(named).encode()).models[0].files[0].name == "m?.gguf"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("cannot open /home/canary/models/x.gguf: no", "cannot open x.gguf: no"),
        ("in '/home/canary/my models/x.gguf'", "in '/my models/x.gguf'"),
        ("C:\\Users\\canary\\x.gguf is short", "x.gguf is short"),
        ("~/models/x.gguf", "x.gguf"),
        ("canary was here, not canaryish", "user was here, not canaryish"),
        ("12.0 tok/s; see https://example.org/a/b/c", "12.0 tok/s; see https://example.org/a/b/c"),
    ],
)
def test_paths_and_names_are_taken_out(text: str, hidden: str) -> None:
    assert OWNER.hide(text) == hidden


def test_nothing_of_the_owner_is_in_the_file() -> None:
    record = BUNDLE.comparison
    failed = Failure("load", "Cannot open /home/canary/x.gguf.", "llama: /home/canary/x.gguf\nrun by canary")
    result = record.results[0]
    answer = replace(result.answer, stop_reason=StopReason.FAILED, failure=failed, notices=("/home/canary/n.txt",))
    setup = replace(result.setup, model=replace(result.setup.model, path="/home/canary/x.gguf"), refusal=failed)
    results = (replace(result, setup=setup, answer=answer), record.results[1])
    record = replace(record, request=replace(record.request, lanes=(setup, setup)), results=results)
    text = bundle_text(replace(BUNDLE, comparison=without_owner(record, OWNER)))
    assert "canary" not in text
    assert '"path": "x.gguf"' in text
    read_bundle(text.encode())


@pytest.mark.parametrize("how", ["redirects to", "sends the request on to"])
def test_servers_have_no_name_in_what_went_wrong(how: str) -> None:
    record = BUNDLE.comparison
    message = f"gpu-box.lan:8080 {how} other.lan:80, which was not followed."
    failed = Failure("redirect", message, "hostname mismatch: 'GPU-box.lan'; not mygpu-box.lang")
    server = server_facts(parse_address("http://gpu-box.lan:8080/v1#m"))
    one, two = record.results
    spoken = "The connection to gpu-box.lan:8080 is not encrypted; others on the network can read it."
    answer = replace(one.answer, stop_reason=StopReason.FAILED, failure=failed, notices=(spoken,))
    results = (replace(one, setup=replace(one.setup, model=server, refusal=failed), answer=answer), two)
    text = bundle_text(replace(BUNDLE, comparison=without_owner(replace(record, results=results), OWNER)))
    assert "box.lan:" not in text and "'GPU" not in text and "other.lan" not in text and "mygpu-box.lang" in text
    assert "The connection to the server is not encrypted" in text and f"the server {how} another server," in text


def test_an_owner_without_home_or_name_hides_paths_all_the_same() -> None:
    assert Owner("", "").hide("/srv/m/x.gguf of /") == "x.gguf of /"
    assert file_name("https://box.lan:8080/v1#qwen") == "http://server.invalid/v1#qwen"


def test_the_places_of_all_parts_at_the_hub() -> None:
    known = ShelfModel("/m/a.gguf", "a", "yours", (), repo="o/r", commit="c" * 40, hub_path="Q4/a.gguf")
    files = (BundleFile("a.gguf", 1, "a" * 64), BundleFile("b.gguf", 2, "b" * 64))
    model = model_of("A", files, known)
    assert [file.path for file in model.files] == ["Q4/a.gguf", "Q4/b.gguf"]
    plan = model.plan()
    assert plan is not None and plan.commit == "c" * 40 and plan.size == 3
    renamed = model_of("A", (replace(files[0], name="mine.gguf"),), known)
    assert renamed.repo is None and renamed.plan() is None
    assert model_of("A", files, replace(known, commit=None)).plan() is None


def test_the_machine_has_no_name() -> None:
    hardware = Hardware("Linux 6.8.0-bobs-kernel (x86_64)", "Ryzen", 8, 16, 1, 1, 1, 1, None, gpus=(Gpu("RTX", 1, 1),))
    machine = machine_of(hardware)
    assert machine.system == "Linux 6.8.0 (x86_64)"
    assert machine.gpus == ("RTX",)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "damaged"),
        (b"GGUF\x03\x00", "damaged"),
        (b"[" * 200_000, "damaged"),
        (b"[1]", "not_bundle"),
        (b'{"schema": "weighin.compare/1"}', "not_bundle"),
        (b'{"schema": 7}', "not_bundle"),
        (b'{"schema": "weighin.bundle/2"}', "newer"),
        (b'{"schema": "weighin.bundle/0"}', "not_bundle"),
        (b'{"schema": "weighin.bundle/1"}', "damaged"),
        (b'{"schema": "weighin.bundle/1", "created": ' + b"9" * 5000 + b"}", "damaged"),
        (b'{"schema": "weighin.bundle/1", "created": NaN}', "damaged"),
        (b" " * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_bundle_is_refused_with_a_sentence(data: bytes, kind: str) -> None:
    with pytest.raises(AppError) as caught:
        read_bundle(data)
    assert caught.value.kind == kind
    assert caught.value.user_text.endswith(".")


HOSTILE: list[tuple[list[Any], Any]] = [
    (["models", 0, "files", 0, "path"], "../../etc/passwd"),
    (["models", 0, "files", 0, "path"], "/etc/passwd"),
    (["models", 0, "files", 0, "name"], "..\\x.gguf"),
    (["models", 0, "files", 0, "name"], "a/b.gguf"),
    (["models", 0, "files", 0, "size"], -1),
    (["models", 0, "files", 0, "size"], 1 << 60),
    (["models", 0, "files", 0, "sha256"], "A" * 64),
    (["models", 0, "repo"], "../x"),
    (["models", 0, "commit"], "main"),
    (["models"], []),
    (["comparison", "results"], []),
    (["votes", 0, "choice"], "<b>a</b>"),
    (["votes", 0, "created"], "yesterday"),
    (["comparison", "id"], "'; drop table"),
    (["comparison", "created"], "now"),
    (["comparison", "request", "repeat"], 2_000_000),
    (["comparison", "results", 0, "setup", "model", "path"], "/etc/passwd"),
    (["comparison", "results", 0, "setup", "model", "path"], "https://evil.example/v1#x"),
    (["comparison", "results", 0, "setup", "model", "name"], "x" * 10_000),
    (["comparison", "results", 0, "setup", "model", "parameters"], -5),
    (["comparison", "results", 0, "answer", "timing", "generation_s"], -1.0),
    (["comparison", "results", 0, "answer", "timing", "beside"], {"begin_s": 0.0, "end_s": 1e9}),
    (["comparison", "results", 0, "answer", "timing", "pace"], {"begin_s": 0.0, "mark_s": [1e9], "mark_tokens": [1]}),
    (["comparison", "results", 0, "answer", "timing", "pace"],
     {"begin_s": 0.0, "mark_s": [0.1], "mark_tokens": [1_000_000]}),
    (["comparison", "results", 0, "answer", "timing", "pace"],
     {"begin_s": 0.0, "mark_s": [0.1] * 1000, "mark_tokens": [1] * 1000}),
    (["comparison", "results", 0, "answer", "timing", "pace"], {"begin_s": -5.0}),
    (["comparison", "slowdowns"], [{"alone": "x", "same_prompt": True, "writing": 0.5}]),
    (["comparison", "created"], "9999-12-31T23:59:59-23:59"),
    (["created"], "0001-01-01T00:00:00+00:00"),
    (["comparison", "results", 0, "answer", "notices"], ["x"] * 300_000),
    (["comparison", "results", 0, "answer", "notices"], ["x" * 20_000]),
    (["comparison", "request", "prompt", "text"], "ab " * 7_000_000),
    (["comparison", "request", "prompt", "text"], "a" * 70_000),
    (["comparison", "results", 1, "answer", "text"], "a" * 1_100_000),
    (["comparison", "results", 0, "answer", "proof"],
     {"template": "own", "tokens": [1], "pieces": ["a"] * (MOST_PIECES + 1)}),
    (["comparison", "results", 0, "answer", "proof"], {"template": "own", "tokens": [1], "pieces": ["a" * 5000]}),
    (["comparison", "results", 0, "spoiled"], [{}] * 100_000),
    (["comparison", "results", 0, "round_memory"], [{}] * 100_000),
    (["comparison", "request", "threads"], [[{"role": "user", "content": "a b " * 200_000}] * 2] * 2),
    (["votes"], [{"created": "2026-01-01T00:00:00+00:00", "choice": "a"}] * 300_000),
    (["machine", "gpus"], ["x"] * 1_000_000),
    (["comparison", "results", 0, "setup", "sampling", "grammar"], "a " * 60_000),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), HOSTILE)
def test_values_that_no_run_can_have_given_are_refused(place: list[Any], value: Any) -> None:
    changed = body()
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert refusal(changed).kind == "refused"


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, (dict, list)) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*way, key))
    else:
        yield way


@pytest.mark.parametrize("value", [None, -1, 1e300, "\u202e<script>", [], {}, [[]], True])
def test_whatever_stands_anywhere_it_is_read_or_refused(value: Any) -> None:
    whole = body()
    for way in leaves(whole):
        changed = copy.deepcopy(whole)
        inner = changed
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = value
        try:
            bundle = read_bundle(json.dumps(changed).encode())
            assert isinstance(bundle, Bundle)
            assert origin_words(bundle) and comparison_markdown(bundle.comparison) and proof_rows(bundle.comparison)
        except AppError as error:
            assert error.user_text


@pytest.mark.parametrize(("choice", "lane"), [(Choice.A_BETTER, "b"), (Choice.B_BETTER, "a"), (Choice.TIE, "tie")])
def test_a_vote_on_sides_is_one_on_lanes(choice: Choice, lane: str) -> None:
    record = BUNDLE.comparison
    a, b = (contender(result.setup.model) for result in record.results)
    vote = Vote(record.id, "2026-11-22T10:30:00+00:00", b, a, choice)  # the sides were swapped
    assert vote_of(vote, record).choice == lane


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "no\u202e moment"])
def test_a_moment_that_no_clock_shows_is_said_as_it_is(text: str) -> None:
    assert format.moment(text) == text.replace("\u202e", "\ufffd")


def asked_questions() -> BundleQuestions:
    question = Question("history", "test", 3, "Who?", ("a", "b", "c", "d"), 1)
    said = ItemResult(question.id, 1, (-3.0, -0.2, -4.0, -5.0))
    protocol = EvaluationProtocol("standard", 5, "s", "s", 42, 1, "test", ("history",), "MMLU", "0" * 64, 14042, True)
    item = ScoredItem(question, said, replace(said, choice=0))
    return BundleQuestions("2026-11-22T09:00:00+00:00", protocol, (item,))


def test_questions_are_read_back_and_said() -> None:
    bundle = replace(BUNDLE, questions=asked_questions())
    again = read_bundle(bundle_text(bundle).encode())
    assert again == bundle
    assert questions_words(again) == "A 100.0 %, B 0.0 % right on 1 question (MMLU · 1 question · 5-shot, standard)."
    assert questions_words(BUNDLE) == ""


@pytest.mark.parametrize(
    "harm",
    [
        lambda q: q["items"][0]["a"].update(choice=7),
        lambda q: q["items"][0]["question"].update(choices=["a"]),
        lambda q: q["items"][0]["b"].update(logprobs=[0.0]),
        lambda q: q.update(items=q["items"] * 20_001),
        lambda q: q.update(created="yesterday"),
    ],
)
def test_questions_that_nobody_asked_are_refused(harm: Callable[[dict[str, Any]], None]) -> None:
    changed = json.loads(bundle_text(replace(BUNDLE, questions=asked_questions())))
    harm(changed["questions"])
    assert refusal(changed).kind == "refused"


def questions_with_endings() -> BundleQuestions:
    """Two questions of one run, with five options and with three."""
    asked = asked_questions()
    five = Question("arc", "test", 0, "Which?", tuple("vwxyz"), 4, ARC)
    three = Question("arc", "test", 1, "What?", tuple("xyz"), 0, ARC)
    said = (ItemResult(five.id, 4, (-9.0, -8.0, -7.0, -6.0, -5.0)), ItemResult(three.id, 2, (-9.0, -8.0, -7.0)))
    protocol = replace(asked.protocol, shots=0, n=2, dataset="ARC", is_mmlu=False, form=ARC, note="Not the real ARC.")
    items = tuple(ScoredItem(question, one, one) for question, one in zip((five, three), said, strict=True))
    return replace(asked, protocol=protocol, items=items)


def test_questions_with_endings_are_read_back_and_said() -> None:
    bundle = replace(BUNDLE, questions=questions_with_endings())
    again = read_bundle(bundle_text(bundle).encode())
    assert again == bundle
    assert questions_words(again).startswith("A 50.0 %, B 50.0 % right on 2 questions (ARC ")


@pytest.mark.parametrize(
    "harm",
    [
        lambda q: q["items"][1]["a"].update(choice=3),
        lambda q: q["items"][1]["question"].update(choices=["a"]),
        lambda q: q["items"][1]["b"].update(logprobs=[-1.0] * 5),
        lambda q: q["items"][1]["question"].update(form="letters"),
        lambda q: q["protocol"].update(form="letters"),
    ],
)
def test_endings_that_do_not_fit_their_question_are_refused(harm: Callable[[dict[str, Any]], None]) -> None:
    changed = json.loads(bundle_text(replace(BUNDLE, questions=questions_with_endings())))
    harm(changed["questions"])
    assert refusal(changed).kind == "refused"


def test_lanes_of_an_evaluation_are_those_of_the_comparison() -> None:
    asked, results = asked_questions(), BUNDLE.comparison.results
    a, b = (LaneEvaluation(r.label, r.setup.model, 1, 1, 1.0, (0.0, 1.0), {}) for r in results)
    record = EvaluationRecord(
        "e1", asked.created, RunState.FINISHED, EvaluationRequest(()), asked.protocol, (a, b), None, asked.items
    )
    assert questions_of(record, BUNDLE.comparison) == asked
    turned = questions_of(replace(record, lanes=(b, a)), BUNDLE.comparison)
    assert turned is not None and turned.items[0].a == asked.items[0].b
    assert questions_of(replace(record, lanes=(a, a)), BUNDLE.comparison) is None
