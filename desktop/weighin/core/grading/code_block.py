"""The Python code in an answer."""

from __future__ import annotations

import ast
import re
import warnings
from textwrap import dedent

from weighin.core.grading.fences import fenced_blocks

_LANGUAGES = {"", "python", "python3", "py", "py3"}
_FIRST_LINE = re.compile(r"^(?:async def |def |class |from \w[\w.]* import |import \w|@\w)", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_PARAGRAPHS = 20  # of running text behind code without a fence


def code_of(answer: str) -> str:
    """The last fenced block that defines a function or a class, else the last one that is code; without a fence the
    answer itself, or the code that begins in it. "" where nothing is code.

    Reading hostile code can take long and end the process: only where that may happen."""
    fenced = fenced_blocks(answer)
    blocks = [dedent(block.text) for block in reversed(fenced) if block.language in _LANGUAGES]
    for is_meant in (_defines, _begins_code, _acts):
        for block in blocks:
            if is_meant(block):
                return block
    if fenced:
        return ""
    return answer if _acts(answer) else _code_in_text(answer)


def _code_in_text(answer: str) -> str:
    """From the first line of code on, without the paragraphs at the end that are none."""
    begin = _FIRST_LINE.search(answer)
    if begin is None:
        return ""
    code = answer[begin.start() :]
    shorter = code
    for _ in range(_MOST_PARAGRAPHS):
        if _tree(shorter) is not None:
            return shorter
        shorter = shorter.rstrip().rpartition("\n\n")[0]
        if not shorter:
            break
    return code


def _tree(text: str) -> ast.Module | None:
    """None for what is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _defines(text: str) -> bool:
    tree = _tree(text)
    return tree is not None and any(isinstance(node, _DEFINITIONS) for node in tree.body)


def _begins_code(text: str) -> bool:
    """Whether it looks like code, be it wrong."""
    return _FIRST_LINE.search(text) is not None


def _acts(text: str) -> bool:
    """Whether it is Python that does more than to name something, as a single word does."""
    tree = _tree(text)
    if tree is None:
        return False
    return any(not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call) for node in tree.body)
