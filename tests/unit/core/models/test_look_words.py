"""What a header says, in words."""

from dataclasses import replace
from pathlib import Path

import pytest

from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import ModelFacts, TypeShare
from weighin.core.models.text import look_lines, type_doubt


def facts(quantization: str, *shares: tuple[str, int]) -> ModelFacts:
    types = tuple(TypeShare(name, count) for name, count in shares)
    return ModelFacts("m", "/m", 1, "llama", quantization, 1, 1, layers=2, license="mit", tensor_types=types)


def test_the_types_of_the_weights_are_shown_by_bytes(tiny: Path) -> None:
    lines = look_lines(facts("Q4_K_M", ("Q4_K", 780), ("Q6_K", 150), ("F32", 69), ("Q8_0", 1)), "")
    assert lines[1] == "architecture llama · 2 layers · licence mit · no chat template"
    assert lines[2] == "weights: Q4_K 78 %, Q6_K 15 %, F32 7 %, Q8_0 < 1 %"
    assert lines[3] == "This version of llama.cpp can run it."
    assert sum(share.bytes for share in model_facts(tiny).tensor_types) > 0


@pytest.mark.parametrize(("template", "has"), [("{{ m }}", True), ("chatml", False), (" ", False), (None, False)])
def test_the_mere_name_of_a_template_is_none(template: str | None, has: bool) -> None:
    line = look_lines(replace(facts("Q8_0"), template=template), "")[1]
    assert line.endswith(" · chat template" if has else "no chat template")


@pytest.mark.parametrize(
    ("stated", "real", "doubted"),
    [
        ("Q4_K_M", "Q8_0", True),
        ("F16", "Q4_0", True),
        ("Q8_0", "F32", True),
        ("Q4_K_M", "Q5_0", False),
        ("Q4_K_M", "MXFP4", False),
        ("BF16", "F16", False),
        ("unknown", "Q8_0", False),
    ],
)
def test_a_header_that_contradicts_its_tensors_is_told_on(stated: str, real: str, doubted: bool) -> None:
    assert (f"says {stated}, but most weights are {real}" in type_doubt(facts(stated, (real, 1)))) is doubted
