"""Measures both exported files with llama.cpp on the processor and writes what comes out into the note beside them."""

import csv
import hashlib
import json
import os
import re
import statistics as basic
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random

from .engine import Engine
from .item import Item, held_out
from .recipe import MODEL_DIR, QUESTION_DIR, SEED, SHAPES, Shape
from .skills import SKILLS
from .statistics import mcnemar, wilson
from .talk import UNKNOWN
from .text import choice_header
from .tokenizer import Tokenizer
from .world import World

PER_SKILL = 30
FACTS = 500
SAMPLE = 30
DRAWS = 1000
ROUNDS = 7
OUTSIDE = Path(__file__).with_name("outside.txt")


def skill_items(seed: int = SEED) -> list[tuple[str, Item]]:
    """Held-out questions of every skill, with the skill's name."""
    rng = Random(f"check {seed}")
    found: list[tuple[str, Item]] = []
    for skill, _ in SKILLS:
        seen: set[str] = set()
        for _ in range(20_000):
            item = skill(rng)
            if held_out(item.key) and item.question not in seen:
                seen.add(item.question)
                found.append((skill.__name__, item))
            if len(seen) == PER_SKILL:
                break
    return found


def fact_items(world: World, seed: int = SEED) -> list[Item]:
    """Facts about people drawn evenly, and in the wording of training."""
    rng = Random(f"facts {seed}")
    return [
        world.people.item(rng.randrange(len(world.people.names)), rng.randrange(8), rng.randrange(12))
        for _ in range(FACTS)
    ]


def is_clean(answer: str, ended: bool, known: set[str]) -> bool:
    """Ended by itself with a full stop, only whole words that training knows, nothing said three times running."""
    words = re.findall(r"[A-Za-z]+", answer)
    loop = re.search(r"(\b\S+(?: \S+){0,5}) \1 \1\b", answer)
    return ended and answer[-1:] in ".!?" and not loop and all(word.lower() in known for word in words)


def answer_words(world: World) -> set[str]:
    """Every word that an answer of the training text may hold."""
    from .text import Writer

    writer, rng = Writer(world), Random("words")
    known: set[str] = set()
    for _ in range(40_000):
        for _question, answer in (writer.turn(rng),):
            known.update(word.lower() for word in re.findall(r"[A-Za-z]+", answer))
    known.update(word.lower() for name in (*world.people.names, *world.places.names) for word in name.split())
    return known


def letter_prompts() -> dict[str, list[tuple[str, str]]]:
    """For every subject the five-shot prompts of its test rows with the right letters."""

    def read(path: Path) -> list[list[str]]:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def asked(row: list[str]) -> str:
        return (
            row[0]
            + "".join(f"\n{letter}. {option}" for letter, option in zip("ABCD", row[1:5], strict=True))
            + "\nAnswer:"
        )

    prompts = {}
    for path in sorted((QUESTION_DIR / "test").glob("*_test.csv")):
        name = path.stem.removesuffix("_test")
        shots = "".join(f"{asked(row)} {row[5]}\n\n" for row in read(QUESTION_DIR / "dev" / f"{name}_dev.csv"))
        head = choice_header(name.replace("_", " ")) + shots
        prompts[name] = [(head + asked(row), row[5]) for row in read(path)]
    return prompts


