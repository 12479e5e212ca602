"""A measurement as JSON, CSV, Markdown and lines: keys of the contract, every position, nothing breaks a page."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from tests.support.fidelity import POSITIONS, measured, model

from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRow, LikelyToken
from weighin.core.fidelity.figures import figure_rows
from weighin.core.fidelity.report import (
    fidelity_csv,
    fidelity_json,
    fidelity_markdown,
    result_lines,
    row_json,
    row_words,
)
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.run_state import RunState

BASE = LaneSetup(model())
OTHERS = (LaneSetup(model("Q8_0", 8_500_000_000)), LaneSetup(model("Q4_K_M", 4_900_000_000)))
RECORD = measured(BASE, OTHERS, chunks=12)
HOSTILE = "`|]<img src=x>\u202e\x00\n"


def _json(record: FidelityRecord) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(fidelity_json(record), allow_nan=False))
    return body


def _without_figures(record: FidelityRecord) -> FidelityRecord:
    failure = Failure("engine_abort", "The engine stopped at chunk 1.")
    first, second = record.others
    died = replace(first, summary=None, chunks=(), side=replace(first.side, failure=failure))
    return replace(record, others=(died, second), state=RunState.FAILED)


def _hostile() -> FidelityRecord:
    (other,) = measured(BASE, OTHERS[:1], chunks=12).others
    assert other.summary is not None
    tokens = (LikelyToken(HOSTILE, 0.5),)
    worst = tuple(replace(one, token=HOSTILE, base=tokens, other=tokens) for one in other.summary.worst)
    other = replace(other, summary=replace(other.summary, worst=worst))
    record = measured(BASE, OTHERS[:1], chunks=12, text=HOSTILE)
    chunks = tuple(replace(chunk, pieces=(HOSTILE,) * len(chunk.pieces)) for chunk in record.chunks)
    return replace(record, others=(other,), chunks=chunks)


def test_json_has_the_keys_of_the_contract():
    body = _json(RECORD)
    assert body["schema"] == "weighin.fidelity/1"
    assert {"engine", "base", "text", "context", "chunks", "positions", "others", "finished"} <= body.keys()
    assert {"name", "sha256", "tokens"} <= body["text"].keys()
    assert (body["chunks"], body["positions"], body["finished"]) == (12, 12 * POSITIONS, True)
    other = body["others"][1]
    assert other["model"]["quantization"] == "Q4_K_M"
    assert other["options"]["kv_type"] == "f16"
    assert other["options"]["context"] == body["context"] == 64
    assert set(other["kld"]) == {"mean", "low", "high", "median", "p90", "p95", "p99", "p999", "max"}
    assert {"share", "low", "high"} <= other["same_top"].keys()
    assert {"mean", "rms"} <= other["delta_p"].keys()
    assert {"base", "other", "ratio", "low", "high", "correlation"} <= other["perplexity"].keys()
    assert {"kld_se", "same_top_se", "rms_delta_p_se"} <= other["as_llama_cpp"].keys()
    assert {"positions", "kld_mean", "same_top"} <= other["kinds"]["prose"].keys()
    assert other["sentence"].startswith("Q4_K_M picks another word in ")
    summary = RECORD.others[1].summary
    assert summary is not None
    assert other["kld"]["mean"] == summary.kld.mean.value
    assert other["kld"]["low"] == summary.kld.mean.low
    assert other["perplexity"]["low"] == summary.perplexity.ratio.low


def test_json_tells_the_worst_positions_with_their_text():
    worst = _json(RECORD)["others"][0]["worst"]
    assert len(worst) == 20
    first = worst[0]
    assert first["text_before"].endswith(f" w{first['position']}")
    assert first["token"] == f" w{first['position'] + 1}"
    assert first["base"] == [[" the", 0.5], [" a", 0.25]]
    assert first["kld"] == max(one["kld"] for one in worst)


def test_json_of_a_model_that_failed_is_null_and_says_why():
    body = _json(_without_figures(RECORD))
    assert not body["finished"]
    died, well = body["others"]
    assert [died[key] for key in ("kld", "same_top", "delta_p", "perplexity", "as_llama_cpp")] == [None] * 5
    assert (died["chunks"], died["positions"], died["kinds"], died["worst"]) == (0, 0, {}, [])
    assert died["error"] == {"kind": "engine_abort", "message": "The engine stopped at chunk 1."}
    assert died["sentence"] == "Q8_0: not measured."
    assert well["error"] is None
    assert well["kld"]["mean"] > 0


def test_json_below_ten_chunks_has_no_intervals():
    other = _json(measured(BASE, OTHERS, chunks=3))["others"][0]
    assert (other["kld"]["low"], other["same_top"]["low"], other["perplexity"]["high"]) == (None, None, None)
    assert other["settled"] is False


def test_csv_has_a_line_for_every_position():
    rows = list(csv.DictReader(io.StringIO(fidelity_csv(RECORD))))
    assert len(rows) == 12 * POSITIONS
    row, chunk = rows[POSITIONS + 3], RECORD.others[1].chunks[1]
    assert (row["chunk"], row["kind"], row["position"], row["token"]) == ("1", "code", "35", " w36")
    assert float(row["base_nll"]) == RECORD.chunks[1].nll[3]
    assert float(row["Q4_K_M kld"]) == chunk.kld[3]
    assert float(row["Q4_K_M nll"]) == chunk.nll[3]
    assert float(row["Q4_K_M delta_p"]) == chunk.delta_p[3]
    assert row["Q4_K_M same_top"] == str(int(chunk.same_top[3]))


def test_csv_is_empty_where_a_model_did_not_read():
    rows = list(csv.DictReader(io.StringIO(fidelity_csv(_without_figures(RECORD)))))
    assert len(rows) == 12 * POSITIONS
    assert {row["Q8_0 kld"] for row in rows} == {""}
    assert "" not in {row["Q4_K_M kld"] for row in rows}


def test_markdown_and_lines_tell_all_figures():
    for page in (fidelity_markdown(RECORD), "\n".join(result_lines(RECORD))):
        for title in (
            "Q8_0", "Q4_K_M", "16.0 GB", "KLD", "Same top", "RMS Δp", "PPL ratio", "Median KLD", "99.9 % KLD",
            "Maximum KLD", "Mean Δp", "Perplexity", "Correlation", "prose", "code", "Generation tok/s", "± ",
        ):  # fmt: skip
            assert title in page
    rows = figure_rows(RECORD.others[1].summary)  # type: ignore[arg-type]
    for row in rows:
        assert re.search(
            rf"^\| {re.escape(row.name)} \|.*\| {re.escape(row.with_interval)} \|$", fidelity_markdown(RECORD), re.M
        )
    assert rows[0].with_interval == f"{rows[0].value} ({rows[0].interval})" and rows[1].with_interval == rows[1].value
    assert "Scale: llama.cpp, tools/perplexity/README.md" in fidelity_markdown(RECORD)


def test_the_ladder_begins_with_the_base_and_goes_on_as_asked():
    lines = result_lines(RECORD)
    head = next(number for number, line in enumerate(lines) if line.startswith("Model "))
    assert [line.split()[0] for line in lines[head + 1 : head + 4]] == ["F16", "Q8_0", "Q4_K_M"]
    assert len({len(line) for line in lines[head : head + 4]}) == 1


def test_a_model_that_failed_says_why_in_words():
    record = _without_figures(RECORD)
    for page in (fidelity_markdown(record), "\n".join(result_lines(record))):
        assert "Q8_0: not measured." in page
        assert "! The engine stopped at chunk 1." in page
    nothing = replace(record, others=record.others[:1], chunks=())
    assert "Q8_0: not measured." in fidelity_markdown(nothing)
    assert result_lines(nothing)


def test_hostile_text_stays_on_its_line_and_in_its_cell():
    record = _hostile()
    page = fidelity_markdown(record)
    table = page[page.index("| KLD | Chunk") :].split("\n\n")[0].splitlines()
    assert len(table) == 22
    for row in table[2:]:
        assert row.replace("\\|", "").count("|") == 7
        assert row.count("`") == 8
    for text in (page, "\n".join(result_lines(record))):
        assert "\u202e" not in text
        assert "\x00" not in text
    assert "↵" in page
    assert _json(record)["others"][0]["worst"][0]["token"] == HOSTILE
    assert len(list(csv.reader(io.StringIO(fidelity_csv(record))))) == 1 + 12 * POSITIONS


def test_a_row_of_a_list():
    row = FidelityRow("f1", RECORD.created, RunState.STOPPED, "a.txt", 12, BASE.model, RECORD.others, can_resume=True)
    said = row_words(row)
    assert said.startswith("Q8_0 KLD 0.0")
    assert said.endswith("against F16, a.txt, 12 chunks (stopped, can be resumed)")
    body = json.loads(json.dumps(row_json(row)))
    assert body["others"][1]["kld"]["mean"] == RECORD.others[1].summary.kld.mean.value  # type: ignore[union-attr]
    assert body["others"][1]["options"]["context"] is None
    assert body["can_resume"] is True
    unread = replace(row, others=tuple(replace(other, summary=None) for other in row.others))
    assert row_words(unread).startswith("Q8_0 KLD -, Q4_K_M KLD - against F16")
    assert row_json(unread)["others"][0]["kld"] is None


@pytest.mark.parametrize("chunks", [1, 12])
def test_one_file_in_other_conditions_is_listed_by_its_condition(chunks: int):
    record = measured(BASE, (replace(BASE, load=LoadOptions(kv_type="q8_0")),), chunks)
    assert fidelity_markdown(record).startswith("# Fidelity: 8-bit cache against F16\n")
    assert "8-bit cache kld" in fidelity_csv(record).splitlines()[0]
