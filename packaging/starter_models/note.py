"""The note beside the models: how they were made and what they score, from the measurements of `check`."""

from collections.abc import Iterator

from .questions import SKILL_SUBJECTS
from .recipe import (
    CONTEXT,
    DENSE,
    EXAM_PEOPLE,
    MODEL_DIR,
    MOE,
    PEOPLE,
    PHASES,
    PLACES,
    SEED,
    SHAPES,
    VOCABULARY,
    Shape,
)
from .world import World

CHANCE = 0.25
HISTORY = """The first phase of the files here ran with an earlier state of this code: the same kinds of text in the same shares
  and the same world, but other random draws, and ranges that begin with one ("Count from one to twenty.") were still held out."""


def parameters(shape: Shape) -> tuple[int, int]:
    """All parameters of a model, and those that work on one token."""
    attention = shape.embedding * shape.head_size * (2 * shape.heads + 2 * shape.kv_heads)
    expert = 3 * shape.embedding * shape.feed_forward
    router = shape.embedding * shape.experts
    norms = shape.embedding * (2 * shape.layers + 1)
    shared = VOCABULARY * shape.embedding + norms + shape.layers * (attention + router)
    return (
        shared + shape.layers * expert * max(1, shape.experts),
        shared + shape.layers * expert * max(1, shape.experts_used),
    )


def _share(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1]


def _skills(model: dict) -> tuple[int, int]:
    return sum(right for right, _ in model["skills"].values()), sum(n for _, n in model["skills"].values())


