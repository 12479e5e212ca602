import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.runs.thinking import CLOSINGS, REASONING_MARKS, ReasoningMarks
from weighin.workers.text_stream import ANSWER, REASONING, TextStream


def run(data: bytes, step: int = 1, **options) -> dict[str, str]:
    stream = TextStream(**options)
    pieces = [p for i in range(0, len(data), step) for p in stream.feed(data[i : i + step])] + stream.finish()
    out = {ANSWER: "", REASONING: ""}
    for piece in pieces:
        if piece.was_reasoning:
            out = {ANSWER: "", REASONING: out[REASONING] + out[ANSWER]}
        out[piece.kind] += piece.text
    return out


@given(st.text(), st.integers(1, 5))
def test_text_comes_out_as_it_went_in(text: str, step: int) -> None:
    clean = text.encode("utf-8", "replace")
    assert run(clean, step, split_reasoning=False)[ANSWER] == clean.decode()


@given(st.binary(), st.integers(1, 5))
def test_any_bytes_give_valid_text(data: bytes, step: int) -> None:
    text = run(data, step, split_reasoning=False)[ANSWER]
    assert text == data.decode("utf-8", "replace")
    text.encode("utf-8")


@given(st.integers(1, 9))
def test_reasoning_is_split_however_the_bytes_arrive(step: int) -> None:
    out = run(b"<think>hm, 7 and 5</think>Twelve.", step)
    assert out == {REASONING: "hm, 7 and 5", ANSWER: "Twelve."}


def test_a_template_may_have_opened_the_reasoning() -> None:
    assert run(b"hm</think>Yes.", prompt="assistant\n<think>\n") == {REASONING: "hm", ANSWER: "Yes."}


def test_a_model_may_open_it_again() -> None:
    assert run(b"\n<think>\nhm</think>Yes.", prompt="assistant\n<think>\n") == {REASONING: "\n\nhm", ANSWER: "Yes."}
    assert run(b"<think>hm <think> hm</think>Yes.") == {REASONING: "hm <think> hm", ANSWER: "Yes."}


def test_harmony_channels() -> None:
    text = b"<|channel|>analysis<|message|>hm<|start|>assistant<|channel|>final<|message|>Yes."
    assert run(text, 3) == {REASONING: "hm", ANSWER: "Yes."}


@pytest.mark.parametrize("marks", REASONING_MARKS, ids=lambda marks: marks.opening)
@given(st.integers(1, 9))
def test_the_marks_of_every_family(marks: ReasoningMarks, step: int) -> None:
    for closing in marks.closings:
        text = f"{marks.opening}hm{closing}Yes.".encode()
        assert run(text, step) == {REASONING: "hm", ANSWER: "Yes."}


@pytest.mark.parametrize("closing", CLOSINGS)
@given(st.integers(1, 9))
def test_what_comes_before_a_closing_mark_that_nobody_opened_is_reasoning(closing: str, step: int) -> None:
    assert run(f"hm, `7`\n```\n5\n```\n{closing}Yes.".encode(), step) == {
        REASONING: "hm, `7`\n```\n5\n```\n", ANSWER: "Yes."
    }  # fmt: skip


def test_leaked_channels_whose_opening_nobody_saw() -> None:
    text = b"hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"
    assert run(text, 4) == {REASONING: "hm", ANSWER: "Yes."}
    text = b"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"
    assert run(text, 4) == {REASONING: "hm", ANSWER: "Yes."}
    text = b"<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>analysis<|message|>b<|end|>c"
    assert run(text, 4) == {REASONING: "ab", ANSWER: "c"}


@pytest.mark.parametrize(
    "text",
    [
        "The tag `</think>` ends it, `<think>` begins it.",
        "Like so:\n```\n<think>hm</think>Yes.\n```\nThat is all.",
        "Not `opened`: `a </think>`.",
    ],
)
@given(st.integers(1, 9))
def test_marks_in_code_are_text(text: str, step: int) -> None:
    assert run(text.encode(), step) == {REASONING: "", ANSWER: text}


@given(st.integers(1, 9))
def test_a_second_closing_mark_is_text(step: int) -> None:
    assert run(b"<think>hm</think>Yes.</think> No.", step) == {REASONING: "hm", ANSWER: "Yes.</think> No."}
    assert run(b"hm</think>Yes.</think> No.", step) == {REASONING: "hm", ANSWER: "Yes.</think> No."}


def test_a_closing_mark_before_any_answer_is_dropped() -> None:
    assert run(b"</think>Yes.") == {REASONING: "", ANSWER: "Yes."}
    assert run(b"</think>Yes.", prompt="assistant\n<think>\n\n</think>\n\n") == {REASONING: "", ANSWER: "Yes."}


def test_where_the_template_closed_it_a_closing_mark_is_text() -> None:
    prompt = "assistant\n<think>\n\n</think>\n\n"
    assert run(b"Yes </think> no.", prompt=prompt) == {REASONING: "", ANSWER: "Yes </think> no."}


def test_where_reasoning_came_by_another_way_a_closing_mark_is_text() -> None:
    stream = TextStream()
    stream.reasoning_came_apart()
    assert stream.feed(b"Yes </think> no.")[-1].was_reasoning is False
    assert not any(piece.was_reasoning for piece in stream.finish())


def test_without_splitting_marks_are_text() -> None:
    assert run(b"hm</think>Yes.", split_reasoning=False)[ANSWER] == "hm</think>Yes."


def test_a_mark_that_never_completes_is_text() -> None:
    assert run(b"a <thin line")[ANSWER] == "a <thin line"


@given(st.integers(1, 9))
def test_a_stop_string_ends_the_text_before_it(step: int) -> None:
    stream = TextStream(stop=("###", "END"))
    data = b"one ## two E N ###three"
    text = "".join(p.text for i in range(0, len(data), step) for p in stream.feed(data[i : i + step]))
    assert text == "one ## two E N "
    assert stream.stopped
    assert stream.finish() == []


def test_a_stop_string_that_only_begins_is_given_back_at_the_end() -> None:
    assert run(b"one EN", stop=("END",))[ANSWER] == "one EN"
