import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.lanes import fake_model, request

from weighin.core.comparisons.blind import Choice, Contender, Vote
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.slowdown import against_alone
from weighin.core.comparisons.speed import shown_speed
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import SetPrompt, SetRun, StoredRun, result_of
from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, StopReason, Timing
from weighin.core.runs.lane import EngineFacts, LaneSetup, Mode
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.pace import Beside, Pace
from weighin.store.comparisons import ComparisonStore
from weighin.store.database import open_database
from weighin.store.speed_tests import SpeedTestStore
from weighin.store.stores import Stores

TEST = SpeedTest("2026-11-22T10:00:00+00:00", 2, 128, (100.0, 101.0, 99.0, 100.0), 256, (400.0,))
ANSWER = Answer(
    "Zwölf.", "hm", StopReason.END, Timing(generated_tokens=20, generation_s=1.0), MemoryReceipt(1, 2, 3, 4)
)


def comparison(identifier: str = "a1", prompt: str = "What is seven plus five?", **answer) -> Comparison:
    results = tuple(
        LaneResult(label, LaneSetup(fake_model(name)), replace(ANSWER, **answer), (ANSWER.timing,))
        for label, name in (("A", "Dense"), ("B", "Experts"))
    )
    return Comparison(
        identifier,
        f"2026-11-22T10:00:{len(identifier):02d}+00:00",
        request(prompt),
        results,
        EngineFacts("0.3", "b1", "AVX"),
    )


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with contextlib.closing(Stores(open_database(tmp_path / "x.db", print))) as opened:
        yield opened


@pytest.fixture
def store(stores: Stores) -> ComparisonStore:
    return stores.comparisons


def test_what_is_kept_comes_back_as_it_was(store: ComparisonStore) -> None:
    failed = comparison(failure=Failure("killed", "It died.", "log"), stop_reason=StopReason.FAILED)
    elsewhere = replace(comparison("c3"), machine=MachineFacts("Ryzen", "Linux", 8, 1, ("GPU",)))
    for one in (comparison("a1"), replace(failed, id="b2"), elsewhere):
        store.save(one)
        assert store.get(one.id) == one


def test_newest_first_and_searched_by_the_beginnings_of_words(store: ComparisonStore) -> None:
    store.save(comparison("a"))
    store.save(comparison("bb", "Tell me about the sea", text="Waves and salt"))
    assert [row.id for row in store.rows()] == ["bb", "a"]
    assert [row.id for row in store.rows("wav sal")] == ["bb"]
    assert [row.id for row in store.rows("zwolf")] == ["a"]
    assert [row.id for row in store.rows("experts")] == ["bb", "a"]
    assert store.rows("nothing of this") == ()
    assert store.rows("\"'*)(") == ()
    assert store.rows()[1].generation_tokens_per_s_a == pytest.approx(19.0)


def test_of_rounds_the_list_shows_the_median_as_the_comparison_does(store: ComparisonStore) -> None:
    made = comparison("a")
    quick = replace(ANSWER.timing, generation_s=(ANSWER.timing.generation_s or 1.0) / 2)
    rounds = (ANSWER.timing, quick, quick, ANSWER.timing, ANSWER.timing)
    results = tuple(replace(result, rounds=rounds, answer=replace(ANSWER, timing=quick)) for result in made.results)
    store.save(replace(made, results=results))
    shown = shown_speed(results[0])
    assert shown is not None
    assert store.rows()[0].generation_tokens_per_s_a == pytest.approx(shown.median) == pytest.approx(19.0)


def test_what_is_known_later_of_answers_is_kept_but_nothing_comes_back(store: ComparisonStore) -> None:
    made = comparison("a")
    known = replace(made, results=tuple(replace(result, speed_test=TEST) for result in made.results))
    store.set_results(known)
    assert store.rows() == (), "it was deleted meanwhile"
    store.save(made)
    store.set_results(known)
    assert store.get("a") == known


def test_a_speed_test_serves_the_same_model_options_threads_engine_and_computer(store: ComparisonStore) -> None:
    tests = SpeedTestStore(store._db)
    here = MachineFacts("Ryzen", "Linux", 8, 1, ())
    made = comparison("a")
    known = replace(made, results=tuple(replace(result, speed_test=TEST) for result in made.results))
    tests.keep(known, here)
    assert tests.add_known(made, here) == known
    assert tests.add_known(replace(made, id="later", created="2027"), replace(here, system="Other")) != made
    assert tests.add_known(made, replace(here, processor="Xeon")) == made
    rebuilt = replace(made, engine=EngineFacts("0.3", "b2", "AVX"))
    assert tests.add_known(rebuilt, here) == rebuilt
    first = made.results[0]
    for changed in (
        replace(first, setup=replace(first.setup, load=LoadOptions(context=512))),
        replace(first, answer=replace(first.answer, timing=replace(first.answer.timing, threads=7))),
        replace(first, setup=replace(first.setup, model=replace(first.setup.model, file_bytes=12345))),
    ):
        assert tests.add_known(replace(made, results=(changed, made.results[1])), here).results[0] == changed
    newer = replace(TEST, created="2027-01-01T00:00:00+00:00")
    tests.keep(replace(known, results=tuple(replace(r, speed_test=newer) for r in known.results)), here)
    assert tests.add_known(made, here).results[0].speed_test == newer
    store._db.execute("update speed_tests set record = '{}'")
    assert tests.add_known(made, here) == made, "one that cannot be read is made again"


