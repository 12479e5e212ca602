"""The Settings page: every choice is taken at once, and what makes no sense is said beside its field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, FakeModels, FakeSettings, on_shelf
from weighin.core.errors import AppError
from weighin.core.runs.defaults import RunDefaults
from weighin.core.runs.options import LoadOptions
from weighin.services.models.hub_access import HubAccess
from weighin.ui.pages import PAGES, SETTINGS
from weighin.ui.settings.hub_box import HubBox
from weighin.ui.settings.settings_page import SettingsPage

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(kit: Kit, qtbot: QtBot) -> SettingsPage:
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    qtbot.keyClick(kit.window, Qt.Key.Key_Comma, CTRL)
    assert kit.window.page == SETTINGS
    return kit.window.pages.settings


def typed(box: HubBox, text: str, qtbot: QtBot) -> None:
    box.endpoint.setFocus()
    box.endpoint.selectAll()
    qtbot.keyClicks(box.endpoint, text)
    qtbot.keyClick(box.endpoint, Qt.Key.Key_Return)


def test_the_theme_is_chosen_and_followed(page: SettingsPage, kit: Kit, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.appearance.faces["dark"], Qt.MouseButton.LeftButton)
    assert kit.theme.choice == "dark"
    kit.theme.choose("light")
    assert page.appearance.faces["light"].isChecked()
    kit.theme.choose("system")


def test_text_size_is_shown_and_stops_at_its_limits(page: SettingsPage, kit: Kit, qtbot: QtBot) -> None:
    before = page.appearance.larger.font().pointSizeF()
    qtbot.mouseClick(page.appearance.larger, Qt.MouseButton.LeftButton)
    assert page.appearance.percent.text() == "110 %"
    assert page.appearance.larger.font().pointSizeF() > before
    kit.theme.set_font_percent(200)
    assert not page.appearance.larger.isEnabled()
    qtbot.mouseClick(page.appearance.normal, Qt.MouseButton.LeftButton)
    assert kit.theme.font_percent == 100
    assert not page.appearance.normal.isEnabled()
    kit.theme.set_font_percent(80)
    assert not page.appearance.smaller.isEnabled()


@pytest.mark.parametrize(("kept", "shown"), [(5000, 200), (-3, 80), (0, 80), (100, 100)])
def test_a_font_size_of_another_version_is_put_within_the_limits(
    new_kit: Callable[..., Kit], qapp: QApplication, kept: int, shown: int
) -> None:
    from weighin.ui import theme as themes

    made = themes.Theme(qapp, FakeSettings(font_percent=kept))
    assert made.font_percent == shown
    made.deleteLater()


def test_folders_are_added_and_taken_off_the_list(page: SettingsPage, kit: Kit) -> None:
    shelf = kit.models.shelf
    assert page.folders.empty.isVisible()
    shelf.places.append("/models/mine")
    page.folders.add_folder("/models/mine.gguf")
    assert page.folders.table.records == ("/models/mine",)
    page.folders.add_folder("/models/readme.txt")
    assert "web page" in page.folders.error.label.text()
    assert not page.folders.remove.isEnabled()
    page.folders.table.selectRow(0)
    page.folders.remove.click()
    assert shelf.places == []
    assert page.folders.empty.isVisible()
    assert page.folders.error.isHidden()


def test_the_address_of_a_hub_is_kept_or_refused_beside_its_field(page: SettingsPage, kit: Kit, qtbot: QtBot) -> None:
    box, access = page.hub, kit.models.access
    typed(box, "hf-mirror.example", qtbot)
    assert access.chosen_endpoint == "https://hf-mirror.example"
    assert box.endpoint.text() == "https://hf-mirror.example"
    for nonsense in ("http://hf-mirror.example", "https://", "two words", "https://me:pass@hub.example", "ftp://x"):
        typed(box, nonsense, qtbot)
        assert not box.error.isHidden(), nonsense
        assert box.endpoint.text() == nonsense
        assert access.chosen_endpoint == "https://hf-mirror.example"
        assert "pass" not in box.error.text()
    typed(box, "https://huggingface.co/", qtbot)
    assert box.error.isHidden()
    assert access.chosen_endpoint == ""


def test_offline_is_kept(page: SettingsPage, kit: Kit) -> None:
    page.hub.offline.click()
    assert kit.models.access.is_offline
    assert kit.models.access.variables() == {"HF_HUB_OFFLINE": "1"}
    page.hub.offline.click()
    assert kit.models.access.variables() == {}


def test_the_environment_wins_and_is_named(qtbot: QtBot) -> None:
    settings = FakeSettings(hub_endpoint="https://mine.example", hub_offline=False)
    environment = {"HF_ENDPOINT": "https://me:secret@theirs.example", "HF_HUB_OFFLINE": "1"}
    box = HubBox(HubAccess(settings, environment))
    qtbot.addWidget(box)
    assert not box.endpoint.isEnabled()
    assert box.endpoint_note.text() == "Set by the environment: HF_ENDPOINT is theirs.example."
    assert not box.offline.isEnabled()
    assert box.offline.isChecked()
    assert "HF_HUB_OFFLINE is 1" in box.offline_note.text()


def test_defaults_go_into_the_next_run_unless_a_lane_asks_for_something_else(page: SettingsPage, kit: Kit) -> None:
    page.runs.threads.set_text("3")
    page.runs.layers.set_text("7")
    kit.page.drawer.set_separate(True)
    kit.page.drawer.form("B").field("threads").set_text("1")
    kit.page.drawer.form("B").field("gpu_layers").set_text("0")
    kit.start()
    a, b = kit.runner.requests[0].lanes
    assert (a.threads, a.load) == (3, LoadOptions(gpu_layers=7))
    assert (b.threads, b.load.gpu_layers) == (1, 0)
    assert kit.settings.values["run_defaults"] == {"threads": 3, "gpu_layers": 7}
    # The lane's own field stays blank and says what it means.
    edit = kit.page.drawer.form("A").field("threads").focusProxy()
    assert (edit.text(), edit.placeholderText()) == ("", "3")
    page.runs.threads.set_text("")
    assert edit.placeholderText() == "automatic"


def test_a_default_that_makes_no_sense_is_said_and_not_taken(page: SettingsPage, kit: Kit) -> None:
    page.runs.threads.set_text("3")
    page.runs.threads.set_text("many")
    assert "must be" in page.runs.threads.error
    page.runs.layers.set_text("-5")
    assert "must be" in page.runs.layers.error
    assert kit.window.parts.run_defaults.value == RunDefaults(threads=3)
    page.runs.layers.set_text("auto")
    assert page.runs.layers.error == ""


@pytest.mark.parametrize("damaged", [[], "x", {"threads": "many", "gpu_layers": -7}, {"threads": True}, {"other": 1}])
def test_damaged_defaults_count_as_none(new_kit: Callable[..., Kit], damaged: object) -> None:
    kit = new_kit(settings=FakeSettings(run_defaults=damaged))
    assert kit.window.parts.run_defaults.value == RunDefaults()
    assert kit.window.pages.settings.runs.threads.error == ""


def test_what_is_kept_is_shown_with_its_size_and_its_folder_opens(
    page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or len(opened) > 1)
    first, second = page.kept.places[:2]
    assert first.accessibleName() == "Open folder: History and measurements"
    first.click()
    assert page.kept.error.isVisible()
    second.click()
    assert page.kept.error.isHidden()
    assert opened[0]


@pytest.mark.parametrize(("number", "deleted"), [(0, "measured"), (1, "settings"), (2, "all")])
def test_deleting_asks_first_and_keeps_by_return_and_escape(
    page: SettingsPage, kit: Kit, qtbot: QtBot, number: int, deleted: str
) -> None:
    deletion = page.kept.deletions[number]
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        deletion.button.click()
        assert "stay" in deletion.confirm.text
        assert "cannot be undone" in deletion.confirm.text
        assert deletion.confirm.no.hasFocus()
        qtbot.keyClick(deletion.confirm.no, key)
        assert deletion.confirm.text == ""
        assert deletion.button.hasFocus()
    assert kit.kept.deleted == []
    deletion.button.click()
    qtbot.keyClick(deletion.confirm.no, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(deletion.confirm.yes, Qt.Key.Key_Return)
    assert kit.kept.deleted == [deleted]
    assert page.kept.news.isVisible()


def test_only_one_question_stands_there(page: SettingsPage) -> None:
    first, _, last = page.kept.deletions
    first.button.click()
    last.button.click()
    assert (bool(first.confirm.text), bool(last.confirm.text)) == (False, True)


def test_nothing_is_deleted_while_something_runs_and_a_failure_is_said(page: SettingsPage, kit: Kit) -> None:
    kit.kept.why_not_now = "Something is running."
    page.kept.deletions[0].button.click()
    assert page.kept.error.label.text() == "Something is running."
    assert page.kept.deletions[0].confirm.text == ""
    kit.kept.why_not_now, kit.kept.error = "", AppError("The history cannot be changed: it is read-only.")
    page.kept.deletions[0].button.click()
    page.kept.deletions[0].confirm.yes.click()
    assert "read-only" in page.kept.error.label.text()


def test_the_page_is_reached_in_a_blind_round_for_it_tells_nothing(kit: Kit) -> None:
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    kit.window.show_page(SETTINGS)
    assert kit.window.page == SETTINGS


def test_it_is_not_the_page_of_the_next_start(kit: Kit) -> None:
    kit.window.show_page(SETTINGS)
    assert kit.settings.values.get("page") != "Settings"


def test_nothing_is_cut_off_in_a_small_window_with_large_text(kit: Kit, qtbot: QtBot) -> None:
    kit.models.shelf.places.append("/models/" + "a very long name " * 20)
    kit.theme.set_font_percent(200)
    kit.window.resize(1000, 700)
    for number in (SETTINGS, SETTINGS + 1):
        kit.window.show_page(number)
        page = kit.window.pages.page(number)
        qtbot.waitUntil(lambda page=page: page._inner.width() <= page._scroll.viewport().width())
        assert page._scroll.horizontalScrollBar().maximum() == 0


def test_no_theme_button_is_left_on_the_rail(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(models=FakeModels(on_shelf(DENSE)))
    texts = [button.text() for button in kit.window._rail.findChildren(QToolButton)]
    assert texts == list(PAGES)
