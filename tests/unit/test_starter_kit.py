"""The starter kit: the made-up world, the question set and the two model files in the repository."""

import csv
import importlib
import struct
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "resources" / "starter"
QUESTIONS = ROOT / "resources" / "questions" / "starter"
FILES = ("weighin-starter-dense-Q8_0.gguf", "weighin-starter-moe-Q8_0.gguf")


@pytest.fixture(scope="module")
def kit():
    """Imports modules of `starter_models`, which lies outside the import path."""
    sys.path.insert(0, str(ROOT / "packaging"))
    yield lambda name: importlib.import_module(f"starter_models.{name}")
    sys.path.remove(str(ROOT / "packaging"))


@pytest.fixture(scope="module")
def world(kit):
    return kit("world").World()


def rows(part: str) -> dict[str, list[list[str]]]:
    """The rows of every subject."""
    found = {}
    for path in sorted((QUESTIONS / part).glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            found[path.stem.removesuffix(f"_{part}")] = list(csv.reader(file))
    return found


def test_world_follows_from_the_seed(kit, world):
    again, other = kit("world").World(), kit("world").World(seed=1)
    assert again.people.names == world.people.names and again.people.values == world.people.values
    assert other.people.names != world.people.names
    assert len(set(world.people.names)) == len(world.people.names)


def test_documents_follow_from_the_seed(kit, world):
    text = kit("text")
    first, second = ([text.Writer(world).document(rng) for _ in range(200)] for rng in (Random(3), Random(3)))
    assert first == second


def test_held_out_skills_are_never_trained(kit):
    skills, item = kit("skills"), kit("item")
    rng, deck = Random(5), skills.deck()
    keys = {skills.training_item(rng, deck).key for _ in range(5000)}
    assert keys and not any(item.held_out(key) for key in keys)


def test_every_skill_has_held_out_questions(kit):
    skills, item = kit("skills"), kit("item")
    for skill, _ in skills.SKILLS:
        assert any(item.held_out(skill(rng).key) for rng in [Random(7)] for _ in range(2000)), skill.__name__


def test_answers_of_arithmetic_are_right(kit):
    skills, rng = kit("number_skills"), Random(11)
    value = {word: n for n, word in enumerate(skills.NUMBER_WORDS)} | {str(n): n for n in range(200)}
    for _ in range(2000):
        item = skills.total(rng)
        _, a, b = item.key.split()
        assert value[item.choice] == int(a) + int(b)
        item = skills.difference(rng)
        _, a, b = item.key.split()
        assert value[item.choice] == int(a) - int(b)


def test_options_differ_and_the_letter_is_right(kit, world):
    text, rng = kit("text"), Random(13)
    writer = text.Writer(world)
    for subject in sorted(writer.fact_subjects):
        row = writer.choice_row(subject, rng)
        assert len(set(row.options)) == 4 and row.letter in "ABCD"


def test_question_set_has_the_layout():
    dev, test = rows("dev"), rows("test")
    assert dev.keys() == test.keys() and len(test) >= 12
    assert sum(map(len, test.values())) >= 600
    for subject in test:
        assert len(dev[subject]) == 5
        for row in dev[subject] + test[subject]:
            assert len(row) == 6 and all(row) and row[5] in "ABCD" and len(set(row[1:5])) == 4, (subject, row)


def test_letters_are_balanced():
    for subject, found in rows("test").items():
        counts = Counter(row[5] for row in found)
        assert max(counts.values()) - min(counts[letter] for letter in "ABCD") <= 1, subject


def test_no_test_row_can_be_trained(kit):
    item = kit("item")
    seen = set()
    for subject, found in rows("test").items():
        for question, *options, letter in found:
            row = item.ChoiceRow(subject, question, tuple(options), letter)
            assert item.row_held_out(row), row
            seen.add((question, frozenset(options)))
    examples = {(row[0], frozenset(row[1:5])) for found in rows("dev").values() for row in found}
    assert not seen & examples


def test_question_files_follow_from_the_code(kit, tmp_path, capsys):
    kit("questions").write(tmp_path)
    for path in sorted(QUESTIONS.rglob("*.*")):
        assert (tmp_path / path.relative_to(QUESTIONS)).read_bytes() == path.read_bytes(), path.name


def test_the_set_says_what_it_is_not():
    assert "not MMLU" in (QUESTIONS / "README.md").read_text(encoding="utf-8")


def test_outside_questions_are_apart_from_the_training_text(kit):
    outside = (ROOT / "packaging" / "starter_models" / "outside.txt").read_text(encoding="utf-8").splitlines()
    unknown, rng = kit("unknown"), Random(17)
    trained = {unknown.outside(rng) for _ in range(10_000)}
    assert len(set(outside)) == 100 and not trained & set(outside)


@pytest.mark.parametrize("name", FILES)
def test_model_file_is_small_and_whole(name):
    path = MODELS / name
    magic, version = struct.unpack("<4sI", path.read_bytes()[:8])
    assert magic == b"GGUF" and version == 3 and path.stat().st_size <= 8_000_000


def test_models_have_the_same_active_size_and_a_quarter_of_the_total(kit):
    note, recipe = kit("note"), kit("recipe")
    (dense, dense_active), (moe, moe_active) = (note.parameters(shape) for shape in recipe.SHAPES)
    assert dense == dense_active and abs(moe_active / dense_active - 1) < 0.1
    assert 3 < moe / dense < 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is 7 + 5?", ["What", " is", " ", "7", " +", " ", "5", "?"]),
        ("12345", ["123", "45"]),
        ("don't", ["don", "'t"]),
        ("a\n\nb  c ", ["a", "\n\n", "b", " ", " c", " "]),
        ("D-O-G.", ["D", "-O", "-G", "."]),
        ("?\nA. x", ["?\n", "A", ".", " x"]),
        ("Дом 你好²", ["Дом", " 你好", "²"]),
    ],
)
def test_text_is_split_like_llama_cpp_does(kit, text, words):
    assert kit("tokenizer").split(text) == words


def test_tokenizer_reads_any_text_and_gives_it_back(kit):
    tokenizer = kit("tokenizer").build(
        ("<|end|>",), ["Where does Anna live?", "Anna lives in Selby."] * 3, 300, merges=8
    )
    for text in ("Where does Anna live?", "Zürich \U0001f600 \x00\t\r\n", "<|end|>", ""):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text and tokenizer.ids["<|end|>"] not in ids


def test_paired_test_and_interval(kit):
    statistics = kit("statistics")
    only_first, only_second, p = statistics.mcnemar([True] * 9 + [False], [False] * 9 + [True])
    assert (only_first, only_second) == (9, 1) and p == pytest.approx(0.021484375)
    low, high = statistics.wilson(50, 100)
    assert low == pytest.approx(0.4038, abs=1e-3) and high == pytest.approx(0.5962, abs=1e-3)
