"""Chat templates that are missing, broken, endless or hostile, in a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.gguf_files import CHATML, make_model
from tests.support.worker_client import WorkerClient, text_of

from weighin.core.comparisons.chat import Message
from weighin.protocol.messages import Failed, Generated, PromptRead
from weighin.workers.template import ChatTemplate


def answer(tmp_path: Path, template: str | None, system: str = "") -> list:
    model = make_model(tmp_path / "m.gguf", template=template, favourite="a")
    with WorkerClient() as worker:
        worker.loaded(model)
        return worker.generate("hello", max_tokens=3, system=system)


def rendered(events: list) -> str:
    return next(e for e in events if isinstance(e, PromptRead)).rendered


def test_without_a_template_the_prompt_is_plain_text_and_that_is_said(tmp_path: Path) -> None:
    events = answer(tmp_path, None)
    assert rendered(events) == "hello"
    assert "no chat template" in events[-1].notices[0]


@pytest.mark.parametrize(
    "template", ["{% for m in %}", "{% unknown %}", "{{ messages.nothing.at.all }}", "{{ 1 / 0 }}"]
)
def test_a_broken_template_is_replaced_and_that_is_said(tmp_path: Path, template: str) -> None:
    events = answer(tmp_path, template)
    assert rendered(events) == "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"
    assert "ChatML" in events[-1].notices[0]
    assert text_of(events) == "aaa"


def test_a_template_that_refuses_the_system_role_gets_it_in_the_user_turn(tmp_path: Path) -> None:
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
    events = answer(tmp_path, refuses, system="be brief")
    assert "be brief\n\nhello" in rendered(events)
    assert "no system text" in events[-1].notices[0]


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
def test_an_endless_or_hostile_template_is_stopped_with_a_sentence(tmp_path: Path, template: str) -> None:
    events = answer(tmp_path, template)
    end = events[-1]
    if isinstance(end, Generated):  # the sandbox printed nothing of it and something else was used, openly
        assert end.notices
    else:
        assert isinstance(end, Failed)
        assert end.kind == "template"
        assert "template" in end.message


def test_a_hostile_template_touches_nothing(tmp_path: Path) -> None:
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


def test_templates_find_what_they_expect(tmp_path: Path) -> None:
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
