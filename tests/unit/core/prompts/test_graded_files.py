"""Files of prompts with what is right: TOML, JSON lines, CSV, rows of GSM8K; good, broken, and written again."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.core.grading.test_reading import STATED

from weighin.core.errors import AppError
from weighin.core.grading.expectation import ChoiceAnswer, Contains, Expectation, JsonAnswer, Kind, NumberAnswer
from weighin.core.grading.reading import plain
from weighin.core.prompts.prompt_files import parse_prompts
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.core.prompts.prompt_toml import set_toml
from weighin.paths import resources

N42 = (Expectation(number=NumberAnswer(42.0)),)
TOML = """
# mine
name = "Tables"

[[prompts]]
text = "6 * 7?"
title = "Six"
tag = "sums"
system = "Only the number."
expect = [{ number = 42 }]

[[prompts]]
text = \"""
Write f, which doubles.
\"""
expect = [
  { tests = '''
assert f(2) == 4
''' },
  { contains = ["def", "return"], any = true, not = ["import"] },
  { json = { schema = { type = "object" }, equal = { a = 1 } } },
]
"""


def lines_of(found: Any) -> list[str]:
    return [problem.split(":")[0] for problem in found.problems]


def table(*rows: list[str], separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode()


def test_toml() -> None:
    found = parse_prompts(TOML.encode())
    assert (found.name, found.problems) == ("Tables", ())
    assert found.prompts == (
        SetPrompt("6 * 7?", "Six", "Only the number.", "sums", N42),
        SetPrompt(
            "Write f, which doubles.\n",
            expect=(
                Expectation(tests="assert f(2) == 4\n"),
                Expectation(contains=Contains(("def", "return"), True, ("import",))),
                Expectation(json=JsonAnswer('{"type": "object"}', '{"a": 1}')),
            ),
        ),
    )
    assert parse_prompts(TOML.replace("\n", "\r\n").encode("utf-16")).prompts == found.prompts


def test_toml_with_broken_entries() -> None:
    broken = '[[prompts]]\ntext = "a"\nexpects = 1\n[[prompts]]\n[[prompts]]\ntext = "b"\nexpect = [{ number = "x" }]\n'
    found = parse_prompts(f"colour = 1\n{TOML}{broken}".encode())
    assert len(found.prompts) == 2
    assert found.problems == (
        '"colour" at the beginning is not used.',
        'Prompt 3: "expects" is unknown in a prompt.',
        'Prompt 4: it has no "prompt".',
        'Prompt 5: "number" must be a number.',
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('name = "x"\n[[prompts]]\ntext = x\n', "The file is not valid TOML at line 3, column 8: "),
        ('name = "x"\n[[prompts]]\ntext = "a', "The file is not valid TOML at line 3, the end: "),
        ('name = "x"\n', "The file has no prompts: there is no [[prompts]]."),
        ("name = 'x'\nprompts = 3\n", "The file has no prompts: there is no [[prompts]]."),
        ("[[prompts]]\n", 'The file has no prompts. Prompt 1: it has no "prompt".'),
        ("[[prompts]]\ntext = " + "[" * 5000, "The file is not valid TOML"),
        ("[[prompts]]\nnumber = " + "9" * 5000, "The file is not valid TOML"),
    ],
)
def test_toml_of_no_use(text: str, sentence: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_prompts(text.encode())
    assert caught.value.user_text.startswith(sentence)


def test_json_lines() -> None:
    rows = [
        {"prompt": "6 * 7?", "tag": "sums", "expect": [{"number": 42}]},
        {"text": "Capital?", "expect": {"exact": "Paris"}},
        {"question": "Which?", "expect": [{"choice": "B", "options": ["x", "y"]}, {"votes": True}]},
        {"prompt": "free", "expect": []},
        {"prompt": "free", "expect": None},
    ]
    for data in ("\n".join(map(json.dumps, rows)), json.dumps(rows, indent=1)):
        found = parse_prompts(data.encode())
        assert found.problems == ()
        assert [prompt.expect for prompt in found.prompts] == [
            N42,
            (Expectation(exact="Paris"),),
            (Expectation(choice=ChoiceAnswer("B", ("x", "y"))), Expectation(votes=True)),
            (),
            (),
        ]
        assert found.prompts[0].tag == "sums"


def test_a_key_beside_expect_is_told_once() -> None:
    found = parse_prompts(b'{"prompt": "a", "number": 42}\n{"prompt": "b", "number": 43}\n')
    assert len(found.prompts) == 2
    assert found.problems == ('"number" is not used: what is expected stands in "expect".',)


def test_ten_thousand_prompts_with_three_broken_lines() -> None:
    expect = {"expect": [{"number": 42}]}
    rows = [json.dumps({"prompt": f"p{n}", **expect}) for n in range(1, 10_001)]
    rows[499] = '{"prompt": "broken"'
    rows[4999] = json.dumps({"prompt": "p", "expect": [{"number": "x"}]})
    rows[9999] = json.dumps({"prompt": "p", "expect": [{"choice": "E", "options": ["1", "2", "3", "4"]}]})
    found = parse_prompts("\n".join(rows).encode())
    assert len(found.prompts) == 9997 and lines_of(found) == ["Line 500", "Line 5\u202f000", "Line 10\u202f000"]

    cells = [[f"p{n}, or not", "42"] for n in range(2, 10_002)]
    lines = table(["prompt", "number"], *cells).decode().split("\r\n")
    lines[499], lines[4999], lines[9999] = '"left open,42', "a,b,c", '"many","x"'
    found = parse_prompts("\r\n".join(lines).encode())
    assert len(found.prompts) == 9997 and lines_of(found) == ["Line 500", "Line 5\u202f000", "Line 10\u202f000"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["", "sep={}\r\n"])
def test_csv(separator: str, before: str) -> None:
    head = ["Prompt", "Title", "tag", "exact", "contains", "any", "not", "regex", "number", "tolerance", "choice",
            "options", "JSON schema", "json_equal", "tests", "votes", "expect"]  # fmt: skip
    rows: dict[str, tuple[dict[str, str], tuple[Expectation, ...]]] = {
        "one,\ntwo; three": ({"exact": " Paris "}, (Expectation(exact=" Paris "),)),
        "all": ({"contains": "red | dark blue"}, (Expectation(contains=Contains(("red", "dark blue"))),)),
        "any": ({"contains": "a|b | c", "any": "TRUE"}, (Expectation(contains=Contains(("a|b", "c"), True)),)),
        "any of": ({"any": "red | blue"}, (Expectation(contains=Contains(("red", "blue"), True)),)),
        "none": ({"not": "red | blue", "any": "no"}, (Expectation(contains=Contains(absent=("red", "blue"))),)),
        "regex": ({"regex": "^a|b$"}, (Expectation(regex="^a|b$"),)),
        "number": ({"number": "42", "tolerance": "0.5"}, (Expectation(number=NumberAnswer(42.0, 0.5)),)),
        "choice": ({"choice": "y", "options": "x | y"}, (Expectation(choice=ChoiceAnswer("B", ("x", "y"))),)),
        "json": (
            {"JSON schema": '{"type": "object"}', "json_equal": '{"a": [1, null]}'},
            (Expectation(json=JsonAnswer('{"type": "object"}', '{"a": [1, null]}')),),
        ),
        "code": ({"tests": "assert f(1)\nassert f(2)"}, (Expectation(tests="assert f(1)\nassert f(2)"),)),
        "blind": ({"votes": "x", "tag": "taste"}, (Expectation(votes=True),)),
        "stated": ({"expect": '[{"number": 42}]', "not": "so"}, (*N42, Expectation(contains=Contains(absent=("so",))))),
        "free": ({}, ()),
    }
    cells = [[{"Prompt": text, **row}.get(name, "") for name in head] for text, (row, _) in rows.items()]
    found = parse_prompts(before.format(separator).encode() + table(head, *cells, separator=separator))
    assert found.problems == ()
    assert {prompt.text: prompt.expect for prompt in found.prompts} == {text: want for text, (_, want) in rows.items()}
    assert next(prompt.tag for prompt in found.prompts if prompt.text == "blind") == "taste"


def test_csv_with_broken_rows() -> None:
    rows = [
        "prompt,number,choice,notes,,",
        "good,42,,seen,,",
        '"half a quote,42,,',
        'good,"1,234",,',
        "too,many,cells,in,this,row",
        "cut off",
        "good,42",
        'said "so",42,,',
        '"said "so" again",42,,',
        "no number,x,,",
        ",42,,",
        ",,,",
        "both,42,B,",
        '"two',
        'lines",42,,',
        "good,42,,",
    ]
    found = parse_prompts("\n".join(rows).encode())
    assert [prompt.text for prompt in found.prompts] == ["good", "good", "good", 'said "so"', "two\nlines", "good"]
    assert found.problems[0] == "Columns not used: notes."
    assert lines_of(found)[1:] == ["Line 3", "Line 5", "Line 6", "Line 9", "Line 10", "Line 11", "Line 13"]
    assert found.problems[1] == "Line 3: it is not CSV: a quotation mark is not closed, or not doubled."
    assert found.problems[2] == "Line 5: it has 6 cells instead of 4."
    assert found.problems[3] == "Line 6: it has 1 cell instead of 4."


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"tolerance": "1"}, '"tolerance" needs "number"'),
        ({"options": "x | y"}, '"options" needs "choice"'),
        ({"number": "1,234"}, '"1,234" may be two numbers: write it without a comma'),
        ({"votes": "perhaps"}, '"votes" must be true or empty'),
        ({"contains": "a", "any": "b"}, '"any" must be true or empty beside "contains"'),
        ({"json_schema": "{"}, '"json_schema" is not JSON'),
        ({"expect": "42"}, 'an expectation must be an object such as {"number": 12}'),
    ],
)
def test_cells_that_say_nothing_clear(cells: dict[str, str], reason: str) -> None:
    found = parse_prompts(table(["prompt", *cells], ["p", *cells.values()], ["q"] + [""] * len(cells), separator=";"))
    assert found.problems == (f"Line 2: {reason}.",)


