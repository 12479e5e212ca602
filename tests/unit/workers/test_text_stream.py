from hypothesis import given
from hypothesis import strategies as st

from weighin.workers.text_stream import ANSWER, REASONING, TextStream


def run(data: bytes, step: int = 1, **options) -> dict[str, str]:
    stream = TextStream(**options)
    pieces = [p for i in range(0, len(data), step) for p in stream.feed(data[i : i + step])] + stream.finish()
    out = {ANSWER: "", REASONING: ""}
    for piece in pieces:
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
    assert run(b"hm</think>Yes.", prompt_end="assistant\n<think>\n") == {REASONING: "hm", ANSWER: "Yes."}


def test_harmony_channels() -> None:
    text = b"<|channel|>analysis<|message|>hm<|start|>assistant<|channel|>final<|message|>Yes."
    assert run(text, 3) == {REASONING: "hm", ANSWER: "Yes."}


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