def memory(shape: Shape) -> int:
    """The peak of the memory, in bytes, that loading and using the file adds to a process of its own."""
    code = (
        "import sys, psutil; from pathlib import Path; from starter_models.engine import Engine; me = psutil.Process();"
        "before = me.memory_info().rss; engine = Engine(Path(sys.argv[1]));"
        "engine.ask([{'role': 'user', 'content': 'Tell me a story.'}]); print(me.memory_info().rss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(MODEL_DIR / shape.file_name)],
        check=True,
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    return int(done.stdout)


def tokens_differ(engine: Engine, path: Path, world: World) -> tuple[int, int]:
    """How many of many texts, ordinary and odd, llama.cpp and the trainer split differently, and how many there are."""
    from .text import CONTROL, Writer
    from .unknown import outside as outside_question

    tokenizer, writer, rng = stored_tokenizer(path), Writer(world), Random("tokens")
    texts = [piece.text for _ in range(2000) for piece in writer.document(rng) if piece.text not in CONTROL]
    texts += [outside_question(rng) for _ in range(3000)]
    texts += [
        "".join(
            chr(
                rng.choice(
                    (
                        rng.randrange(1, 0x250),
                        rng.randrange(0x370, 0x500),
                        rng.randrange(0x3041, 0x9FA0),
                        rng.randrange(0x1F300, 0x1F600),
                        32,
                        10,
                        39,
                    )
                )
            )
            for _ in range(rng.randrange(1, 30))
        )
        for _ in range(3000)
    ]
    return sum(tokenizer.encode(text) != engine.tokenize(text) for text in texts), len(texts)


def stored_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer that a file carries."""
    import gguf

    fields = gguf.GGUFReader(path).fields
    tokens, types, merges = (fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "token_type", "merges"))
    control = [token for token, kind in zip(tokens, types, strict=True) if kind == gguf.TokenType.CONTROL]
    pairs = [(a, b) for a, b in (merge.split(" ") for merge in merges)]
    return Tokenizer(control, pairs, tokens[len(control) :])


def speeds(engines: dict[str, Engine], measure: Callable[[Engine], float]) -> dict[str, float]:
    """The median over rounds in which the models take turns, so that the machine's moods hit both."""
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            found[name].append(measure(engine))
    return {name: basic.median(values) for name, values in found.items()}


def measure() -> dict:
    """All measurements, for `note.write`."""
    world = World()
    engines = {shape.name: Engine(MODEL_DIR / shape.file_name) for shape in SHAPES}
    known, outside = answer_words(world), OUTSIDE.read_text(encoding="utf-8").splitlines()
    result: dict = {"models": {}}
    letters: dict[str, dict[str, list[bool]]] = {}
    longest = 0
    for shape in SHAPES:
        engine = engines[shape.name]
        answers: list[tuple[str, bool]] = []

        def ask(question: str) -> tuple[str, bool]:
            answers.append(engine.ask([{"role": "user", "content": question}]))  # noqa: B023
            return answers[-1]  # noqa: B023

        skills: dict[str, list[bool]] = defaultdict(list)
        for name, item in skill_items():
            skills[name].append(ask(item.question) == (item.answer, True))
        unknown = [ask(question)[0] == UNKNOWN for question in outside]
        facts = [ask(item.question)[0] == item.answer for item in fact_items(world)]
        letters[shape.name] = {}
        for subject, prompts in letter_prompts().items():
            right = []
            for prompt, letter in prompts:
                found, length = engine.letter(prompt)
                longest = max(longest, length)
                right.append(found == letter)
            letters[shape.name][subject] = right
        path = MODEL_DIR / shape.file_name
        result["models"][shape.name] = {
            "file": path.name,
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "skills": {name: (sum(right), len(right)) for name, right in skills.items()},
            "unknown": (sum(unknown), len(unknown)),
            "facts": (sum(facts), len(facts)),
            "clean": (sum(is_clean(answer, ended, known) for answer, ended in answers), len(answers)),
            "stopped": (sum(ended for _, ended in answers), len(answers)),
            "memory": memory(shape),
        }
        print(
            f"{shape.name}: asked {len(answers)} questions and scored {sum(map(len, letters[shape.name].values()))} rows",
            flush=True,
        )
    result["longest_prompt"] = longest
    result["tokens"] = tokens_differ(engines[SHAPES[0].name], MODEL_DIR / SHAPES[0].file_name, world)
    result["letters"] = {name: {subject: sum(right) for subject, right in by.items()} for name, by in letters.items()}
    flat = [[right for by in letters[shape.name].values() for right in by] for shape in SHAPES]
    result["rows"] = len(flat[0])
    result["full"] = mcnemar(flat[0], flat[1])
    rng = Random(f"sample {SEED}")
    samples = [rng.sample(range(len(flat[0])), SAMPLE) for _ in range(DRAWS)]
    tests = [mcnemar([flat[0][i] for i in sample], [flat[1][i] for i in sample]) for sample in samples]
    result["sample"] = {
        "right": [sum(right[i] for i in samples[0]) for right in flat],
        "test": tests[0],
        "significant": sum(p < 0.05 for _, _, p in tests) / DRAWS,
    }
    result["writing"] = speeds(engines, lambda engine: engine.generation_speed(200))
    result["reading"] = speeds(engines, lambda engine: engine.reading_speed(512))
    result["intervals"] = [wilson(sum(right), len(right)) for right in flat]
    return result


def check() -> None:
    """Measures, writes the note, and says whether what the kit promises holds."""
    from .note import promises, write

    result = measure()
    training = json.loads((MODEL_DIR / "training.json").read_text())
    write(result, training)
    failed = 0
    for promise, kept in promises(result):
        print(f"{'ok ' if kept else 'NOT'}  {promise}")
        failed += not kept
    raise SystemExit(1 if failed else 0)