def test_numbers_with_decimal_commas() -> None:
    found = parse_prompts(b"prompt;number;tolerance\na;0,5;0,01\nb;-1234,5;\nc;0,125;\n")
    numbers = [prompt.expect[0].number for prompt in found.prompts]
    assert numbers == [NumberAnswer(0.5, 0.01), NumberAnswer(-1234.5), NumberAnswer(0.125)]


def test_text_is_not_taken_for_a_table() -> None:
    for text in ("Translate: hello, world\nb", "question\nwhat, then?", "Text, please: a\nb", "a,b,c\nd,e,f"):
        assert [prompt.text for prompt in parse_prompts(text.encode()).prompts] == text.split("\n")
    assert [prompt.text for prompt in parse_prompts(b'prompt\na\n"b\nc"\n').prompts] == ["a", "b\nc"]


def test_rows_of_gsm8k() -> None:
    rows = [
        {"question": "Six times seven?", "answer": "6*7=<<6*7=42>>42\n#### 42"},
        {"question": "Much?", "answer": "x\n#### 1,234"},
        {"question": "Less?", "answer": "x\n#### -3"},
        {"question": "Broken?", "answer": "x"},
    ]
    for data in ("\n".join(map(json.dumps, rows)).encode(), json.dumps(rows).encode()):
        found = parse_prompts(data)
        assert [plain(prompt.expect[0]) for prompt in found.prompts] == [
            {"number": 42},
            {"number": 1234},
            {"number": -3},
        ]
        assert {prompt.tag for prompt in found.prompts} == {"gsm8k"}
        assert found.prompts[0].text.startswith("Six times seven?\n\n") and '"#### "' in found.prompts[0].text
        assert found.problems[0].endswith('4: its "answer" does not end with "#### " and a number.')
    cells = [[str(row["question"]), str(row["answer"])] for row in rows[:3]]
    found = parse_prompts(table(["question", "answer"], *cells))
    assert found.problems == () and [len(prompt.expect) for prompt in found.prompts] == [1, 1, 1]


