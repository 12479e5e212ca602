"""Reads a bundle from somewhere else: nothing in it is believed before its shape and its values were checked."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from weighin.core import format
from weighin.core.bundles.bundle import SCHEMA, VOTE_CHOICES, Bundle, BundleModel, BundleQuestions
from weighin.core.bundles.privacy import SERVER
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.rounds import check_rounds
from weighin.core.downloads.hub_names import check_commit, check_path, check_repository, is_sha256
from weighin.core.errors import AppError
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.questions import OPTION_LETTERS, Question
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.runs.answer import MOST_PIECES, Timing
from weighin.core.runs.attachments import MAX_FILES
from weighin.core.runs.lane import LABELS, LaneSetup
from weighin.core.runs.options import MOST_TEXT
from weighin.core.runs.pace import MOST_MARKS
from weighin.core.safe_text import safe_name
from weighin.core.text_bytes import decoded

_MOST_TURNS = 1000
# Entries of a list, by its name.
MOST_ENTRIES = {
    "results": 2, "models": 2, "lanes": 2, "slowdowns": 2, "threads": _MOST_TURNS, "rounds": 200, "spoiled": 200,
    "round_memory": 200, "notices": 100, "tokens": MOST_PIECES, "pieces": MOST_PIECES,
    "generation_rates": 200, "prompt_rates": 200,
    "mark_s": MOST_MARKS, "mark_tokens": MOST_MARKS, "votes": 100, "gpus": 64,
    "devices": 64, "differences": 100, "stop": 100, "attachments": MAX_FILES, "files": 1000,
    "items": 20_000, "choices": 5, "logprobs": 5, "subjects": 1000,
}  # fmt: skip
# All others, which are of a newer version or long by nature.
_MOST_OTHERS = 100_000
# Characters of a text, by its name: as many as a model with the longest contexts reads at once.
_LONG = 1 << 20
_MOST_CHARACTERS = {
    "text": _LONG, "reasoning": _LONG, "content": _LONG, "system": _LONG, "rendered_prompt": 2 * _LONG,
    "detail": 100_000, "template": _LONG, "notices": 2000, "pieces": 512, "json_schema": MOST_TEXT,
    "grammar": MOST_TEXT, "exact": _LONG, "extracted": _LONG, "tests": _LONG, "schema": _LONG, "equal": _LONG,
}  # fmt: skip
_MOST_OTHER_CHARACTERS = 10_000
# Text without a space is laid out in the square of its length.
_UNBROKEN = 1 << 16
_UNBROKEN_RUN = re.compile(rf"\S{{{_UNBROKEN + 1}}}")

# Half a character (a lone surrogate): JSON can say it, but nothing can show or store it.
_HALF = re.compile("[\ud800-\udfff]")


def check_limits(body: Any, entries: Mapping[str, int] = MOST_ENTRIES) -> None:
    """Raise AppError where something in this JSON value is longer than it can be. entries: the most of a list, by its
    name."""
    waiting = [("bundle", body)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            if len(value) > entries.get(name, _MOST_OTHERS):
                raise AppError(f"its list “{_said(name)}” is too long.")
            waiting += ((name, inner) for inner in value)
            if name == "threads":
                _check_thread(value)
        elif isinstance(value, str):
            _check_text(name, value)


def _check_text(name: str, text: str) -> None:
    if len(text) > _MOST_CHARACTERS.get(name, _MOST_OTHER_CHARACTERS):
        raise AppError(f"its “{_said(name)}” is too long.")
    if _HALF.search(text):
        raise AppError(f"its “{_said(name)}” has half a character.")
    if len(text) > _UNBROKEN and _UNBROKEN_RUN.search(text):
        raise AppError(f"its “{_said(name)}” has more than {format.count(_UNBROKEN)} characters without a space.")


def _check_thread(messages: list[Any]) -> None:
    """Either the threads of both lanes, or the messages of one, which are read as a whole."""
    said = [message.get("content") for message in messages if isinstance(message, dict)]
    if sum(len(text) for text in said if isinstance(text, str)) > _LONG:
        raise AppError("its earlier turns are too long.")


def _said(name: str) -> str:
    return safe_name(name.replace("_", " "), 40)


MAX_BYTES = 64 << 20
_MAX_NAME = 500
# A day more on either side can still be told in any time zone.
_YEARS = (1970, 9998)
_MAX_NUMBER = 1 << 53
# Moments are kept in whole microseconds.
_ROUNDING_S = 1e-5
_SCHEMA = re.compile(r"weighin\.bundle/[1-9]\d{0,8}")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
# The only numbers that may be below zero.
_SIGNED = ("gpu_layers", "logprobs")


def read_bundle(data: bytes) -> Bundle:
    """The bundle in `data`. Raises AppError with one sentence: kind "too_large", "not_bundle", "newer", "damaged" or
    "refused" (well-formed, but with values no run can have given)."""
    if len(data) > MAX_BYTES:
        raise AppError(f"This file is too large for a bundle: over {MAX_BYTES >> 20} MiB.", kind="too_large")
    body = parsed_bundle(data)
    schema = body.get("schema")
    if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
        raise AppError("This is not a Weigh-In bundle.", kind="not_bundle")
    if schema != SCHEMA:
        raise AppError("This bundle was made by a newer version of Weigh-In. Please update.", kind="newer")
    try:
        check_limits(body)
        bundle: Bundle = from_plain(Bundle, body)
        _check(bundle)
    except ShapeError as error:
        where = safe_name(str(error), 160)
        raise AppError(f"This bundle is damaged or was edited ({where}).", kind="damaged") from None
    except AppError as error:
        raise AppError(f"This bundle cannot be opened: {error.user_text}", kind="refused") from None
    return bundle


def parsed_bundle(data: bytes) -> dict[str, Any]:
    """The JSON object in a file. Raises AppError."""
    try:
        body = json.loads(decoded(data), parse_int=_int)
    except (ValueError, RecursionError):
        raise AppError(
            "This is not a Weigh-In bundle, or the file is damaged: it is not JSON.", kind="damaged"
        ) from None
    if not isinstance(body, dict):
        raise AppError("This is not a Weigh-In bundle.", kind="not_bundle")
    return body


def _int(text: str) -> int:
    """A number of thousands of digits would take minutes to read."""
    if len(text) > 20:
        raise ValueError("a number with too many digits")
    return int(text)


def _check(bundle: Bundle) -> None:
    comparison = bundle.comparison
    check_numbers(to_plain(comparison), "comparison")
    check_moment(bundle.created)
    check_moment(comparison.created)
    if not _ID.fullmatch(comparison.id):
        raise AppError("its id is not valid.")
    if tuple(result.label for result in comparison.results) != LABELS:
        raise AppError("it does not have one answer from each of two models.")
    if tuple(model.lane for model in bundle.models) != LABELS:
        raise AppError("it does not name the files of both models.")
    check_rounds(comparison.request.repeat)
    if len(comparison.slowdowns) not in (0, len(LABELS)):
        raise AppError("its slowdowns do not fit two models.")
    for result in comparison.results:
        for timing in (result.answer.timing, *result.rounds, *result.spoiled):
            _check_times(timing)
    _check_conversation(comparison)
    check_model_names((*comparison.request.lanes, *(result.setup for result in comparison.results)))
    if any(vote.choice not in VOTE_CHOICES for vote in bundle.votes):
        raise AppError("one of its votes is not valid.")
    for vote in bundle.votes:
        check_moment(vote.created)
    if bundle.questions is not None:
        _check_questions(bundle.questions)
    for model in bundle.models:
        _check_model(model)


def _check_conversation(comparison: Comparison) -> None:
    request = comparison.request
    if len(request.threads) not in (0, len(LABELS)) or not _ID.fullmatch(request.follows or "none"):
        raise AppError("its earlier turns do not fit two models.")
    for thread in request.threads:
        if any(message.role not in ("user", "assistant") for message in thread):
            raise AppError("its earlier turns are not a conversation.")
    if any(len(file.name) > _MAX_NAME for file in request.prompt.attachments):
        raise AppError("one of its names is too long.")


def _check_times(timing: Timing) -> None:
    """What was written when, and when the other lane computed, lies within the time of the answer."""
    whole, pace, beside = timing.total_s, timing.pace, timing.beside
    moments = [*(pace.mark_s[-1:] if pace else ()), *([beside.end_s] if beside else ())]
    if moments and (whole is None or max(moments) > whole + _ROUNDING_S):
        raise AppError("its times do not fit the length of an answer.")
    if pace and pace.mark_tokens and pace.mark_tokens[-1] > timing.generated_tokens:
        raise AppError("it times more tokens than were generated.")


def _check_questions(questions: BundleQuestions) -> None:
    check_moment(questions.created)
    check_numbers(to_plain(questions), "questions")
    for item in questions.items:
        options = len(item.question.choices)
        letters = (item.question.answer, *(result.choice for result in (item.a, item.b) if result))
        if not _fitting(item.question, questions.protocol.form):
            raise AppError("one of its questions does not have the choices of its form.")
        if any(letter is not None and not 0 <= letter < options for letter in letters):
            raise AppError("one of its questions is answered with an option that it does not have.")
        if any(
            result.logprobs is not None and len(result.logprobs) != options for result in (item.a, item.b) if result
        ):
            raise AppError("one of its questions does not have a number for each choice.")


def _fitting(question: Question, form: str) -> bool:
    """Whether it has as many options as a question of that form may have."""
    if question.form != form:
        return False
    return 2 <= len(question.choices) <= len(OPTION_LETTERS) if form in ENDING_FORMS else len(question.choices) == 4


def check_model_names(setups: Iterable[LaneSetup]) -> None:
    """Raise AppError where a model's path leads anywhere, or one of its names is too long to be shown."""
    for setup in setups:
        facts = setup.model
        if not facts.path.startswith(f"{SERVER}#"):
            check_file_name(facts.path)
        texts = (facts.name, facts.architecture, facts.quantization, facts.license or "", facts.path)
        if any(len(text) > _MAX_NAME for text in texts):
            raise AppError("one of its names is too long.")


