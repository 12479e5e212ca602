"""What templates ask of Jinja, and whether what was said stands in what they make."""

from __future__ import annotations

import contextlib
import sys
import threading

import pytest

from weighin.core.runs.chat import Message
from weighin.workers.llama.sandbox import guarded
from weighin.workers.llama.template import ChatTemplate, PromptTooLongError, TemplateError, TemplateHostileError

USER = Message("user", "QUESTION 5 < 7")
ALL = (Message("system", "RULE"), Message("user", "FIRST"), Message("assistant", "ANSWER"), USER)


def render(source: str, *messages: Message) -> str:
    return ChatTemplate(source, "<s>", "</s>").render(messages or (USER,))


def lost(source: str, *messages: Message) -> str:
    template = ChatTemplate(source, "<s>", "</s>")
    return template.loses(messages, template.render(messages))


@pytest.mark.parametrize(
    "part",
    [
        "{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}{% endif %}{% endfor %}",
        "{{ m.content[0].text }}",
        "{{ m['content'][0]['text'] | trim }}",
        "{{ m.content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join }}",
        "{% if m.content is not string %}{% for p in m.content %}{{ p['text'] }}{% endfor %}{% endif %}",
        "{% if m.content is string %}{{ raise_exception('parts only') }}{% endif %}{{ m.content[0].text }}",
        # The text of some roles, the parts of others.
        "{% if m.role == 'user' %}{{ m.content[0].text }}{% else %}{{ m.content }}{% endif %}",
    ],
)
def test_a_template_made_for_typed_content_is_given_parts(part: str) -> None:
    source = "{% for m in messages %}[{{ m.role }}]" + part + "{% endfor %}"
    assert render(source, *ALL) == "[system]RULE[user]FIRST[assistant]ANSWER[user]QUESTION 5 < 7"
    assert lost(source, *ALL) == ""


def test_a_template_that_takes_both_is_given_the_text() -> None:
    source = "{% if messages[0].content is string %}{{ messages[0].content }}{% else %}parts{% endif %}"
    assert render(source) == USER.content


@pytest.mark.parametrize("given", ["tools is defined and tools | length > 0", "documents and documents | length > 0"])
def test_what_there_is_none_of_is_none_or_not_there_at_all(given: str) -> None:
    assert render("{% if " + given + " %}some{% endif %}{{ messages[0].content }}") == USER.content
    assert render("{% if tools is not none %}some{% endif %}{{ messages[0].content }}") == USER.content


@pytest.mark.parametrize(
    "change",
    ["l.append(m.content)", "l.insert(0, m.content)", "l.extend([m.content])", "d.update({'x': m.content})"],
)
def test_lists_and_dicts_of_a_template_are_its_own(change: str) -> None:
    source = (
        "{% set l = [1] %}{% set d = {} %}{% set _ = l.pop() %}{% for m in messages %}{% set _ = "
        + change
        + " %}{% endfor %}{{ l | join }}{{ d.x }}"
    )
    assert render(source) == USER.content
    assert render(source.replace("set _ = " + change, "do " + change)) == USER.content


def test_a_template_that_takes_messages_away_leaves_them_to_the_next_rendering() -> None:
    template = ChatTemplate("{{ messages.pop().content }}", "", "")
    assert [template.render((USER,)) for _ in range(2)] == [USER.content] * 2


@pytest.mark.parametrize(
    "source",
    [
        "{% set l = [1] %}{% for x in l %}{% set _ = l.append(x) %}{% endfor %}",
        "{% set l = [1] %}{% set _ = l.extend(l | map('string')) %}",
        "{{ [].append.__self__.__class__ }}",
        "{{ messages.__class__.__mro__ }}",
    ],
)
def test_the_sandbox_guards_the_rest(source: str) -> None:
    template = ChatTemplate(source, "", "", deadline_s=0.3)
    with contextlib.suppress(TemplateHostileError):
        assert template.render((USER,)) == ""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", '{"b": 1, "a": "é"}'),
        ("(sort_keys=True)", '{"a": "é", "b": 1}'),
        ("(separators=(',', ':'))", '{"b":1,"a":"é"}'),
        ("(separators=[',', ':'], sort_keys=true)", '{"a":"é","b":1}'),
        ("(ensure_ascii=True)", '{"b": 1, "a": "\\u00e9"}'),
        ("(True)", '{"b": 1, "a": "\\u00e9"}'),
        ("(indent=1)", '{\n "b": 1,\n "a": "é"\n}'),
        ("(indent='\t')", '{\n\t"b": 1,\n\t"a": "é"\n}'),
    ],
)
def test_tojson_has_the_options_of_the_hubs_library(options: str, expected: str) -> None:
    assert render("{{ {'b': 1, 'a': 'é'} | tojson" + options + " }}") == expected


