"""Chat templates are programs from strangers: rendered in a sandbox, and held to printing what was said."""

from __future__ import annotations

import datetime
import html
import re
from dataclasses import dataclass
from typing import Any

import jinja2

from weighin.core.gguf.chat_template import why_no_template
from weighin.core.runs.chat import Message
from weighin.workers.llama.sandbox import (
    DEADLINE_S,
    PromptTooLongError,
    TemplateError,
    TemplateHostileError,
    TemplateHungError,
    compile_template,
    guarded,
    joined,
)

_WORD = re.compile(r"\w+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[nrtbf\"'/\\])")


def stand_ins(count: int) -> tuple[str, ...]:
    """`count` different texts of letters only that stand in no template by chance, and that none escapes."""
    return tuple(f"qzv{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}{'w' * (n // 676)}xjq" for n in range(count))


def stands_in(content: str, text: str) -> bool:
    """Whether `content` stands in `text`: letter by letter but for blanks around it, else at least with all its words,
    in capitals or not, as HTML or JSON writes them, and broken into lines or not."""
    if content.strip() in text:
        return True
    written = (text.casefold(), _readable(text).casefold())
    words = set(_WORD.findall(content.casefold())).difference(*(_WORD.findall(one) for one in written))
    joined = ["".join(one.split()) for one in written] if words else []
    return all(any(word in one for one in joined) for word in words)


def _readable(text: str) -> str:
    """`text` without the escapes of JSON and HTML."""
    plain = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else " ", text)
    return html.unescape(plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


__all__ = ["CHATML", "ChatTemplate", "PromptTooLongError", "TemplateError", "TemplateHostileError", "TemplateHungError"]

# Of one prompt: a request of one megabyte, and as much again from the template.
MOST_CHARACTERS = 2_000_000
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant{{ '\\n' }}"
)


@dataclass(frozen=True)
class Switch:
    """What a template is asked to do about thinking. thinking: its own switch, None to leave it as it stands. budget:
    tokens, for a template that tells the model of such a limit; None for nothing."""

    thinking: bool | None = None
    budget: int | None = None


AS_IT_STANDS = Switch()


@dataclass(frozen=True)
class _Form:
    """How a template is handed what it renders. typed: contents as lists of parts, for templates that also take
    pictures. absent: what there is none of (tools, documents) is not there, as in llama.cpp, instead of None, as in
    the hub's own library."""

    typed: bool
    absent: bool


@dataclass(frozen=True)
class _Suited:
    """The form that suits a template best, and the number of a message that it leaves out all the same."""

    form: _Form
    lost: int | None


_FORMS = (_Form(False, False), _Form(True, False), _Form(False, True), _Form(True, True))


class _Part(dict[str, str]):
    """One part of a content. A template that prints it as it is, in the way of Python, has not printed its text."""

    def __repr__(self) -> str:
        return "{}"


class _Parts(list[_Part]):
    """A content in parts, printed as its text by templates that take the parts of some roles and the text of others."""

    def __str__(self) -> str:
        return "".join(part["text"] for part in self)


def _now(pattern: str) -> str:
    return datetime.datetime.now().astimezone().strftime(pattern)


def _scoring_day(pattern: str) -> str:
    """The same day for every question of every run: a score may not depend on when it was taken."""
    return datetime.datetime(2024, 7, 26).strftime(pattern)


