"""The Compare page, the drawers over it and the windows beside it, in each of their states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import MEMORY, answer, comparison, failed, timing
from tests.ui.replay_fakes import bundle
from tests.unit.core.test_tape import big
from weighin.core.comparisons.blind import Choice
from weighin.core.comparisons.comparison import Comparison
from weighin.core.downloads.download import DownloadState, DownloadView
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.core.runs.answer import Answer
from weighin.core.runs.chat import Attachment
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode
from weighin.core.runs.options import SamplingOptions
from weighin.core.runs.progress import LaneState
from weighin.core.tape import tape_of
from weighin.ui.compare.share_menu import ShareMenu
from weighin.ui.pickers.add_server import AddServer
from weighin.ui.pickers.lane_header import ModelPopover
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.tape.tape_window import TapeWindow
from weighin.ui.widgets.folded_section import FoldedSection

States = Iterator[tuple[str, QWidget]]

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 8
QUESTION = "Which of the two is heavier: a kilogram of feathers or a kilogram of lead? Explain. " * 6
MARKDOWN = f"""# A heading

Some **bold** words, `code` and $x^2$, and a word that nobody breaks: {LONG_WORD}

| name | value | remark |
|:-----|------:|:------:|
| one  | 1     | first  |
| two  | 22    | {LONG_WORD} |

- [x] done
- [ ] to do

```python
print("a line of code that is much longer than any of the two columns in which the answers stand side by side")
```

