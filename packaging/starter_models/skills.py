"""What both models should learn as rules: numbers, opposites, categories, the calendar, lists, logic, spelling.

Every function takes a random generator and gives one random `Item`. `SKILLS` lists them with how often they come up.
"""

from collections.abc import Callable
from random import Random

from . import words
from .item import Item, held_out
from .number_skills import (
    NUMBER_WORDS,
    compare_numbers,
    count_range,
    difference,
    neighbour_number,
    sort_numbers,
    total,
)
from .phrases import article, below, pick, said

Skill = Callable[[Random], Item]


BY_CATEGORY = [(word, category) for category, members in words.CATEGORIES.items() for word in members]
THINGS = [word for word, _ in BY_CATEGORY]
KNOWN_OPPOSITES = [tuple(pair.split("-")) for pair in words.OPPOSITES]
OPPOSITE_WORDS = [word for pair in KNOWN_OPPOSITES for word in pair]
QUALITIES = words.listed("""
    happy sad old young big small fast slow strong weak clean dirty loud quiet brave good rich poor
""")
TRADE_TOOLS = [tool for tool, _ in words.TRADES.values()]


def count_words(rng: Random) -> Item:
    """How many things a list names."""
    things = [pick(rng, THINGS) for _ in range(2 + below(rng, 6))]
    listed = ", ".join(things)
    wording = pick(
        rng, ("How many words are in this list: {l}?", "How many things are these: {l}?", "Count the words: {l}.")
    )
    result = NUMBER_WORDS[len(things)]
    return Item("counting", f"words {listed}", wording.format(l=listed), said(result), result, NUMBER_WORDS[1:10])


def compare_animals(rng: Random) -> Item:
    """Which of two animals is bigger."""
    a, b = below(rng, len(words.SIZES)), below(rng, len(words.SIZES) - 1)
    b += b >= a
    bigger = rng.random() < 0.5
    big, small = words.SIZES[max(a, b)], words.SIZES[min(a, b)]
    first, second = article(words.SIZES[a]), article(words.SIZES[b])
    key, pool = f"size {small} {big}", [f"the {animal}" for animal in words.SIZES]
    if rng.random() < 0.4:
        result = "yes" if (words.SIZES[a] == big) == bigger else "no"
        size = "bigger" if bigger else "smaller"
        tail = f"a{first[1:]} is {size} than {second}" if result == "yes" else f"{second} is {size} than {first}"
        return Item(
            "comparisons",
            key,
            f"Is {first} {size} than {second}?",
            f"{result.capitalize()}, {tail}.",
            result,
            ["yes", "no", "both", "I cannot say"],
        )
    wording = pick(rng, ("Which is {w}, {a} or {b}?", "Which animal is {w}, {a} or {b}?"))
    question = wording.format(w="bigger" if bigger else "smaller", a=first, b=second)
    winner = big if bigger else small
    return Item(
        "comparisons",
        key,
        question,
        f"The {winner} is {'bigger' if bigger else 'smaller'}.",
        f"the {winner}",
        [f"the {small}", f"the {big}", *pool],
    )


def opposite(rng: Random) -> Item:
    """The opposite of a word."""
    pair = pick(rng, KNOWN_OPPOSITES)
    side = below(rng, 2)
    wording = pick(
        rng,
        (
            "What is the opposite of {w}?",
            "Tell me the opposite of {w}.",
            "What is the opposite of the word {w}?",
            "Which word is the opposite of {w}?",
            "The opposite of {w} is what?",
        ),
    )
    word, result = pair[side], pair[1 - side]
    return Item("opposites", wording + word, wording.format(w=word), said(result), result, OPPOSITE_WORDS)


def category(rng: Random) -> Item:
    """What kind of thing something is."""
    word, kind = pick(rng, BY_CATEGORY)
    wording = pick(
        rng, ("What kind of thing is {w}?", "What is {w}?", "What sort of thing is {w}?", "Tell me what {w} is.")
    )
    thing = word if kind in ("a colour", "a metal") else article(word)
    return Item(
        "categories", wording + word, wording.format(w=thing), said(f"{thing} is {kind}"), kind, list(words.CATEGORIES)
    )


def odd_member(rng: Random) -> Item:
    """Which of three things belongs to a category."""
    word, kind = pick(rng, BY_CATEGORY)
    others: list[str] = []
    while len(others) < 2:
        other, other_kind = pick(rng, BY_CATEGORY)
        if {kind, other_kind} != {"an animal", "a bird"} and other_kind != kind and other not in others:
            others.append(other)
    others.insert(below(rng, 3), word)
    listed = f"{others[0]}, {others[1]} or {others[2]}"
    wording = pick(rng, ("Which of these is {k}: {l}?", "Which one is {k}: {l}?", "What is {k}: {l}?"))
    pool = [thing for thing, other in BY_CATEGORY if other != kind and {kind, other} != {"an animal", "a bird"}]
    return Item(
        "categories",
        f"{kind} {listed}",
        wording.format(k=kind, l=listed),
        f"The {word} is {kind}.",
        word,
        [*others * 8, *pool],
    )


