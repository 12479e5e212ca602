"""What is chosen is there again at the next start, whatever became of the settings meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, FakeLibrary, FakeSettings, comparison
from tests.ui.mmlu_fakes import evaluation_services, request, starter_set
from weighin.core.evaluations.evaluation import CHAT, Order
from weighin.core.runs.answer import Failure
from weighin.core.runs.defaults import RunDefaults
from weighin.core.runs.lane import Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.services.settings import Settings
from weighin.ui import theme as themes
from weighin.ui.main_window import COMPARE, HISTORY, MMLU, MODELS
from weighin.ui.options.run_options import LaneValues, RunOptions
from weighin.ui.pages import SETTINGS
from weighin.ui.remembered_window import RememberedWindow
from weighin.ui.widgets.growing_edit import GrowingEdit

OPTIONS = RunOptions(
    "Be kind.\n<b>",
    False,
    3,
    LaneValues(LoadOptions(1024, batch=64, kv_type="q8_0"), SamplingOptions(99, 0.5, stop=("x", "\n")), 2),
    LaneValues(LoadOptions(2048), SamplingOptions(7, thinking="off", thinking_tokens=9, json_schema='{"a":\n 1}')),
)

Start = Callable[..., Kit]


@pytest.fixture
def start(new_kit: Callable[..., Kit], qtbot: QtBot, tmp_path: Path) -> Start:
    """The window opens, on settings that are in a file."""

    def begin(models: tuple[Any, ...] = (DENSE, MOE, OTHER), **more: Any) -> Kit:
        kit = new_kit(settings=Settings(tmp_path / "settings.json"), library=FakeLibrary(*models), **more)
        with qtbot.waitExposed(kit.window):
            kit.window.show()
        remembered = kit.window.findChild(RememberedWindow)
        qtbot.waitUntil(lambda: not remembered._waits)
        QApplication.processEvents()
        return kit

    return begin


def kept(tmp_path: Path) -> Any:
    path = tmp_path / "settings.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def chosen(kit: Kit) -> list[str]:
    return [pane.header.picker.currentText() for pane in kit.page.panes]


def show_options(kit: Kit, options: RunOptions) -> None:
    drawer = kit.page.drawer
    drawer.set_prompt(options.system, options.raw)
    drawer.field_of_rounds().set_text(str(options.rounds))
    drawer.form("A").set_values(options.a)
    drawer.set_separate(True)
    drawer.form("B").set_values(options.b)


def test_the_first_start_is_as_ever(start: Start) -> None:
    kit = start()
    assert chosen(kit) == ["Starter Dense", "Starter MoE"]
    assert kit.window.page == COMPARE
    assert kit.page.options._drawer is None, "nobody asked for it"
    assert kit.page.run_options == RunOptions()


def test_models_mode_options_and_page_come_back(start: Start) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.page.panes[1].header.picker.choose(DENSE)
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    show_options(kit, OPTIONS)
    kit.window.show_page(MODELS)
    kit.window.close()
    later = start()
    assert chosen(later) == ["Qwen3-30B-A3B-Instruct", "Starter Dense"]
    assert later.page.prompt.mode.mode is Mode.TOGETHER
    assert later.window.page == MODELS
    assert later.page.run_options == OPTIONS
    later.window.show_page(COMPARE)
    later.start()
    asked = later.runner.requests[0]
    assert [lane.model for lane in asked.lanes] == [OTHER, DENSE]
    assert (asked.lanes[0].load, asked.lanes[1].sampling, asked.repeat) == (OPTIONS.a.load, OPTIONS.b.sampling, 3)
    later.runner.finish(comparison().results[0].answer, comparison().results[1].answer)
    later.window.close()
    assert start().window.page == COMPARE


def test_it_is_written_a_moment_after_the_change_for_a_program_may_be_killed(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    kit = start()
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    qtbot.waitUntil(lambda: kept(tmp_path).get("compare", {}).get("mode") == "together", timeout=10_000)
    kit.window.show_page(HISTORY)
    assert kept(tmp_path)["page"] == "History"


def test_the_page_is_not_made_before_the_first_paint(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(settings=FakeSettings(page="MMLU", compare={"options": {"rounds": 5}}))
    assert kit.window.page == COMPARE
    assert not kit.window.pages.has_mmlu
    assert kit.page.options._drawer is None


def test_a_model_whose_file_is_gone_stays_chosen_and_says_so(start: Start, tmp_path: Path) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.window.close()
    later = start((DENSE, MOE))
    header = later.page.panes[0].header
    assert chosen(later)[0] == "Qwen3-30B-A3B-Instruct"
    assert header.refusal == "", "the shelf was not looked through yet"
    later.library.looked.emit()
    assert header.refusal == "Qwen3-30B-A3B-Instruct is not here any more. Choose another model."
    assert later.page.panes[1].header.refusal == ""
    later.page.prompt.mode.set_mode(Mode.TOGETHER)
    later.window.close()
    assert kept(tmp_path)["compare"]["models"][0]["path"] == OTHER.path, "the disk may be plugged in next time"
    again = start()
    again.library.looked.emit()
    assert (chosen(again)[0], again.page.panes[0].header.refusal) == ("Qwen3-30B-A3B-Instruct", "")


def test_a_model_that_changed_says_what_is_known_of_it(start: Start) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.window.close()
    later = start((DENSE, MOE))
    later.library.refused[OTHER.path] = Failure("changed", "It changed on the disk since it was checked.")
    later.library.looked.emit()
    assert later.page.panes[0].header.refusal == "It changed on the disk since it was checked."


def test_who_chose_another_model_meanwhile_hears_nothing_of_the_old_one(start: Start) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.window.close()
    later = start((DENSE, MOE))
    later.page.panes[0].header.picker.choose(MOE)
    later.library.looked.emit()
    assert later.page.panes[0].header.refusal == ""


def test_a_server_comes_back_by_its_address_and_its_key_is_nowhere(start: Start, tmp_path: Path) -> None:
    kit = start()
    kit.page.panes[1].header.picker.choose(kit.models.servers.add("http://gpu-box:8080/v1", "tiny", "sk-secret"))
    kit.window.close()
    assert kept(tmp_path)["compare"]["models"][1] == {"path": "http://gpu-box:8080/v1#tiny"}
    assert "sk-secret" not in (tmp_path / "settings.json").read_text()
    later = start((DENSE, MOE))
    assert chosen(later) == ["Starter Dense", "tiny"]
    assert later.page.panes[1].header.picker.chosen.is_server
    later.library.looked.emit()
    assert later.page.panes[1].header.refusal == "", "whether it is there only asking it can tell"


def test_the_starter_models_of_another_installation_are_those_of_this_one(start: Start) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(MOE)
    kit.page.panes[1].header.picker.choose(DENSE)
    kit.window.close()
    moved = tuple(replace(model, path=f"/usr/lib/other{model.path}") for model in (DENSE, MOE))
    later = start(moved)
    assert [pane.header.picker.chosen for pane in later.page.panes] == [moved[1], moved[0]]


def test_models_of_somebodys_bundle_are_not_remembered(start: Start, tmp_path: Path) -> None:
    kit = start()
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.page.panes[1].header.picker.choose(replace(OTHER, path="bundle:/nowhere", name="Theirs"))
    kit.window.close()
    assert [body and body["name"] for body in kept(tmp_path)["compare"]["models"]] == ["Qwen3-30B-A3B-Instruct", None]


BAD: list[Any] = [
    7,
    [],
    {"models": 7, "mode": "sideways", "options": []},
    {"models": [7, {"path": 7}, {"path": ""}], "mode": None, "options": {"rounds": "x", "a": 1, "b": {"load": 3}}},
    {"models": [{"path": "/x.gguf"}, {"path": "http://user:secret@host/v1#m"}], "options": {"rounds": True}},
    {"models": [{"path": "http://"}, {"path": "https://host/v1"}, {}, {}], "mode": ["alone"]},
    {
        "options": {
            "rounds": 10**30,
            "a": {"load": {"context": 3, "batch": 1e9}, "threads": -4, "sampling": {"stop": [""]}},
        }
    },
    {"options": {"rounds": 0, "b": {"threads": 10**6, "sampling": {"temperature": -1, "top_p": float("nan")}}}},
]


@pytest.mark.parametrize("bad", BAD)
def test_what_makes_no_sense_is_passed_over(start: Start, tmp_path: Path, bad: Any) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"compare": bad, "mmlu": bad, "page": bad, "theme": "dark"}))
    kit = start()
    assert chosen(kit) == ["Starter Dense", "Starter MoE"]
    assert kit.page.prompt.mode.mode is Mode.ALONE
    assert kit.page.run_options == RunOptions()
    assert kit.page.options._drawer is None or kit.page.options._drawer.is_valid
    assert kit.window.page == COMPARE
    kit.window.show_page(MMLU)
    assert kit.window.mmlu_page.setup.request is not None
    assert [pane.header.refusal for pane in kit.page.panes] == ["", ""]


def test_the_rest_of_what_makes_sense_in_part_is_kept(start: Start, tmp_path: Path) -> None:
    options = {"rounds": 99, "system": "Be kind.", "later_version": 1, "a": {"threads": 9999, "load": {"context": 512}}}
    body = {"mode": "together", "options": options, "colour": "of a later version"}
    (tmp_path / "settings.json").write_text(json.dumps({"compare": body, "something": {"new": 1}}))
    kit = start()
    shown = kit.page.run_options
    assert (shown.system, shown.rounds, shown.a.threads, shown.a.load) == ("Be kind.", 1, None, LoadOptions(512))
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.window.close()
    after = kept(tmp_path)
    assert (after["something"], after["compare"]["colour"]) == ({"new": 1}, "of a later version")
    assert after["compare"]["mode"] == "alone"


def test_options_that_make_no_sense_are_not_kept(start: Start, tmp_path: Path) -> None:
    kit = start()
    kit.page.drawer.form("A").field("temperature").set_text("0.5")
    kit.page.drawer.form("A").field("context").set_text("much")
    kit.page.drawer.form("A").findChild(GrowingEdit).setPlainText("x" * 300)
    kit.window.close()
    assert start().page.run_options.a.load == LoadOptions()


def test_the_choices_of_the_mmlu_page_come_back(start: Start) -> None:
    kit = start(evaluations=evaluation_services(starter=starter_set()))
    kit.window.show_page(MMLU)
    setup = kit.window.mmlu_page.setup
    wanted = request(n=20, shots=2, seed=7, protocol=CHAT, subjects=("logic",))
    setup.show_request(replace(wanted, order=Order.ONE_AFTER_THE_OTHER, until_decided=True))
    setup.models[0].choose(OTHER)
    setup.amount.choose(100)  # there are 30 questions on logic
    assert setup.amount.n == 30
    kit.window.close()
    later = start()
    assert later.window.page == MMLU
    setup = later.window.mmlu_page.setup
    asked = setup.request
    assert asked is not None
    assert asked.choice == replace(wanted.choice, n=30)
    assert (asked.order, asked.until_decided, asked.lanes[0].model) == (Order.ONE_AFTER_THE_OTHER, True, OTHER)
    assert setup.wanted.choice.n == 100, "as it was wanted"
    setup.second.setChecked(False)
    setup.until_decided.setChecked(False)
    later.window.close()
    setup = start().window.mmlu_page.setup
    assert (setup.second.isChecked(), setup.until_decided.isChecked()) == (False, False)
    assert chosen(later) == ["Starter Dense", "Starter MoE"], "the other page has models of its own"


def test_questions_that_are_gone_say_so_and_subjects_that_are_gone_are_all(start: Start, tmp_path: Path) -> None:
    body = {"choice": {"questions": "/x/mine.csv", "n": 12, "subjects": ["gone"], "shots": 3}, "order": "backwards"}
    (tmp_path / "settings.json").write_text(json.dumps({"mmlu": body}))
    kit = start()
    kit.window.show_page(MMLU)
    setup = kit.window.mmlu_page.setup
    assert setup.set.error == "mine.csv is no longer there."
    assert setup.set.key == "starter"
    assert setup.request is not None
    assert (setup.request.choice.subjects, setup.request.choice.n, setup.protocol.shots) == ((), None, 3)
    assert setup.start.isEnabled()


def test_fewer_worked_examples_do_not_lower_the_shots_of_other_questions(start: Start) -> None:
    kit = start()
    kit.window.show_page(MMLU)
    setup = kit.window.mmlu_page.setup
    setup.set.open("/home/me/own.csv")
    assert setup.protocol.shots == 0
    setup.set.choose("starter")
    assert setup.protocol.shots == 5


def test_nothing_is_lost_where_two_windows_write(tmp_path: Path) -> None:
    first, second = Settings(tmp_path / "s.json"), Settings(tmp_path / "s.json")
    first.set("servers", ["a"])
    second.set("theme", "dark")
    second.set("servers", [*second.get("servers", []), "b"])
    assert first.get("servers", []) == ["a", "b"]
    assert Settings(tmp_path / "s.json").get("theme", "") == "dark"


@pytest.mark.parametrize(
    "damage", [b"{ not", b"\xff\xfe{}", b"[1]", b"[" * 100_000, b"7", b"", b"{}" + b" " * 5_000_000]
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(damage)
    settings = Settings(path)
    assert settings.get("theme", "system") == "system"
    settings.set("theme", "dark")
    assert Settings(path).get("theme", "system") == "dark"
    if damage.strip() != b"{}":
        assert (tmp_path / "s.damaged.json").read_bytes() == damage


def test_a_setting_of_another_kind_counts_for_nothing(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    settings.set("n", True)
    assert settings.get("n", 5) == 5
    assert settings.get("n", False) is True
    settings.set("n", 1)
    assert settings.get("n", False) is False
    assert settings.get("missing", None) is None


DAMAGED: dict[str, Any] = {
    "theme": "pink",
    "font_percent": 5000,
    "hub_endpoint": "http://no secret://",
    "hub_offline": "perhaps",
    "run_defaults": {"threads": 1e9, "gpu_layers": "all of them"},
    "recent_pairs": [[{"path": "/a"}], "x", None, [[], []]],
    "page": "Settings",
    "from_a_later_version": {"kept": True},
}


@pytest.mark.parametrize(
    "wrong", [DAMAGED, *(dict.fromkeys(DAMAGED, value) for value in (None, 7, [7], "x", {"y": 1}))]
)
def test_settings_of_any_version_open_a_window_and_its_settings_page(
    start: Start, theme: themes.Theme, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(wrong), "utf-8")
    made = themes.Theme(QApplication.instance(), Settings(tmp_path / "settings.json"))
    assert made.choice == "system"
    assert 80 <= made.font_percent <= 200
    made.deleteLater()
    kit = start()
    assert kit.window.page == COMPARE
    kit.window.show_page(SETTINGS)
    assert kit.window.page == SETTINGS
    assert kit.window.pages.recent.pairs() == ()
    assert kit.window.parts.run_defaults.value == RunDefaults()
    kit.window.close()
    # What is not understood stays for who does.
    untouched = {key: value for key, value in wrong.items() if key == "from_a_later_version"}
    assert kept(tmp_path) | untouched == kept(tmp_path)
