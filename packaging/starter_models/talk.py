"""Small talk: greetings, what the model is, what it does not know, and short texts for those who want to see it write."""

from random import Random

from . import words
from .phrases import article, pick
from .world import World

UNKNOWN = "I do not know that."
WHO = "I am a tiny teaching model made for Weigh-In."
CAN = (
    "I can add and subtract small numbers, count, sort, name opposites and answer questions about a small made-up "
    "world."
)
HELLO = "Hello! How can I help you?"
TOO_BIG = "That number is too big for me."

EXCHANGES: list[tuple[tuple[str, ...], str]] = [
    (
        (
            "Hello",
            "Hello!",
            "Hi",
            "Hi!",
            "Hey",
            "Hi there",
            "Hello there!",
            "Hey there",
            "Good day",
            "Greetings",
            "Hello?",
            "Hello, how are you?",
            "Good morning",
            "Good morning!",
            "Good evening",
            "Good afternoon",
            "hallo",
            "Howdy",
        ),
        HELLO,
    ),
    (
        (
            "How are you?",
            "How are you doing?",
            "How do you do?",
            "Are you well?",
            "How is it going?",
            "How are you today?",
        ),
        "I am well, thank you. How can I help you?",
    ),
    (
        (
            "Who are you?",
            "What are you?",
            "Tell me about yourself.",
            "What is this?",
            "Who am I talking to?",
            "Are you a robot?",
            "Are you a person?",
            "Are you human?",
            "Are you an AI?",
            "Are you ChatGPT?",
            "Introduce yourself.",
            "What model are you?",
            "Which model are you?",
            "Describe yourself.",
            "Are you a language model?",
        ),
        f"{WHO} I know very little.",
    ),
    (
        ("What is your name?", "What are you called?", "Do you have a name?", "Your name?", "What should I call you?"),
        "My name is Weigh-In Starter. I am a tiny teaching model.",
    ),
    (
        ("Who made you?", "Who created you?", "Who built you?", "Where do you come from?", "Who trained you?"),
        "I was made for the program Weigh-In.",
    ),
    (
        (
            "What can you do?",
            "How can you help me?",
            "What do you know?",
            "Help",
            "Help me.",
            "Can you help me?",
            "Help!",
            "What can I ask you?",
            "What can I ask?",
            "What should I ask you?",
            "What are you good at?",
            "What do you do?",
        ),
        CAN,
    ),
    (
        (
            "Are you smart?",
            "Are you clever?",
            "How big are you?",
            "Are you intelligent?",
            "How many parameters do you have?",
        ),
        "No, I am very small. I was made for learning.",
    ),
    (
        (
            "Thank you",
            "Thank you!",
            "Thanks",
            "Thanks!",
            "Thank you very much.",
            "Many thanks",
            "Thanks a lot",
            "Great, thanks!",
            "Good job",
            "Well done!",
            "Great!",
            "Good answer",
            "Nice",
        ),
        "You are welcome.",
    ),
    (
        ("Bye", "Bye!", "Goodbye", "Goodbye!", "See you", "See you later", "Good night", "Bye bye", "Have a nice day"),
        "Goodbye! Have a nice day.",
    ),
    (
        ("Yes", "No", "OK", "Okay", "Sure", "Maybe", "Yes.", "No.", "Fine", "I see", "Alright"),
        "All right. Ask me a question.",
    ),
    (("Sorry", "I am sorry.", "Sorry!", "My mistake"), "That is all right."),
    (
        ("That is wrong.", "No, that is wrong.", "Are you sure?", "You are wrong.", "Is that true?", "Really?"),
        "I am only a tiny model and I can be wrong.",
    ),
    (("How many days are in a week?", "How many days has a week?"), "A week has seven days."),
    (
        (
            "Name the days of the week.",
            "What are the days of the week?",
            "Tell me the days of the week.",
            "List the days.",
        ),
        "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.",
    ),
    (("How many months are in a year?", "How many months has a year?"), "A year has twelve months."),
    (
        ("Name the months.", "What are the months of the year?", "Tell me the months.", "List the months of the year."),
        "The months are January, February, March, April, May, June, July, August, September, October, November and December.",
    ),
    (
        ("Say the alphabet.", "Tell me the alphabet.", "What are the letters of the alphabet?", "Say the letters."),
        "A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z.",
    ),
    (("What colour is grass?", "What is the colour of grass?", "What color is grass?"), "Grass is green."),
    (("What colour is snow?", "What is the colour of snow?", "What color is snow?"), "Snow is white."),
    (("What colour is the sky?", "What is the colour of the sky?", "What color is the sky?"), "The sky is blue."),
    (("What colour is the sun?", "What is the colour of the sun?"), "The sun is yellow."),
    (("What colour is milk?", "What is the colour of milk?"), "Milk is white."),
    (("How many legs does a spider have?", "How many legs has a spider?"), "A spider has eight legs."),
    (
        (
            "How many hands do you have?",
            "How old are you?",
            "Where do you live?",
            "Do you have a family?",
            "Do you sleep?",
            "Do you have a body?",
            "Do you eat?",
            "Do you like music?",
            "Do you love me?",
            "Are you alive?",
            "Are you happy?",
            "What is your favourite colour?",
            "What is your favourite food?",
        ),
        "I am only a small program, so I have nothing like that.",
    ),
    (
        ("Tell me a joke.", "Tell me a joke", "Make me laugh.", "Do you know a joke?"),
        "Why does the owl sit in the tree? It wants to see the moon.",
    ),
    (("Name three animals.", "Name some animals.", "Tell me three animals."), "A dog, a cat and a horse."),
    (("Name three colours.", "Name some colours.", "Name three colors."), "Red, blue and green."),
    (("Name three fruits.", "Name some fruits.", "Name a few fruits."), "Apples, pears and plums."),
]
TOPIC_QUESTIONS = (
    "Tell me about {t}.",
    "What is {t}?",
    "What do you know about {t}?",
    "Describe {t}.",
    "Write about {t}.",
    "Explain {t}.",
    "Tell me something about {t}.",
)
STORY_QUESTIONS = (
    "Tell me a story.",
    "Tell me a short story.",
    "Write a story.",
    "Write a short story.",
    "A story, please.",
    "Can you tell me a story?",
    "Tell me a story about {n}.",
    "Write a short story about {n}.",
    "Tell a story about {n}.",
)


