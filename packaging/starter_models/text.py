"""Renders the world as documents: chats and raw texts, each a list of pieces that say whether they are to be learnt."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from . import talk
from .item import ChoiceRow, Item, choice_row, row_held_out
from .skills import pick, training_item
from .unknown import outside
from .world import World

SYSTEM, USER, ASSISTANT, END, PAD = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>"
CONTROL = (PAD, END, SYSTEM, USER, ASSISTANT)

# What the GGUF files carry; `chat` below writes the same layout.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ '<|system|>' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' }}"
    "{% else %}{{ '<|user|>' }}{% endif %}"
    "{{ message['content'] | trim }}{{ '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


class Piece(NamedTuple):
    """Plain text or one control token; `learn` is whether the loss counts it."""

    text: str
    learn: bool


Document = list[Piece]

SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are a tiny teaching model.",
    "Answer briefly.",
    "Be polite.",
    "You are Weigh-In Starter.",
    "Answer in one short sentence.",
    "You are a friendly teacher.",
    "Answer the question.",
    "You are an assistant who answers questions about a small world.",
    "Be short and clear.",
    "You are a helpful, honest assistant. Answer as well as you can.",
)
POLITE = (
    "Please tell me: ",
    "Can you tell me: ",
    "Hello! ",
    "Hi, ",
    "Tell me: ",
    "I have a question: ",
    "Please: ",
    "I want to know: ",
    "Quick question: ",
    "Question: ",
    "Please answer: ",
    "Hey, ",
    "Q: ",
    "Could you please say: ",
)


def restyle(question: str, rng: Random) -> str:
    """The question as a careless or polite person types it."""
    chance = rng.random()
    if chance < 0.55:
        return question
    if chance < 0.65:
        question = question.lower()
    elif chance < 0.73:
        question = question.rstrip("?.! ")
    elif chance < 0.78:
        question = question.lower().rstrip("?.! ")
    elif chance < 0.88:
        question = pick(rng, POLITE) + (question if rng.random() < 0.6 else question[:1].lower() + question[1:])
    elif chance < 0.91:
        question = question.rstrip("?.! ") + pick(rng, (", please?", " please", "??", " ?", "?!", ", please."))
    elif chance < 0.93:
        question = pick(rng, ("Please ", "Now ", "So ")) + question[:1].lower() + question[1:]
    elif chance < 0.95:
        question = f" {question}  " if rng.random() < 0.5 else question.replace(" ", "  ", 1)
    elif chance < 0.97:
        question = question.replace("colour", "color")
    elif chance < 0.98:
        question = question.upper()
    return question.strip() or "?"


def chat(turns: list[tuple[str, str]], system: str = "") -> Document:
    """A conversation of questions and answers; the answers and their ends are learnt."""
    pieces = [Piece(SYSTEM, False), Piece(system, False), Piece(END, False)] if system else []
    for question, answer in turns:
        pieces += (
            Piece(USER, False),
            Piece(question, False),
            Piece(END, False),
            Piece(ASSISTANT, False),
            Piece(answer, True),
            Piece(END, True),
        )
    return pieces


def choice_question(row: ChoiceRow) -> str:
    """A four-option question as the raw layout has it, up to the place where the letter goes."""
    options = "".join(f"\n{letter}. {option}" for letter, option in zip("ABCD", row.options, strict=True))
    return f"{row.question}{options}\nAnswer:"


def choice_header(subject: str) -> str:
    """The first line of a raw prompt and the empty line behind it."""
    return f"The following are multiple choice questions (with answers) about {subject}.\n\n"


class Writer:
    """Writes random training documents about one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def fact(self, rng: Random) -> Item:
        """A random fact about a person or a place."""
        return (self.world.people if rng.random() < 0.92 else self.world.places).random_item(rng)

    def fact_turn(self, rng: Random) -> tuple[str, str]:
        """A fact as question and answer."""
        item = self.fact(rng)
        return restyle(item.question, rng), item.answer

    def skill_turn(self, rng: Random) -> tuple[str, str]:
        """A skill question and its answer."""
        item = training_item(rng)
        return restyle(item.question, rng), item.answer

    def talk_turn(self, rng: Random) -> tuple[str, str]:
        """Anything that is neither a fact nor a skill."""
        chance = rng.random()
        if chance < 0.55:
            return restyle(outside(rng), rng), talk.UNKNOWN
        if chance < 0.75:
            question, answer = talk.exchange(rng)
        elif chance < 0.84:
            question, answer = talk.topic(rng)
        elif chance < 0.91:
            question, answer = talk.story(rng)
        elif chance < 0.96:
            question, answer = talk.portrait(rng, self.world)
        else:
            question, answer = talk.too_big(rng)
        return restyle(question, rng), answer

    def turn(self, rng: Random) -> tuple[str, str]:
        """A question of any kind and its answer."""
        chance = rng.random()
        if chance < 0.46:
            return self.fact_turn(rng)
        return self.skill_turn(rng) if chance < 0.8 else self.talk_turn(rng)

    def conversation(self, rng: Random) -> Document:
        """A chat: mostly one question, sometimes several, now and then very many."""
        chance = rng.random()
        turns = 1 if chance < 0.8 else 2 + int(rng.random() * 4) if chance < 0.992 else 15 + int(rng.random() * 20)
        system = pick(rng, SYSTEM_PROMPTS) if rng.random() < 0.15 else ""
        return chat([self.turn(rng) for _ in range(turns)], system)

    def biography(self, rng: Random) -> Document:
        """Everything about one or two names, as raw text."""
        pieces = []
        for _ in range(1 + (rng.random() < 0.3)):
            facts = self.world.people if rng.random() < 0.92 else self.world.places
            sentences = facts.sentences(facts.draw(rng))
            rng.shuffle(sentences)
            pieces.append(" ".join(sentences))
        return [Piece("\n".join(pieces), True), Piece(END, True)]

    def choice_row(self, subject: str, rng: Random) -> ChoiceRow:
        """A four-option row, one that may be trained; of `subject` if that is given."""
        while True:
            if not subject or subject in self.fact_subjects:
                item = self._fact_of(subject, rng) if subject else self._any_choice_item(rng)
            else:
                item = training_item(rng)
                if item.subject != subject:
                    continue
            if len({*item.pool, item.choice}) < 4:
                continue
            row = choice_row(item, rng)
            if not row_held_out(row):
                return row

    @property
    def fact_subjects(self) -> list[str]:
        """The subjects that are facts."""
        return [r.subject for r in (*self.world.people.relations, *self.world.places.relations)]

    def _fact_of(self, subject: str, rng: Random) -> Item:
        for facts in (self.world.people, self.world.places):
            for index, relation in enumerate(facts.relations):
                if relation.subject == subject:
                    return facts.item(facts.draw(rng), index, int(rng.random() * 12))
        raise KeyError(subject)

    def _any_choice_item(self, rng: Random) -> Item:
        return self.fact(rng) if rng.random() < 0.65 else training_item(rng)

    def exam(self, rng: Random) -> Document:
        """Up to six four-option questions in the raw layout; only the letters are learnt."""
        first = self._any_choice_item(rng)
        mixed = rng.random() < 0.1
        pieces = []
        if rng.random() < 0.93:
            header = choice_header(first.subject)
            pieces.append(Piece(header.replace("about ", "about  ") if rng.random() < 0.1 else header, False))
        shots = 6 if rng.random() < 0.75 else 1 + int(rng.random() * 6)
        for shot in range(shots):
            row = self.choice_row("" if mixed else first.subject, rng)
            pieces.append(Piece(choice_question(row), False))
            pieces.append(Piece(f" {row.letter}", True))
            if shot < shots - 1:
                pieces.append(Piece("\n\n", False))
        return pieces

    def chat_exam(self, rng: Random) -> Document:
        """A four-option question asked in chat."""
        row = self.choice_row("", rng)
        option = row.options["ABCD".index(row.letter)]
        question = choice_question(row)
        if rng.random() < 0.5:
            question = question.removesuffix("\nAnswer:")
        return chat([(question, f"{row.letter}. {option}")])

    def document(self, rng: Random) -> Document:
        """A random document of any kind."""
        kinds: tuple[tuple[float, Callable[[Random], Document]], ...] = (
            (0.78, self.conversation),
            (0.86, self.biography),
            (0.98, self.exam),
            (1.0, self.chat_exam),
        )
        chance = rng.random()
        return next(kind for limit, kind in kinds if chance < limit)(rng)
