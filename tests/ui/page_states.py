"""Every page in each of its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytestqt.qtbot import QtBot

from tests.ui.compare_states import (
    States,
    states_of_a_blind_round,
    states_of_a_run,
    states_of_drawers,
    windows_beside,
)
from tests.ui.conftest import Kit
from tests.ui.fakes import (
    DENSE,
    LISTING,
    MOE,
    OTHER,
    FakeHistory,
    FakeLibrary,
    FakeModels,
    answer,
    comparison,
    on_shelf,
)
from tests.ui.fidelity_fakes import Q2, Q4, Q8, failed_at, fidelity_services, measured
from tests.ui.fidelity_fakes import request as fidelity_request
from tests.ui.mmlu_fakes import answered, evaluation_services, request
from tests.ui.prompt_set_fakes import GRADED, graded_run
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.computer.hardware import MachineFacts
from weighin.core.downloads.download import DownloadState, DownloadView, plan_of
from weighin.core.downloads.repository import LeftOut, Repository
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.models.shelf import Condition
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.run_state import RunState
from weighin.ui.pages import FIDELITY, HELP, HISTORY, MMLU, MODELS, PROMPT_SETS, SETTINGS, WORKSTATION
from weighin.ui.prompt_sets.editor.set_editor import SetEditor
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.question import Question

LONG = "Qwen3-" + "very-long-name-" * 20  # more than 300 characters
NAMES = (LONG[:300], "x" * 300, "نموذج عربي طويل الاسم", "通义千问大模型指令版", "", "Same", "Same")


def made(number: int, name: str) -> Comparison:
    """A comparison whose models and prompt are called `name`."""
    lanes = (LaneSetup(replace(DENSE, name=name)), LaneSetup(replace(MOE, name=name)))
    return comparison(request=ComparisonRequest(Prompt(name * 2 or "?"), Mode.ALONE, lanes), number=number)


def full_kit(new_kit: Callable[..., Kit], *names: str) -> Kit:
    """A window with models, comparisons and evaluations of all kinds. names: of the models for A and B."""
    shelf = [on_shelf(replace(OTHER, name=name, path=f"/m/{n}/x.gguf")) for n, name in enumerate(NAMES)]
    broken = replace(shelf[0], path="/m/broken.gguf", condition=Condition.BROKEN, problem=f"{LONG}: no model.")
    pair = (DENSE, MOE)
    if names:
        pair = tuple(replace(facts, name=name) for facts, name in zip(pair, names, strict=True))
    # Two more that can be chosen on Workstation, which says nothing of starter models.
    more = tuple(replace(OTHER, name=name, path=f"/w/{n}.gguf") for n, name in enumerate(names or ("Small", "Large")))
    kit = new_kit(
        library=FakeLibrary(*pair, *more),
        history=FakeHistory(*(made(n, name) for n, name in enumerate(NAMES))),
        models=FakeModels(*shelf, broken),
        evaluations=evaluation_services(answered(request(*pair))),
        fidelity=fidelity_services(measured(fidelity_request(*pair)), measured(number=2, state=RunState.INTERRUPTED)),
    )
    kit.history.mark("id0", blind=True, name=LONG[:300], follows="x", rounds=3)
    for number in (3, 4, 5):
        kit.history.mark(f"id{number}", set_run="r", set_name=LONG, starred=True)
    return kit


def states_of_models(kit: Kit) -> States:
    """Every tab in its states."""
    kit.window.show_page(MODELS)
    page, window = kit.window.models_page, kit.window
    page.shelf.table.selectRow(0)
    yield "shelf", window
    page.shelf.remove.click()
    page.shelf.error.say(f"{LONG}: There is no such file.")
    yield "shelf with a question and an error", window
    page.tabs.setCurrentIndex(1)
    yield "pairs", window
    page.tabs.setCurrentIndex(2)
    yield "hub before a search", window
    kit.models.hub.left_out = tuple(LeftOut(f"{LONG}-{n}.gguf", "the vision part of a model") for n in range(9))
    page.hub._ask_for("qwen")
    page.hub.repositories.show_records((Repository("o/" + "r" * 90), Repository(LISTING.repo)))
    page.hub.show_repository(LISTING.repo)
    page.hub.look.click()
    yield "hub with a repository", window
    kit.models.hub.error = AppError(f"Cannot reach {LONG}. Check your internet connection.", kind="offline")
    page.hub._ask_for(LONG)
    page.hub.progress.say(LONG)
    yield "hub without a connection", window
    page.tabs.setCurrentIndex(3)
    yield "systems", window
    for number, variant in enumerate(LISTING.variants[:2]):
        plan = plan_of(f"o/{'r' * 90}", LISTING.commit, variant)
        note = "The disk is full: the download is paused. Free some space to resume it." * number
        kit.models.downloads.put(DownloadView(plan, list(DownloadState)[1 + number], 10**9, "loading", 1e6, 9e4, note))
    page.downloads.rows[LISTING.variants[0].files[0].sha256].cancel.click()
    yield "downloads", window


def states_of_workstation(kit: Kit) -> States:
    """Nothing chosen, one, two; the ledger."""
    kit.window.show_page(WORKSTATION)
    page, window = kit.window.workstation_page, kit.window
    page.runs.table.clearSelection()
    yield "nothing chosen", window
    page.card.more.set_open(True)
    page.runs.table.selectRow(0)
    yield "one chosen", window
    page.runs.table.choose([page.runs.table.records[number].candidate.key for number in (0, 1)])
    yield "two chosen", window
    page.tabs.setCurrentIndex(1)
    yield "ledger", window
    page.tabs.setCurrentIndex(0)
    page.card.more.set_open(False)


def states_of_mmlu(kit: Kit) -> States:
    """Setting up, every tab of a run, past runs, claims."""
    kit.window.show_page(MMLU)
    page, window = kit.window.mmlu_page, kit.window
    yield "setup", window
    for section in page.setup.findChildren(FoldedSection):
        section.set_open(True)
    page.setup.forecast.why.setChecked(True)
    yield "setup, unfolded", window
    page.show_record(answered(request(*(field.chosen for field in page.setup.models))))
    page.run.verdict.set_open(True)
    for number in range(page.run.tabs.count()):
        page.run.tabs.setCurrentIndex(number)
        page.run.questions.table.selectRow(1)
        yield f"run, {page.run.tabs.tabText(number)}", window
    for number in (1, 2):
        page.tabs.setCurrentIndex(number)
        yield page.tabs.tabText(number), window
    page.tabs.setCurrentIndex(0)
    page.run.bar.new.emit()


def states_of_fidelity(kit: Kit) -> States:
    """Setting up, what goes on, every tab of a ladder, what failed, past measurements."""
    kit.window.show_page(FIDELITY)
    page, window = kit.window.fidelity_page, kit.window
    yield "setup", window
    page.setup.sides.add.click()
    page.setup.text.choose(f"/texts/{LONG[:200]}.txt")
    for section in page.setup.findChildren(FoldedSection):
        section.set_open(True)
    page.setup.text.refuse(f"{LONG}: this is no text.")
    page.setup.refuse(AppError(f"{LONG} has another vocabulary: token 17 differs.", kind="vocabulary"))
    yield "setup, unfolded and refused", window
    page.go.click()
    kit.fidelity.runner.be(RunState.PREPARING, notice=f"Checking {LONG}", plan=LONG)
    yield "preparing", window
    asked = fidelity_request(*(field.chosen for field in page.setup.sides.fields[:2]), Q8, Q4, Q2)
    kit.fidelity.runner.begin(measured(asked, 4))
    yield "running", window
    kit.fidelity.runner.record = measured(asked)
    kit.fidelity.runner.finish()
    for number in range(page.run.tabs.count()):
        page.run.tabs.setCurrentIndex(number)
        yield f"run, {page.run.tabs.tabText(number)}", window
    page.show_record(
        failed_at(measured(replace(asked, text=f"/{LONG}.txt"), 5), 0, f"{LONG} cannot be read.", "memory")
    )
    page.run.say(LONG)
    page.run.error.say(LONG)
    yield "failed", window
    page.show_record(replace(measured(asked), machine=MachineFacts(LONG, "Linux", 8, gpus=(LONG, LONG))))
    yield "bundle", window
    page.tabs.setCurrentIndex(1)
    page.past.table.selectRow(0)
    page.past.delete.click()
    yield "past measurements", window
    page.tabs.setCurrentIndex(0)
    page.show_setup()


def states_of_prompt_sets(kit: Kit) -> States:
    """A set that was not run, one with results, the editor, past runs."""
    sets, window = kit.window.parts.prompt_sets, kit.window
    prompts = (*GRADED.prompts, SetPrompt(LONG * 3, LONG, LONG, LONG[:60], (Expectation(exact=LONG),)))
    graded = PromptSet("graded", LONG[:100], prompts)
    sets.mine.append(graded)
    window.show_page(PROMPT_SETS)
    page = window.pages.prompt_sets
    yield "before a run", window
    page.bar.choose(graded.id)
    page.start()
    yield "asked about its tests", window.findChild(Question)
    window.findChild(Question).reject()
    page.bar.edit.click()
    editor = window.findChild(SetEditor)
    assert editor is not None
    for row in range(len(prompts)):
        editor.table.selectRow(row)
        yield f"editor, prompt {row}", editor
    for kind in Kind:
        editor.form.add_expectation(kind)
    editor.form.try_box.answer.setPlainText(LONG)
    editor.form.try_box.go.click()
    editor.save.click()
    yield "editor, everything expected", editor
    editor.done(0)
    models = (pane.header.picker.chosen for pane in kit.page.panes)
    a, b = (LaneSetup(model) for model in models if model is not None)
    stored = graded_run((a, b), graded)
    sets.runs[stored.id] = stored
    page.show_run(stored)
    page.verdict.strip.set_open(True)
    for row in range(len(prompts)):
        page.results.table.selectRow(row)
        yield f"results, prompt {row}", window
    page.results.table.selectRow(0)
    page.results.detail.lanes["A"].wrong.click()
    page.results.detail.lanes["B"].right.click()
    page.offer_undo(f"{LONG} deleted.", lambda: None)
    yield "marked by hand", window
    kit.window.parts.test_consent.allow(kit.window.parts.test_consent.key_of(prompts))
    page.bar.run.click()
    yield "running", window
    page.bar.stop.click()
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    page.tabs.setCurrentIndex(1)
    page.past.table.selectRow(0)
    page.past.delete.click()
    yield "past runs", window
    page.tabs.setCurrentIndex(0)


def states_of_history(kit: Kit) -> States:
    """Comparisons with a set and stars, a question, a name; MMLU runs."""
    kit.window.show_page(HISTORY)
    page, window = kit.window.history_page, kit.window
    page.table.selectRow(0)
    yield "plain", window
    page._ask_name()
    page._ask()
    page.refuse(f"{LONG} cannot be read.")
    yield "name, question and error", window
    page._fold(next(entry for entry in page.table.records if entry.group))
    yield "unfolded", window
    page.search.setText("nothing like it")
    page.refresh()
    yield "nothing found", window
    for number in range(1, page.tabs.count()):
        page.tabs.setCurrentIndex(number)
        yield page.tabs.tabText(number), window


def states_of_settings(kit: Kit) -> States:
    """All sections, and every question that is asked before something is deleted."""
    kit.window.show_page(SETTINGS)
    page, window = kit.window.pages.settings, kit.window
    yield "settings", window
    for deletion in page.kept.deletions:
        deletion.button.click()
        yield deletion.button.text(), window
    page.kept.error.say(f"No program here opens folders: {LONG}")
    page.hub.endpoint.setText("no address " + LONG)
    page.hub.endpoint.editingFinished.emit()
    yield "settings with errors", window


def states_of_help(kit: Kit) -> States:
    """From top to bottom."""
    kit.window.show_page(HELP)
    yield "help", kit.window
    page = kit.window.pages.help
    for section in page.findChildren(FoldedSection):
        section.set_open(True)
    page.show_licences()
    yield "help, licences", kit.window


def _alone(states: Callable[[Kit], States]) -> Callable[[Kit, QtBot], States]:
    return lambda kit, _qtbot: states(kit)


# By what they are of. Each begins with a window in which nothing was done yet.
STATES: dict[str, Callable[[Kit, QtBot], States]] = {
    "Compare": _alone(states_of_a_run),
    "drawers": _alone(states_of_drawers),
    "blind rounds": states_of_a_blind_round,
    "windows beside": windows_beside,
    "Models": _alone(states_of_models),
    "Workstation": _alone(states_of_workstation),
    "MMLU": _alone(states_of_mmlu),
    "Fidelity": _alone(states_of_fidelity),
    "Prompt sets": _alone(states_of_prompt_sets),
    "History": _alone(states_of_history),
    "Settings": _alone(states_of_settings),
    "Help": _alone(states_of_help),
}
