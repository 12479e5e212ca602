"""The Models page on fakes: what is shown, what is asked of the services, by hand and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, LISTING, MOE, OTHER, FakeModels, on_shelf
from weighin.core.downloads.download import DownloadPlan, DownloadState, DownloadView, WantedFile, plan_of
from weighin.core.downloads.repository import LeftOut, Repository
from weighin.core.errors import AppError
from weighin.core.models.catalogue import load_catalogue
from weighin.core.models.shelf import Condition
from weighin.paths import resources
from weighin.ui.main_window import COMPARE, MODELS
from weighin.ui.models.hub_hint import EXAMPLES
from weighin.ui.models.models_page import TABS, ModelsPage
from weighin.ui.models.pairs_tab import PairCard
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import column_widths

OWN = on_shelf(OTHER, repo="o/r", hub_path="x.gguf")
OWN_KNOWN = on_shelf(replace(OTHER, path="/models/known.gguf", name="Known"), digests=("ab" * 32,))
GOT = on_shelf(replace(MOE, starter=False), downloaded=True, verified=True, source="Hugging Face cache")
GONE = on_shelf(replace(DENSE, starter=False), condition=Condition.GONE, problem="The file is missing.")


@pytest.fixture
def shown(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    kit = new_kit(models=FakeModels(OWN, GOT, GONE))
    kit.window.show_page(MODELS)
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    return kit


@pytest.fixture
def page(shown: Kit) -> ModelsPage:
    return shown.window.models_page


def cells(table: object, row: int) -> list[str]:
    model = table.model()
    return [model.data(model.index(row, column)) for column in range(model.columnCount())]


def choose(page: ModelsPage, path: str) -> None:
    table = page.shelf.table
    table.selectRow([m.path for m in table.records].index(path))


def test_a_row_says_what_a_model_is(page: ModelsPage) -> None:
    row = cells(page.shelf.table, 0)
    assert row[:4] == ["Qwen3-30B-A3B-Instruct", "MoE 30.5B, 3.3B active", "Q4_K_M", "18.6 GB"]
    assert row[5] == "not checked"
    assert row[7] == "LM Studio"
    assert [cells(page.shelf.table, n)[5] for n in (1, 2)] == ["file missing", "same as on the hub"]


def test_searching_the_shelf(page: ModelsPage) -> None:
    page.shelf.search.setText("qwen3 studio")
    assert len(page.shelf.table.records) == 1
    page.shelf.search.setText("nothing")
    assert page.shelf.table.records == ()


def test_a_model_goes_from_the_shelf_into_a_lane(shown: Kit, page: ModelsPage, qtbot: QtBot) -> None:
    choose(page, OTHER.path)
    qtbot.keyClick(page.shelf.table, Qt.Key.Key_Return)
    assert shown.window.page == COMPARE
    assert shown.page.panes[0].header.picker.chosen == OTHER


def test_what_is_gone_cannot_be_compared(page: ModelsPage) -> None:
    choose(page, DENSE.path)
    assert not page.shelf.compare.isEnabled()
    assert "The file is missing." in page.shelf.details


def test_removing_asks_and_says_what_it_deletes(shown: Kit, page: ModelsPage, qtbot: QtBot) -> None:
    choose(page, MOE.path)
    qtbot.keyClick(page.shelf.table, Qt.Key.Key_Delete)
    assert "Delete Starter MoE (4.7 MB) from disk?" in page.shelf.confirm.label.text()
    assert shown.models.shelf.removed == []
    choose(page, OTHER.path)
    shown.models.shelf.changed.emit()
    assert page.shelf.confirm.text.startswith("Delete Starter MoE"), "whatever else is chosen or found meanwhile"
    page.shelf.confirm.yes.click()
    assert shown.models.shelf.removed == [MOE.path]
    choose(page, OTHER.path)
    page.shelf.remove.click()
    assert "Its file is not deleted." in page.shelf.confirm.label.text()


def test_verifying(shown: Kit, page: ModelsPage) -> None:
    choose(page, OTHER.path)
    page.shelf.verify.click()
    assert cells(page.shelf.table, 0)[5] == "same as on the hub"
    shown.models.shelf.broken = True
    page.shelf.verify.click()
    assert "not the one the hub has" in page.shelf.error.label.text()


@pytest.mark.parametrize("condition", [Condition.READY, Condition.CHANGED])
def test_a_file_of_ones_own_says_why_it_cannot_be_verified(
    new_kit: Callable[..., Kit], qtbot: QtBot, condition: Condition
) -> None:
    kit = new_kit(models=FakeModels(on_shelf(OTHER, condition=condition), OWN_KNOWN))
    kit.window.show_page(MODELS)
    shelf = kit.window.models_page.shelf
    assert "Select a model first" in shelf.verify.toolTip()
    choose(kit.window.models_page, OTHER.path)
    assert not shelf.verify.isEnabled()
    why = "the hub repository it came from is unknown"
    assert why in shelf.verify.toolTip()
    assert why in shelf.details, "where one looks, and a keyboard gets no tooltip"
    choose(kit.window.models_page, OWN_KNOWN.path)
    assert shelf.verify.isEnabled()
    assert why not in shelf.details
    assert "sha256" in shelf.verify.toolTip()


def test_only_what_can_be_verified_is_sent_there() -> None:
    for model, way_out in (
        (on_shelf(OTHER), "add it again to use it as it is now"),
        (OWN, "verify it or add it again"),
    ):
        with pytest.raises(AppError, match=way_out):
            replace(model, condition=Condition.CHANGED).ready_facts()
    assert GONE.why_not_verified == "This file is missing."


def test_a_file_that_is_no_model_says_what_it_is(page: ModelsPage) -> None:
    page.shelf.add("/x/page.html")
    assert "web page" in page.shelf.error.label.text()
    page.shelf.add("/x/new.gguf")
    assert page.shelf.error.isHidden()
    assert len(page.shelf.table.records) == 4


def test_from_search_to_download(shown: Kit, page: ModelsPage, qtbot: QtBot) -> None:
    page.tabs.setCurrentIndex(2)
    assert shown.models.hub.asked == []
    page.hub.search.setText("qwen3 4b")
    qtbot.keyClick(page.hub.search, Qt.Key.Key_Return)
    assert cells(page.hub.repositories, 0)[:4] == [LISTING.repo, "dense 4.0B", "qwen3", "apache-2.0"]
    page.hub.repositories.selectRow(0)
    assert shown.models.hub.asked == ["qwen3 4b", LISTING.repo]
    assert page.hub.variants.chosen.quantization == "Q4_K_M"
    page.hub.look.click()
    assert "MoE 30.5B, 3.3B active · 128 experts, 8 used" in page.hub.facts.text()
    assert "This version of llama.cpp can run it." in page.hub.facts.text()
    shown.models.hub.refusal = "This engine build (llama.cpp 1) does not know the architecture “futurenet9”."
    page.hub.look.click()
    assert "futurenet9" in page.hub.facts.text()
    page.hub.get.click()
    (view,) = shown.models.downloads.views()
    assert (view.plan.repo, view.plan.name) == (LISTING.repo, "Qwen3-4B-Q4_K_M.gguf")
    page.hub.variants.selectRow(2)
    assert not page.hub.get.isEnabled()


def test_what_the_catalogue_knows_stands_beside_a_repository_and_a_file_of_it(shown: Kit, page: ModelsPage) -> None:
    repo = "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF"
    shown.models.shelf.known[OTHER.path] = on_shelf(OTHER, repo=repo, hub_path="x.gguf")
    shown.models.shelf.changed.emit()
    choose(page, OTHER.path)
    assert f"hub:{repo}/x.gguf · the original is gated" in page.shelf.details
    model = page.hub.repositories.model()
    found = [Repository("Qwen/Qwen3-30B-A3B-GGUF", parameters=30_532_122_624), Repository("o/r", parameters=7 * 10**9)]
    page.hub.repositories.show_records(tuple(found))
    kinds = [model.data(model.index(row, 1)) for row in range(2)]
    assert kinds == ["MoE 30.5B, 3.3B active", "7.0B"]


def test_a_repository_is_listed_by_its_name(shown: Kit, page: ModelsPage) -> None:
    for text in ("https://huggingface.co/o/r", "hf.co/o/r/tree/main", "hub:o/r/"):
        page.hub.search.setText(text)
        page.hub.ask()
    assert shown.models.hub.asked == ["o/r"] * 3
    page.hub.search.setText("https://huggingface.co/o/r/blob/main/Qwen3-4B-Q8_0.gguf")
    page.hub.ask()
    assert page.hub.variants.chosen.quantization == "Q8_0"
    page.hub.search.setText("hf.co/o/r:Q5_K_M")
    page.hub.ask()
    assert page.hub.error.label.text() == "o/r has no Q5_K_M; it has: Q4_K_M, Q8_0, F16."
    asked = len(shown.models.hub.asked)
    page.hub.search.setText("https://huggingface.co/datasets/o/r")
    page.hub.ask()
    assert "is a data set on the hub" in page.hub.error.label.text()
    assert len(shown.models.hub.asked) == asked


def test_the_hubs_refusal_is_shown_and_goes_with_the_next_question(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(2)
    shown.models.hub.error = AppError("Too many requests: the hub accepts more in 7 s.", kind="rate_limit")
    page.hub.search.setText("x")
    page.hub.ask()
    assert "7 s" in page.hub.error.label.text()
    shown.models.hub.error = None
    page.hub.ask()
    assert page.hub.error.isHidden()


def test_without_a_connection_there_is_one_banner_and_nobody_asks_again(shown: Kit, page: ModelsPage) -> None:
    """Fault 13."""
    page.tabs.setCurrentIndex(2)
    shown.models.hub.error = AppError("Cannot reach hub.example. Check your internet connection.", kind="offline")
    for _ in range(3):
        page.hub.search.setText("x")
        page.hub.ask()
    shown_strips = [strip for strip in page.findChildren(Strip) if strip.isVisible()]
    assert [strip.label.text() for strip in shown_strips] == [shown.models.hub.error.user_text]
    assert shown.models.hub.asked == ["x"] * 3


def test_a_download_shows_where_it_stands_and_obeys(shown: Kit, page: ModelsPage) -> None:
    downloads = shown.models.downloads
    plan = plan_of(LISTING.repo, LISTING.commit, LISTING.variants[0])
    assert page.downloads.isHidden()
    downloads.put(DownloadView(plan, DownloadState.RUNNING, 10**9, "loading", 23e6, 65.0))
    row = page.downloads.rows[plan.id]
    assert row.line.text() == "1.0 GB of 2.5 GB · 23.0 MB/s · about 65 s left"
    assert row.bar.value() == 400
    assert page.downloads.overall == "1 download: 1.0 GB of 2.5 GB · 23.0 MB/s · about 65 s left"
    assert row.again.isHidden()
    waits = DownloadView(plan, DownloadState.RUNNING, 10**9, "waiting", note="There seems to be no connection.")
    downloads.put(waits)
    assert row.line.text() == "Waiting · 1.0 GB of 2.5 GB"
    row.again.click()
    row.hold.click()
    assert row.hold.text() == "Resume"
    row.hold.click()
    note = "The disk is full: the download is paused. Free some space to resume it."
    downloads.put(DownloadView(plan, DownloadState.FAILED, 10**9, note=note))
    assert (row.note.text(), row.hold.text()) == (note, "Retry")
    row.cancel.click()
    assert row.confirm.text == "Cancel and delete the 1.0 GB downloaded so far? This cannot be undone."
    row.confirm.no.click()
    assert not page.downloads.isHidden()
    row.cancel.click()
    row.confirm.yes.click()
    assert [call for call, _ in downloads.calls] == ["resume", "pause", "resume", "cancel"]
    assert page.downloads.isHidden()


def test_a_split_download_shows_its_parts_and_all_together_their_speed(shown: Kit, page: ModelsPage) -> None:
    files = tuple(WantedFile(f"m-0000{n}-of-00003.gguf", 10**9, f"{n}" * 64) for n in (1, 2, 3))
    split = DownloadPlan("o/r", "0" * 40, files)
    other = DownloadPlan("o/s", "0" * 40, (WantedFile("x.gguf", 10**9, "9" * 64),))
    view = DownloadView(split, DownloadState.RUNNING, 1_500_000_000, "loading", 10e6, 150.0)
    downloads = shown.models.downloads
    downloads.put(replace(view, file=files[1].path, file_done=500_000_000, file_total=10**9))
    downloads.put(DownloadView(other, DownloadState.RUNNING, 500_000_000, "loading", 10e6, 50.0))
    line = page.downloads.rows[split.id].line.text()
    assert line == "1.5 GB of 3.0 GB · part 2 of 3: 500 MB of 1.0 GB · 10.0 MB/s · about 2 min left"
    assert page.downloads.overall == "2 downloads: 2.0 GB of 4.0 GB · 20.0 MB/s · about 2 min left"


def test_what_is_left_out_is_listed_with_its_reason_beside_the_models(shown: Kit, page: ModelsPage) -> None:
    pieces = tuple(LeftOut(f"m.gguf.part{n}of5", "cut into byte pieces") for n in range(1, 6))
    shown.models.hub.left_out = (*pieces, LeftOut("mmproj.gguf", "the picture part of a model"))
    page.hub.show_repository(LISTING.repo)
    lines = page.hub.left_out.text().splitlines()
    assert lines[0].endswith("m.gguf.part3of5 and 2 more: cut into byte pieces.")
    assert lines[1] == "Not offered: mmproj.gguf: the picture part of a model."
    shown.models.hub.left_out = ()
    page.hub.show_repository("o/other")
    assert page.hub.left_out.isHidden()


def card_of(page: ModelsPage, title: str) -> PairCard:
    return next(card for card in page.pairs.cards if card.title.text() == title)


def test_a_pair_leads_to_the_hub_and_then_into_both_lanes(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(1)
    card = card_of(page, "Qwen3-4B vs Qwen3-30B-A3B")
    assert card.models[0].text() == "Qwen3-4B · dense 4.0B · ~2.4 GB · Apache-2.0"
    assert card.models[1].text() == "Qwen3-30B-A3B · MoE 30.5B, 3.3B active · ~18.6 GB · Apache-2.0"
    assert (card.button.text(), card.button.accessibleName()) == ("Get model A…", "Get Qwen3-4B")
    small = replace(OTHER, path="/m/4b.gguf", name="Qwen3-4B")
    shown.models.shelf.known[small.path] = on_shelf(small, repo="Qwen/Qwen3-4B-GGUF")
    shown.models.shelf.changed.emit()
    assert card.models[0].text().endswith("18.6 GB · Apache-2.0 · on this computer")
    assert (card.button.text(), card.button.accessibleName()) == ("Get model B…", "Get Qwen3-30B-A3B")
    card.button.click()
    assert page.tabs.currentIndex() == 2
    assert shown.models.hub.asked == ["Qwen/Qwen3-30B-A3B-GGUF"]
    shown.models.shelf.known[OTHER.path] = on_shelf(OTHER, repo="Qwen/Qwen3-30B-A3B-GGUF")
    shown.models.shelf.changed.emit()
    assert (card.button.text(), card.button.accessibleName()) == ("Compare", "Compare Qwen3-4B and Qwen3-30B-A3B")
    card.button.click()
    assert [pane.header.picker.chosen for pane in shown.page.panes] == [small, OTHER]


def test_a_pair_of_two_quantizations_wants_a_file_of_each(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(1)
    card = card_of(page, "Qwen3-0.6B Q8_0 vs Qwen3-0.6B Q4_K_M")
    card.button.click()
    assert page.hub.variants.chosen.quantization == "Q8_0"
    small = [replace(OTHER, path=f"/m/{q}.gguf", quantization=q) for q in ("Q8_0", "Q4_K_M")]
    for facts, name in zip(small, ("Get Qwen3-0.6B Q8_0", "Get Qwen3-0.6B Q4_K_M"), strict=True):
        assert card.button.accessibleName() == name
        shown.models.shelf.known[facts.path] = on_shelf(facts, repo="bartowski/Qwen_Qwen3-0.6B-GGUF")
        shown.models.shelf.changed.emit()
    card.button.click()
    assert [pane.header.picker.chosen for pane in shown.page.panes] == small
    assert shown.models.hub.asked == ["Qwen/Qwen3-0.6B-GGUF"]


def test_nothing_is_asked_of_the_hub_before_an_example_is_clicked(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(2)
    texts = [label.text() for label in page.hub.hint.findChildren(PlainLabel)]
    assert "Nothing is sent until you search." in texts and shown.models.hub.asked == []
    page.hub.hint.examples[0].click()
    assert shown.models.hub.asked == [EXAMPLES[0]] == [page.hub.search.text()]
    assert not page.hub.hint.isVisible() and page.hub.repositories.isVisible()


def test_a_search_that_takes_long_can_be_cancelled(shown: Kit, page: ModelsPage, monkeypatch) -> None:
    page.tabs.setCurrentIndex(2)
    waiting = []
    monkeypatch.setattr(shown.models.hub, "search", lambda text, done, failed: waiting.append((done, failed)))
    page.hub.search.setText("qwen3 4b")
    page.hub.ask()
    assert page.hub.progress.text == "Searching for “qwen3 4b”…" and page.hub.progress.isVisible()
    page.hub.progress.cancel.click()
    assert not page.hub.progress.isVisible() and page.hub.hint.isVisible() and page.hub.search.hasFocus()
    waiting[0][0]((Repository("o/r"),))
    waiting[0][1](AppError("late"))
    assert page.hub.repositories.records == () and page.hub.error.isHidden(), "what comes later is not wanted"
    page.hub.ask()
    waiting[1][0](())
    assert page.hub._nothing.text() == "No GGUF repository matches “qwen3 4b”."


def test_a_failed_question_can_be_asked_again(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(2)
    hub = shown.models.hub
    hub.error = AppError("Cannot reach huggingface.co. Check your internet connection.", kind="offline")
    for question in (lambda: page.hub._ask_for("qwen"), lambda: page.hub.show_repository("o/r"), page.hub.look.click):
        asked = len(hub.asked)
        question()
        assert page.hub._retry.isVisible() and not page.hub.progress.isVisible()
        hub.error = None
        page.hub._retry.click()
        assert hub.asked[asked] == hub.asked[asked + 1] and page.hub.error.isHidden()
        hub.error = AppError("Cannot reach huggingface.co. Check your internet connection.", kind="offline")
    page.hub._ask_for("https://huggingface.co/datasets/o/r")
    assert page.hub.error.isVisible() and not page.hub._retry.isVisible(), "that is no model however often it is asked"


def test_the_starter_pair_is_on_the_shelf(shown: Kit, page: ModelsPage, qtbot: QtBot) -> None:
    shown.models.shelf.known.clear()
    shown.models.shelf.changed.emit()
    assert [cells(page.shelf.table, row)[:4] for row in range(2)] == [
        ["Starter Dense", "dense 1.1M", "Q8_0", "1.2 MB"],
        ["Starter MoE", "MoE 4.1M, 1.0M active", "Q8_0", "4.7 MB"],
    ]
    assert cells(page.shelf.table, 0)[5:] == ["included", "? Fits", "included"]
    choose(page, DENSE.path)
    assert not page.shelf.verify.isEnabled() and "nothing to verify" in page.shelf.verify.toolTip()
    assert not page.shelf.remove.isEnabled() and "cannot be removed" in page.shelf.remove.toolTip()
    qtbot.keyClick(page.shelf.table, Qt.Key.Key_Delete)
    assert page.shelf.confirm.isHidden()
    page.shelf.compare.click()
    assert shown.page.panes[0].header.picker.chosen == DENSE


def test_models_of_one_name_are_told_apart(new_kit: Callable[..., Kit]) -> None:
    same = [replace(OTHER, path=path) for path in ("/a/x/m.gguf", "/b/x/m.gguf")]
    page = new_kit(models=FakeModels(*map(on_shelf, same))).window.models_page
    assert [cells(page.shelf.table, row)[0] for row in range(2)] == [f"{OTHER.name} · a", f"{OTHER.name} · b"]


def test_what_no_workstation_holds_is_shown_with_the_arithmetic(page: ModelsPage) -> None:
    texts = [label.text() for label in page.pairs.findChildren(PlainLabel)]
    assert any(text.startswith("Llama 3.1 405B: 405 billion weights") and "248 GB" in text for text in texts)


def test_every_system_has_a_page_and_claims_have_verdicts(page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(3)
    page.systems.search.setText("GPT-3 175B")
    page.systems.systems.selectRow(0)
    assert "Only its owner can run it" in page.systems.page.toPlainText()
    assert page.systems.get.isHidden()
    page.systems.search.setText("397B parameters")
    page.systems.claims.selectRow(0)
    assert "FALSE" in page.systems.page.toPlainText()
    assert "dense with 405B" in page.systems.page.toPlainText()


def test_an_empty_shelf_says_what_would_be_here(new_kit: Callable[..., Kit]) -> None:
    page = new_kit().window.models_page
    assert "LM Studio" in page.shelf._empty.text()
    assert [cells(page.shelf.table, row)[0] for row in range(2)] == ["Starter Dense", "Starter MoE"]


def test_hostile_names_are_shown_harmlessly(new_kit: Callable[..., Kit]) -> None:
    nasty = replace(OTHER, name="<img src=x>\u202egnp.exe\nsecond", license="<b>mit</b>")
    page = new_kit(models=FakeModels(on_shelf(nasty))).window.models_page
    assert cells(page.shelf.table, 0)[0] == "<img src=x>\ufffdgnp.exe\ufffdsecond"
    tip = page.shelf.table.model().data(page.shelf.table.model().index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip


def test_a_catalogue_entry_that_leads_nowhere_says_so(shown: Kit, page: ModelsPage) -> None:
    system = load_catalogue(resources()).system("qwen3-0.6b")
    assert system is not None
    first, second = (source.repo for source in system.repositories)
    shown.models.hub.missing = {first}
    page.systems.wanted.emit(system)
    assert shown.models.hub.asked == [first, second]
    assert page.hub.error.isHidden()
    shown.models.hub.missing = {first, second}
    page.systems.wanted.emit(system)
    assert "no longer on the hub" in page.hub.error.label.text()


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (300, [180, 50, 70]),  # 100 over: most of it to the first
        (200, [100, 50, 50]),
        (170, [80, 50, 40]),
        (140, [60, 50, 30]),
        (90, [60, 50, 30]),  # no room at all: scrolled, as tables are
    ],
)
def test_columns_share_what_is_over_and_give_way_where_room_is_short(room: int, widths: list[int]) -> None:
    assert column_widths([100, 50, 50], [60, 50, 30], [0.8, 0.0, 0.2], room) == widths


def test_no_table_of_systems_needs_a_scroll_bar_at_a_thousand_pixels(kit: Kit) -> None:
    kit.window.resize(1000, 760)
    kit.window.show_page(MODELS)
    kit.window.models_page.tabs.setCurrentIndex(TABS.index("Systems and claims"))
    tab = kit.window.models_page.systems
    for table in (tab.systems, tab.claims):
        assert table.isVisible()
        assert not table.horizontalScrollBar().isVisible()


def test_rows_of_the_shelf_say_whether_they_run_here(shown: Kit, page: ModelsPage) -> None:
    assert cells(page.shelf.table, 0)[6] == "? Fits"
    choose(page, OTHER.path)
    assert shown.station.planner.asked == [OTHER.path]
    assert "Fits in memory: " in page.shelf.details
    shown.station.planner.give(OTHER, 40_000_000_000)
    assert cells(page.shelf.table, 0)[6] == "Does not fit"
    assert "Would read from disk for every token" in page.shelf.details
    assert cells(page.shelf.table, 1)[6] == "? Fits"


def test_what_the_hub_offers_is_judged_and_again_when_its_header_was_read(shown: Kit, page: ModelsPage) -> None:
    page.tabs.setCurrentIndex(2)
    page.hub.show_repository(LISTING.repo)
    assert cells(page.hub.variants, 0)[3] == "~ Fits"
    assert cells(page.hub.variants, 2)[3] == "-"
    assert "needs ~3.3 GB at 4k context" in page.hub._space.text()
    page.hub.look.click()
    assert cells(page.hub.variants, 0)[3] == "Fits"
    assert "needs 5.2 kB at 4k context" in page.hub._space.text()
    keys = [c.key for c in shown.station.workstation.candidates(load_catalogue(resources()))]
    assert f"{LISTING.repo}/Qwen3-4B-Q4_K_M.gguf" in keys


def test_pairs_say_whether_both_run(page: ModelsPage) -> None:
    said = {card.verdict.text() for card in page.pairs.cards}
    assert said == {"Both fit in memory", "Fit one at a time", "Do not fit in memory"}
    assert all("together they need ~" in card.verdict.toolTip() for card in page.pairs.cards)


def test_a_system_of_the_catalogue_says_whether_it_runs_here(page: ModelsPage) -> None:
    table = page.systems.systems
    said = {system.name: cells(table, row)[-1] for row, system in enumerate(table.records)}
    assert said["Qwen3-0.6B"] == "~ Fits"
    assert said["GPT-3 175B"] == "-"
    assert "~ Does not fit" in said.values()
