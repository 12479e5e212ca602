"""Thinking switched, limited and counted, in a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.gguf_files import CHATML, make_model
from tests.support.worker_client import WorkerClient, text_of

from weighin.core.runs.answer import StopReason
from weighin.core.runs.thinking import REASONING_MARKS, ReasoningMarks
from weighin.protocol.messages import Failed, PromptRead, Tokens

SWITCHED = CHATML.replace(
    "assistant\n{% endif",
    "assistant\n{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n"
    "{% else %}<think>\n{% endif %}{% endif",
)
NO_SWITCH = "This template has no switch for thinking."


def rendered(events: list) -> str:
    return next(event for event in events if isinstance(event, PromptRead)).rendered


@pytest.fixture
def thinker(worker: WorkerClient, tmp_path: Path) -> WorkerClient:
    """Its template opens thinking unless that is switched off; it writes nothing but "a"."""
    worker.loaded(make_model(tmp_path / "m.gguf", template=SWITCHED, favourite="a"), context=256)
    return worker


def test_the_template_is_switched(thinker: WorkerClient) -> None:
    for thinking, reasoning, answer in (("auto", "aaaa", ""), ("on", "aaaa", ""), ("off", "", "aaaa")):
        events = thinker.generate("x", thinking=thinking, max_tokens=4)
        assert (text_of(events, "reasoning"), text_of(events)) == (reasoning, answer)
        assert events[-1].notices == ()
    assert rendered(events).endswith("<think>\n\n</think>\n\n")


def test_a_template_without_a_switch_says_so(worker: WorkerClient, endless: Path, tiny_spm: Path) -> None:
    for model in (endless, tiny_spm):
        worker.loaded(model, context=256)
        assert NO_SWITCH in worker.generate("x", thinking="off", max_tokens=2)[-1].notices
        assert NO_SWITCH not in worker.generate("x", thinking_tokens=9, max_tokens=2)[-1].notices


def test_a_raw_prompt_has_no_thinking(thinker: WorkerClient) -> None:
    for asked in ({"thinking": "on"}, {"thinking_tokens": 3}):
        events = thinker.generate("<think>", raw=True, max_tokens=5, **asked)
        assert (text_of(events), text_of(events, "reasoning")) == ("aaaaa", "")
        assert events[-1].notices == ("In a raw prompt the options of thinking have no effect.",)
        assert events[-1].timing.thinking_cut is False


def test_a_limit_ends_the_thinking_and_the_answer_has_its_own(thinker: WorkerClient) -> None:
    events = thinker.generate("x", thinking_tokens=6, max_tokens=4)
    assert (text_of(events, "reasoning"), text_of(events)) == ("aaaaaa", "aaaa")
    timing = events[-1].timing
    assert events[-1].stop_reason is StopReason.LENGTH
    assert (timing.generated_tokens, timing.reasoning_tokens, timing.thinking_cut) == (10, 6, True)
    assert sum(event.count for event in events if isinstance(event, Tokens)) == 10
    assert timing.pace.mark_tokens[-1] == 10
    assert timing.first_answer_token_s > timing.first_token_s


def test_without_a_limit_of_its_own_thinking_counts_as_answer(thinker: WorkerClient) -> None:
    events = thinker.generate("x", max_tokens=10)
    assert (text_of(events, "reasoning"), text_of(events)) == ("a" * 10, "")
    assert (events[-1].stop_reason, events[-1].timing.thinking_cut) == (StopReason.LENGTH, False)


def test_thinking_that_ends_by_itself_is_not_cut(worker: WorkerClient, tmp_path: Path) -> None:
    template = CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
    model = make_model(
        tmp_path / "m.gguf", template=template, favourite="</think>", more_controls=("<think>", "</think>")
    )
    worker.loaded(model)
    timing = worker.generate("x", thinking_tokens=5, max_tokens=3)[-1].timing
    assert (timing.reasoning_tokens, timing.thinking_cut) == (0, False)


@pytest.mark.parametrize("marks", [m for m in REASONING_MARKS if "channel" not in m.opening], ids=lambda m: m.opening)
def test_after_a_cut_a_model_goes_on_as_behind_the_mark_of_its_family(
    worker: WorkerClient, tmp_path: Path, marks: ReasoningMarks
) -> None:
    """What follows is what follows where the template has written the same; the penalty of repeating knows it too."""
    written = CHATML.replace("assistant\n{% endif", f"assistant\n{marks.opening}{{% endif")
    for seed in range(30):
        worker.loaded(make_model(tmp_path / "m.gguf", template=written, seed=seed))
        cut = worker.generate("x", thinking_tokens=1, max_tokens=12, repeat_penalty=1.3)
        if (thought := text_of(cut, "reasoning")).isalnum():  # other models write what no template can
            break
    assert cut[-1].timing.thinking_cut and len(thought) >= 1
    behind = f"{{% raw %}}{marks.opening}{thought}{marks.forced}{{% endraw %}}{{% endif"
    template = written.replace(f"{marks.opening}{{% endif", behind)
    worker.loaded(make_model(tmp_path / "m.gguf", template=template, seed=seed))
    again = worker.generate("x", max_tokens=12, repeat_penalty=1.3)
    assert rendered(again).endswith(marks.forced)
    assert text_of(again) == text_of(cut)


def test_thinking_leaves_the_answer_its_room(thinker: WorkerClient) -> None:
    events = thinker.generate("x", thinking_tokens=5000, max_tokens=100)
    end = events[-1]
    assert (end.stop_reason, len(text_of(events))) == (StopReason.LENGTH, 100)
    assert end.timing.prompt_tokens + end.timing.generated_tokens <= 256
    assert f"Thinking was limited to {end.timing.reasoning_tokens} tokens" in end.notices[0]
    refused = thinker.generate("x", thinking_tokens=10, max_tokens=250)[-1]
    assert isinstance(refused, Failed)
    assert refused.kind == "prompt_too_long" and "leaves no room for thinking" in refused.message
    assert thinker.generate("x", max_tokens=250)[-1].stop_reason is StopReason.CONTEXT


def test_a_model_that_would_think_for_ever_comes_to_an_end(worker: WorkerClient, tmp_path: Path) -> None:
    model = make_model(tmp_path / "m.gguf", favourite="<think>", more_controls=("<think>", "</think>"))
    worker.loaded(model)
    end = worker.generate("x", thinking_tokens=3, max_tokens=7)[-1]
    assert (end.stop_reason, end.timing.generated_tokens) == (StopReason.LENGTH, 10)


def test_a_template_that_tells_the_model_of_a_limit_is_given_it(worker: WorkerClient, tmp_path: Path) -> None:
    template = CHATML + "{% if thinking_budget is defined %}[{{ thinking_budget }}]{% endif %}"
    worker.loaded(make_model(tmp_path / "m.gguf", template=template, favourite="a"))
    assert rendered(worker.generate("x", max_tokens=2)).endswith("assistant\n")
    assert rendered(worker.generate("x", max_tokens=2, thinking_tokens=77)).endswith("[77]")
    assert rendered(worker.generate("x", max_tokens=2, thinking="off", thinking_tokens=77)).endswith("[0]")
