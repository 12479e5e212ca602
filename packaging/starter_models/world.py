"""The made-up world: who lives where and does what, and which places lie where. All of it follows from one seed."""

from bisect import bisect
from itertools import accumulate, product
from random import Random
from typing import NamedTuple

from . import words
from .item import Item
from .phrases import article
from .recipe import PEOPLE, PLACES, SEED, SKEW, SKEW_START


class Relation(NamedTuple):
    """One kind of fact: where its values come from and how it is asked and said. `{n}` is who, `{v}` is the value."""

    subject: str
    values: list[str]
    questions: tuple[str, ...]
    answer: str


PERSON_RELATIONS = (
    Relation(
        "people and towns",
        words.TOWNS,
        (
            "Where does {n} live?",
            "In which town does {n} live?",
            "Which town does {n} live in?",
            "What town is {n} from?",
        ),
        "{n} lives in {v}.",
    ),
    Relation(
        "people and jobs",
        [article(job) for job in words.JOBS],
        ("What is the job of {n}?", "What does {n} do for work?", "What is {n}'s job?", "What work does {n} do?"),
        "{n} is {v}.",
    ),
    Relation(
        "people and meals",
        words.MEALS,
        ("What does {n} like to eat?", "What food does {n} like?", "What is the favourite food of {n}?"),
        "{n} likes to eat {v}.",
    ),
    Relation(
        "people and pets",
        [article(pet) for pet in words.PETS],
        ("What pet does {n} have?", "Which animal does {n} have?", "What is the pet of {n}?"),
        "{n} has {v}.",
    ),
    Relation(
        "people and colours",
        words.COLOURS,
        ("What is the favourite colour of {n}?", "Which colour does {n} like?", "What colour does {n} like best?"),
        "{n} likes the colour {v}.",
    ),
    Relation(
        "people and hobbies",
        words.HOBBIES,
        ("What is the hobby of {n}?", "What does {n} do for fun?", "What is {n}'s hobby?"),
        "{n} likes {v} for fun.",
    ),
    Relation(
        "people and drinks",
        words.DRINKS,
        ("What does {n} like to drink?", "Which drink does {n} like?", "What is the favourite drink of {n}?"),
        "{n} likes to drink {v}.",
    ),
    Relation(
        "people and birthdays",
        words.MONTHS,
        ("In which month was {n} born?", "Which month was {n} born in?", "When is the birthday of {n}?"),
        "{n} was born in {v}.",
    ),
)

PLACE_RELATIONS = (
    Relation(
        "places and regions",
        words.REGIONS,
        ("In which region is {n}?", "Which region is {n} in?", "Where is {n}?"),
        "{n} is in {v}.",
    ),
    Relation(
        "places and rivers",
        words.RIVERS,
        ("Which river runs through {n}?", "What is the river of {n}?", "What river is near {n}?"),
        "The river {v} runs through {n}.",
    ),
    Relation(
        "places and goods",
        words.GOODS,
        ("What is {n} known for?", "What is made in {n}?", "What can you buy in {n}?"),
        "{n} is known for its {v}.",
    ),
    Relation(
        "places and market days",
        words.DAYS,
        ("On which day is the market in {n}?", "When is the market in {n}?", "Which day is market day in {n}?"),
        "The market in {n} is on {v}.",
    ),
)


class Facts:
    """Names with one random value for each relation; the first names come up most often, like famous ones do.

    `names[i]` has the value `relations[r].values[values[i][r]]`.
    """

    def __init__(self, names: list[str], relations: tuple[Relation, ...], rng: Random) -> None:
        self.names = names
        self.relations = relations
        self.values = [[rng.randrange(len(r.values)) for r in relations] for _ in names]
        self._weights = list(accumulate((rank + SKEW_START) ** -SKEW for rank in range(len(names))))

    def draw(self, rng: Random, among: int = 0) -> int:
        """The index of a random name, frequent ones more often; `among` takes it from the best known so many."""
        return bisect(self._weights, rng.random() * self._weights[(among or len(self.names)) - 1])

    def item(self, index: int, relation: int, wording: int) -> Item:
        """One fact as a question in one of its wordings."""
        name, r = self.names[index], self.relations[relation]
        value = r.values[self.values[index][relation]]
        question = r.questions[wording % len(r.questions)].format(n=name)
        return Item(r.subject, f"{r.subject}:{name}", question, r.answer.format(n=name, v=value), value, r.values)

    def random_item(self, rng: Random, among: int = 0) -> Item:
        """A random fact in a random wording; `among` as in `draw`."""
        return self.item(self.draw(rng, among), int(rng.random() * len(self.relations)), int(rng.random() * 12))

    def sentences(self, index: int) -> list[str]:
        """Every fact of one name, a sentence each."""
        row, name = self.values[index], self.names[index]
        return [r.answer.format(n=name, v=r.values[value]) for r, value in zip(self.relations, row, strict=True)]


class World:
    """All facts: `people` and `places`."""

    def __init__(self, seed: int = SEED) -> None:
        rng = Random(f"world {seed}")
        people = [f"{first} {last}" for first, last in product(words.FIRST_NAMES, words.LAST_NAMES)]
        places = [f"{front} {back}" for front, back in product(words.PLACE_FRONTS, words.PLACE_BACKS)]
        self.people = Facts(rng.sample(people, PEOPLE), PERSON_RELATIONS, rng)
        self.places = Facts(rng.sample(places, PLACES), PLACE_RELATIONS, rng)