def calendar(rng: Random) -> Item:
    """The day or month before or after another."""
    days = rng.random() < 0.6
    names, unit = (words.DAYS, "day") if days else (words.MONTHS, "month")
    i, after = below(rng, len(names)), rng.random() < 0.5
    way = "after" if after else "before"
    steps = 2 if days and rng.random() < 0.3 else 1
    if steps == 2:
        wording = pick(
            rng,
            (
                "Which day is two days {w} {n}?",
                "What day comes two days {w} {n}?",
                "What day is two days {w} {n}?",
                "Tell me which day is two days {w} {n}.",
            ),
        )
    else:
        wording = pick(
            rng,
            (
                "Which {u} comes {w} {n}?",
                "What {u} comes {w} {n}?",
                "Which {u} is {w} {n}?",
                "What is the {u} {w} {n}?",
                "What comes {w} {n}?",
                "What {u} is {w} {n}?",
                "Tell me the {u} {w} {n}.",
                "Name the {u} that comes {w} {n}.",
            ),
        )
    result = names[(i + (steps if after else -steps)) % len(names)]
    pool = [name for name in names if name != names[i]]
    return Item("calendar", f"{wording}{way}{i}", wording.format(u=unit, w=way, n=names[i]), f"{result}.", result, pool)


def place_in_list(rng: Random) -> Item:
    """The first, second or last word of a list."""
    things = rng.sample(THINGS, 3 + below(rng, 3))
    where = below(rng, 4)
    name, result = (("first", things[0]), ("last", things[-1]), ("second", things[1]), ("third", things[2]))[where]
    listed = ", ".join(things)
    wording = pick(
        rng, ("What is the {w} word in this list: {l}?", "Which word comes {w}: {l}?", "Tell me the {w} word: {l}.")
    )
    return Item(
        "lists", f"place {listed}", wording.format(w=name, l=listed), said(result), result, [*things, *THINGS[:3]]
    )


def backwards(rng: Random) -> Item:
    """A list said backwards."""
    things = rng.sample(THINGS, 3 + below(rng, 2))
    listed, result = ", ".join(things), ", ".join(things[::-1])
    wording = pick(rng, ("Say this list backwards: {l}.", "Turn this list around: {l}."))
    pool = [", ".join(rng.sample(things, len(things))) for _ in range(12)]
    return Item("lists", f"backwards {listed}", wording.format(l=listed), said(result), result, pool)


def syllogism(rng: Random) -> Item:
    """All cats are sleepy, Tom is a cat: is Tom sleepy?"""
    name, kind = pick(rng, words.FIRST_NAMES), pick(rng, words.PETS)
    quality = pick(rng, QUALITIES)
    other = pick(rng, words.PETS)
    plural = f"All {kind}s" if kind not in ("fish", "sheep", "mouse", "goose", "canary", "pony") else f"Every {kind}"
    verb = "is" if plural.startswith("Every") else "are"
    known = rng.random() < 0.6 or other == kind
    member = article(kind if known else other)
    result = "yes" if known else "I cannot say"
    tail = f"Yes, {name} is {quality}." if known else "I cannot say that from these words."
    question = f"{plural} {verb} {quality}. {name} is {member}. Is {name} {quality}?"
    return Item("logic", question, question, tail, result, ["yes", "no", "I cannot say", "only at night"])


def ranking(rng: Random) -> Item:
    """Tom is taller than Anna, Anna is taller than Ben: who is the tallest?"""
    a, b, c = rng.sample(words.FIRST_NAMES, 3)
    up, top, bottom = pick(
        rng,
        (
            ("taller", "tallest", "shortest"),
            ("older", "oldest", "youngest"),
            ("faster", "fastest", "slowest"),
            ("stronger", "strongest", "weakest"),
        ),
    )
    pair = [f"{a} is {up} than {b}.", f"{b} is {up} than {c}."]
    if rng.random() < 0.4:
        pair.reverse()
    want, result = (top, a) if rng.random() < 0.5 else (bottom, c)
    question = f"{' '.join(pair)} Who is the {want}?"
    return Item(
        "logic",
        question,
        question,
        f"{result} is the {want}.",
        result,
        [a, b, c, pick(rng, words.FIRST_NAMES)] * 2 + words.FIRST_NAMES[:4],
    )


