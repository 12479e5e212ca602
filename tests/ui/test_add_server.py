"""Putting a model on a server into a lane."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, timing
from weighin.core.models.server import parse_address, server_facts
from weighin.core.runs.answer import Counting, MemoryReceipt
from weighin.ui.pickers.add_server import AddServer


@pytest.fixture
def dialog(kit: Kit, qtbot: QtBot) -> AddServer:
    popup = kit.page.panes[1].header.picker.popup
    qtbot.mouseClick(popup.server, Qt.MouseButton.LeftButton)
    return kit.window.findChild(AddServer)


def test_looking_choosing_and_adding(kit: Kit, dialog: AddServer, qtbot: QtBot) -> None:
    assert not dialog.add.isEnabled()
    qtbot.keyClicks(dialog.address, "http://gpu-box:8080/v1")
    qtbot.keyClick(dialog.address, Qt.Key.Key_Return)
    assert dialog.notice == "Connected: 2 models."
    qtbot.mouseClick(dialog.test, Qt.MouseButton.LeftButton)
    assert dialog.notice.startswith("tiny returns log-probabilities")
    dialog.models.setCurrentIndex(1)
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    header = kit.page.panes[1].header
    assert header.picker.chosen.path == "http://gpu-box:8080/v1#big/model:8b"
    assert "on the server gpu-box:8080" in header.facts
    assert kit.page.panes[0].header.picker.models[-1].is_server


def test_where_nothing_is_listed_a_name_is_typed(kit: Kit, dialog: AddServer, qtbot: QtBot) -> None:
    kit.models.servers.names = ()
    qtbot.keyClicks(dialog.address, "http://gpu-box:8080/v1")
    qtbot.keyClick(dialog.address, Qt.Key.Key_Return)
    assert dialog.notice == "Connected, but the server lists no models. Type the model’s name."
    for button in (dialog.test, dialog.add):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert dialog.notice == "Type the model name first."
    qtbot.keyClicks(dialog.models.lineEdit(), " big/model ")
    qtbot.mouseClick(dialog.test, Qt.MouseButton.LeftButton)
    assert dialog.notice.startswith("big/model returns")
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert kit.page.panes[1].header.picker.chosen.path == "http://gpu-box:8080/v1#big/model"


def test_what_a_server_refuses_is_said_and_another_address_starts_anew(dialog: AddServer, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.address, "http://gpu-box:8080/x")
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    assert dialog.notice == "127.0.0.1:8080 needs a key."
    assert not dialog.add.isEnabled()
    dialog.address.clear()
    qtbot.keyClicks(dialog.address, "http://gpu-box:8080/v1")
    assert dialog.notice == ""
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    assert dialog.add.isEnabled()
    qtbot.keyClicks(dialog.address, "x")
    assert not dialog.add.isEnabled()


def test_the_key_is_not_shown_and_goes_along(kit: Kit, dialog: AddServer, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.address, "http://gpu-box:8080/v1")
    qtbot.keyClicks(dialog.key, "sk-secret")
    assert dialog.key.echoMode() == QLineEdit.EchoMode.Password
    qtbot.keyClick(dialog.key, Qt.Key.Key_Return)
    assert kit.models.servers.keys == ["sk-secret"]


def test_delete_in_the_list_forgets_a_server_but_no_file(kit: Kit, qtbot: QtBot) -> None:
    kit.models.servers.add("http://gpu-box:8080/v1", "tiny", "")
    picker = kit.page.panes[0].header.picker
    picker.showPopup()
    qtbot.keyClick(picker.popup.list, Qt.Key.Key_Delete)
    assert len(kit.library.models()) == 2
    picker.showPopup()
    picker.popup.list.setCurrentIndex(picker.popup.models.index(2))
    qtbot.keyClick(picker.popup.list, Qt.Key.Key_Delete)
    question = picker.popup.confirm
    assert question.text == "Remove tiny from the list? It can be added again."
    qtbot.keyClick(question.no, Qt.Key.Key_Escape)
    assert picker.popup.isVisible() and question.text == "", "Escape answers the question, the list stays"
    qtbot.keyClick(picker.popup.list, Qt.Key.Key_Delete)
    assert kit.models.servers.known() != ()
    question.yes.click()
    assert kit.models.servers.known() == ()
    assert not any(model.is_server for model in picker.models)


def test_numbers_of_a_server_say_who_counted(kit: Kit) -> None:
    counted = replace(timing(), prompt_s=None, threads=None, counting=Counting.SERVER)
    model = server_facts(parse_address("http://gpu-box:8080/v1#tiny"))
    kit.page.panes[0].header.picker.choose(model)
    kit.page.panes[1].header.picker.choose(model)
    kit.start()
    pieces = replace(counted, counting=Counting.PIECES)
    memory = MemoryReceipt(method="on the server")
    kit.runner.finish(answer(timing=counted, memory=memory), answer(timing=pieces, memory=memory))
    details = kit.details
    assert "Memory | on the server | on the server" in details
    assert "Measured | over the network, by this client | over the network, by this client" in details
    assert "Prompt speed | - | -" in details
    assert "Generated tokens | 37 | ~37" in details and "Generation speed | 90.0 tok/s | ~90.0 tok/s" in details
    assert "network" in kit.page.card.details.table.counted("Time to first token")
    # Neither is called faster by what only one of them counted.
    assert kit.page.panel.caution == "The server of B does not count its tokens: speeds are not comparable."
    assert [kit.page.panel.rows.bars[0][side].state[1] for side in (0, 1)] == [False, False]


def test_the_live_chart_of_a_server_counts_pieces(kit: Kit) -> None:
    charts = [pane.chart.speed for pane in kit.page.panes]
    kit.page.panes[0].header.picker.choose(server_facts(parse_address("http://gpu-box:8080/v1#tiny")))
    kit.start()
    assert [chart.title for chart in charts] == ["Pieces/s", "Tokens/s"]
    assert charts[0].accessibleName() == "Pieces/s over time, lane A"
    kit.runner.finish(answer(), answer())
    kit.page.panes[0].header.picker.choose(kit.library.models()[0])
    kit.start()
    assert charts[0].title == "Tokens/s"


def test_a_server_in_a_lane_is_marked(kit: Kit) -> None:
    picker = kit.page.panes[0].header.picker
    picker.choose(server_facts(parse_address("http://gpu-box:8080/v1#tiny")))
    assert "gpu-box:8080" in kit.page.panes[0].header.facts
    assert "bytes" not in kit.page.panes[0].header.facts
