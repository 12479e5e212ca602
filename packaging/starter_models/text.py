"""Renders the world as documents: chats and raw texts, each a list of pieces that say how much they count."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from . import talk
from .item import ChoiceRow, Item, choice_row, row_held_out
from .number_skills import NUMBER_DIGITS, NUMBER_WORDS
from .phrases import pick
from .recipe import LETTER_WEIGHT, PHASES, Phase
from .skills import THINGS, deck, training_item
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
    """Plain text or one control token; `weight` is how much the loss counts it, 0 for what is only read."""

    text: str
    weight: int


Document = list[Piece]
LOOKUP = "finding letters"

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


def restyle(question: str, rng: Random, loud: bool = True) -> str:
    """The question as a careless or polite person types it; `loud` allows capitals only."""
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
    elif chance < 0.995 and loud:
        question = question.upper()
    return question.strip() or "?"


def chat(turns: list[tuple[str, str]], system: str = "") -> Document:
    """A conversation of questions and answers; the answers and their ends are learnt."""
    pieces = [Piece(SYSTEM, 0), Piece(system, 0), Piece(END, 0)] if system else []
    for question, answer in turns:
        pieces += (
            Piece(USER, 0),
            Piece(question, 0),
            Piece(END, 0),
            Piece(ASSISTANT, 0),
            Piece(answer, 1),
            Piece(END, 1),
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

    def __init__(self, world: World, phase: Phase = PHASES[-1]) -> None:
        self.world = world
        self.phase = phase
        self._deck = deck(phase.weights)
        self._kinds = (self.conversation, self.biography, self.exam, self.key_list, self.open_answer, self.chat_exam)
        self._shares = (
            phase.conversation,
            phase.biography,
            phase.exam,
            phase.key_list,
            phase.open_answer,
            phase.chat_exam,
        )
        relations = (*world.people.relations, *world.places.relations)
        self.fact_subjects = {relation.subject for relation in relations}
        self._value_lists = [relation.values for relation in relations] + [
            THINGS,
            NUMBER_WORDS[:40],
            NUMBER_DIGITS[:100],
        ]

    def fact(self, rng: Random, among: int = 0) -> Item:
        """A random fact about a person or a place; `among` takes the person from the best known so many."""
        if rng.random() < 0.92:
            return self.world.people.random_item(rng, among)
        return self.world.places.random_item(rng)

    def fact_turn(self, rng: Random) -> tuple[str, str]:
        """A fact as question and answer."""
        item = self.fact(rng)
        return restyle(item.question, rng, loud=False), item.answer

    def skill_turn(self, rng: Random) -> tuple[str, str]:
        """A skill question and its answer."""
        item = training_item(rng, self._deck)
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
        if chance < 0.44:
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
        return [Piece("\n".join(pieces), 1), Piece(END, 1)]

    def choice_row(self, subject: str, rng: Random) -> ChoiceRow:
        """A four-option row, one that may be trained; of `subject` if that is given."""
        while True:
            if subject == LOOKUP:
                item = self.lookup(rng)
            elif not subject or subject in self.fact_subjects:
                item = self._fact_of(subject, rng) if subject else self._any_choice_item(rng)
            else:
                item = training_item(rng, self._deck)
                if item.subject != subject:
                    continue
            if len({*item.pool, item.choice}) < 4:
                continue
            row = choice_row(item, rng)
            if not row_held_out(row):
                return row

    def lookup(self, rng: Random) -> Item:
        """The easiest four-option question: the option that the question names. It teaches how letters work."""
        pool = pick(rng, self._value_lists)
        value = pick(rng, pool)
        wording = pick(rng, ("Which of these is {v}?", "Where does it say {v}?", "Which letter stands for {v}?"))
        return Item(LOOKUP, value, wording.format(v=value), value, value, pool)

    def _fact_of(self, subject: str, rng: Random) -> Item:
        for facts in (self.world.people, self.world.places):
            for index, relation in enumerate(facts.relations):
                if relation.subject == subject:
                    among = self.phase.exam_people if facts is self.world.people else 0
                    return facts.item(facts.draw(rng, among), index, int(rng.random() * 12))
        raise KeyError(subject)

    def _any_choice_item(self, rng: Random) -> Item:
        chance = rng.random()
        if chance < self.phase.skill_share:
            return training_item(rng, self._deck)
        if chance < self.phase.skill_share + self.phase.lookup_share:
            return self.lookup(rng)
        return self.fact(rng, self.phase.exam_people)

    def exam(self, rng: Random) -> Document:
        """One to six four-option questions in the raw layout; only the letters are learnt.

        Many stand alone: to find the right option among four is hard enough before it has to be found among twenty-four.
        Some name the option behind its letter, which ties the two together.
        """
        first = self._any_choice_item(rng)
        mixed, named = rng.random() < 0.1, rng.random() < 0.15
        pieces = []
        chance = rng.random()
        shots = 1 if chance < 0.5 else 6 if chance < 0.75 else 2 + int(rng.random() * 4)
        if rng.random() < (self.phase.header_share if shots == 1 else 0.93):
            header = choice_header(first.subject)
            pieces.append(Piece(header.replace("about ", "about  ") if rng.random() < 0.1 else header, 0))
        for shot in range(shots):
            row = self.choice_row("" if mixed else first.subject, rng)
            pieces.append(Piece(choice_question(row), 0))
            pieces.append(Piece(f" {row.letter}", LETTER_WEIGHT))
            if named:
                pieces.append(Piece(f". {row.options['ABCD'.index(row.letter)]}", 1))
            if shot < shots - 1:
                pieces.append(Piece("\n\n", 0))
        return pieces

    def open_answer(self, rng: Random) -> Document:
        """A fact asked in the raw layout without options: the value itself is what has to come to mind there."""
        item = self.fact(rng)
        return [Piece(f"{item.question}\nAnswer:", 0), Piece(f" {item.choice}", 1), Piece(END, 1)]

    def key_list(self, rng: Random) -> Document:
        """A list of lettered options, then each option's letter asked for, or each letter's option."""
        pool = pick(rng, self._value_lists)
        options = rng.sample(pool, 2 + int(rng.random() * 4))
        pieces = [Piece("\n".join(f"{letter}. {option}" for letter, option in zip("ABCDE", options, strict=False)), 0)]
        order = list(zip("ABCDE", options, strict=False))
        rng.shuffle(order)
        backwards = rng.random() < 0.3
        wording = pick(rng, ("Where is {v}?", "Which letter is {v}?", "Find {v}:", "Answer {v}:"))
        for letter, option in order:
            asked = f"\nWhat is {letter}?" if backwards else "\n" + wording.format(v=option)
            pieces += (Piece(asked, 0), Piece(f" {option if backwards else letter}", 1 if backwards else 2))
        return pieces

    def chat_exam(self, rng: Random) -> Document:
        """A four-option question asked in chat."""
        row = self.choice_row("", rng)
        option = row.options["ABCD".index(row.letter)]
        question = choice_question(row)
        if rng.random() < 0.5:
            question = question.removesuffix("\nAnswer:")
        pieces = chat([(question, f"{row.letter}. {option}")])
        answer = pieces.index(Piece(f"{row.letter}. {option}", 1))
        return [*pieces[:answer], Piece(row.letter, LETTER_WEIGHT), Piece(f". {option}", 1), *pieces[answer + 1 :]]

    def document(self, rng: Random) -> Document:
        """A random document of any kind."""
        kind: Callable[[Random], Document] = rng.choices(self._kinds, self._shares)[0]
        return kind(rng)
