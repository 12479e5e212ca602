"""A scripted engine: the whole program can be tried and tested without weights.

The script is a JSON object; every key has a default:
  load_s, prompt_s, tokens_per_s (0: as fast as possible), tokens, token_text, text (its words are the tokens),
  reasoning (its words come first), thinking (that many tokens of it instead), thinks_always (has no switch for it),
  answers (a list of objects with "when", text, tokens, token_text, reasoning, thinking, stop_reason: the first whose
  "when" stands in the last message counts instead),
  context, fail_load, fail_plan, fail_forecast {kind, message}, stop_reason,
  opinions (seed of the answers to questions, and of how far an OTHER is from BASE), question_s (time for one),
  speechless (ids that give no numbers), chunk_s (time for a chunk of text), beginning (token),
  at: {"hello" | "loading" | "planning" | "slicing" | "reading" | "writing:N" | "scoring:N" | "cutting" | "text:N":
  action} where action is one of "sigkill", "sigabrt", "sigsegv", "sigill", "sigbus", "exit0", "exit3", "hang" (still
  pulsing), "sigstop", "garbage", "flood" (stderr), "huge" (a line over the limit), "ignore_cancel".
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import signal
import threading
import time
from typing import Any

from weighin.core.comparisons.speed_test import BenchRounds
from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.evaluations.scoring import ScoreShape, kinds
from weighin.core.plans.forecast import TimedSlice, from_slices
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.answer import MemoryReceipt, MemorySample, PromptProof, StopReason
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.thinking import NO_SWITCH
from weighin.protocol.fidelity_messages import BaseRead, CutText, OtherRead, ReadBase, TimeWriting, WritingTimed
from weighin.protocol.messages import (
    Bench,
    Benched,
    Counted,
    CountTokens,
    Forecast,
    Forecasted,
    Generate,
    Generated,
    Load,
    Loaded,
    LoadProgress,
    Plan,
    Planned,
    PromptRead,
    Score,
    Scored,
    ScoreDone,
    Survey,
    Surveyed,
    Tokenize,
    Tokenized,
)
from weighin.workers import fake_engine as fake_scoring
from weighin.workers import fake_fidelity
from weighin.workers.clock import Clock
from weighin.workers.engine import Emit, EngineError
from weighin.workers.text_stream import ANSWER, REASONING, Piece
from weighin.workers.token_batcher import TokenBatcher

_OF_AN_ANSWER = ("text", "tokens", "token_text", "reasoning", "thinking", "stop_reason")
_SIGNALS = {"sigkill": 9, "sigabrt": 6, "sigsegv": 11, "sigill": 4, "sigbus": 7}


class FakeEngine:
    """Obeys its script; counts and batches with the very classes of the real engine."""

    def __init__(self, script: str) -> None:
        self._script: dict[str, Any] = json.loads(script)
        self._cancel = threading.Event()
        self._progress = ("", 0, 0)
        self._own = 50_000_000
        self._scored = self._read = 0
        self._ignores_cancel = "ignore_cancel" in self._script.get("at", {}).values()

    def facts(self) -> EngineFacts:
        """A build that says it is none."""
        self._act("hello")
        return EngineFacts("fake", "fake", "NONE", ("CPU: fake",))

    def cancel(self) -> None:
        """Stop, unless the script says not to listen."""
        if not self._ignores_cancel:
            self._cancel.set()

    def clear_cancel(self) -> None:
        """Ready for the next job."""
        self._cancel.clear()

    def progress(self) -> tuple[str, int, int]:
        """Phase, done, total."""
        return self._progress

    def sample_memory(self) -> MemorySample:
        """Made up, but steady."""
        return MemorySample(self._own, 10_000_000)

    def load(self, request: Load, emit: Emit) -> Loaded:
        """Ten steps of progress over load_s."""
        begin = time.perf_counter()
        for step in range(11):
            self._progress = ("loading", step * 10, 100)
            emit(LoadProgress(request.id, step / 10))
            if step == 5:
                self._act("loading")
            self._wait(self._script.get("load_s", 0.0) / 11)
            if self._cancel.is_set():
                raise EngineError("cancelled", "Loading was stopped.")
        if failure := self._script.get("fail_load"):
            raise EngineError(failure["kind"], failure["message"])
        context = min(request.options.context, self._script.get("context", 1 << 20))
        return Loaded(request.id, time.perf_counter() - begin, context, "model", self._receipt(), {})

    def generate(self, request: Generate, emit: Emit) -> Generated:
        """Write the scripted text at the scripted speed."""
        clock, batcher = Clock(), TokenBatcher(request.id, emit)
        prompt = "\n".join(m.content for m in request.messages)
        count = len(prompt.split())
        self._progress = ("reading", 0, count)
        emit(PromptRead(request.id, prompt, count))
        clock.begin_reading()
        self._act("reading")
        self._wait(self._script.get("prompt_s", 0.0))
        clock.end_reading()
        script = self._script_of(request)
        reason = self._write(script, request, clock, batcher)
        batcher.finish([])
        timing = clock.timing(0.0, count, request.threads)
        pieces = tuple(word + " " for word in prompt.split())
        proof = PromptProof("own", tuple(range(len(pieces))), pieces)
        notices = (NO_SWITCH,) if request.sampling.thinking != "auto" and script.get("thinks_always") else ()
        return Generated(request.id, reason, timing, self._receipt(), notices, proof)

    def tokenize(self, request: Tokenize) -> Tokenized:
        """One token a word."""
        prompt = "\n".join(m.content for m in request.messages)
        return Tokenized(request.id, prompt, tuple(range(len(prompt.split()))))

    def count_tokens(self, request: CountTokens) -> Counted:
        """One token a word."""
        return Counted(request.id, len(request.text.split()))

    def bench(self, request: Bench, emit: Emit) -> Benched:
        """A thousand tokens a second, always."""
        rounds = request.repeat
        return Benched(request.id, BenchRounds(
            request.prompt_tokens, request.generate_tokens,
            (request.prompt_tokens / 1000,) * rounds, (request.generate_tokens / 1000,) * rounds, request.threads,
        ))  # fmt: skip

    def plan(self, request: Plan) -> Planned:
        """Weights as large as the file, a thousand bytes a token."""
        self._act("planning")
        if failure := self._script.get("fail_plan"):
            raise EngineError(failure["kind"], failure["message"])
        plans = tuple(
            MemoryPlan(c, request.file_bytes, request.file_bytes, 1000 * c, 0, 0, 0, self._own, 0)
            for c in request.contexts
        )
        tried = kinds(recurrent=False, batch=request.options.batch, outputs=request.outputs)
        shapes = tuple(ScoreShape(plan.context, *kind, request.outputs) for kind in tried for plan in plans)
        if request.scoring:
            return Planned(request.id, plans * len(tried), (), None, shapes)
        return Planned(request.id, plans, plans)

    def survey(self, request: Survey) -> Surveyed:
        """One token a word."""
        return fake_scoring.survey(request)

    def score(self, request: Score, emit: Emit) -> ScoreDone:
        """Questions in groups, each question counted for "scoring:N"."""
        begin = time.perf_counter()
        count = len(request.done)
        for group in fake_scoring.groups(request.block, request.done):
            for _ in group:
                self._act(f"scoring:{self._scored}")
                self._scored += 1
                self._wait(self._script.get("question_s", 0.0))
            if self._cancel.is_set():
                raise EngineError("cancelled", "Scoring was stopped.")
            seed, mute = self._script.get("opinions", 0), self._script.get("speechless", ())
            options = {item.id: len(item.options) or 4 for item in request.block.items}
            results = tuple(fake_scoring.opinion(name, seed, name in mute, options[name]) for name in group)
            count += len(group)
            emit(Scored(request.id, results, count, time.perf_counter() - begin))
            self._progress = ("scoring", count, len(request.block.items))
        tokens = sum(len(item.text.split()) for item in request.block.items if item.id not in request.done)
        return ScoreDone(request.id, tokens, time.perf_counter() - begin, self._receipt())

    def fidelity(self, request: Any) -> Any:
        """Made up; the chunks a process has read are counted for "text:N"."""
        cutting = isinstance(request, CutText)
        self._act("cutting" if cutting else f"text:{self._read}")
        if cutting:
            return fake_fidelity.cut(request, self._script.get("beginning", -1))
        if isinstance(request, TimeWriting):
            return WritingTimed(request.id, 20.0)
        self._read += 1
        self._progress = ("text", 0, request.place.context)
        self._wait(self._script.get("chunk_s", 0.0))
        if self._cancel.is_set():
            raise EngineError("cancelled", "Reading was stopped.")
        if isinstance(request, ReadBase):
            return BaseRead(request.id, fake_fidelity.base_chunk(request), self._receipt())
        seed = self._script.get("opinions", 0)
        return OtherRead(request.id, fake_fidelity.other_chunk(request, seed), self._receipt())

    def forecast(self, request: Forecast) -> Forecasted:
        """A hundred tokens a second."""
        self._act("slicing")
        if failure := self._script.get("fail_forecast"):
            raise EngineError(failure["kind"], failure["message"])
        timed = TimedSlice(1, 1e6, (0.01,), (0.001,))
        return Forecasted(request.id, from_slices(timed, timed, 1e6, 1), timed, timed, 1e6, 0.0)

    def _script_of(self, request: Generate) -> dict[str, Any]:
        """The script for one request; without thinking where that is switched off and can be."""
        asked = request.messages[-1].content if request.messages else ""
        own = [one for one in self._script.get("answers", ()) if one["when"] in asked][:1]
        common = {name: value for name, value in self._script.items() if not own or name not in _OF_AN_ANSWER}
        script = {**common, **(own[0] if own else {})}
        if request.sampling.thinking == "off" and not script.get("thinks_always"):
            script |= {"reasoning": "", "thinking": 0}
        return script

    def _write(self, script: dict[str, Any], request: Generate, clock: Clock, batcher: TokenBatcher) -> StopReason:
        rate = script.get("tokens_per_s", 0)
        begin = time.perf_counter()
        limit, room = request.sampling.max_tokens, request.sampling.thinking_tokens
        for text, kind in _tokens(script):
            if room and kind == REASONING and clock.reasoning >= room:
                clock.thinking_cut = True
                continue
            number = clock.generated
            self._act(f"writing:{number}")
            if self._cancel.is_set():
                return StopReason.CANCELLED
            if number - min(clock.reasoning, room) >= limit:
                return StopReason.LENGTH
            if rate:
                self._wait(begin + (number + 1) / rate - time.perf_counter())
            now = time.perf_counter()
            clock.token(now, [Piece(text, kind)], kind)
            batcher.add([Piece(text, kind)], now)
            self._progress = ("writing", number + 1, limit + room)
        return StopReason(script.get("stop_reason", "end"))

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._cancel.wait(seconds)

    def _receipt(self) -> MemoryReceipt:
        return MemoryReceipt(
            self._own, 10_000_000, self._own + 10_000_000, self._own + 12_000_000, None, 0, None, "fake"
        )

    def _act(self, moment: str) -> None:
        action = self._script.get("at", {}).get(moment)
        if action in _SIGNALS:
            os.kill(os.getpid(), _SIGNALS[action])
        elif action == "sigstop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif action in ("exit0", "exit3"):
            os._exit(int(action[-1]))
        elif action == "hang":
            while not self._cancel.wait(0.1):
                pass
        elif action == "garbage":
            os.write(_wire(), b"this is no message\n")
        elif action == "huge":
            os.write(_wire(), b"x" * (2 << 20) + b"\n")
        elif action == "flood":
            for _ in range(2000):
                os.write(2, b"native noise " * 80 + b"\n")


def _tokens(script: dict[str, Any]) -> list[tuple[str, str]]:
    """The tokens of a scripted answer, and of which kind each is."""
    thoughts = ["hm "] * script.get("thinking", 0) or [word + " " for word in script.get("reasoning", "").split()]
    reasoning = [(text, REASONING) for text in thoughts]
    if "tokens" in script:
        return reasoning + [(script.get("token_text", "word "), ANSWER)] * script["tokens"]
    words = script.get("text", "A scripted answer.").split(" ")
    return reasoning + [(word if i == 0 else " " + word, ANSWER) for i, word in enumerate(words)]


def _wire() -> int:
    """The descriptor the server writes to: the first one the entry point made."""
    return 3


GROUP = 8
_TRAINED = 8192


def survey(request: Survey) -> Surveyed:
    """One token a word."""
    header = request.block.header
    if any(item.options for item in request.block.items):
        prompts = [
            [len(f"{header}{item.text}{option.text}{option.ending}".split()) for option in item.options]
            for item in request.block.items
        ]
        return Surveyed(request.id, 0, tuple(map(sum, prompts)), _TRAINED, False, max(map(max, prompts)))
    questions = tuple(len(item.text.split()) for item in request.block.items)
    return Surveyed(request.id, len(header.split()), questions, _TRAINED, False)


def groups(block: PromptBlock, done: tuple[str, ...]) -> list[list[str]]:
    """Ids of the questions still to score, eight together."""
    left = [item.id for item in block.items if item.id not in done]
    return [left[i : i + GROUP] for i in range(0, len(left), GROUP)]


def opinion(identifier: str, seed: int, speechless: bool, options: int = 4) -> ItemResult:
    """Probabilities of so many options drawn from the id; none where it is `speechless`."""
    if speechless:
        return ItemResult(identifier, None, None, "The model returned no numbers (NaN) for this question.")
    digest = hashlib.sha256(f"{seed}/{identifier}".encode()).digest()
    weights = [byte + 1 for byte in digest[:options]]
    logprobs = tuple(math.log(weight / (sum(weights) + 10)) for weight in weights)
    return ItemResult(identifier, max(range(options), key=logprobs.__getitem__), logprobs)
