"""Answers that are read for their JSON and their code, by schemas that may be anything."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.strategies import nearly, written
from weighin.core.grading.code_block import code_of
from weighin.core.grading.expectation import Expectation, JsonAnswer
from weighin.core.grading.json_answer import check_json

_PIECES = (
    "```json\n", "```python\n", "```\n", "~~~", '{"a": 1}', '{"a": [1, {"b": null}]}', '{"a": ', "[1]", "[", "]", "{",
    "}", '"', "\\", ",", ":", "NaN", "1e999", "9" * 5000, "def f():\n    return 1\n", "import os\n", "    ", "\n",
    "\r\n", "text ", "\0", "\ud800", "\ufeff", "</think>",
)  # fmt: skip
_SCHEMAS = [
    {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0}}},
    {"$defs": {"t": {"properties": {"a": {"$ref": "#/$defs/t"}}}}, "$ref": "#/$defs/t"},
    {"$ref": "#"},
    {"$schema": "http://json-schema.org/draft-04/schema#", "items": [{"pattern": "^a"}], "anyOf": [{}, False]},
]
ANSWERS = st.tuples(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=12).map("".join),
    nearly(_SCHEMAS).map(lambda schema: written(schema).decode("utf-8", "replace")),
)


def check_answer(drawn: tuple[str, str]) -> None:
    """One check with its reason, and code that is a part of the answer."""
    answer, schema = drawn
    check = check_json(Expectation(json=JsonAnswer(schema, '{"a": 1}')), answer)
    assert bool(check.reason) is not (check.right is True)
    assert len(check.reason) < 400 and "\n" not in check.reason
    assert check.extracted in answer.replace("\r\n", "\n") or check.extracted in answer
    code_of(answer)
