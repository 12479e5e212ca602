"""Chat templates that are missing, broken, endless or hostile, in a real worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.gguf_files import CHATML, make_model
from tests.support.worker_client import WorkerClient, text_of

from weighin.core.runs.chat import Message
from weighin.core.runs.options import SamplingOptions
from weighin.protocol.messages import Failed, Generate, Generated, PromptRead
from weighin.workers.llama.template import ChatTemplate

Answer = Callable[..., list]


@pytest.fixture
def answer(worker: WorkerClient) -> Answer:
    def run(tmp_path: Path, template: str | None, system: str = "", text: str = "hello", **model: Any) -> list:
        worker.loaded(make_model(tmp_path / "m.gguf", template=template, **{"favourite": "a", **model}))
        return worker.generate(text, max_tokens=3, system=system)

    return run


def rendered(events: list) -> str:
    return next(e for e in events if isinstance(e, PromptRead)).rendered


def test_without_a_template_the_prompt_is_plain_text_and_that_is_said(answer: Answer, tmp_path: Path) -> None:
    events = answer(tmp_path, None)
    assert rendered(events) == "hello"
    assert "no chat template" in events[-1].notices[0]


@pytest.mark.parametrize(
    "template", ["{% for m in %}", "{% unknown %}", "{{ messages.nothing.at.all }}", "{{ 1 / 0 }}"]
)
def test_a_broken_template_is_replaced_and_that_is_said(answer: Answer, tmp_path: Path, template: str) -> None:
    events = answer(tmp_path, template)
    assert rendered(events) == "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"
    assert "ChatML" in events[-1].notices[0]
    assert text_of(events) == "aaa"


def test_a_template_that_refuses_the_system_role_gets_it_in_the_user_turn(answer: Answer, tmp_path: Path) -> None:
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
    events = answer(tmp_path, refuses, system="be brief")
    assert "be brief\n\nhello" in rendered(events)
    assert "no system prompt" in events[-1].notices[0]


PASSES_SYSTEM_OVER = (
    "{% for m in messages %}{% if m.role == 'user' %}<u>{{ m.content }}{% elif m.role == 'assistant' %}<a>"
    "{{ m.content }}{% endif %}{% endfor %}<a>"
)
MERGED = "The chat template takes no system prompt, so it was put before the prompt."


def test_a_system_text_that_a_template_passes_over_is_put_before_the_prompt(answer: Answer, tmp_path: Path) -> None:
    for system, shown in (("be brief", "be brief\n\nhello"), ("u", "u\n\nhello")):  # "u" stands in the text by chance
        events = answer(tmp_path, PASSES_SYSTEM_OVER, system=system)
        assert rendered(events) == f"<u>{shown}<a>"
        assert events[-1].notices == (MERGED,)
    assert answer(tmp_path, PASSES_SYSTEM_OVER)[-1].notices == ()


def test_a_template_that_puts_the_system_text_into_the_user_turn_is_let_do_so(answer: Answer, tmp_path: Path) -> None:
    template = (
        "{% if messages[0].role == 'system' %}{% set system = '<<' + messages[0].content | trim + '>>' %}"
        "{% set messages = messages[1:] %}{% endif %}"
        "{% for m in messages %}[{{ system if loop.first }}{{ m.content }}]{% endfor %}"
    )
    events = answer(tmp_path, template, system=" be brief ")
    assert rendered(events) == "[<<be brief>>hello]"
    assert events[-1].notices == ()


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ 'Say something' }}", "it leaves out the question"),
        ("{% for m in messages %}{{ m.content.nothing }}{% endfor %}a", "it leaves out the question"),
        ("{% for m in messages %}{{ m.content[:3] }}{% endfor %}", "it leaves out the question"),
        ("{# nothing but words #}", "it is only the text “{# nothing but words #}”"),
        ("chatml", "it is only the text “chatml”"),
        ("rwkv-world", "it is only the text “rwkv-world”"),
        ("  \n ", "it is blank"),
    ],
)
def test_a_template_that_loses_the_question_is_replaced_and_that_is_said(
    answer: Answer, tmp_path: Path, template: str, reason: str
) -> None:
    events = answer(tmp_path, template, text="a question")
    assert rendered(events) == "<|im_start|>user\na question<|im_end|>\n<|im_start|>assistant\n"
    assert events[-1].notices == (f"The chat template is broken ({reason}), so ChatML was used.",)
    events = answer(tmp_path, template, text="a question", tokenizer="spm", favourite=None)
    assert rendered(events) == "a question"
    assert events[-1].notices == (f"The chat template is broken ({reason}), so plain text was used.",)


def test_a_question_of_one_letter_is_missed_too(answer: Answer, tmp_path: Path) -> None:
    events = answer(tmp_path, "{% for m in messages %}[{{ m.role }}]{% endfor %}[assistant]", text="a")
    assert "leaves out the question" in events[-1].notices[0]


def test_a_template_that_forgets_earlier_turns_is_replaced_in_a_follow_up(worker: WorkerClient, tmp_path: Path) -> None:
    model = make_model(tmp_path / "m.gguf", template="<{{ messages[-1].content }}>", favourite="a")
    turns = (Message("user", "one"), Message("assistant", "two"), Message("user", "three"))
    worker.loaded(model)
    first = worker.generate("one", max_tokens=1)
    second = worker.ask(Generate(worker.next_id(), turns, SamplingOptions(max_tokens=1), 1))
    assert (rendered(first), first[-1].notices) == ("<one>", ())
    assert all(text in rendered(second) for text in ("one", "two", "three"))
    assert "it leaves out earlier turns" in second[-1].notices[0]


def test_a_file_with_named_templates_only_uses_the_default_one(answer: Answer, tmp_path: Path) -> None:
    named = {
        f"tokenizer.chat_template.{name}": f"<{name}>{{{{ messages[0].content }}}}" for name in ("tool_use", "rag")
    }
    assert rendered(answer(tmp_path, None, entries={"tokenizer.chat_templates": ["tool_use", "rag"], **named})) == (
        "<tool_use>hello"
    )
    named["tokenizer.chat_template.default"] = "<default>{{ messages[0].content }}"
    assert rendered(answer(tmp_path, None, entries=named)) == "<default>hello"
    assert rendered(answer(tmp_path, "<own>{{ messages[0].content }}", entries=named)) == "<own>hello"


def test_a_list_in_place_of_a_template_counts_as_none(answer: Answer, tmp_path: Path) -> None:
    events = answer(tmp_path, None, entries={"tokenizer.chat_template": [CHATML, CHATML]})
    assert rendered(events) == "hello"
    assert "no chat template" in events[-1].notices[0]


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 10**10 }}",
        "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ 10 ** 9999999999 }}",
    ],
)
def test_an_endless_or_hostile_template_is_stopped_with_a_sentence(
    answer: Answer, tmp_path: Path, template: str
) -> None:
    events = answer(tmp_path, template)
    end = events[-1]
    if isinstance(end, Generated):  # the sandbox printed nothing of it and something else was used, openly
        assert end.notices
    else:
        assert isinstance(end, Failed)
        assert end.kind == "template"
        assert "template" in end.message


@pytest.mark.parametrize(
    ("template", "text", "said"),
    [
        ("{% for i in range(1000) %}{{ 'a ' * 50000 }}{% endfor %}{{ messages[0].content }}", "hi",
         "The chat template makes 100_000_002 characters of this prompt; at most 131_072 are read"),
        ("{{ messages[0].content * 3 }}", "one " * 25_000,
         "The chat template makes 300_000 characters of this prompt; at most 131_072 are read"),
        (None, "one " * 50_000, "The prompt has 200_000 characters; at most 131_072 are read"),
    ],
)  # fmt: skip
def test_a_prompt_beyond_the_context_is_refused_before_it_is_made_into_tokens(
    worker: WorkerClient, tmp_path: Path, template: str | None, text: str, said: str
) -> None:
    path = make_model(tmp_path / "m.gguf", template=template, context=512)
    worker.loaded(path)
    end = worker.generate(text, max_tokens=3)[-1]
    assert isinstance(end, Failed)
    assert end.kind == "prompt_too_long"
    assert end.message == f"{said} with a context of 512 tokens. Nothing was run.".replace("_", "\u202f")
    assert isinstance(worker.generate("hi", max_tokens=3, raw=True)[-1], Generated)


def test_a_hostile_template_touches_nothing(answer: Answer, tmp_path: Path) -> None:
    target = tmp_path / "touched"
    attack = (
        "{{ cycler.__init__.__globals__.os.system('touch "
        + str(target)
        + "') }}{{ lipsum.__globals__['os'].popen('touch "
        + str(target)
        + "').read() }}"
    )
    answer(tmp_path, attack)
    assert not target.exists()


def test_templates_find_what_they_expect(answer: Answer, tmp_path: Path) -> None:
    template = (
        "{{ strftime_now('%Y') | length }} {{ messages | tojson | length > 0 }} {% generation %}g{% endgeneration %}"
        "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{% endfor %}"
        "{{ messages[0].content }}"
    )
    assert rendered(answer(tmp_path, template)) == "4 True ghello"


def test_a_score_does_not_depend_on_the_day() -> None:
    source = "{{ strftime_now('%d %b %Y %H:%M') }}"
    asked = (Message("user", "x"),)
    assert ChatTemplate(source, "", "", for_scoring=True).render(asked) == "26 Jul 2024 00:00"
    assert ChatTemplate(source, "", "").render(asked) != "26 Jul 2024 00:00"
