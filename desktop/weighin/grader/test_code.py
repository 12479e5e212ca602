"""Runs an answer's code and then its tests, in one namespace: plain asserts, functions test_..., unittest's classes."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

from weighin.core.safe_text import safe_name

# The name of the module that the code is run as: not __main__, so that it only defines.
MODULE = "answer"
_ANSWER_FILE, _TESTS_FILE = "<answer>", "<tests>"
_LONGEST_REASON = 200  # characters


class UntestableError(Exception):
    """These tests can judge no answer; the text is a sentence."""


class Attempt:
    """Tests that can be run. Raises UntestableError before any code has run."""

    def __init__(self, tests: str) -> None:
        try:
            tree = ast.parse(tests, _TESTS_FILE)
            self._tests = compile(tree, _TESTS_FILE, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UntestableError(f"The tests are no Python: {safe_name(str(error), _LONGEST_REASON)}.") from None
        _check_tests(tree)
        self._lines = tests.splitlines()
        self._uses_unittest = "unittest" in tests
        self._uses_asyncio = "async" in tests.lower()
        self._acts = any(_acts(node) for node in tree.body)

    def run(self, code: str, outcome: list[str | None], ended: Callable[[], None]) -> None:
        """Append to `outcome` why they failed, None where they passed; then call `ended`."""
        try:
            self._run(code)
            outcome.append(None)
        except BaseException as error:  # noqa: BLE001 - a stranger's code can raise anything
            outcome.append(self._words(error))
        finally:
            ended()

    def _run(self, code: str) -> None:
        """Raises what the code or the tests raise."""
        if self._uses_asyncio or "async" in code:
            from weighin.grader.event_loop import wake_by_pipes

            wake_by_pipes()
        own, restore = dict(vars(builtins)), vars(builtins).update
        module = types.ModuleType(MODULE)
        sys.modules[MODULE] = module
        space = vars(module)
        exec(compile(code, _ANSWER_FILE, "exec", dont_inherit=True), space)
        restore(own)
        if self._uses_unittest:
            space["unittest"] = _fresh_unittest()
        before = dict(space)
        exec(self._tests, space)
        made = {name: value for name, value in space.items() if name not in before or before[name] is not value}
        ran = _run_functions(made) + (_run_classes(made) if self._uses_unittest else 0)
        assert ran or self._acts, "none of the tests ran"

    def _words(self, error: BaseException) -> str:
        """The name of an exception and the first line it says; of a bare assert, its line in the tests."""
        try:
            name, text = type(error).__name__ or "an exception without a name", str(error)
        except BaseException:  # noqa: BLE001 - even its words are a stranger's code
            name, text = "an exception without words", ""
        text = text.strip() or (self._failed_line(error) if isinstance(error, AssertionError) else "")
        first = text.splitlines()[0] if text else ""
        return safe_name(f"{name}: {first}" if first else name, _LONGEST_REASON)

    def _failed_line(self, error: BaseException) -> str:
        line, trace = "", error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == _TESTS_FILE:
                line = self._lines[trace.tb_lineno - 1]
            trace = trace.tb_next
        return line.strip()


def _check_tests(tree: ast.Module) -> None:
    """Raises UntestableError for tests that would fail, or pass, whatever the answer is."""
    for node in tree.body:
        for name in _imported(node):
            if name != MODULE and importlib.util.find_spec(name) is None:
                raise UntestableError(f"The tests import “{safe_name(name)}”, which is not there.")
        if _is_test(node) and _wants_arguments(node):
            raise UntestableError(f"The test “{safe_name(getattr(node, 'name', ''))}” wants arguments.")
    if not any(_acts(node) or _is_test(node) or isinstance(node, ast.ClassDef) for node in tree.body):
        raise UntestableError("The tests neither assert nor call anything.")


def _imported(node: ast.stmt) -> list[str]:
    """Packages that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")


def _wants_arguments(node: ast.stmt) -> bool:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    given = node.args
    return len(given.posonlyargs) + len(given.args) > len(given.defaults) or None in given.kw_defaults


_ONLY_NAME = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign,
)  # fmt: skip


def _acts(node: ast.stmt) -> bool:
    """Whether a statement of the tests can fail by itself."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, (ast.Constant, ast.Name))
    return not isinstance(node, _ONLY_NAME)


def _fresh_unittest() -> types.ModuleType:
    """As it comes from the disk, whatever the answer made of the one that was there."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "unittest"]:
        del sys.modules[name]
    import unittest

    vars(unittest)["main"] = lambda *_, **__: None  # its classes are run here
    return unittest


def _run_functions(made: dict[str, Any]) -> int:
    """Call every test_...; how many there were."""
    found = [
        value for name, value in made.items() if name.startswith("test_") and isinstance(value, types.FunctionType)
    ]
    for test in found:
        result = test()
        if isinstance(result, types.CoroutineType):
            import asyncio

            asyncio.run(result)
    return len(found)


def _run_classes(made: dict[str, Any]) -> int:
    """Run every test of unittest's classes up to the first that fails, whose exception is raised; how many ran."""
    import unittest

    found = [value for value in made.values() if isinstance(value, type) and issubclass(value, unittest.TestCase)]
    faults: list[BaseException] = []
    result = unittest.TestResult()

    def failed(error: BaseException) -> None:
        faults.append(error)
        result.stop()

    told: dict[str, Any] = {
        "addError": lambda _test, error: failed(error[1]),
        "addFailure": lambda _test, error: failed(error[1]),
        "addSubTest": lambda _test, _part, error: failed(error[1]) if error else None,
        "addUnexpectedSuccess": lambda _test: failed(AssertionError("a test passed that should not")),
    }
    vars(result).update(told)
    for each in found:
        unittest.TestLoader().loadTestsFromTestCase(each).run(result)
        if faults:
            raise faults[0]
    return result.testsRun
