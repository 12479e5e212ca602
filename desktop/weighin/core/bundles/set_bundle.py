"""A run of a prompt set as one file to hand on: prompts, answers and marks. It holds no path and no name of whoever
made it, and is opened to look at: nothing in it is run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from typing import Any

from weighin.core.bundles.bundle_reading import (
    MAX_BYTES,
    MOST_ENTRIES,
    check_limits,
    check_model_names,
    check_moment,
    check_numbers,
    parsed_bundle,
)
from weighin.core.bundles.origin import made_words
from weighin.core.bundles.privacy import Owner, setup_without_owner
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import MarkedAnswer
from weighin.core.grading.reading import plain
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.prompts.prompt_set import MAX_PROMPTS, MAX_SAMPLES, LaneOutcome, SetResult, StoredRun
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name

SCHEMA = "weighin.set-bundle/1"
_SCHEMA = re.compile(r"weighin\.set-bundle/[1-9]\d{0,8}")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_MOST_ENTRIES = {**MOST_ENTRIES, "results": 10 * MAX_PROMPTS, "prompts": MAX_PROMPTS, "expect": 100, "checks": 100}
# The only numbers that may be below zero: layers, and what a right answer may be.
_SIGNED = ("gpu_layers", "value")
_STOPS = {reason.value for reason in StopReason}


@dataclass(frozen=True)
class SetBundle:
    """A run from elsewhere. machine: where it was made, None where that is not told."""

    stored: StoredRun
    machine: MachineFacts | None = None

    @property
    def to_look_at(self) -> StoredRun:
        """The run without its id: it is none of those that are kept here, whatever it says."""
        return replace(self.stored, run=replace(self.stored.run, id=""))

    @property
    def origin(self) -> str:
        """Where and when it was made, in words."""
        return made_words(self.stored.run.created, self.machine, None)


def set_bundle_text(stored: StoredRun, program: str, owner: Owner, here: MachineFacts | None) -> str:
    """The text of the file. here: this computer. Raises AppError where it could not be opened again."""
    made = SetBundle(_without_owner(stored, owner), here)
    body = {"schema": SCHEMA, "program": program, **to_plain(made)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
    data = text.encode("utf-8", "replace")
    try:
        if len(data) > MAX_BYTES:
            raise AppError(f"it has over {MAX_BYTES >> 20} MiB.")
        _checked(json.loads(data))
    except AppError as error:
        raise AppError(
            f"This run cannot be a bundle: {error.user_text} Export it as JSON or CSV.", kind="too_large"
        ) from None
    return text


def read_set_bundle(data: bytes) -> SetBundle:
    """The run in `data`. Raises AppError with one sentence: kind "not_bundle" (of this kind), "too_large", "newer",
    "damaged" or "refused"."""
    if len(data) > MAX_BYTES:
        raise AppError(f"This file is too large for a bundle: over {MAX_BYTES >> 20} MiB.", kind="too_large")
    try:
        schema = (body := parsed_bundle(data)).get("schema")
    except AppError as error:
        raise AppError(error.user_text, kind="not_bundle") from None
    if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
        raise AppError("This is no run of a prompt set.", kind="not_bundle")
    if schema != SCHEMA:
        raise AppError("This bundle was made by a newer version of Weigh-In. Please update.", kind="newer")
    try:
        return _checked(body)
    except ShapeError as error:
        where = safe_name(str(error), 160)
        raise AppError(f"This bundle is damaged or was edited ({where}).", kind="damaged") from None
    except AppError as error:
        raise AppError(f"This bundle cannot be opened: {error.user_text}", kind="refused") from None


def _checked(body: dict[str, Any]) -> SetBundle:
    """Raises ShapeError, AppError."""
    check_limits(body, _MOST_ENTRIES)
    bundle: SetBundle = from_plain(SetBundle, body)
    run, results = bundle.stored.run, bundle.stored.results
    if not _ID.fullmatch(run.id):
        raise AppError("its id is not valid.")
    check_moment(run.created)
    check_numbers(to_plain(bundle), "bundle", _SIGNED)
    check_model_names(run.lanes)
    if not run.prompts or not 1 <= run.samples <= MAX_SAMPLES:
        raise AppError("its prompts are not a set.")
    numbers = [result.number for result in results]
    if numbers != sorted(set(numbers)) or any(number >= run.total for number in numbers):
        raise ShapeError("the numbers of the results")
    for prompt in run.prompts:
        for expectation in prompt.expect:
            _check_expectation(expectation)
    for result in results:
        if not _ID.fullmatch(result.comparison):
            raise ShapeError("the id of a comparison")
        if any(outcome.stop not in _STOPS for outcome in (result.a, result.b)):
            raise ShapeError("why an answer ended")
    return bundle


def _check_expectation(expectation: Expectation) -> None:
    """Raise ShapeError where it is none, or several, or says something that no file can say."""
    given = [field.name for field in fields(expectation) if getattr(expectation, field.name) not in (None, False)]
    try:
        if len(given) != 1:
            raise ValueError
        plain(expectation)
    except ValueError:
        raise ShapeError("what is expected of an answer") from None


def _without_owner(stored: StoredRun, owner: Owner) -> StoredRun:
    owner = owner.with_servers(stored.run.lanes)
    a, b = (setup_without_owner(setup, owner) for setup in stored.run.lanes)
    return StoredRun(
        replace(stored.run, lanes=(a, b)), tuple(_result_without_owner(result, owner) for result in stored.results)
    )


def _result_without_owner(result: SetResult, owner: Owner) -> SetResult:
    return replace(result, a=_outcome(result.a, owner), b=_outcome(result.b, owner))


def _outcome(outcome: LaneOutcome, owner: Owner) -> LaneOutcome:
    return replace(outcome, failure=owner.hide(outcome.failure), marked=_marked(outcome.marked, owner))


def _marked(marked: MarkedAnswer, owner: Owner) -> MarkedAnswer:
    """What a rule says of an answer may name files of this computer; what was read out of it is the model's."""
    checks = tuple(replace(check, reason=owner.hide(check.reason)) for check in marked.checks)
    return replace(marked, checks=checks)