def test_a_list_from_before_shows_medians_too(tmp_path: Path) -> None:
    """Until the ninth migration the speed of the last round stood there."""
    path = tmp_path / "old.db"
    quick = replace(ANSWER.timing, generation_s=(ANSWER.timing.generation_s or 1.0) / 2)
    rounds = (ANSWER.timing, ANSWER.timing, quick)
    made = comparison("a")
    with contextlib.closing(Stores(open_database(path, print))) as opened:
        opened.comparisons.save(replace(made, results=tuple(replace(result, rounds=rounds) for result in made.results)))
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("update answers set generation_tokens_per_s = 38.0")
        raw.execute("drop table speed_tests")
        raw.execute("drop table comparison_marks")
        raw.execute("drop table comparison_marks_fts")
        for column in ("rounds", "follows"):
            raw.execute(f"alter table comparisons drop column {column}")
        raw.execute("delete from _sqlite_migrations where name in ('m009_speeds', 'm010_marks')")
    with contextlib.closing(Stores(open_database(path, print))) as opened:
        assert opened.comparisons.rows()[0].generation_tokens_per_s_a == pytest.approx(19.0)


def test_a_name_and_a_star_stay_whatever_is_kept_of_the_comparison_later(store: ComparisonStore) -> None:
    store.save(comparison("a"))
    store.save(comparison("bb"))
    assert [(row.name, row.starred) for row in store.rows()] == [("", False)] * 2
    store.rename("a", "  Müller\ud800 & co ")
    store.star(("a", "bb", "deleted"), True)
    store.star(("bb",), False)
    store.save(comparison("a"))
    assert [(row.id, row.name, row.starred) for row in store.rows()] == [("bb", "", False), ("a", "Müller? & co", True)]
    assert [row.id for row in store.rows(starred=True)] == ["a"]
    assert [row.id for row in store.rows("muller plus")] == ["a"], "a word of the name, another of the prompt"
    assert store.rows("co", starred=True) == store.rows("co") == store.rows("muller plus")
    store.rename("a", "")
    assert store.rows("co") == () and store.rows(starred=True)[0].name == ""
    store.delete(("a",))
    store.save(comparison("a"))
    assert not store.rows()[1].starred, "deleted is deleted"


def test_a_search_of_a_thousand_words(store: ComparisonStore) -> None:
    store.save(comparison("a"))
    assert store.rows(" ".join(f"word{n}" for n in range(1000))) == ()
    assert [row.id for row in store.rows("seven " * 1000)] == ["a"]


def test_the_list_tells_rounds_follow_ups_blind_rounds_and_sets(stores: Stores) -> None:
    plain, rounds, later = comparison("a"), comparison("bb"), comparison("ccc")
    for one in (
        plain,
        replace(rounds, request=replace(rounds.request, repeat=3)),
        replace(later, request=replace(later.request, follows="a")),
    ):
        stores.comparisons.save(one)
    stores.votes.add(Vote("bb", "2026", Contender("1", "x"), Contender("2", "y"), Choice.TIE))
    found = {row.id: row for row in stores.comparisons.rows()}
    assert [(found[i].rounds, found[i].follows, found[i].blind) for i in ("a", "bb", "ccc")] == [
        (1, "", False),
        (3, "", True),
        (1, "a", False),
    ]


@pytest.mark.parametrize("first", ["the comparison", "its place in the set"])
def test_a_comparison_of_a_set_knows_it_whichever_is_kept_first(stores: Stores, first: str) -> None:
    made = comparison("a")
    run = SetRun("r1", "2026-11-22T10:00:00+00:00", "Zwölf 'puzzles'", (SetPrompt("x"),), made.request.lanes)
    stores.prompt_sets.begin_run(run)
    if first == "the comparison":
        stores.comparisons.save(made)
    stores.prompt_sets.add_result("r1", result_of(0, made))
    stores.comparisons.save(made)
    stores.comparisons.rename("a", "mine")
    stores.prompt_sets.add_result("r1", result_of(0, made))
    (row,) = stores.comparisons.rows("zwolf puzz")
    assert (row.set_run, row.set_name, row.name) == ("r1", run.name, "mine")
    assert stores.prompt_sets.run("r1") == StoredRun(run, (result_of(0, made),))
    assert stores.prompt_sets.run("r2") is None


def test_deleted_is_gone_from_the_search_too(store: ComparisonStore) -> None:
    store.save(comparison("a"))
    store.delete(("a",))
    assert store.rows() == () == store.rows("seven")
    with pytest.raises(AppError):
        store.get("a")


