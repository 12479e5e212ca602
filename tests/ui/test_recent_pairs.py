"""The pairs that were run last can be chosen again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, FakeLibrary, answer, failed
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import ServerAddress, server_facts

SERVER = server_facts(ServerAddress("http://127.0.0.1:8080/v1", "tiny"))


@pytest.fixture
def kit(new_kit: Callable[..., Kit]) -> Kit:
    return new_kit(library=FakeLibrary(DENSE, MOE, OTHER))


def compare(kit: Kit, a: ModelFacts, b: ModelFacts, ended: Any = None) -> None:
    for pane, model in zip(kit.page.panes, (a, b), strict=True):
        pane.header.picker.choose(model)
    kit.start()
    kit.runner.finish(answer(), ended or answer())


def pairs(kit: Kit) -> list[tuple[str, ...]]:
    return [tuple(name.split(" Q")[0] for name in pair.names) for pair in kit.window.pages.recent.pairs()]


def test_the_latest_comes_first_and_each_pair_once(kit: Kit) -> None:
    compare(kit, DENSE, MOE)
    compare(kit, OTHER, MOE)
    assert pairs(kit) == [("Qwen3-30B-A3B-Instruct", "Starter MoE"), ("Starter Dense", "Starter MoE")]
    compare(kit, MOE, DENSE)
    assert pairs(kit) == [("Starter MoE", "Starter Dense"), ("Qwen3-30B-A3B-Instruct", "Starter MoE")]


def test_one_is_chosen_from_the_palette(kit: Kit) -> None:
    compare(kit, OTHER, MOE)
    compare(kit, DENSE, MOE)
    command = next(one for one in kit.window.commands() if one.name.startswith("Compare Qwen3"))
    assert command.name == "Compare Qwen3-30B-A3B-Instruct Q4_K_M and Starter MoE Q8_0"
    command.run()
    assert [pane.header.picker.chosen for pane in kit.page.panes] == [OTHER, MOE]
    kit.start()
    assert command.why_not()


def test_a_pair_that_was_not_run_is_not_kept(kit: Kit) -> None:
    compare(kit, DENSE, OTHER, failed("memory"))
    assert pairs(kit) == []


def test_a_blind_round_is_kept_after_it_was_told_and_hides_all_until_then(kit: Kit) -> None:
    compare(kit, OTHER, MOE)
    kit.page.prompt.blind.setChecked(True)
    kit.page.panes[0].header.picker.choose(DENSE)
    kit.start()
    kit.runner.finish(answer(), answer())
    assert pairs(kit) == []
    assert not [one for one in kit.window.commands() if one.group == "Recent pairs"]
    kit.blind.give_up()
    assert len(pairs(kit)) == 2


def test_only_the_last_eight_are_kept_and_survive(kit: Kit, new_kit: Callable[..., Kit]) -> None:
    models = [replace(OTHER, name=f"Model {n}", path=f"/m/{n}.gguf") for n in range(10)]
    kit.library.known += models
    for model in models:
        compare(kit, DENSE, model)
    assert len(kit.settings.values["recent_pairs"]) == 8
    again = new_kit(settings=kit.settings, library=FakeLibrary(DENSE, *models))
    assert pairs(again)[0] == ("Starter Dense", "Model 9")
    assert len(pairs(again)) == 8
    # A model that is not here any more takes its pair along, until it is back.
    again.library.known.remove(models[9])
    assert len(pairs(again)) == 7


def test_of_a_server_the_address_is_kept_and_nothing_else(kit: Kit) -> None:
    compare(kit, DENSE, SERVER)
    assert kit.settings.values["recent_pairs"][0][1] == {"path": SERVER.path}
    kit.window.pages.recent.pairs()[0].choose()
    assert kit.page.panes[1].header.picker.chosen.path == SERVER.path


DAMAGED: list[list[Any]] = [
    ["x"],
    [[1, 2]],
    [[{}, {}]],
    [[{"path": 7}, {"path": "/a"}]],
    [[{"path": "http://"}, {"path": "/x"}]],
    [[[]]],
]


def test_damaged_pairs_count_as_none(kit: Kit) -> None:
    for damaged in DAMAGED:
        kit.settings.values["recent_pairs"] = damaged
        assert kit.window.pages.recent.pairs() == ()
        compare(kit, DENSE, MOE)
        assert len(pairs(kit)) == 1, damaged


def test_the_first_start_offers_the_last_three(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(library=FakeLibrary(DENSE, MOE, OTHER))
    for a, b in ((SERVER, MOE), (DENSE, MOE), (MOE, OTHER), (OTHER, MOE), (OTHER, DENSE)):
        compare(kit, a, b)
    kit.page.new_conversation()
    first = kit.page.card.first_start
    offered = [button for button in first._recent.findChildren(QPushButton) if not button.isHidden()]
    assert [button.text() for button in offered] == [
        "Qwen3-30B-A3B-Instruct Q4_K_M and Starter Dense Q8_0",
        "Qwen3-30B-A3B-Instruct Q4_K_M and Starter MoE Q8_0",
        "Starter Dense Q8_0 and Starter MoE Q8_0",
    ]
    assert not first._recent.isHidden()
    offered[1].click()
    assert [pane.header.picker.chosen for pane in kit.page.panes] == [OTHER, MOE]
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    assert first._recent.isHidden() and not first._recent.findChildren(QPushButton), "names are hidden"