def test_other_questions_with_answers_stay_prompts() -> None:
    found = parse_prompts(b'{"question": "Six?", "answer": "42"}\n')
    assert found.prompts == (SetPrompt("Six?"),)


def test_a_set_written_as_toml_reads_back() -> None:
    texts = ["plain", 'quo"ted', "two\nlines\n", " ",
             '"""three"""\n""" "', "back\\slash\n\\", "tab\tand \x01 \x7f \x85", "a\r\nb",
             "Zoë 日本 \U0001f600", '\n\nfirst\n"']  # fmt: skip
    prompts = [SetPrompt(f"x{text}", "Title", text, "tag", ()) for text in texts]
    prompts += [SetPrompt("p", expect=(expectation,)) for _, expectation in STATED]
    odd = JsonAnswer('{"a b": {"": [null, 1.5, true, "\\"x\\ny"]}}', "")
    prompts.append(SetPrompt("all", expect=(Expectation(json=odd), Expectation(exact='a"""b\n'))))
    kept = PromptSet("id", 'My "set"', tuple(prompts))
    found = parse_prompts(set_toml(kept).encode())
    assert found.problems == ()
    assert (found.name, found.prompts) == (kept.name, kept.prompts)
    assert parse_prompts(set_toml(PromptSet("", "x", (SetPrompt("a\ud800"),))).encode()).prompts[0].text == "a\ufffd"


def test_gsm8k_as_the_hub_keeps_it() -> None:
    found = parse_prompts((Path(__file__).parents[3] / "fixtures" / "parquet" / "hub-gsm8k.parquet").read_bytes())
    assert found.problems == ()
    assert [plain(prompt.expect[0])["number"] for prompt in found.prompts] == list(range(1000, 1012))
    for data in (b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"):
        with pytest.raises(AppError, match=r"^The file cannot be read as Parquet: "):
            parse_prompts(data)


def test_what_the_page_on_sets_shows_can_be_read() -> None:
    page = (resources() / "prompts" / "README.md").read_text("utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (line,) = re.findall(r'`(\{"prompt".*\})`', page)
    for shown in (toml, line):
        found = parse_prompts(shown.encode())
        assert found.problems == () and found.prompts[0].expect == (Expectation(number=NumberAnswer(238.0)),)
    rows = re.findall(r"^\| `(\{.*?\})` \|", page, re.MULTILINE)
    stated = "".join(f'[[prompts]]\ntext = "x"\nexpect = [{row}]\n' for row in rows).replace("{...}", "{}")
    found = parse_prompts(stated.encode())
    assert found.problems == ()
    assert {prompt.expect[0].kind for prompt in found.prompts} == set(Kind)
