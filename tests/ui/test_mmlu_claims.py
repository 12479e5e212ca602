"""Claims on the MMLU page, and the way there from the Models page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from weighin.ui.main_window import MMLU, MODELS
from weighin.ui.mmlu.claims_tab import ClaimsTab
from weighin.ui.mmlu.mmlu_page import CLAIMS


@pytest.fixture
def claims(kit: Kit) -> ClaimsTab:
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.tabs.setCurrentIndex(CLAIMS)
    return kit.window.mmlu_page.claims


def test_the_claim_of_the_day_could_not_be_told(claims: ClaimsTab) -> None:
    assert claims.calculator.text.startswith("Not significant on all 14\u202f042 questions.")
    assert "A gap of this size needs about 63\u202f770 questions" in claims.calculator.text


def test_a_claim_stands_beside_its_facts_and_source(claims: ClaimsTab, qtbot: QtBot) -> None:
    calculator = claims.calculator
    for field in (calculator.first, calculator.second, calculator.questions):
        field.set_text("50")
    qtbot.keyClicks(claims.search, "84.1 83.7")
    assert len(claims.claims.records) == 1
    claims.claims.selectRow(0)
    page = claims.page.toPlainText()
    assert page.startswith("A 7B (Qwen2.5-7B) scores 84.1 on MMLU and beats a 405B (Llama-3.1-405B) with 83.7\n\nFALSE")
    assert "Qwen2.5-7B: base 74.2" in page
    assert "Llama-3.1-405B: base 85.2" in page
    assert "Source: QwenLM" in page
    assert "MODEL_CARD.md of Llama 3.1" in page
    assert (calculator.first.value, calculator.second.value, calculator.questions.value) == (84.1, 83.7, 14_042)
    assert calculator.text.startswith("Not significant on all 14\u202f042 questions.")


def test_other_numbers_other_words(claims: ClaimsTab) -> None:
    claims.calculator.first.set_text("90")
    assert claims.calculator.text.startswith("Significant on all 14\u202f042 questions.")
    claims.calculator.questions.set_text("100")
    assert claims.calculator.text.startswith("Not significant on 100 questions.")


def test_numbers_that_cannot_be_are_refused(claims: ClaimsTab) -> None:
    claims.calculator.disagree.set_text("0.1")
    assert claims.calculator.text.startswith("With these scores the models disagree on 0.4 to")
    claims.calculator.first.set_text("lots")
    assert claims.calculator.first.error == "A number from 0 to 100."
    assert claims.calculator.text == ""


def test_two_scores_in_a_claim_go_into_the_calculator(claims: ClaimsTab) -> None:
    claims.calculator.take_scores("A 7.3B model at 62.5 beats the 13B at 55.6 (v1.5)")
    assert (claims.calculator.first.value, claims.calculator.second.value) == (62.5, 55.6)
    claims.calculator.take_scores("only 84.1 here")
    assert claims.calculator.first.value == 62.5


def test_a_claim_leads_to_the_facts_of_its_systems(kit: Kit, claims: ClaimsTab, qtbot: QtBot) -> None:
    claims.search.setText("405B is an MoE")
    claims.claims.selectRow(0)
    link = next(b for b in claims.findChildren(QPushButton) if b.text() == "Llama 3.1 405B")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert kit.window.page == MODELS
    assert kit.window.models_page.systems.systems.chosen.name == "Llama 3.1 405B"


def test_the_models_page_leads_to_the_calculator(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show_page(MODELS)
    systems = kit.window.models_page.systems
    assert systems.check.isHidden()
    systems.search.setText("34B")
    systems.claims.selectRow(0)
    claim = systems.claims.chosen
    qtbot.mouseClick(systems.check, Qt.MouseButton.LeftButton)
    assert kit.window.page == MMLU
    page = kit.window.mmlu_page
    assert page.tabs.currentIndex() == CLAIMS
    assert page.claims.claims.chosen == claim
