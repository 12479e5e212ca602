"""Scores questions at a server, one at a time, by the likeliest tokens it shows.

A server shows the top of its list only. A letter that is not there is less likely than the last one shown, and is taken
for that: it can never be chosen before one that was seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from weighin.core.evaluations.evaluation import CHAT, ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem
from weighin.core.evaluations.questions import LETTERS
from weighin.core.models.server import ON_THE_SERVER
from weighin.core.runs.answer import MemoryReceipt
from weighin.core.runs.chat import Message, system_into_user
from weighin.endpoint.http import Endpoint
from weighin.endpoint.letters import REFUSALS, TOP, Shown, UselessError, ask_letters
from weighin.endpoint.request_body import NO_SYSTEM_TEXT, question, refuses_system
from weighin.endpoint.usage import cut_notice
from weighin.endpoint.waiting import Waiting
from weighin.protocol.messages import Score, Scored, ScoreDone
from weighin.workers.engine import Emit, EngineError

# How much less likely than the last token shown a letter is taken to be that is not shown, in nats.
_BELOW = 0.1
# For one question, all its pauses together: after that the run is left to be resumed.
_MOST_WAIT_S = 900.0


class ServerScoring:
    """What is known of one model's way to be asked: how many tokens its server shows."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self._endpoint, self._model = endpoint, model
        self._tops = list(TOP)
        self._answered = self._merges = False

    async def score(self, request: Score, emit: Emit, progressed: Callable[[int, int], None]) -> ScoreDone:
        """Score the questions of a block that are not done. Raises EngineError; what came before was sent."""
        block = request.block
        items = [item for item in block.items if item.id not in request.done]
        begin, tokens, missing, cut = time.perf_counter(), 0, False, ""
        waiting = Waiting(_MOST_WAIT_S)
        for number, item in enumerate(items):
            progressed(number, len(items))
            body, shown = await self._ask_item(block, item, waiting)
            cut = cut or cut_notice(body, shown.prompt_tokens)
            try:
                result, incomplete = _result(item.id, shown)
            except UselessError as reason:
                raise self._changed(reason) from None
            missing = missing or incomplete
            tokens += shown.prompt_tokens or 0
            emit(Scored(request.id, (result,), tokens, time.perf_counter() - begin))
        memory = MemoryReceipt(method=ON_THE_SERVER)
        notices = self._notices(block, missing, cut, waiting)
        return ScoreDone(request.id, tokens, time.perf_counter() - begin, memory, notices)

    async def _ask_item(self, block: PromptBlock, item: PromptItem, waiting: Waiting) -> tuple[dict[str, Any], Shown]:
        """What was asked, and what came; without a system turn once the server refused one. Raises EngineError."""
        body = _body(self._model, block, item, self._merges)
        try:
            return body, await self._ask(body, waiting)
        except EngineError as error:
            if self._merges or block.protocol != CHAT or not refuses_system(error):
                raise
            self._merges = True
            return await self._ask_item(block, item, waiting)

    async def _ask(self, body: dict[str, Any], waiting: Waiting) -> Shown:
        """As many tokens as the server shows. Raises EngineError."""
        while True:
            try:
                shown = await waiting.ask(lambda: ask_letters(self._endpoint, body, self._tops[0]), self._answered)
                self._answered = True
                return shown
            except UselessError as reason:
                raise self._changed(reason) from None
            except EngineError as error:
                if error.kind not in REFUSALS or len(self._tops) == 1 or refuses_system(error):
                    raise
                del self._tops[0]

    def _changed(self, reason: UselessError) -> EngineError:
        text = f"{self._endpoint.host} no longer returns usable log-probabilities: {reason}."
        return EngineError("no_letters", f"{text} The scores so far are kept.")

    def _notices(self, block: PromptBlock, missing: bool, cut: str, waiting: Waiting) -> tuple[str, ...]:
        call = "chat" if block.protocol == CHAT else "completions"
        top = self._tops[0]
        found = [f"Scored over the network at {self._endpoint.host}: letters from the server's top {top} ({call})."]
        if missing:
            found.append(
                f"For some questions a letter is missing from the server's top {top}; "
                "it is counted as less likely than the rest."
            )
        if self._merges:
            found.append(NO_SYSTEM_TEXT)
        if cut:
            found.append(cut)
        if waiting.times:
            found.append("The server was unavailable at times; the questions were asked again.")
        return tuple(found)


def _body(model: str, block: PromptBlock, item: PromptItem, merges: bool) -> dict[str, Any]:
    if block.protocol != CHAT:
        return {"model": model, "prompt": block.header + item.text}
    messages = (Message("system", block.header), *block.turns, Message("user", item.text))
    return question(model, system_into_user(messages) if merges else messages, False)[1]


def _result(identifier: str, shown: Shown) -> tuple[ItemResult, bool]:
    """What a question gave, and whether a letter was missing. Raises UselessError."""
    letters = shown.letters()
    if not letters:
        text = f"None of the four letters is among the server's top {len(shown.tokens)} tokens."
        return ItemResult(identifier, None, None, text), True
    floor = min(shown.tokens.values()) - _BELOW
    values = tuple(float(letters.get(letter, floor)) for letter in LETTERS)
    return ItemResult(identifier, values.index(max(values)), values), len(letters) < len(LETTERS)