def belongings(rng: Random) -> Item:
    """Two people own coloured things: what colour is whose?"""
    a, b = rng.sample(words.FIRST_NAMES, 2)
    first, second = rng.sample(words.COLOURS, 2)
    thing = pick(rng, ("hat", "coat", "ball", "car", "boat", "book", "cup", "bag"))
    who, result = (a, first) if rng.random() < 0.5 else (b, second)
    question = f"{a} has {article(first)} {thing}. {b} has {article(second)} {thing}. What colour is {who}'s {thing}?"
    return Item("logic", question, question, f"{who}'s {thing} is {result}.", result, [first, second, *words.COLOURS])


def spell(rng: Random) -> Item:
    """A word letter by letter."""
    word = pick(rng, words.SPELLED)
    wording = pick(
        rng,
        (
            "Spell {w}.",
            "Spell the word {w}.",
            "How do you spell {w}?",
            "Can you spell {w}?",
            "How is the word {w} spelled?",
        ),
    )
    result = "-".join(word.upper())
    return Item(
        "spelling",
        wording + word,
        wording.format(w=word),
        f"{result}.",
        result,
        ["-".join(other.upper()) for other in words.SPELLED if abs(len(other) - len(word)) < 2],
    )


def unspell(rng: Random) -> Item:
    """Which word some letters make."""
    word = pick(rng, words.SPELLED)
    wording = pick(rng, ("Which word is spelled {s}?", "What word is {s}?", "What word do these letters make: {s}?"))
    return Item("spelling", wording + word, wording.format(s="-".join(word.upper())), said(word), word, words.SPELLED)


def animal_fact(rng: Random) -> Item:
    """Legs, sound, home, covering or food of an animal."""
    name = pick(rng, list(words.ANIMALS))
    field = below(rng, 5)
    value = words.ANIMALS[name][field]
    questions, answer = (
        (
            ("How many legs does {a} have?", "How many legs has {a}?", "What number of legs does {a} have?"),
            "{a} has {v} legs",
        ),
        (("What sound does {a} make?", "What does {a} do when it is loud?", "Which sound does {a} make?"), "{a} {v}"),
        (("Where does {a} live?", "What is the home of {a}?", "Where is the home of {a}?"), "{a} lives in {v}"),
        (
            ("What covers the body of {a}?", "What does {a} have on its body?", "What is on the body of {a}?"),
            "{a} has {v}",
        ),
        (("What does {a} eat?", "What does {a} like to eat?", "What is the food of {a}?"), "{a} eats {v}"),
    )[field]
    pool = sorted({row[field] for row in words.ANIMALS.values()} | ({"eight"} if field == 0 else set()))
    wording, thing = pick(rng, questions), article(name)
    return Item(
        "animals and jobs", wording + name, wording.format(a=thing), said(answer.format(a=thing, v=value)), value, pool
    )


def trade_fact(rng: Random) -> Item:
    """What a job needs and does."""
    job = pick(rng, list(words.TRADES))
    tool, work = words.TRADES[job]
    who = article(job)
    if rng.random() < 0.5:
        wording = pick(rng, ("What does {j} use?", "What does {j} need for work?", "What tool does {j} use?"))
        return Item(
            "animals and jobs", wording + job, wording.format(j=who), said(f"{who} uses {tool}"), tool, TRADE_TOOLS
        )
    wording = pick(rng, ("What does {j} do?", "What is the work of {j}?", "What does {j} do all day?"))
    return Item(
        "animals and jobs",
        wording + job,
        wording.format(j=who),
        said(f"{who} {work}"),
        work,
        [done for _, done in words.TRADES.values()],
    )


SKILLS: list[tuple[Skill, float]] = [
    (total, 4),
    (difference, 4),
    (neighbour_number, 1.5),
    (count_range, 2),
    (count_words, 1),
    (compare_numbers, 2),
    (compare_animals, 1.5),
    (opposite, 1.5),
    (category, 1.2),
    (odd_member, 1.5),
    (calendar, 1.5),
    (sort_numbers, 2),
    (place_in_list, 1.5),
    (backwards, 1),
    (syllogism, 2),
    (ranking, 2),
    (belongings, 3),
    (spell, 1),
    (unspell, 0.7),
    (animal_fact, 1),
    (trade_fact, 1),
]


def deck(more: tuple[tuple[str, float], ...] = ()) -> list[Skill]:
    """Every skill as often as it comes up; `more` multiplies that for some, by name."""
    factors = dict(more)
    return [skill for skill, weight in SKILLS for _ in range(round(weight * factors.get(skill.__name__, 1) * 10))]


def training_item(rng: Random, skills: list[Skill]) -> Item:
    """A random question of one of the skills that is not held out."""
    skill = pick(rng, skills)
    item = skill(rng)
    while held_out(item.key):
        item = skill(rng)
    return item