def test_tojson_refuses_what_the_hubs_library_refuses() -> None:
    with pytest.raises(TemplateError, match="skipkeys"):
        render("{{ 1 | tojson(skipkeys=True) }}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ messages[0].content | length }}", str(len(USER.content))),
        ("{% for m in messages %}{{ loop.previtem is defined }}{{ loop.last }}{% endfor %}", "FalseTrue"),
        ("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", "1"),
        ("{% macro say(x) %}<{{ x }}>{% endmacro %}{{ say('a') }}", "<a>"),
        ("{% for k, v in messages[0].items() %}{{ k }},{% endfor %}", "role,content,"),
        ("{{ messages[0] is mapping }}{{ messages is sequence }}{{ messages[0].content is iterable }}", "TrueTrueTrue"),
        ("{{ messages[::-1][0].role }}{{ (messages | reverse | list)[0].role }}", "useruser"),
        ("{{ 'a</think>b'.split('</think>')[-1].strip().rstrip('x').startswith('b') }}", "True"),
        ("{% for m in messages %}{% if m.role == 'user' %}{% break %}{% endif %}x{% endfor %}y", "y"),
        ("{% generation %}g{% endgeneration %}{%- generation -%} h {%- endgeneration -%}", "gh"),
        ("{{ enable_thinking is defined }}{{ unk_token }}{{ tools is none }}", "FalseTrue"),
    ],
)
def test_templates_find_what_they_ask_for(source: str, expected: str) -> None:
    assert render(source) == expected


@pytest.mark.parametrize(
    "shown",
    ["m.content | trim", "m.content | upper", "m.content | e", "m.content | tojson", "m.content | wordwrap(8)",
     "m.content | indent(4)", "m.content | tojson(ensure_ascii=True)", "m.content.replace('\n', ' ')"],
)  # fmt: skip
def test_what_is_trimmed_escaped_or_capitalized_stands_there_all_the_same(shown: str) -> None:
    source = "{% for m in messages %}[{{ " + shown + " }}]{% endfor %}"
    hard = Message("user", '  Does "naïve" < straße?\n\nA: C:\\new\n  一二三 & 😀 ')
    assert lost(source, Message("system", "Be “brief” & kind"), hard) == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ messages[0].content }}", "it leaves out the question"),
        ("{{ messages[-1].content }}", "it leaves out earlier turns"),
        ("{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}", "it leaves out the question"),
        ("{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}", "it leaves out the system prompt"),
        ("{% for m in messages if m.role != 'assistant' %}{{ m.content }}{% endfor %}", "it leaves out earlier turns"),
        ("{% for m in messages %}{{ m.content[:9] }}{% endfor %}", "it leaves out the question"),
        ("{% for m in messages %}{{ m.content[:2] }}{% endfor %}", "it leaves out the question"),
    ],
)
def test_what_a_template_leaves_out_is_named(source: str, reason: str) -> None:
    assert lost(source, *ALL) == reason
    assert lost(source, *[Message(m.role, "e") for m in ALL]) == (reason if ":9" not in source else "")


def test_the_reasoning_of_earlier_answers_may_be_left_out() -> None:
    source = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}|{% endfor %}"
    turns = (Message("user", "a"), Message("assistant", "<think>long</think>short"), Message("user", "b"))
    assert lost(source, *turns) == ""


def test_why_a_template_fails_is_what_it_says_of_plain_texts() -> None:
    with pytest.raises(TemplateError, match="no thanks"):
        render("{{ raise_exception('no thanks') }}")
    with pytest.raises(TemplateError, match="TemplateSyntaxError"):
        render("{% for m in %}")


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(1000) %}{{ 'a ' * 50000 }}{% endfor %}{{ messages[0].content }}",
        "{{ messages[0].content }}{{ ('b' * 900000) ~ ('c' * 900000) ~ ('d' * 900000) }}",
    ],
)
def test_a_prompt_that_grows_without_measure_is_refused_with_its_length(source: str) -> None:
    with pytest.raises(PromptTooLongError) as refused:
        render(source)
    assert refused.value.characters >= 2_700_000


def test_the_most_characters_are_those_that_were_asked_for() -> None:
    source = "{{ messages[0].content }}{{ 'x' * 100 }}"
    short = ChatTemplate(source, "", "", most=100 + len(USER.content))
    assert len(short.render((USER,))) == 100 + len(USER.content)
    with pytest.raises(PromptTooLongError):
        short.render((Message("user", USER.content + "!"),))


@pytest.mark.parametrize(
    "raised",
    ["raise_exception('n ' * 400000)", "raise_exception(messages * 3000)", "{}['k' * 900000].x",
     "messages.append('x' * 900000) + 1",
     "raise_exception('a\\nb\\x1b[2J' ~ 'n' * 900000)", "raise_exception(none)"],
)  # fmt: skip
def test_the_reason_of_a_broken_template_is_one_short_line(raised: str) -> None:
    with pytest.raises(TemplateError) as refused:
        render("{{ " + raised + " }}{{ messages[0].content }}")
    assert len(str(refused.value)) <= 300
    assert not set(str(refused.value)) & set("\n\x1b")


def test_a_deadline_that_comes_when_all_is_done_is_no_error_of_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by tests/fuzz: it left the thread, and said so on stderr."""
    stray: list[object] = []
    monkeypatch.setattr(threading, "excepthook", stray.append)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(2000):
            with contextlib.suppress(TemplateHostileError):
                guarded(lambda: str(sum(range(20 * (number % 50)))), 0.0)  # noqa: B023 - called at once
    finally:
        sys.setswitchinterval(before)
    assert stray == []
