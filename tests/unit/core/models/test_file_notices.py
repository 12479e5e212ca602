"""From the engine's warnings to sentences."""

from __future__ import annotations

from weighin.core.models.file_notices import file_notices

UNKNOWN_END = "load: special_eos_id is not in special_eog_ids - the tokenizer config may be incorrect"


def notices(
    *warnings: str, marks: tuple[str, ...] = (), template: str = "", end: str = "</s>", names_end: bool = True
) -> tuple[str, ...]:
    return file_notices(warnings, marks, template, end, names_end)


def test_warnings_that_are_none_of_the_users_business_are_not_told() -> None:
    assert notices("llama_context: n_ctx_seq (1) > n_ctx_train (0)", "load: adding 5 dummy tokens", "") == ()


def test_an_end_token_that_the_template_writes_is_believed() -> None:
    """The engine knows the usual ends by their texts, and warns of each newer family's."""
    assert notices(UNKNOWN_END, end="[|endofturn|]", template="{{ m.content }}[|endofturn|]") == ()
    (said,) = notices(UNKNOWN_END, end="[|endofturn|]", template="{{ m.content }}<|im_end|>")
    assert "does not treat [|endofturn|] as the end token of this file" in said


def test_a_file_without_any_end_is_told() -> None:
    assert notices(UNKNOWN_END, end="", names_end=False) == (
        "This file names no end token, so answers may run to the token limit.",
    )
    assert notices(UNKNOWN_END, end="") == ()


NOT_CONTROL = "load: control-looking token:      1 '{}' was not control-type; this is probably a bug in the model"


def test_each_kind_is_one_sentence_however_many_tokens_it_is_about() -> None:
    odd = [NOT_CONTROL.format(f"<|{n}|>") for n in range(9)]
    said = notices(*odd, *odd, "load: empty token at index 4", "load: empty token at index 5", marks=("<|a|>", "<|b|>"))
    assert said == (
        "Its <|a|>, <|b|> are marked as plain text, so the template's control tokens are not recognised.",
        "Its <|0|>, <|1|>, <|2|> and 6 more are marked as plain text; the engine corrects that.",
        "Some entries of the vocabulary are empty.",
    )


def test_a_tag_of_html_is_rightly_ordinary_text() -> None:
    tag = NOT_CONTROL.format("</s>")
    assert notices(tag, end="<end_of_turn>") == ()
    for how in ({"end": "</s>"}, {"end": "<eos>", "template": "{{ m.content }}</s>"}):
        assert "Its </s> is marked as plain text" in notices(tag, **how)[0]


def test_the_texts_of_tokens_are_made_harmless() -> None:
    (said,) = notices(NOT_CONTROL.format("\u202e" + "x" * 300))
    assert "\u202e" not in said and len(said) < 200