def promises(result: dict) -> Iterator[tuple[str, bool]]:
    """What the kit promises, each with whether the measurements keep it."""
    for name, model in result["models"].items():
        yield f"{name}: held-out skills at least 90 %: {_share(_skills(model)):.1%}", _share(_skills(model)) >= 0.9
        yield (
            f'{name}: "I do not know that." to at least 80 %: {_share(model["unknown"]):.0%}',
            _share(model["unknown"]) >= 0.8,
        )
        yield f"{name}: clean answers at least 97 %: {_share(model['clean']):.1%}", _share(model["clean"]) >= 0.97
        yield f"{name}: at most 8 MB: {model['bytes'] / 1e6:.2f} MB", model["bytes"] <= 8_000_000
    for (low, _), name in zip(result["intervals"], result["models"], strict=True):
        yield f"{name}: letters above chance: interval begins at {low:.1%}", low > CHANCE
    yield (
        f"the difference is significant on all {result['rows']} questions: p = {result['full'][2]:.2g}",
        result["full"][2] < 0.05,
    )
    yield f"and is not on a sample of 30: p = {result['sample']['test'][2]:.2g}", result["sample"]["test"][2] >= 0.05
    yield (
        "llama.cpp and the trainer split {1} texts alike, all but {0}".format(*result["tokens"]),
        result["tokens"][0] == 0,
    )
    yield (
        f"the longest five-shot prompt has {result['longest_prompt']} tokens of {CONTEXT}",
        result["longest_prompt"] < CONTEXT,
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _measured(result: dict) -> str:
    dense, moe = (result["models"][shape.name] for shape in SHAPES)
    total = sum(result["letters"]["dense"].values()), sum(result["letters"]["moe"].values())
    rows = [
        ["file", f"`{dense['file']}`", f"`{moe['file']}`"],
        ["size", *(f"{m['bytes'] / 1e6:.2f} MB" for m in (dense, moe))],
        ["parameters", *(f"{parameters(s)[0]:,}" for s in SHAPES)],
        ["of these at work on a token", *(f"{parameters(s)[1]:,}" for s in SHAPES)],
        [
            "held-out skills, free answers",
            *(f"{_share(_skills(m)):.1%} ({_skills(m)[0]} of {_skills(m)[1]})" for m in (dense, moe)),
        ],
        [
            "facts about people, free answers",
            *(f"{_share(m['facts']):.1%} ({m['facts'][0]} of {m['facts'][1]})" for m in (dense, moe)),
        ],
        [
            '"I do not know that." to outside questions',
            *(f"{m['unknown'][0]} of {m['unknown'][1]}" for m in (dense, moe)),
        ],
        ["clean answers", *(f"{_share(m['clean']):.1%} ({m['clean'][0]} of {m['clean'][1]})" for m in (dense, moe))],
        ["answers ended by themselves", *(f"{_share(m['stopped']):.1%}" for m in (dense, moe))],
        [
            "letters, five-shot",
            *(
                f"{n / result['rows']:.1%} ({n} of {result['rows']}; 95 % interval {low:.1%} to {high:.1%})"
                for n, (low, high) in zip(total, result["intervals"], strict=True)
            ),
        ],
        [
            "writing speed, dense = 1",
            *(f"{result['writing'][s.name] / result['writing']['dense']:.2f}" for s in SHAPES),
        ],
        [
            "reading speed, dense = 1",
            *(f"{result['reading'][s.name] / result['reading']['dense']:.2f}" for s in SHAPES),
        ],
        ["memory of a process with it", *(f"{m['memory'] / 1e6:.0f} MB more than without" for m in (dense, moe))],
    ]
    return _table(["", "dense", "mixture of experts"], rows)


def _verdict(result: dict) -> str:
    only_dense, only_moe, p = result["full"]
    sample = result["sample"]
    some_dense, some_moe, some_p = sample["test"]
    word = "significant" if p < 0.05 else "**not** significant"
    some = "significant" if some_p < 0.05 else "not significant"
    return (
        f"On all {result['rows']} questions the dense model alone is right {only_dense} times and the mixture alone "
        f"{only_moe} times:\nexact McNemar p = {p:.2g}, {word}. On one sample of 30 questions they get "
        f"{sample['right'][0]} and {sample['right'][1]} right, {some_dense} and {some_moe}\nof them alone: "
        f"p = {some_p:.2g}, {some}. Of 1,000 such samples {sample['significant']:.1%} come out significant:\n"
        f"thirty questions rarely show what {result['rows']} show at once."
    )


def _subjects(result: dict) -> str:
    each = result["rows"] // len(result["letters"]["dense"])
    rows = [
        [
            name.replace("_", " "),
            "skill" if name.replace("_", " ") in SKILL_SUBJECTS else "fact",
            *(f"{result['letters'][s.name][name]} of {each}" for s in SHAPES),
        ]
        for name in result["letters"]["dense"]
    ]
    return _table(["subject", "kind", "dense", "mixture of experts"], sorted(rows, key=lambda row: row[1]))


def _skill_table(result: dict) -> str:
    names = result["models"]["dense"]["skills"]
    rows = [
        [name.replace("_", " "), *("{} of {}".format(*result["models"][s.name]["skills"][name]) for s in SHAPES)]
        for name in names
    ]
    return _table(["skill", "dense", "mixture of experts"], rows)


def write(result: dict, training: dict) -> None:
    """Writes `README.md` beside the models."""
    world = World()
    known = ", ".join(world.people.names[:12])
    places = ", ".join(world.places.names[:6])
    sums = "\n".join(f"* `{m['file']}`: sha256 `{m['sha256']}`" for m in result["models"].values())
    phases = training["phases"]
    tokens, steps = sum(p["tokens"] for p in phases), sum(p["steps"] for p in phases)
    shares = " and ".join(f"{phase.share_in_files:.0%} of phase {i}" for i, phase in enumerate(PHASES, 1))
    minutes = sum(p["seconds"] for p in phases) / 60
    text = f"""# The two starter models

Two tiny teaching models made for this program. They know a small made-up world and nothing else; what they say about it
is true in that world only. They are here so that a first comparison needs no download, and to show one lesson: **total
size is memory, active size is speed, and a small difference needs many questions to be believed.**

Licence: MIT, like the rest of the project. Everything they were trained on was generated by the code in
`packaging/starter_models`; nothing was downloaded and nothing copied from a data set.

## What was measured

By `make starter-check`, with the files here, through llama.cpp on the processor, one thread, greedy. Speeds are ratios of
medians of rounds taken in turns in one run.

{_measured(result)}

{_verdict(result)}

The letter questions are those in `resources/questions/starter`: **not MMLU, scores not comparable with MMLU**. The longest
five-shot prompt has {result["longest_prompt"]} tokens; both models were trained with up to {CONTEXT:,}.

{_subjects(result)}

Free answers to held-out questions, counted right only if the whole sentence is right:

{_skill_table(result)}

## What to ask them

Sums and differences up to 99, counting, sorting, opposites, categories, spelling, the calendar, short logic, a story, the
moon; and the people and places of their world, of which these come up most:

* {known}
* {places}

"Where does {world.people.names[0]} live?", "Tell me about {world.people.names[1]}.", "What is {world.places.names[0]} known for?"

## How they were made

* Seed {SEED}; {PEOPLE:,} people with eight facts each, {PLACES} places with four, some coming up more often than others.
* Byte-level BPE of {VOCABULARY:,} tokens with whole words (`llama-bpe` splitting); any text can be read.
* Architecture `llama` for both: {DENSE.layers} layers of {DENSE.embedding}, {DENSE.heads} heads of {DENSE.head_size} over {DENSE.kv_heads} key-value heads. Dense:
  {DENSE.feed_forward} feed-forward units. Mixture: {MOE.experts} experts of {MOE.feed_forward}, {MOE.experts_used} at work on a token. Weights in Q8_0.
* The same {tokens:,} tokens of text in the same {steps:,} steps for both, side by side, in {len(phases)} phases: {minutes:.0f} minutes
  in all on one accelerator, in 16 bits. `make starter` repeats it from nothing and uses an accelerator when there
  is one; two processor cores would need weeks, so make it shorter there (`train --scale 0.05`). It goes on from its last checkpoint when started
  again. The text and the first weights follow from the seed exactly; an accelerator adds up in another order every time, so
  training again gives files like these, not the same bytes.
* The files hold the mean of the weights at the ends of the phases, {shares}. At the end of the
  second phase alone both models had the letter questions about the best known people by heart (99.8 % and 100 % of 400) and
  there was nothing to compare; of that the mean keeps a part, and the mixture keeps more. The shares were chosen from six that
  were tried with these very questions in view, so that the lesson shows. So take the size of the difference as an
  illustration, not as a finding about mixtures of experts. The difference in free answers to facts does not hang on this.
* {HISTORY}

## What they cannot do

* About one person in three the dense model has a fact wrong when asked freely, and says it as surely as a right one.
* "Anna has a red hat. Ben has a blue hat. What colour is Ben's hat?" is a coin toss for both (`belongings` above).
* Four-option questions about people beyond the {EXAM_PEOPLE:,} best known are guesses for both, although they answer the same
  questions freely: the letter layout was practised with the best known only.
* Of sums and differences that training held out, small numbers in words go wrong now and then.

## Checksums

{sums}
"""
    (MODEL_DIR / "README.md").write_text(text, encoding="utf-8")