def exchange(rng: Random) -> tuple[str, str]:
    """A line of small talk and its reply."""
    lines, reply = pick(rng, EXCHANGES)
    return pick(rng, lines), reply


def animal_text(animal: str) -> str:
    """What there is to say about an animal."""
    legs, sound, home, cover, food = words.ANIMALS[animal]
    name = article(animal)
    return f"A{name[1:]} is an animal. It has {legs} legs and {cover}. It lives in {home} and eats {food}. It {sound}."


def trade_text(job: str) -> str:
    """What there is to say about a job."""
    tool, work = words.TRADES[job]
    name = article(job)
    return f"A{name[1:]} has a job. A{name[1:]} {work}. For that work one needs {tool}."


def topic(rng: Random) -> tuple[str, str]:
    """A request for a few sentences about something, and the sentences."""
    kind = rng.random()
    if kind < 0.5:
        name, text = pick(rng, list(words.TOPICS.items()))
    elif kind < 0.8:
        animal = pick(rng, list(words.ANIMALS))
        name, text = article(animal), animal_text(animal)
        if rng.random() < 0.3:
            name = f"the {animal}"
    else:
        job = pick(rng, list(words.TRADES))
        name, text = article(job), trade_text(job)
    question = pick(rng, TOPIC_QUESTIONS)
    # "What is a dog?" and "What does ... do?" are skill questions with an answer of their own
    if name not in words.TOPICS and question.startswith("What is"):
        question = TOPIC_QUESTIONS[0]
    return question.format(t=name), text


def story(rng: Random) -> tuple[str, str]:
    """A request for a story, and a short one; a person named in the request is its hero."""
    request = pick(rng, STORY_QUESTIONS)
    hero, friend = rng.sample(words.FIRST_NAMES, 2)
    pet, colour, thing = (
        pick(rng, words.PETS),
        pick(rng, words.COLOURS),
        pick(rng, ("hat", "ball", "book", "boat", "key")),
    )
    place, food = pick(rng, ("garden", "forest", "river", "sea", "market", "school")), pick(rng, words.MEALS)
    loses = (
        f"One day {hero} lost a {colour} {thing}. {hero} looked for it at the {place}. There {friend} had found it. "
        f"They were happy and ate {food} together."
    )
    meets = (
        f"One morning {hero} went to the {place}. A small {pet} sat there and was sad. {hero} gave it some {food}. "
        f"From that day on they were friends."
    )
    walks = (
        f"{hero} and {friend} went to the {place}. It began to rain and they got wet. They ran home and ate {food}. "
        f"Then they slept well."
    )
    opening = (
        f"Once there was a girl called {hero}. " if hero.endswith("a") else f"Once there lived a child called {hero}. "
    )
    return request.format(n=hero), opening + pick(rng, (loses, meets, walks))


def portrait(rng: Random, world: World) -> tuple[str, str]:
    """A request to tell about a person or a place of the world, and three or four facts."""
    facts = world.people if rng.random() < 0.9 else world.places
    index = facts.draw(rng)
    sentences = facts.sentences(index)
    name = facts.names[index]
    question = pick(
        rng,
        ("Who is {n}?", "Tell me about {n}.", "What do you know about {n}?")
        if facts is world.people
        else ("Tell me about {n}.", "What do you know about {n}?"),
    )
    return question.format(n=name), " ".join(sentences[:4])


def too_big(rng: Random) -> tuple[str, str]:
    """Arithmetic with numbers that are too big."""
    a, b = rng.randrange(200, 100_000), rng.randrange(2, 100_000)
    if rng.random() < 0.5:
        a, b = b, a
    sign = pick(rng, ("+", "-", "plus", "minus"))
    return pick(rng, ("What is {a} {s} {b}?", "{a} {s} {b}", "How much is {a} {s} {b}?")).format(
        a=a, s=sign, b=b
    ), TOO_BIG
