"""What a measurement is said to mean: the answer first, never more than is known, never by the file's name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.fidelity import measured, model

from weighin.core.fidelity.fidelity import Estimate, FidelityRecord, FidelityRow, TextFacts
from weighin.core.fidelity.names import other_names, row_names, side_name
from weighin.core.fidelity.text import (
    IMATRIX,
    certainty_sentence,
    figure,
    meaning_sentence,
    places,
    record_notices,
    shown_token,
    text_before,
    with_error,
)
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.run_state import RunState

F16 = LaneSetup(model())
Q4 = LaneSetup(model("Q4_K_M", 4_900_000_000))
CACHE_8 = LoadOptions(kv_type="q8_0")


def _found(
    record: FidelityRecord, kld: Estimate, same: float = 0.95, settled: bool = True, **more: object
) -> FidelityRecord:
    """The record with these figures for its one OTHER."""
    (other,) = record.others
    assert other.summary is not None
    summary = replace(
        other.summary,
        kld=replace(other.summary.kld, mean=kld),
        same_top=Estimate(same),
        settled=settled,
        **more,  # type: ignore[arg-type]
    )
    return replace(record, others=(replace(other, summary=summary),))


def _said(record: FidelityRecord) -> str:
    return meaning_sentence(record, record.others[0])


def _sure(record: FidelityRecord, running: bool = False) -> str:
    return certainty_sentence(record, record.others[0], running)


EXACT = Estimate(0.0313, 0.0282, 0.0344)


def test_the_sentence_says_what_it_costs_and_what_it_gains():
    assert _said(_found(measured(F16, (Q4,)), EXACT)) == (
        "Q4_K_M picks another word in 5 of 100 places. KLD 0.0313 ± 0.0031: about what Q4_K_M costs on Llama-3-8B. "
        "3.3 times smaller, generation 1.6 times as fast here."
    )


def test_it_is_judged_by_what_was_measured_and_not_by_the_name():
    said = _said(_found(measured(F16, (Q4,)), Estimate(0.45, 0.42, 0.48), same=0.7))
    assert said.startswith("Q4_K_M picks another word in 30 of 100 places. KLD 0.450 ± 0.030: about what Q2_K costs")


def test_gains_are_said_only_where_they_were_measured():
    record = _found(measured(F16, (LaneSetup(model("Q4_K_M", 16_200_000_000)),)), EXACT)
    (other,) = record.others
    slow = replace(other, side=replace(other.side, write_tokens_per_s=None, read_tokens_per_s=50.0))
    assert _said(replace(record, others=(slow,))).endswith("About the same size, prompt 2.0 times slower here.")
    silent = replace(other, side=replace(slow.side, read_tokens_per_s=None))
    assert _said(replace(record, others=(silent,))).endswith("About the same size.")


def test_too_few_chunks_are_said_first():
    record = measured(F16, (Q4,), chunks=9)
    assert _said(record).startswith("Too few chunks to say: 9 of at least 10. Q4_K_M picks another word in ")
    assert "±" not in _said(record)
    assert _sure(record) == "9 chunks, 279 positions: too few for an interval."
    short = replace(record, text=TextFacts("a.txt", "", record.text.parts[:0]))
    assert _sure(short).endswith("too few for an interval. A longer text is needed.")
    assert _sure(short, running=True).endswith("too few for an interval.")


def test_what_is_not_settled_says_so():
    record = measured(F16, (Q4,))
    assert not record.others[0].summary.settled  # type: ignore[union-attr]
    assert ", not settled: " in _said(record)
    assert _sure(record).endswith("The text ended before 10 %: a longer one tells more.")
    assert _sure(record, running=True).endswith("Goes on until 10 %, or the end of the text.")
    nearly = _found(record, Estimate(0.1, 0.08999, 0.11001), settled=False)
    assert "known to within just over 10 % (" in _sure(nearly)
    fixed = measured(F16, (Q4,), fixed=True)
    assert _sure(fixed).endswith("(95 %, clustered by chunk).")
    assert _sure(_found(record, EXACT)) == (
        "40 chunks, 1\u202f240 positions: KLD known to within 10 % (95 %, clustered by chunk)."
    )


def test_no_difference_is_none():
    record = _found(measured(F16, (Q4,)), Estimate(1e-9, 0.0, 2e-9), same=1.0)
    assert _said(record).startswith(
        "Q4_K_M picks the same word in all 1\u202f240 places. KLD below 0.000002: no difference. 3.3 times"
    )
    assert _sure(record) == "40 chunks, 1\u202f240 positions: a difference below 0.000002 is none."


def test_the_same_words_may_still_differ_a_little():
    said = _said(_found(measured(F16, (Q4,)), Estimate(0.000024, 0.000023, 0.000025), same=1.0))
    assert "same word in all 1\u202f240 places. KLD 0.0000240 ± 0.0000010: about what F16 costs" in said


def test_of_one_file_the_condition_is_what_is_spoken_of():
    record = _found(measured(F16, (replace(F16, load=CACHE_8),)), Estimate(0.0021, 0.0019, 0.0023), same=0.996)
    assert _said(record) == (
        "8-bit cache: another word in 0.4 of 100 places. KLD 0.00210 ± 0.00020: between what Q8_0 and Q6_K cost on "
        "Llama-3-8B. Generation 1.6 times as fast here."
    )


def test_nothing_measured_is_said():
    record = measured(F16, (Q4,))
    empty = replace(record.others[0], summary=None)
    record = replace(record, others=(empty,))
    assert (_said(record), _sure(record)) == ("Q4_K_M: nothing compared yet.", "")
    failed = replace(empty, side=replace(empty.side, failure=Failure("memory", "Not enough memory.")))
    assert _said(replace(record, others=(failed,))) == "Q4_K_M: not measured."


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (LoadOptions(kv_type="q4_0"), "4-bit cache"),
        (LoadOptions(kv_type="q8_0", v_type="f16"), "8-bit K cache"),
        (LoadOptions(kv_type="f16", v_type="q8_0"), "8-bit V cache"),
        (LoadOptions(kv_type="q8_0", v_type="q4_0"), "8-bit K cache, 4-bit V cache"),
        (LoadOptions(flash_attn="off"), "Flash attention off"),
        (LoadOptions(kv_type="q8_0", flash_attn="on"), "8-bit cache, flash attention on"),
        (LoadOptions(gpu_layers=0), "No layers on the GPU"),
        (LoadOptions(gpu_layers=12, batch=64), "12 layers on the GPU, batch 64"),
        (LoadOptions(), "The same file again"),
        (LoadOptions(context=8192), "The same file again"),
    ],
)
def test_conditions_have_names(load: LoadOptions, words: str):
    record = measured(F16, (replace(F16, load=load),), chunks=1)
    assert side_name(record, 1) == words


def test_models_are_called_by_what_tells_them_apart():
    def names(*others: ModelFacts) -> tuple[str, ...]:
        return other_names(measured(F16, tuple(map(LaneSetup, others)), chunks=1))

    assert names(model("Q8_0"), model("Q4_K_M")) == ("Q8_0", "Q4_K_M")
    assert names(model("Q4_K_M", name="by X"), model("Q4_K_M", name="by Y")) == ("by X", "by Y")
    same = [model("Q4_K_M", path=f"/{place}/Llama-{place}.gguf") for place in "xy"]
    assert names(*same) == ("Llama-x.gguf", "Llama-y.gguf")
    alike = [model("Q4_K_M", path=f"/{place}/m.gguf") for place in "xy"]
    assert names(*alike) == ("m.gguf (2)", "m.gguf (3)")
    assert names(model("Q4\u202eM\n")) == ("Q4\ufffdM\ufffd",)


def test_one_file_under_two_paths_is_one_by_its_checksum():
    copy = LaneSetup(replace(model(path="/copy.gguf"), sha256="aa"), LoadOptions(flash_attn="off"))
    record = measured(LaneSetup(replace(model(), sha256="aa")), (copy,), chunks=1)
    assert side_name(record, 1) == "Flash attention off"


def test_another_file_loaded_differently_says_both():
    record = measured(F16, (replace(Q4, load=CACHE_8),), chunks=1)
    assert side_name(record, 1) == "Q4_K_M with 8-bit cache"
    assert record_notices(record) == (
        "Q4_K_M with 8-bit cache: another file, loaded differently. Both effects are measured together.",
    )


def test_rows_of_a_list_have_names_without_knowing_how_base_was_loaded():
    record = measured(F16, (Q4, replace(F16, load=CACHE_8), F16), chunks=1)
    row = FidelityRow("", "", RunState.FINISHED, "", 1, F16.model, record.others, False)
    assert row_names(row) == ("F16", "Q4_K_M", "8-bit cache", "Other options")


@pytest.mark.parametrize(
    ("quantization", "warned"),
    [("Q8_0", True), ("Q4_K_M", True), ("F16", False), ("BF16", False), ("F32", False), ("MXFP4", False), ("", False)],
)
def test_a_base_that_is_quantized_itself_is_told(quantization: str, warned: bool):
    notices = record_notices(measured(LaneSetup(model(quantization)), (LaneSetup(model("Q2_K")),), chunks=1))
    assert notices == ((f"BASE is itself {quantization}: what it lost is not counted.",) if warned else ())


def test_of_one_file_it_does_not_matter_what_base_lost():
    q8 = LaneSetup(model("Q8_0"))
    assert record_notices(measured(q8, (replace(q8, load=CACHE_8),), chunks=1)) == ()


def test_a_text_of_ones_own_may_flatter():
    record = measured(F16, (Q4,), chunks=1, text="wiki.txt")
    record = replace(record, text=replace(record.text, notices=("Only the first 16 MB are read.",)))
    assert record_notices(record) == (IMATRIX, "Only the first 16 MB are read.")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0313, "0.0313"),
        (0.00136, "0.00136"),
        (0.0, "0"),
        (1e-9, "0"),
        (1.0234, "1.02"),
        (12.34, "12.3"),
        (812.0, "812"),
    ],
)
def test_figures_have_three_digits(value: float, words: str):
    assert figure(value) == words


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(0.03127), "0.0313"),
        (Estimate(0.0313, 0.0282, 0.0344), "0.0313 ± 0.0031"),
        (Estimate(0.0313, 0.0, 0.0826), "0.031 ± 0.051"),
        (Estimate(0.4452, 0.4433, 0.4471), "0.4452 ± 0.0019"),
        (Estimate(0.0, 0.0, 0.0), "0"),
        (Estimate(0.5, 0.5, 0.5), "0.500 ± 0"),
        (Estimate(12.0, -90.0, 114.0), "12 ± 102"),
    ],
)
def test_an_error_has_two_digits(estimate: Estimate, words: str):
    assert with_error(estimate) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.05, "5"), (0.004, "0.4"), (0.0004, "fewer than 0.1"), (0.0096, "1"), (0.0, "0"), (0.713, "71"), (1.0, "100")],
)
def test_shares_are_places_of_a_hundred(share: float, words: str):
    assert places(share) == words


def test_tokens_are_shown_on_one_line_and_cannot_reorder_it():
    assert shown_token(" the") == "“ the”"
    assert shown_token("\r\n\n\t") == "“↵↵→”"
    assert shown_token("a\u202eb\x00") == "“a\ufffdb\ufffd”"
    assert len(shown_token("x" * 500)) == 26


def test_the_text_before_ends_with_the_token_that_is_predicted_after():
    record = measured(F16, (Q4,), chunks=2)
    assert text_before(record, 1, 40, 3) == " w38 w39 w40"
    assert text_before(record, 0, 1) == " w0 w1"
    assert text_before(record, 7, 40) == ""
