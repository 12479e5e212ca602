"""Which part of an answer is its code."""

from __future__ import annotations

import pytest

from weighin.core.grading.code_block import code_of
from weighin.core.grading.fences import FencedBlock, fenced_blocks

ADD = "def add(a, b):\n    return a + b"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ADD, ADD),
        (f"```python\n{ADD}\n```", ADD),
        (f"```\n{ADD}\n```", ADD),
        (f"```Python\n{ADD}\n```\nUse it:\n```python\nprint(add(1, 2))\nx = add(1, 2)\n```", ADD),
        (f"```python\ndef add(a, b):\n    return a - b\n```\nNo:\n```py\n{ADD}\n```", ADD),
        (f"```python\n{ADD}\n```\nRun it:\n```bash\npython add.py\n```\n```text\ndef no(): pass\n```", ADD),
        (f"1. This:\n   ```python\n   {ADD[:14]}\n       return a + b\n   ```", ADD),
        (f"~~~~python\n{ADD}\n~~~\n~~~~", f"{ADD}\n~~~"),
        (f"```python\r\n{ADD}\r\n```\r\n".replace("\n    ", "\r\n    "), ADD),
        (f"```python\n    {ADD[:14]}\n        return a + b\n```", ADD),
        (f"```python\n{ADD}", ADD),
        (f"```python:add.py\n{ADD}\n```", ADD),
        (f'```python title="add.py"\n{ADD}\n```', ADD),
        (f"Here it is:\n\n{ADD}\n\nIt adds two numbers.", ADD),
        (f"Here it is:\n{ADD}\n\nIt adds.\n\nIs that good?", ADD),
        ("import math\n\nadd = math.hypot", "import math\n\nadd = math.hypot"),
        ("```python\nadd = lambda a, b: a + b\n```", "add = lambda a, b: a + b"),
        ("```python\ndef add(a, b)\n    return a + b\n```", "def add(a, b)\n    return a + b"),
        ("print(42)", "print(42)"),
        ("def add(a, b) return", "def add(a, b) return"),
        ("I cannot do that.", ""),
        ("yes", ""),
        ("42", ""),
        ("", ""),
        ("```json\n{}\n```", ""),
        ("```bash\nls\n```", ""),
        ("\x00", ""),
        ("(" * 100_000, ""),
    ],
)
def test_the_code_in_an_answer(answer: str, code: str) -> None:
    assert code_of(answer) == code


def test_fences_of_all_kinds() -> None:
    text = "````md\n```python\nx\n```\n````\n``` {.py}\ny\n```\n~~~\nz"
    assert fenced_blocks(text) == (
        FencedBlock("md", "```python\nx\n```"),
        FencedBlock("py", "y"),
        FencedBlock("", "z"),
    )
    assert fenced_blocks("`x` and ```y``` in a line") == ()
