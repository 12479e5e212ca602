"""The process that runs an answer's code and its tests: once, for one answer, and only behind walls.

Whatever runs in a process can say whatever that process can say. So a result counts as passed only with a secret that
is out of the code's ordinary reach: the line that carries it is made before the code runs, and lies in a frame of a
thread that is not the code's. Nothing that the code may have replaced is called to send it.
"""

from __future__ import annotations

import _thread
import os
import sys
from typing import NoReturn

from weighin.confinement.confine import Walls
from weighin.core.grading.code_block import code_of
from weighin.core.grading.expectation import Kind
from weighin.core.grading.marks import Check
from weighin.core.grading.normalize import answer_of
from weighin.grader.requests import requests
from weighin.grader.test_code import Attempt, UntestableError
from weighin.protocol import wire
from weighin.protocol.grading_messages import CodeBegins, RunTests, Tested

_STACK_BYTES = 64 << 20
_MOST_EXTRACTED = 1000  # characters


def serve(read_descriptor: int, write_descriptor: int, walls: Walls) -> int:
    """Answer one request. Does not return where code was run."""
    for answer, request in requests(read_descriptor):
        if not isinstance(request, RunTests):
            continue
        try:
            attempt = _attempt(request.tests, walls)
        except UntestableError as error:
            unjudged = Tested(request.id, Check(Kind.TESTS, None, reason=str(error)), request.secret)
            os.write(write_descriptor, wire.encode(unjudged))
            return 0
        os.write(write_descriptor, wire.encode(CodeBegins(request.id)))
        if code := code_of(answer_of(answer)):
            _run(request, attempt, code, write_descriptor)
        nothing = Check(Kind.TESTS, False, reason="There is no code in the answer.")
        os.write(write_descriptor, wire.encode(Tested(request.id, nothing)))
        return 0
    return 0


def _attempt(tests: str, walls: Walls) -> Attempt:
    """Raises UntestableError."""
    if walls.why_no_tests:
        raise UntestableError(walls.why_no_tests)
    return Attempt(tests)


def _run(request: RunTests, attempt: Attempt, code: str, write_descriptor: int) -> NoReturn:
    """Run the code in a thread of its own, tell what came of it and leave without another step."""
    extracted = code[:_MOST_EXTRACTED]
    passed = wire.encode(Tested(request.id, Check(Kind.TESTS, True, extracted, "code block"), request.secret))
    write, leave, encode = os.write, os._exit, wire.encode
    _close_the_doors()
    outcome: list[str | None] = []
    ended = _thread.allocate_lock()
    ended.acquire()
    _thread.stack_size(_STACK_BYTES)
    _thread.start_new_thread(attempt.run, (code, outcome, ended.release))
    ended.acquire()
    if len(outcome) == 1 and outcome[0] is None:
        write(write_descriptor, passed)
    else:
        check = Check(Kind.TESTS, False, extracted, "code block", "; ".join(map(str, outcome)))
        write(write_descriptor, encode(Tested(request.id, check)))
    leave(0)


def _close_the_doors() -> None:
    """No more input; what is printed goes into a file in memory of limited size; no other thread is looked into."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    printed = os.memfd_create("printed")
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.close(nothing)
    os.close(printed)
    sys.addaudithook(_watch)


_LOOKS_INTO_OTHERS = ("sys._current_", "gc.get_", "sys.setprofile", "sys.monitoring")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_LOOKS_INTO_OTHERS):
        raise PermissionError(f"{event} is not allowed here")
