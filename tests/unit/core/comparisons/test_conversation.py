"""Follow-up turns and attached files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.ui.fakes import answer, comparison, failed

from weighin.core.comparisons.conversation import threads_after, turn_number
from weighin.core.comparisons.parity import differences
from weighin.core.comparisons.proof import proof_rows
from weighin.core.comparisons.report import comparison_json, comparison_markdown
from weighin.core.errors import AppError
from weighin.core.runs.attachments import MAX_BYTES, read_attachment
from weighin.core.runs.chat import Attachment, Message, Prompt


def test_each_lane_goes_on_from_its_own_answer_without_its_reasoning() -> None:
    before = comparison(answer("Twelve.", reasoning="7 + 5"), answer("12"))
    threads = threads_after(before)
    asked = before.request.prompt.text
    assert threads == (
        (Message("user", asked), Message("assistant", "Twelve.")),
        (Message("user", asked), Message("assistant", "12")),
    )
    again = replace(before, request=replace(before.request, prompt=Prompt("And?", "Be short."), threads=threads))
    third = threads_after(again)
    assert [m.content for m in third[1]] == [asked, "12", "And?", "12"], "system text belongs to each turn anew"
    assert turn_number(again.request) == 2
    assert [m.role for m in again.request.prompt.messages(threads[0])] == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize(
    ("a", "raw", "said"),
    [
        (failed(), False, "A gave no answer"),
        (answer(" "), False, "A gave no answer"),
        (answer(), True, "raw"),
    ],
)
def test_what_cannot_be_followed_up_is_refused_in_a_sentence(a: object, raw: bool, said: str) -> None:
    before = comparison(a)
    before = replace(before, request=replace(before.request, prompt=Prompt("x", raw=raw)))
    with pytest.raises(AppError, match=said):
        threads_after(before)


def test_own_turns_are_a_named_difference_everywhere() -> None:
    before = comparison(answer("Twelve."), answer("12"))
    request = replace(before.request, follows="id1", threads=threads_after(before))
    later = replace(before, request=request, differences=differences(before.results, request.same_messages))
    assert "earlier turns" in later.differences
    assert next(row for row in proof_rows(later) if row.name == "earlier turns").differs
    body = comparison_json(later)
    assert body["parity"]["same_messages"] is False
    assert body["follows"] == "id1"
    assert [lane["earlier_turns"][1]["content"] for lane in body["lanes"]] == ["Twelve.", "12"]
    page = comparison_markdown(later)
    assert "turn 2 of a conversation" in page
    assert page.count("### Earlier answer") == 2
    same = comparison(answer("12"), answer("12"))
    alike = replace(same.request, threads=threads_after(same))
    assert alike.same_messages
    assert "earlier turns" not in differences(same.results, alike.same_messages)
    assert comparison_json(before)["parity"]["same_messages"] is True


def test_files_stand_behind_the_prompt_with_their_names() -> None:
    prompt = Prompt("Summarize.", attachments=(Attachment("a.txt", "one"), Attachment("b.txt", "two")))
    assert prompt.whole == 'Summarize.\n\nFile "a.txt":\none\n\nFile "b.txt":\ntwo'
    assert prompt.messages()[-1].content == prompt.whole
    assert Prompt("", attachments=(Attachment("a.txt", "one"),)).whole == 'File "a.txt":\none'
    assert Prompt("").whole == ""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüße\n".encode(), "Grüße\n"),
        (b"\xef\xbb\xbfa\r\nb", "a\nb"),
        ("ä".encode("utf-16"), "ä"),
    ],
)
def test_text_files_are_read(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "n.txt").write_bytes(data)
    assert read_attachment(tmp_path / "n.txt") == Attachment("n.txt", text)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xff\x00a", "is not a text file"),
        (b"PK\x03\x04", "control characters"),
        (b"a" * (MAX_BYTES + 1), "too large"),
        (None, "is not a file"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / "n.txt").write_bytes(data)
    with pytest.raises(AppError, match=rf"^n\.txt.*{said}"):
        read_attachment(tmp_path / "n.txt")