def _check_model(model: BundleModel) -> None:
    if model.repo is not None:
        check_repository(model.repo)
    if model.commit is not None:
        check_commit(model.commit)
    for file in model.files:
        check_file_name(file.name)
        if not 0 < file.size < _MAX_NUMBER:
            raise AppError("one of its file sizes is not possible.")
        if file.sha256 is not None and not is_sha256(file.sha256):
            raise AppError("one of its sha256 values is not valid.")
        if file.path is not None:
            check_path(file.path)


def check_file_name(name: str) -> None:
    """Raise AppError where `name` leads elsewhere, or is none."""
    if not name or name in (".", "..") or re.search(r"[\\/\x00]", name) or len(name) > _MAX_NAME:
        raise AppError(f"{safe_name(name, 60)!r} is not a file name.")


def check_moment(text: str) -> None:
    """Raise AppError where this is no ISO 8601 moment that can be shown."""
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        year = 0
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise AppError(f"{safe_name(text, 40)!r} is not a valid date.")


def check_numbers(value: Any, name: str, signed: Collection[str] = _SIGNED) -> None:
    """Raise AppError where something that was counted or timed is below zero, unless its name is in `signed`, or beyond
    2^53."""
    if isinstance(value, dict):
        for key, inner in value.items():
            check_numbers(inner, key, signed)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            check_numbers(inner, name, signed)
    elif isinstance(value, (int, float)) and (abs(value) > _MAX_NUMBER or (value < 0 and name not in signed)):
        raise AppError(f"its number for “{safe_name(name, 40)}” is not possible.")
