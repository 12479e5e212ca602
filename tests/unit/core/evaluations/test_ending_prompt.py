"""Prompts of the forms with endings, letter by letter as lm-evaluation-harness puts them."""

from __future__ import annotations

import pytest

from weighin.core.evaluations.ending_prompt import ending_block
from weighin.core.evaluations.ending_rows import ending_questions
from weighin.core.evaluations.questions import Question

HELLASWAG = {
    "activity_label": "Home and Garden",
    "ctx_a": "[header] How to sweep [title] Take a broom. [step] Hold  it well.",
    "ctx_b": "then She",
    "endings": ["[substeps] starts at the wall. [title] Go on.", " sleeps. ", "[x]", "eats it"],
    "label": "0",
}
ARC = {
    "id": "Mercury_1",
    "question": {"stem": "Which is hot?", "choices": [{"text": "ice", "label": "1"}, {"text": "fire", "label": "2"}]},
    "answerKey": "2",
}
WINOGRANDE = {
    "qID": "x",
    "sentence": "The trophy did not fit into the suitcase because the _ was too large.",
    "option1": "trophy",
    "option2": "suitcase",
    "answer": "1",
}
EXAMPLE = {"sentence": "_ sang , and Tom danced.", "option1": "Ann", "option2": "Tom", "answer": "1"}


def question(row: object, split: str = "test") -> Question:
    return ending_questions([("line 1", row)], "set", split, "f")[0]


def prompts(row: object, *examples: object) -> list[tuple[str, str]]:
    """What is read and what is scored, for each option."""
    shown = [question(example, "dev") for example in examples]
    block = ending_block(shown, len(shown), [question(row)])
    (item,) = block.items
    assert block.continuations == () and block.turns == ()
    return [(block.header + item.text + option.text, option.ending) for option in item.options]


def test_hellaswag():
    # preprocess(): strip, " [title]" becomes ". ", brackets go, "  " becomes " " once; ctx_b capitalized.
    context = "Home and Garden: How to sweep. Take a broom. Hold it well. Then she"
    assert prompts(HELLASWAG) == [
        (context, "  starts at the wall.. Go on."),
        (context, " sleeps."),
        (context, " "),
        (context, " eats it"),
    ]


def test_arc():
    assert prompts(ARC) == [("Question: Which is hot?\nAnswer:", " ice"), ("Question: Which is hot?\nAnswer:", " fire")]
    (first, _), _ = prompts(ARC, ARC)
    assert first == "Question: Which is hot?\nAnswer: fire\n\nQuestion: Which is hot?\nAnswer:"


def test_winogrande_scores_the_same_rest_behind_each_option():
    assert prompts(WINOGRANDE) == [
        ("The trophy did not fit into the suitcase because the trophy", " was too large."),
        ("The trophy did not fit into the suitcase because the suitcase", " was too large."),
    ]
    assert prompts(WINOGRANDE, EXAMPLE)[0][0].startswith("Ann sang , and Tom danced.\n\nThe trophy did not")


def test_acc_norm_divides_by_bytes_of_the_ending_alone():
    found = question({**ARC, "question": {"stem": "W?", "choices": [
        {"text": "Δx", "label": "1"}, {"text": "abc", "label": "2"}]}})  # fmt: skip
    assert found.lengths == (3, 3)
    assert question(HELLASWAG).lengths == (len(" starts at the wall.. Go on."), 7, 1, 7)
    assert question(WINOGRANDE).lengths is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**HELLASWAG, "label": ""}, "does not say what is right"),
        ({**HELLASWAG, "label": 4}, "has the answer 4, but 4 options"),
        ({**HELLASWAG, "endings": ["a"]}, "has 1 options instead of 2 to 5"),
        ({**HELLASWAG, "endings": ["a", " "]}, "no list of texts"),
        ({**HELLASWAG, "ctx_a": None}, 'has no text as its "ctx_a"'),
        ({**ARC, "answerKey": "C"}, "is not the label of one of its choices"),
        ({**ARC, "answerKey": ""}, "does not say what is right"),
        ({"question": "W?", "choices": ["a", "b"], "answerKey": "A"}, "a text and a label each"),
        ({**WINOGRANDE, "sentence": "No blank."}, 'needs a blank "_"'),
        ({**WINOGRANDE, "sentence": "It was the _"}, "text behind it"),
        ({**WINOGRANDE, "answer": "3"}, "does not say what is right"),
        ({**WINOGRANDE, "sentence": "x" * 100_001 + "_ y"}, "longer than"),
    ],
)
def test_a_row_that_is_no_question_is_named(row: object, said: str):
    with pytest.raises(Exception, match="f: line 1 ") as refused:
        question(row)
    assert said in str(refused.value)
