"""The drawer of options."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.conftest import Kit
from weighin.core.comparisons.options import LoadOptions, SamplingOptions


@pytest.fixture
def kit(new_kit: Callable[..., Kit]) -> Kit:
    return new_kit()


def test_untouched_options_are_the_defaults(kit: Kit) -> None:
    kit.page.prompt.set_options_open(True)
    kit.start()
    (request,) = kit.runner.requests
    for setup in request.lanes:
        assert setup.load == LoadOptions()
        assert setup.sampling == SamplingOptions()
        assert setup.threads is None


def test_both_lanes_share_what_is_typed(kit: Kit) -> None:
    form = kit.page.drawer.form("A")
    typed = {
        "context": "2048",
        "gpu_layers": "-1",
        "max_tokens": "64",
        "temperature": "0,7",
        "top_k": "0",
        "top_p": "0.9",
        "min_p": "0",
        "repeat_penalty": "1.1",
        "seed": "7",
        "threads": "3",
        "batch": "256",
        "kv_type": "Q8_0",
    }
    for name, text in typed.items():
        form.field(name).set_text(text)
    form.set_stop_text("###\n\\n\\n\n")
    kit.page.drawer.field_of_rounds().set_text("5")
    kit.page.drawer.set_prompt("Be brief.", raw=False)
    kit.start()
    (request,) = kit.runner.requests
    assert request.lanes[0].load == LoadOptions(context=2048, gpu_layers=-1, batch=256, kv_type="q8_0")
    assert request.lanes[0].sampling == SamplingOptions(64, 0.7, 0, 0.9, 0.0, 1.1, 7, ("###", "\n\n"))
    assert request.lanes[0].threads == 3
    a, b = request.lanes
    assert (a.load, a.sampling, a.threads) == (b.load, b.sampling, b.threads)
    assert request.repeat == 5
    assert (request.prompt.system, request.prompt.raw) == ("Be brief.", False)


def test_lane_b_can_have_its_own(kit: Kit) -> None:
    drawer = kit.page.drawer
    drawer.form("A").field("seed").set_text("7")
    drawer.set_separate(True)
    assert drawer.form("B").field("seed").value == 7
    drawer.form("B").field("temperature").set_text("1")
    kit.start()
    a, b = kit.runner.requests[0].lanes
    assert (a.sampling.seed, b.sampling.seed) == (7, 7)
    assert (a.sampling.temperature, b.sampling.temperature) == (0.0, 1.0)
    kit.runner.running = False
    kit.page.prompt.set_running(False)
    drawer.set_separate(False)
    kit.page.run()
    assert kit.runner.requests[1].lanes[1].sampling.temperature == 0.0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("context", "15"),
        ("context", "2000000000"),
        ("context", ""),
        ("max_tokens", "0"),
        ("temperature", "nan"),
        ("temperature", "inf"),
        ("temperature", "warm"),
        ("top_p", "1.5"),
        ("min_p", "-0.1"),
        ("repeat_penalty", "0"),
        ("seed", "-1"),
        ("top_k", "4.5"),
        ("gpu_layers", "-2"),
        ("threads", "0"),
        ("batch", "0"),
        ("kv_type", "q5_0"),
        ("threads", "many"),
    ],
)
def test_nonsense_is_refused_beside_its_field(kit: Kit, name: str, text: str) -> None:
    field = kit.page.drawer.form("A").field(name)
    good = str(field.value) if field.value is not None else ""
    field.set_text(text)
    assert "must be" in field.error
    assert not kit.page.prompt.can_run
    kit.start()
    assert kit.runner.requests == []
    field.set_text(good)
    assert field.error == ""
    assert kit.page.prompt.can_run


@pytest.mark.parametrize("text", ["0", "21", "1.5", ""])
def test_rounds_out_of_range_are_refused(kit: Kit, text: str) -> None:
    kit.page.drawer.field_of_rounds().set_text(text)
    assert kit.page.drawer.field_of_rounds().error == "Repeat rounds must be a whole number from 1 to 20."
    assert not kit.page.prompt.can_run


def test_too_many_stop_strings_are_refused(kit: Kit) -> None:
    kit.page.drawer.form("A").set_stop_text("\n".join("abcdefghijklmnopq"))
    assert not kit.page.prompt.can_run
    kit.page.drawer.form("A").set_stop_text("a")
    assert kit.page.prompt.can_run


def test_nonsense_for_b_matters_only_while_b_is_separate(kit: Kit) -> None:
    drawer = kit.page.drawer
    drawer.set_separate(True)
    drawer.form("B").field("seed").set_text("x")
    assert not kit.page.prompt.can_run
    drawer.set_separate(False)
    assert kit.page.prompt.can_run


def test_the_button_opens_and_the_cross_closes_the_drawer(kit: Kit) -> None:
    kit.page.prompt.set_options_open(True)
    assert not kit.page.drawer.isHidden()
    kit.page.drawer.close_requested.emit()
    assert kit.page.drawer.isHidden()
