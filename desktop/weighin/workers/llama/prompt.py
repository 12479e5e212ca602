"""From messages to the tokens a model reads."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from weighin.core import format
from weighin.core.gguf.chat_template import why_no_template
from weighin.core.runs.chat import Message, system_into_user
from weighin.core.safe_text import safe_name
from weighin.workers.engine import EngineError
from weighin.workers.llama.sandbox import memory_cap
from weighin.workers.llama.template import (
    MOST_CHARACTERS,
    ChatTemplate,
    PromptTooLongError,
    Switch,
    TemplateError,
    TemplateHostileError,
    TemplateHungError,
)
from weighin.workers.llama.vocabulary import Vocabulary

# No vocabulary has longer tokens (those of many blanks have 128).
_LONGEST_TOKEN = 256
_NO_SYSTEM_TEXT = "The chat template takes no system prompt, so it was put before the prompt."


class _LosesError(TemplateError):
    """The template leaves something that was said out of the prompt, however it is handed over."""


@dataclass(frozen=True)
class RenderedPrompt:
    """Text and tokens of a prompt, and what had to be done to make it."""

    text: str
    tokens: list[int]
    notices: tuple[str, ...] = ()
    template: str = "own"


class PromptBuilder:
    """Puts messages into a model's own chat template, or says what it used instead."""

    def __init__(
        self, vocabulary: Vocabulary, template: str | None, context: int | None = None, for_scoring: bool = False
    ) -> None:
        """`context`: tokens it holds, where that is known. `for_scoring`: the same day for every prompt, and no other
        template in place of one that loses something."""
        self._vocabulary, self._context, self._for_scoring = vocabulary, context, for_scoring
        self._most = MOST_CHARACTERS if context is None else min(MOST_CHARACTERS, context * _LONGEST_TOKEN)
        self._no_template = "" if template is None else why_no_template(template)
        marks = (vocabulary.bos, vocabulary.eos)
        is_one = template is not None and not self._no_template
        self._own = ChatTemplate(template or "", *marks, for_scoring=for_scoring, most=self._most) if is_one else None
        self._chatml = ChatTemplate("chatml", "", "", most=self._most) if vocabulary.holds("<|im_start|>") else None

    def prepare(self) -> None:
        """Compile the template, so that the first answer does not pay for it; its faults show at `build`."""
        if self._own:
            with contextlib.suppress(TemplateError, TemplateHostileError):
                self._own.compile()

    @property
    def template_kind(self) -> str:
        """ "model" where the model brings a template, "none" where it does not."""
        return "model" if self._own else "none"

    def build(
        self,
        messages: tuple[Message, ...],
        raw: bool,
        thinking: bool | None = None,
        ending: str = "",
        budget: int | None = None,
    ) -> RenderedPrompt:
        """The prompt for `messages`; `raw` puts their text one after the other, without any template. `thinking`: the
        template's switch, None to leave it; `ending`: text of the assistant that stands there already; `budget`: tokens
        for thinking, None where nothing is to be said of them.

        Raises EngineError: kind "template" where the template is hostile, or no use for a score; "prompt_too_long"
        where the text cannot fit, before it is made into tokens."""
        way = _Way(messages, Switch(thinking, budget), ending)
        if raw:
            return self._plain(way, "raw", self._unread_marks(way))
        if self._own is None:
            if self._no_template:
                return self._instead(way, self._no_template)
            missing = "This model has no chat template: the prompt was sent as plain text."
            return self._plain(way, "none", (missing,))
        reasons = []
        merged = replace(way, messages=system_into_user(messages))
        for tried, notices in ((way, ()), *(((merged, (_NO_SYSTEM_TEXT,)),) if merged != way else ())):
            try:
                return self._with(self._own, tried, notices)
            except TemplateError as error:
                reasons.append(error)
        if self._for_scoring and (lost := next((r for r in reasons if isinstance(r, _LosesError)), None)):
            text = f"The chat template of this model cannot be used for scoring: {lost}. Use the standard protocol."
            raise EngineError("template", text)
        return self._instead(way, str(reasons[0]))

    def switches_thinking(self, messages: tuple[Message, ...]) -> bool:
        """Whether the model's own template has a switch for thinking, with messages in these roles that it takes."""
        try:
            return self._own is not None and self._own.switches_thinking(messages)
        except (TemplateError, TemplateHostileError, PromptTooLongError):
            return False

    def _instead(self, way: _Way, reason: str) -> RenderedPrompt:
        """The prompt without the model's own template."""
        if self._chatml:
            notice = f"The chat template is broken ({reason}), so ChatML was used."
            return replace(self._with(self._chatml, way, (notice,)), template="chatml")
        return self._plain(way, "none", (f"The chat template is broken ({reason}), so plain text was used.",))

    def _with(self, template: ChatTemplate, way: _Way, notices: tuple[str, ...]) -> RenderedPrompt:
        def render(contents: tuple[str, ...]) -> str:
            turns = zip(way.messages, contents, strict=True)
            return template.render(tuple(Message(m.role, text) for m, text in turns), way.switch) + way.ending

        contents = tuple(m.content for m in way.messages)
        try:
            text = render(contents)
            if lost := template.loses(way.messages, text, way.switch):
                raise _LosesError(lost)
            with memory_cap():
                tokens = self._vocabulary.tokenize_prompt(text, contents, render)
            return RenderedPrompt(text, tokens, notices)
        except PromptTooLongError as error:
            raise self._too_long("The chat template makes {} of this prompt", error.characters) from None
        except TemplateHostileError as error:
            raise EngineError("template", f"The chat template of this model was stopped: {error}.") from None
        except TemplateHungError as error:
            raise EngineError(
                "template", f"The chat template of this model was stopped: {error}.", fatal=True
            ) from None

    def _unread_marks(self, way: _Way) -> tuple[str, ...]:
        """A sentence on marks that somebody put into a raw prompt to steer the model."""
        marks = {mark for message in way.messages for mark in self._vocabulary.control_spellings(message.content)}
        named = safe_name(", ".join(sorted(marks)), 120)
        return (f"In a raw prompt these are plain text, not control tokens: {named}.",) if marks else ()

    def _plain(self, way: _Way, template: str, notices: tuple[str, ...]) -> RenderedPrompt:
        text = "\n\n".join(m.content for m in way.messages) + way.ending
        if len(text) > self._most:
            raise self._too_long("The prompt has {}", len(text))
        with memory_cap():
            tokens = self._vocabulary.tokenize_beginning(text)
        return RenderedPrompt(text, tokens, notices, template)

    def _too_long(self, what: str, characters: int) -> EngineError:
        """`what`: names the number of characters."""
        said = what.format(f"{format.count(characters)} characters")
        of = "" if self._context is None else f" with a context of {format.count(self._context)} tokens"
        text = f"{said}; at most {format.count(self._most)} are read{of}. Nothing was run."
        return EngineError("prompt_too_long", text)


@dataclass(frozen=True)
class _Way:
    """What a prompt is made of, whichever template makes it."""

    messages: tuple[Message, ...]
    switch: Switch
    ending: str
