"""The process for patterns and schemas: each is judged within a time, or the process is ended by the clock."""

from __future__ import annotations

import importlib
import os
from dataclasses import replace

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.json_answer import check_json
from weighin.core.grading.marks import Check
from weighin.core.grading.pattern import check_regex
from weighin.core.safe_text import safe_text
from weighin.grader.limits import start_clock, stop_clock
from weighin.grader.requests import requests
from weighin.protocol import wire
from weighin.protocol.grading_messages import Judge, Judged

_MOST_EXTRACTED = 1000  # characters


def serve(read_descriptor: int, write_descriptor: int) -> int:
    """Judge until the input ends; the exit status."""
    for answer, request in requests(read_descriptor):
        if isinstance(request, Judge):
            line = wire.encode(Judged(request.id, judged(request.expectation, answer)))
            view = memoryview(line)
            while view:
                view = view[os.write(write_descriptor, view) :]
    return 0


def judged(expectation: Expectation, answer: str) -> Check:
    """What comes of one; None for right where there was no memory for it."""
    check = check_json if expectation.kind is Kind.JSON else check_regex
    if expectation.kind is Kind.JSON:
        importlib.import_module("jsonschema")  # before the clock starts
    start_clock()
    try:
        found = check(expectation, answer)
    except MemoryError:
        found = Check(expectation.kind, None, reason="Judging this answer takes more than 1 GiB of memory.")
    finally:
        stop_clock()
    return replace(found, extracted=safe_text(found.extracted[:_MOST_EXTRACTED]))
