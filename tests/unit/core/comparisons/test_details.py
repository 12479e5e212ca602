"""All numbers behind the scale: what each is called, and exactly what was counted."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.comparisons.test_speed import BUSY, TEST, lane, pair, timing

from weighin.core.comparisons.comparison import Comparison, Slowdown
from weighin.core.comparisons.details import DetailRow, detail_rows, numbers
from weighin.core.models.server import BY_THIS_CLIENT, ON_THE_SERVER, parse_address, server_facts
from weighin.core.runs.answer import Counting, MemoryReceipt, StopReason, Timing
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import LaneSetup, Mode

SERVER = server_facts(parse_address("http://gpu-box:8080/v1#tiny"))


def rows(made: Comparison) -> dict[str, DetailRow]:
    found = detail_rows(made)
    assert len({row.title for row in found}) == len(found), "one row a number"
    return {row.title: row for row in found}


def test_the_numbers_of_two_plain_runs_in_their_order() -> None:
    told = detail_rows(pair(lane(timing(100)), lane(timing(50))))
    assert [row.title for row in told] == [
        "Prompt tokens", "Prompt speed", "Time to first token", "Generated tokens", "Generation speed",
        "Characters per second", "Memory", "Peak memory", "Energy per answer", "Load time", "Total time", "Stop reason",
    ]  # fmt: skip
    assert all(row.counted for row in told), "each says what was counted"
    said = {row.title: (row.a, row.b) for row in told}
    assert said["Generation speed"] == ("100 tok/s", "50.0 tok/s")
    assert said["Stop reason"] == ("Finished", "Finished")
    assert said["Load time"] == said["Energy per answer"] == ("-", "-"), "unknown is a dash, never 0"


def test_a_number_that_one_lane_has_stands_where_it_has_it() -> None:
    thinking = timing(100, reasoning_tokens=40, first_answer_token_s=1.5)
    told = detail_rows(pair(lane(timing(100)), lane(thinking)))
    titles = [row.title for row in told]
    assert titles[titles.index("Time to first token") + 1] == "Time to first answer token"
    (row,) = (row for row in told if row.title == "Time to first answer token")
    assert (row.a, row.b) == ("", "1.50 s") and "not reasoning" in row.counted
    (row,) = (row for row in told if row.title == "Generated tokens")
    assert "40 tokens of it are reasoning." in row.counted


def test_what_was_counted_in_two_ways_says_both() -> None:
    here, there = lane(timing(100)), lane(timing(100, counting=Counting.PIECES))
    there = replace(there, setup=LaneSetup(SERVER))
    row = rows(pair(here, there))["Generated tokens"]
    assert (row.a, row.b) == ("257", "~257")
    assert row.counted.split("\n") == [
        "Without the end token.", "Pieces of text counted as tokens: the server sent no count.",
    ]  # fmt: skip


def test_a_server_keeps_its_memory_and_its_prompt_speed_to_itself() -> None:
    remote = replace(lane(timing(100, counting=Counting.SERVER)), setup=LaneSetup(SERVER))
    told = rows(pair(remote, remote))
    assert told["Memory"].a == ON_THE_SERVER and told["Prompt speed"].a == "-"
    assert told["Measured"].a == BY_THIS_CLIENT
    assert "Connection time" in told and "Load time" not in told and "Peak memory" not in told
    assert "network included" in told["Time to first token"].counted
    assert "Energy per answer" not in told


def test_speeds_of_this_run_only_say_so() -> None:
    told = rows(pair(lane(timing(100)), lane(timing(100, conditions=BUSY))))
    assert "Of this run only: other programs were busy." in told["Generation speed"].counted
    short = rows(pair(lane(timing(100, 10)), lane(timing(100, 10))))
    assert "Of this run only: a measurement takes 64 tokens and 2 s of generation." in short["Generation speed"].counted
    good = rows(pair(lane(timing(100)), lane(timing(50))))
    assert "Of this run only" not in good["Generation speed"].counted


def test_rounds_a_speed_test_and_energy() -> None:
    three = lane(*(timing(rate, energy=Energy(rate, "RAPL")) for rate in (99, 100, 101)))
    told = rows(pair(three, three))
    assert told["Generation speed"].a == "100 (99.0–101) tok/s"
    assert "Median and range of 3 rounds." in told["Generation speed"].counted
    assert told["Rounds"].a.startswith("3 of 1") and "The order is A B B A." in told["Rounds"].counted
    assert told["Energy per answer"].a == "100 J (99.0 J–101 J)" and "RAPL" in told["Energy per answer"].counted
    tested = replace(lane(timing(100, 3)), speed_test=TEST)
    told = rows(pair(tested, lane(timing(100))))
    assert told["Speed test"].a == "100 (99.0–101) tok/s" and told["Speed test"].b == ""
    assert "4 rounds of 128 random tokens" in told["Speed test"].counted
    assert "Prompt speed 405 (400–410) tok/s, 256 tokens a round." in told["Speed test"].counted


def test_memory_is_split_where_it_is_known() -> None:
    receipt = MemoryReceipt(
        58_200_000, 4_700_000, 62_900_000, 64_100_000, 66_000_000, 41_000_000, method="Counted by X"
    )
    one = lane(timing(100, major_faults=12))
    told = rows(pair(replace(one, answer=replace(one.answer, memory=receipt)), lane(timing(100))))
    assert told["Memory"].a == "62.9 MB" and "Counted by X" in told["Memory"].counted
    assert told["Memory split"].a == "58.2 MB process + 4.7 MB model file" and told["Memory split"].b == ""
    assert "empty process takes 41.0 MB" in told["Memory split"].counted
    assert "While loading: 66.0 MB." in told["Peak memory"].counted
    assert (told["Page faults"].a, told["Page faults"].b) == ("12", "")


def test_what_ran_at_once_is_held_against_what_ran_alone() -> None:
    made = pair(lane(timing(100)), lane(timing(20)), Mode.TOGETHER)
    assert "Rounds" not in rows(made)
    held = replace(made, slowdowns=(Slowdown("x", True, 0.61, shared_s=2.0), Slowdown("x", False, 0.8, shared_s=2.0)))
    row = rows(held)["Compared with running alone"]
    assert (row.a, row.b) == ("generation speed 61 %", "~generation speed 80 %")
    assert "measured on another prompt" in row.counted
    assert "Compared with running alone" not in rows(replace(made, request=replace(made.request, mode=Mode.ALONE)))


def test_a_kept_side_says_from_when_it_is() -> None:
    made = pair(lane(timing(100)), lane(timing(50)))
    kept = replace(made.results[1], kept_from="2026-11-22T10:31:01+00:00")
    row = rows(replace(made, results=(made.results[0], kept)))["Kept from"]
    assert (row.a, row.b) == ("", "2026-11-22 10:31")
    assert "Only the other model ran again" in row.counted


def test_an_answer_that_never_came() -> None:
    one = lane(Timing())
    empty = replace(one.answer, text="", stop_reason=StopReason.CANCELLED, memory=MemoryReceipt())
    told = {number.title: number.value for number in numbers(empty)}
    assert told["Stop reason"] == "Stopped"
    assert told["Generated tokens"] == "0"
    assert {told[title] for title in ("Prompt tokens", "Generation speed", "Memory", "Total time")} == {"-"}


def test_conditions_are_told_where_something_is_known() -> None:
    told = rows(pair(lane(timing(100, conditions=BUSY)), lane(timing(100))))
    assert (told["Conditions"].a, told["Conditions"].b) == ("other programs used 1.4 cores", "")