class ChatTemplate:
    """One template of one model; compiled at its first use, behind the same guard as its rendering. A `source` that is
    no template (a name, nothing) stands for ChatML, as in llama.cpp. `for_scoring`: what asks for the date is told
    always the same one. `most`: characters that it may make of a prompt."""

    def __init__(
        self,
        source: str,
        bos: str,
        eos: str,
        deadline_s: float = DEADLINE_S,
        for_scoring: bool = False,
        most: int = MOST_CHARACTERS,
    ) -> None:
        self._clock = _scoring_day if for_scoring else _now
        self._source = CHATML if why_no_template(source) else source
        self._bos, self._eos, self._deadline_s, self._most = bos, eos, deadline_s, most
        self._compiled: jinja2.Template | None = None
        self._suited: dict[tuple[tuple[str, ...], Switch], _Suited | TemplateError] = {}

    def render(self, messages: tuple[Message, ...], switch: Switch = AS_IT_STANDS) -> str:
        """The prompt text for `messages`, ending where the assistant begins. The messages are handed over in the form
        in which they stand in the text, if there is one.

        Raises TemplateError (broken, or says no to these messages), TemplateHostileError, TemplateHungError,
        PromptTooLongError."""
        return self._render(messages, self._suits(messages, switch).form, switch)

    def loses(self, messages: tuple[Message, ...], text: str, switch: Switch = AS_IT_STANDS) -> str:
        """What of `messages` does not stand in the `text` rendered of them, as a reason; "" where all of it does.
        Raises as `render`."""
        lost = self._suits(messages, switch).lost
        if lost is None:
            # Of earlier answers templates leave the reasoning out; that their place is there was seen already.
            told = (n for n, m in enumerate(messages) if m.role != "assistant" and not stands_in(m.content, text))
            lost = next(told, None)
        if lost is None:
            return ""
        if messages[lost].role == "system":
            return "it leaves out the system prompt"
        return f"it leaves out {'the question' if lost == len(messages) - 1 else 'earlier turns'}"

    def switches_thinking(self, messages: tuple[Message, ...]) -> bool:
        """Whether the switch makes another prompt of messages in these roles. Raises as `render`."""
        texts = stand_ins(len(messages))
        asked = tuple(Message(m.role, text) for m, text in zip(messages, texts, strict=True))
        return self.render(asked, Switch(True)) != self.render(asked, Switch(False))

    def compile(self) -> None:
        """Do now what the first `render` would do. Raises as `render`."""
        guarded(lambda: str(self._template()), self._deadline_s)

    def _suits(self, messages: tuple[Message, ...], switch: Switch) -> _Suited:
        """The form for messages of these roles. Raises as `render`."""
        roles = tuple(m.role for m in messages)
        if (roles, switch) not in self._suited:
            self._suited[roles, switch] = self._best_form(roles, switch)
        found = self._suited[roles, switch]
        if isinstance(found, TemplateError):
            raise found.with_traceback(None)
        return found

    def _best_form(self, roles: tuple[str, ...], switch: Switch) -> _Suited | TemplateError:
        """The first form in which all stands in the text, tried with texts that stand nowhere by chance; else the first
        that renders; else why the first does not."""
        messages = tuple(Message(role, text) for role, text in zip(roles, stand_ins(len(roles)), strict=True))
        best: _Suited | None = None
        reasons = []
        for form in _FORMS:
            try:
                text = self._render(messages, form, switch)
            except PromptTooLongError:  # said of the messages themselves
                return _Suited(form, None)
            except TemplateError as error:
                reasons.append(error)
                continue
            lost = [n for n, m in enumerate(messages) if not stands_in(m.content, text)]
            if not lost:
                return _Suited(form, None)
            best = best or _Suited(form, lost[-1])
        return best or reasons[0]

    def _template(self) -> jinja2.Template:
        if self._compiled is None:
            self._compiled = compile_template(self._source, self._clock)
        return self._compiled

    def _render(self, messages: tuple[Message, ...], form: _Form, switch: Switch) -> str:
        variables: dict[str, Any] = {
            "messages": [{"role": m.role, "content": _content(m, form)} for m in messages],
            "bos_token": self._bos,
            "eos_token": self._eos,
            "add_generation_prompt": True,
        }
        if not form.absent:
            variables.update(tools=None, documents=None)
        if switch.thinking is not None:
            # The names under which the common families know this switch (Qwen and others; DeepSeek, Granite).
            variables.update(enable_thinking=switch.thinking, thinking=switch.thinking)
        if switch.budget is not None:  # Seed tells the model how far it may go
            variables.update(thinking_budget=switch.budget)
        return guarded(lambda: joined(self._template().generate(**variables), self._most), self._deadline_s)


def _content(message: Message, form: _Form) -> str | _Parts:
    return _Parts([_Part(type="text", text=message.content)]) if form.typed else message.content