> quoted
"""
BUSY = Conditions(other_cores=1.4, used_cores=2.0)


def long(rate: float, text: str = MARKDOWN, **more: object) -> Answer:
    """An answer of 300 tokens at `rate`."""
    return answer(text, timing=replace(timing(300, 299 / rate), **more))


def running(kit: Kit, mode: Mode, prompt: str = QUESTION) -> None:
    """A run in which both lanes write."""
    kit.page.prompt.mode.set_mode(mode)
    kit.start(prompt)
    for label in ("A", "B"):
        lane = kit.runner.begin_round(label)
        lane.be(LaneState.BUSY, "writing", 1234, 4096, silent_s=12.0)
        lane.write(MARKDOWN, 1234)
        lane.draw(1.0, 1234, 1234.5, 123_456_000_000)


def finished(kit: Kit, a: Answer, b: Answer, mode: Mode = Mode.ALONE, prompt: str = QUESTION) -> Comparison:
    """A run that is over."""
    kit.page.prompt.mode.set_mode(mode)
    kit.start(prompt)
    return kit.runner.finish(a, b)


def states_of_a_run(kit: Kit) -> States:
    """From the first start to a conversation."""
    window, page = kit.window, kit.page
    yield "first start", window
    page.card.first_start.show_recent([(f"{LONG_WORD} and {LONG_WORD}", lambda: None), ("A and B", lambda: None)])
    yield "first start with recent pairs", window
    kit.start(QUESTION)
    kit.runner.lanes[0].be(LaneState.LOADING, "loading", 43, 100)
    yield "loading", window
    kit.runner.finish(answer(), answer())
    for mode in (Mode.ALONE, Mode.TOGETHER):
        running(kit, mode)
        yield f"running, {mode.value}", window
        kit.runner.finish(long(102), replace(long(65.3), memory=replace(MEMORY, peak_bytes=20_000_000)))
        yield f"result, {mode.value}", window
    page.show_details()
    yield "details", window
    page.show_details()
    page.find_words()
    page.card._find_bar.box.setText("a")
    yield "find bar", window
    page.card._find_bar.close_bar()
    finished(kit, long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    yield "disturbed", window
    page.panel.remedy.click()
    yield "waiting for quiet", window
    made = finished(kit, answer(timing=timing(2, 0.01)), answer(timing=timing(2, 0.01)))
    kit.speed_tests.be(made.id)
    yield "speed test", window
    kit.speed_tests.be()
    memory = failed("memory", f"{LONG_WORD} needs 21.4 GB of memory; 12.0 GB are free. Choose a smaller context.")
    finished(kit, memory, failed("crash", text="So far."))
    for pane in page.panes:
        pane.failure._details.set_open(True)
    yield "both failed", window
    thoughtful = replace(
        long(30), reasoning=MARKDOWN, notices=("No chat template: the prompt was sent as plain text.",)
    )
    finished(kit, thoughtful, thoughtful)
    for pane in page.panes:
        pane.reasoning.set_open(True)
    yield "reasoning", window
    page.prompt.follow.setChecked(True)
    finished(kit, long(30), answer("Short."), prompt="And then?")
    yield "follow-up", window
    page.prompt.follow.setChecked(False)
    page.panes[0].header.refuse(f"{LONG_WORD}.gguf: This is not a GGUF file: it begins with other bytes.")
    page.prompt.set_text(QUESTION * 4)
    page.prompt.attached.set_files((Attachment(f"{LONG_WORD}.txt", "x" * 5000), Attachment("two.txt", "y z")))
    page.prompt.refuse("Type a prompt first, or attach a text file; a prompt set can be run from Prompts as well.")
    yield "composer with files and a refusal", window
    page.panes[0].header.refuse("")
    page.prompt.clear()


def states_of_drawers(kit: Kit) -> States:
    """What lies over the page, and what stands above it."""
    window, page = kit.window, kit.page
    finished(kit, long(102), long(65.3))
    page.prompt.set_options_open(True)
    yield "options", window
    page.drawer.set_separate(True)
    for form in ("A", "B"):
        for section in page.drawer.form(form).findChildren(FoldedSection):
            section.set_open(True)
    page.drawer.form("A").field("temperature").set_text("hot")
    yield "options for each, one of them wrong", window
    page.drawer.form("A").field("temperature").set_text("0.8")
    page.drawer.form("B").format.set_values(SamplingOptions(json_schema='{"type": "object"}'))
    yield "a lane held to a schema", window
    page.drawer.form("B").format.set_values(SamplingOptions())
    page.prompt.set_options_open(False)
    sets = window.parts.prompt_sets
    sets.save("My prompts", tuple(SetPrompt(QUESTION) for _ in range(40)), lambda _: None, lambda _: None)
    page.prompt.set_sets_open(True)
    drawer = window.sets_controller.drawer
    yield "prompts", window
    drawer.choice.setCurrentIndex(1)
    drawer.table.selectRow(0)
    drawer.tell("The prompt was replaced by the one that is typed beside the lanes.", can_undo=True)
    drawer.run.click()
    assert kit.runner.running
    yield "a set that runs", window
    drawer.stop.click()
    kit.runner.finish(answer(), answer())
    yield "a set that was stopped", window
    page.prompt.set_sets_open(False)
    window.parts.bundles.files["/x/b.json"] = made = bundle(kit.page.shown or comparison())
    del window.parts.bundles.here["A"]
    window.open_bundle("/x/b.json")
    plan = made.models[0].plan()
    assert plan is not None
    kit.models.downloads.put(DownloadView(plan, DownloadState.PAUSED, 600_000, note="The disk is full."))
    yield "a bundle without one of its models", window
    window.show_notice("A notice on something that concerns the whole program, and that says so in many words. " * 3)
    yield "a notice over a bundle", window
    window.show_notice("")
    window.pages.put_bundle_away()


def states_of_a_blind_round(kit: Kit, qtbot: QtBot) -> States:
    """From waiting to the reveal."""
    window, page = kit.window, kit.page
    page.prompt.blind.setChecked(True)
    view = page.desk.view
    view.bar.patience_ms = 0
    for choice in (Choice.A_BETTER, Choice.TIE):
        kit.start(QUESTION)
        yield f"blind, waiting for {choice.value}", window
        kit.runner.finish(answer("Twelve."), answer("It is **twelve**."))
        qtbot.waitUntil(lambda: view.bar.is_open)
        yield f"blind, to be judged {choice.value}", window
        view.bar.buttons[choice].click()
        yield f"blind, judged {choice.value}", window
    view.lanes_button.click()
    page.prompt.blind.setChecked(False)


def windows_beside(kit: Kit, qtbot: QtBot) -> States:
    """What opens beside the window or over it, each in its own size."""
    window, page = kit.window, kit.page
    made = finished(kit, long(102), long(65.3, MARKDOWN.replace("bold", "fat")))
    tape = TapeWindow(kit.theme, None, tape_of(big()), window)  # type: ignore[arg-type]
    tape.note.say(f"Written: {LONG_WORD}.png")
    reading = ReadingWindow(kit.theme, made, window)
    reading.resize(640, 400)
    for dialog in (tape, reading):
        dialog.show()
        if dialog is reading:
            qtbot.waitUntil(lambda: reading.line.text() != "Comparing…")
        yield type(dialog).__name__, dialog
        dialog.close()
    server = AddServer(kit.models.servers, "A", window)  # type: ignore[arg-type]
    server.show()
    for name, address in (("refused", "http://x"), ("found", "http://x/v1")):
        server.address.setText(address)
        server.look.click()
        yield f"server {name}", server
    server.close()
    page.panes[0].header._show_more()
    popover = window.findChild(ModelPopover)
    assert popover is not None
    yield "about the model", popover
    popover.close()
    picker = page.panes[0].header.picker
    for text in ("", "zebra"):
        picker._pop_up(text)
        yield f"models to choose from, {text}", picker.popup
        picker.hidePopup()
    page.share()
    menu = page.findChild(ShareMenu)
    assert menu is not None
    yield "share", menu
    menu.close()
    window.palette_of_commands.toggle()
    yield "palette", window
    window.palette_of_commands.search.setText("zebra")
    yield "palette without a match", window
    window.palette_of_commands.hide()
    kit.start("Something")
    window.close()
    question = next(dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
    yield "closing while something runs", question
    question.reject()
    kit.runner.finish(answer(), answer())
    QApplication.processEvents()
