"""Bundles in the window."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, FakeHistory, answer, comparison
from tests.ui.replay_fakes import bundle
from tests.ui.test_models_of_lanes import drop
from weighin.core.bundles.bundle import Bundle, bundle_text
from weighin.core.bundles.bundle_reading import read_bundle
from weighin.core.downloads.download import DownloadState, DownloadView
from weighin.ui.main_window import COMPARE, HISTORY

GOOD = "/x/good.weighin.json"


@pytest.fixture
def opened(kit: Kit) -> Kit:
    kit.window.open_bundle(GOOD)
    return kit


def sentences(kit: Kit) -> str:
    box = kit.window.bundle_controller.box
    assert box is not None
    return box.sentences


def test_it_is_shown_as_it_was_with_the_models_of_this_computer(opened: Kit, qtbot: QtBot) -> None:
    assert opened.window.page == COMPARE
    assert opened.page.remark.startswith("From a bundle, ")
    view = opened.page.panes[1].answer.view
    qtbot.waitUntil(lambda: view.toPlainText() == "It is twelve.")
    assert "on Ryzen 7, 8 cores" in sentences(opened)
    assert "A (Starter Dense): same file found." in sentences(opened)
    chosen = opened.page.panes[0].header.picker.chosen
    assert chosen is not None and chosen.path == DENSE.path
    assert opened.runner.requests == []


def test_run_again_and_replicated(opened: Kit, qtbot: QtBot) -> None:
    box = opened.window.bundle_controller.box
    assert box is not None
    qtbot.mouseClick(box.run, Qt.MouseButton.LeftButton)
    (request,) = opened.runner.requests
    assert [lane.model.path for lane in request.lanes] == ["/models/starter-dense.gguf", "/models/starter-moe.gguf"]
    assert not box.run.isEnabled()
    opened.runner.finish(answer(), answer("It is **twelve**."))
    assert "✓ Replicated" in sentences(opened)
    assert "A: same text. Speed compared with the original: generation 1.00 times" in sentences(opened)
    assert box.run.isEnabled()
    assert opened.page.remark == ""
    qtbot.mouseClick(box.show_theirs, Qt.MouseButton.LeftButton)
    assert opened.page.remark.startswith("From a bundle, ")


def test_another_answer_differs_here(opened: Kit) -> None:
    opened.window.bundle_controller.box.run.click()
    opened.runner.finish(answer("Thirteen <b>!</b>"), answer("It is **twelve**."))
    assert "⚠ Not replicated: the answer of A differs." in sentences(opened)
    assert "differs after 1 character: original “Twelve.”, here “Thirteen <b>!</b>”" in sentences(opened)


def test_another_run_is_no_replay(opened: Kit) -> None:
    opened.start("Something else")
    opened.runner.finish(answer(), answer("It is **twelve**."))
    assert "eplicated" not in sentences(opened)


def test_a_model_that_is_not_here_is_offered_and_never_fetched_unasked(kit: Kit, qtbot: QtBot) -> None:
    del kit.window.parts.bundles.here["A"]
    kit.window.open_bundle(GOOD)
    box = kit.window.bundle_controller.box
    assert box is not None
    assert kit.window.parts.bundles.fetched == []
    assert "A (Starter Dense): not on this computer; 1.2 MB from o/dense on the hub." in sentences(kit)
    assert "Cannot be replayed yet: model A" in sentences(kit)
    assert not box.run.isEnabled()
    assert not box.lanes[0].fetch.isHidden() and box.lanes[1].fetch.isHidden()
    qtbot.mouseClick(box.lanes[0].fetch, Qt.MouseButton.LeftButton)
    assert kit.window.parts.bundles.fetched == ["A"]
    plan = bundle().models[0].plan()
    assert plan is not None
    kit.models.downloads.put(DownloadView(plan, DownloadState.RUNNING, 600_000))
    assert box.lanes[0].fetch.isHidden()
    kit.window.parts.bundles.here["A"] = DENSE
    kit.library.changed.emit()
    assert box.run.isEnabled()
    assert "Cannot be replayed" not in sentences(kit)


def test_a_model_that_is_not_here_cannot_be_run_by_its_bare_name(kit: Kit) -> None:
    kit.window.parts.bundles.here.clear()
    kit.window.open_bundle(GOOD)
    chosen = kit.page.panes[0].header.picker.chosen
    assert chosen is not None and chosen.path.startswith("not-here:")


def test_putting_it_away(opened: Kit) -> None:
    box = opened.window.bundle_controller.box
    assert box is not None
    box.closed.emit()
    assert opened.window.bundle_controller.box is None


def test_a_record_from_history_takes_its_place(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(comparison()))
    kit.window.open_bundle(GOOD)
    kit.window.show_page(HISTORY)
    kit.window.history_page.table.selectRow(0)
    kit.window.history_page.table.opened.emit()
    assert kit.window.bundle_controller.box is None
    assert kit.page.remark.startswith("From History")


def test_what_is_no_bundle_is_said(kit: Kit) -> None:
    kit.window.open_bundle("/x/bad.weighin.json")
    assert kit.window.notice == "bad.weighin.json: This is not a Weigh-In bundle."
    assert kit.window.bundle_controller.box is None


def test_nothing_is_opened_over_a_running_comparison(kit: Kit) -> None:
    kit.start("Mine")
    kit.window.open_bundle(GOOD)
    assert "is running" in kit.window.notice
    assert kit.page.question.text == "Mine" and kit.runner.running


def test_a_bundle_dropped_on_a_lane_is_opened_not_loaded(kit: Kit) -> None:
    drop(kit.page.panes[1], GOOD)
    assert kit.window.bundle_controller.box is not None
    drop(kit.window, "/m/x.gguf")
    assert kit.page.panes[0].header.picker.chosen.path == "/m/x.gguf"


@pytest.mark.parametrize("kind", ["bundle", "md", "json", "csv"])
def test_a_record_is_exported(new_kit: Callable[..., Kit], kind: str) -> None:
    record = replace(comparison(), id="ab12")
    kit = new_kit(history=FakeHistory(record))
    wanted: list[object] = []
    page = kit.window.history_page
    page.export_wanted.disconnect()
    page.export_wanted.connect(lambda found, which: wanted.append((found, which)))
    page.table.selectRow(0)
    menu = next(b.menu() for b in page.findChildren(QPushButton) if b.text() == "Export")
    names = {"bundle": "Replayable bundle…", "md": "Markdown…", "json": "JSON…", "csv": "CSV…"}
    next(action for action in menu.actions() if action.text() == names[kind]).trigger()
    assert wanted == [(record, kind)]
    kit.window.bundle_controller.export(record, kind, f"/out/x.{kind}")
    written = kit.window.parts.bundles.written[f"/out/x.{kind}"]
    assert isinstance(written, Bundle) if kind == "bundle" else "twelve" in written
    assert kit.window.notice == f"Saved: x.{kind}"


def test_a_full_disk_is_said(kit: Kit) -> None:
    kit.window.bundle_controller.export(comparison(), "md", "/full/x.md")
    assert "No space left" in kit.window.notice


def at_the_limits() -> dict[str, object]:
    """Bundles as large and as odd as those that are read can be, by what is odd in them."""
    whole = json.loads(bundle_text(bundle()))
    timing = whole["comparison"]["results"][0]["answer"]["timing"]
    thread = [{"role": "user", "content": "# A\n`b`\n" * 500}, {"role": "assistant", "content": "|a|b|\n|-|-|\n" * 500}]
    changes = {
        "text": ("comparison", "request", "prompt", "text", "a b\n" * 250_000),
        "answer": ("comparison", "results", 0, "answer", "text", "<script>alert(1)</script> **b\n\n" * 2000),
        "unbroken": ("comparison", "request", "prompt", "text", "a" * 65_536),
        "notices": ("comparison", "results", 0, "answer", "notices", ["\u202e<b>x</b>" * 100] * 100),
        "proof": (
            "comparison", "results", 0, "answer", "proof",
            {"template": "?", "tokens": list(range(4000)), "pieces": ["\x00\u202e<i>"] * 4000},
        ),
        "one token": (
            "comparison", "results", 0, "answer", "proof", {"template": "own", "tokens": [7], "pieces": ["a", "b"]}
        ),
        "rounds": ("comparison", "results", 0, "rounds", [timing] * 200),
        "spoiled": ("comparison", "results", 1, "spoiled", [timing] * 200),
        "slowdowns": ("comparison", "slowdowns", [None, {"alone": "x", "same_prompt": True, "writing": 1e9}]),
        "threads": ("comparison", "request", "threads", [thread * 40, []]),
        "first date": ("comparison", "created", "1970-01-01T00:00:00+23:59"),
        "last date": ("comparison", "created", "9998-12-31T23:59:59-23:59"),
        "gpus": ("machine", "gpus", ["<b>x</b>" * 1000] * 64),
        "votes": ("votes", [{"created": "2026-01-01T00:00:00", "choice": "both_bad"}] * 100),
        "name": ("comparison", "results", 0, "setup", "model", "name", "\u202e<img src=http://x>" * 20),
        "context": ("comparison", "results", 0, "answer", "context", 1 << 53),
    }  # fmt: skip
    made = {}
    for name, (*way, value) in changes.items():
        changed = copy.deepcopy(whole)
        inner = changed
        for key in way[:-1]:
            inner = inner[key]
        inner[way[-1]] = value
        made[name] = changed
    return made


@pytest.mark.parametrize("name", list(at_the_limits()))
def test_whatever_is_read_can_be_shown(kit: Kit, qtbot: QtBot, name: str) -> None:
    files = kit.window.parts.bundles.files
    files["/x/odd.weighin.json"] = read_bundle(json.dumps(at_the_limits()[name]).encode())
    kit.window.open_bundle("/x/odd.weighin.json")
    assert kit.page.remark.startswith("From a bundle")
    assert kit.page.panel.basis and "Bundle of" in sentences(kit)
    for part in kit.page.card.conversation.earlier_turns:
        assert part.isVisible()
    assert kit.details and kit.page.card.details.proof.sentence
    QCoreApplication.processEvents()
    assert kit.page.width() <= kit.window.width(), "whatever is shown, it fits the window"