def test_the_beginning_of_an_id_is_enough_if_there_is_one(store: ComparisonStore) -> None:
    store.save(comparison("abc1"))
    store.save(comparison("abd22"))
    assert store.get("abc").id == "abc1"
    with pytest.raises(AppError, match="Several comparisons"):
        store.get("ab")
    with pytest.raises(AppError, match="No comparison"):
        store.get("%")


def test_text_sqlite_would_not_take(store: ComparisonStore) -> None:
    store.save(comparison("a", text="nul\0 and \ud800 surrogate"))
    assert store.rows()[0].answer_a.startswith("nul")


def test_an_answer_of_a_megabyte(store: ComparisonStore) -> None:
    store.save(comparison("a", text="word " * 200_000))
    assert len(store.get("a").results[0].answer.text) == 1_000_000


def test_a_newer_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = open_database(path, print)
    database["_sqlite_migrations"].insert({"migration_set": "weighin", "name": "m999_future", "applied_at": "2030"})
    database.close()
    before = path.read_bytes()
    with pytest.raises(AppError) as refusal:
        open_database(path, print)
    assert refusal.value.kind == "newer_database"
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"not a database at all, just some text" * 200, None])
def test_a_damaged_database_is_moved_aside(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "x.db"
    if damage is None:
        database = open_database(path, print)
        ComparisonStore(database).save(comparison("a"))
        database.close()
        whole = bytearray(path.read_bytes())
        whole[4096:12288] = b"\xff" * 8192
        damage = bytes(whole)
    path.write_bytes(damage)
    notices: list[str] = []
    stores = Stores(open_database(path, notices.append))
    store = stores.comparisons
    store.save(comparison("a"))
    assert [row.id for row in store.rows()] == ["a"]
    place = next(p for p in tmp_path.glob("x.db.corrupt-*") if not p.name.endswith(("-wal", "-shm")))
    assert notices == [f"The history was damaged. It was moved to {place}, and a new one was started."]
    assert place.read_bytes() == damage
    stores.close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AppError) as refusal:
        open_database(tmp_path / "no" / "such" / "folder" / "x.db", print)
    assert refusal.value.kind == "database"


def test_a_locked_database_gives_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weighin.store.database.BUSY_S", 0.05)
    path = tmp_path / "x.db"
    stores = Stores(open_database(path, print))
    store = stores.comparisons
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(AppError) as refusal:
        store.save(comparison("a"))
    assert refusal.value.kind == "locked"
    other.rollback()
    other.close()
    store.save(comparison("a"))
    assert store.rows()
    stores.close()


MARKS = tuple(n / 10 for n in range(1, 21))
TIMED = Timing(generated_tokens=20, first_token_s=0.1, generation_s=1.9, total_s=2.0,
               pace=Pace(0.0, 0.0, MARKS, tuple(range(1, 21))), beside=Beside(0.0, 2.0))  # fmt: skip


def of_mode(identifier: str, mode: Mode, prompt: str, minute: int = 0) -> Comparison:
    made = comparison(identifier, prompt)
    created = f"2026-11-22T10:{minute:02d}:00+00:00"
    results = tuple(replace(result, rounds=(TIMED,)) for result in made.results)
    return replace(made, created=created, request=replace(made.request, mode=mode), results=results)


def test_the_list_tells_the_speed_while_both_wrote(store: ComparisonStore) -> None:
    """The second half of the tokens came when the other lane had ended, three times as fast."""
    marks = (*(n / 10 for n in range(1, 11)), *(1 + n / 30 for n in range(1, 11)))
    pace = Pace(0.0, 0.0, marks, tuple(range(1, 21)))
    timing = replace(TIMED, pace=pace, beside=Beside(0.0, 1.0), generation_s=marks[-1] - 0.1)
    made = of_mode("x", Mode.TOGETHER, "hello")
    store.save(replace(made, results=tuple(replace(result, rounds=(timing,)) for result in made.results)))
    assert store.rows()[0].generation_tokens_per_s_a == pytest.approx(10.0)


def test_the_latest_of_the_same_pair_alone_is_found(store: ComparisonStore) -> None:
    earlier = [of_mode(f"id{n}", Mode.ALONE, prompt, n) for n, prompt in enumerate(("hello", "other", "other"))]
    for one in (*earlier, of_mode("id8", Mode.TOGETHER, "hello", 8)):
        store.save(one)
    together = of_mode("id9", Mode.TOGETHER, "hello", 9)
    assert store.alone_of(together).id == "id0"
    assert store.alone_of(of_mode("id9", Mode.TOGETHER, "new", 9)).id == "id2"
    store.delete(("id0", "id1", "id2"))
    assert store.alone_of(together) is None
    kept = against_alone(together, earlier[0])
    store.save(kept)
    assert store.get("id9") == kept
    assert kept.slowdown("A").writing == 1.0
