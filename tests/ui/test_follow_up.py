"""Follow-up turns and attached files on the Compare page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import OTHER, answer, comparison, failed
from tests.ui.test_models_of_lanes import drop
from weighin.core.runs.chat import Attachment, Message, Prompt


def answered(kit: Kit, prompt: str, a: str, b: str) -> None:
    kit.start(prompt)
    kit.runner.finish(answer(a), answer(b))


def test_each_lane_goes_on_from_its_own_answer(kit: Kit, qtbot: QtBot) -> None:
    follow = kit.page.prompt.follow
    assert not follow.isEnabled()
    answered(kit, "Name a town.", "Paris.", "Rome.")
    assert follow.isEnabled() and not follow.isChecked()
    follow.setChecked(True)
    answered(kit, "And its river?", "The Seine.", "The Tiber.")
    request = kit.runner.requests[-1]
    assert request.follows
    assert request.threads[0] == (Message("user", "Name a town."), Message("assistant", "Paris."))
    assert request.threads[1][1].content == "Rome."
    assert follow.isChecked(), "a conversation goes on"
    conversation = kit.page.card.conversation
    assert conversation.earlier == (("Name a town.", ("Paris.", "Rome.")),)
    (turn,) = conversation.earlier_turns
    assert [view.raw_text for view in turn.views] == ["Paris.", "Rome."]
    kit.start("Longer than the Loire?")
    assert [m.content for m in kit.runner.requests[-1].threads[1]] == [
        "Name a town.", "Rome.", "And its river?", "The Tiber.",
    ]  # fmt: skip
    kit.runner.finish(answer(), answer())
    follow.setChecked(False)
    kit.start("Something else.")
    assert kit.runner.requests[-1].threads == ()
    assert conversation.earlier == ()


def test_it_says_why_nothing_can_be_followed_up(kit: Kit) -> None:
    prompt = kit.page.prompt
    answered(kit, "Name a town.", "Paris.", "Rome.")
    prompt.follow.setChecked(True)
    prompt.blind.setChecked(True)
    assert not prompt.follow.isEnabled() and not prompt.follow.isChecked()
    assert "blind" in prompt.follow.toolTip()
    prompt.blind.setChecked(False)
    assert prompt.follow.isEnabled()
    kit.page.panes[0].header.picker.choose(OTHER)
    assert "Other models" in prompt.follow.toolTip() and not prompt.follow.isEnabled()
    kit.start("x")
    kit.runner.finish(failed(), answer())
    assert "A gave no answer" in prompt.follow.toolTip() and not prompt.follow.isEnabled()


def test_a_conversation_from_history_is_shown_and_can_go_on(kit: Kit) -> None:
    old = comparison(answer("Paris."), answer("Rome."))
    thread = (Message("user", "Hi"), Message("assistant", "Hello"))
    file = Attachment("a.txt", "one two")
    asked = replace(old.request, threads=(thread, thread), prompt=Prompt("Name one.", attachments=(file,)))
    kit.page.show_comparison(replace(old, request=asked))
    assert kit.page.card.conversation.earlier == (("Hi", ("Hello", "Hello")),)
    assert kit.page.question.files == "1 file: a.txt"
    kit.page.prompt.follow.setChecked(True)
    kit.start("More.")
    request = kit.runner.requests[-1]
    assert len(request.threads[0]) == 4
    assert 'File "a.txt":\none two' in request.threads[0][2].content, "what was attached before was said before"


def test_files_go_along_with_their_tokens_for_each_lane(kit: Kit, tmp_path: Path) -> None:
    for name, text in (("a.txt", "one two three"), ("b.txt", "four")):
        (tmp_path / name).write_text(text)
    kit.page.panes[1].header.picker.choose(OTHER)
    drop(kit.page.prompt, str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    attached = kit.page.prompt.attached
    assert attached.isVisibleTo(kit.page)
    assert attached.texts[0] == "a.txt · 13 bytes · A: 3 tokens · B: 6 tokens"
    kit.start("Summarize.")
    assert [file.name for file in kit.runner.requests[-1].prompt.attachments] == ["a.txt", "b.txt"]
    assert attached.files == (), "they went along; what is typed next has none"
    assert kit.page.question.files == "2 files: a.txt, b.txt"
    kit.runner.finish(answer(), answer())
    assert kit.page.requests.typed("x").prompt.attachments == (), "a set of prompts takes no files along"
    kit.page.edit_question()
    assert (kit.page.prompt.text, [file.name for file in attached.files]) == ("Summarize.", ["a.txt", "b.txt"])
    attached.remove(attached._chips[0])
    assert [file.name for file in attached.files] == ["b.txt"]
    kit.start("Only one.")
    assert [file.name for file in kit.runner.requests[-1].prompt.attachments] == ["b.txt"]


def test_what_is_no_text_is_refused_beside_the_prompt(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04")
    drop(kit.page.prompt, str(tmp_path / "x.zip"))
    assert "x.zip is not a text file" in kit.page.prompt.error
    assert kit.page.prompt.attached.files == ()


def test_a_model_dropped_on_the_composer_goes_to_a(kit: Kit) -> None:
    """Wherever in the window a model is dropped, it is taken."""
    chosen = replace(OTHER, path="/models/other.gguf")
    drop(kit.page.prompt, "/models/other.gguf")
    assert kit.page.panes[0].header.picker.chosen == chosen and kit.page.prompt.error == ""
    assert kit.page.prompt.attached.files == ()
    kit.start()
    drop(kit.page.prompt, "/models/another.gguf")
    assert kit.page.panes[0].header.picker.chosen == chosen, "not while it runs"
    assert "A comparison is running." in kit.window.notice
