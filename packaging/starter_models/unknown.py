"""Questions from outside the world, made to be answered with "I do not know that.".

The list the models are measured with lies in `outside.txt`, is written by hand and shares no template with this file.
"""

from random import Random

from . import words
from .phrases import article, pick

_FAMOUS = words.listed("""
    Napoleon Caesar Cleopatra Newton Darwin Mozart Beethoven Picasso Rembrandt Homer Aristotle Plato Gandhi
    Tesla Edison Galileo Bach Goethe Tolstoy Columbus Magellan Nero Hannibal Pasteur Nobel Gutenberg Kant Hegel
    Chaplin Marx
""")
_REALMS = words.listed("""
    France Germany Spain Italy China Japan India Brazil Canada Mexico Egypt Russia Norway Sweden Poland Greece
    Turkey Kenya Peru Chile Cuba Iran Iraq Israel Korea Vietnam Europe Africa America Asia Australia England
    Scotland
""")
_CITIES = words.listed("""
    Paris London Berlin Rome Madrid Tokyo Moscow Vienna Prague Dublin Athens Cairo Boston Chicago Miami Dallas
    Beijing Delhi Mumbai Lagos Sydney Toronto Hamburg Munich Milan Lyon Geneva
""")
_SCIENCE = words.listed("""
    gravity evolution photosynthesis electricity magnetism relativity entropy inflation democracy philosophy
    chemistry biology algebra calculus geometry astronomy genetics bacteria viruses atoms molecules neutrons
    quarks planets galaxies volcanoes earthquakes dinosaurs fossils computers internet software databases
    encryption blockchain bitcoin networks algorithms recursion compilers Python Java Linux Windows Android
    JavaScript HTML economics psychology religion politics insurance mortgage taxes vaccines cancer diabetes
    vitamins proteins hormones
""")
_TASKS = (
    "Write a poem about {x}.",
    "Write an essay about {x}.",
    "Translate {x} into {l}.",
    "Explain {x} to me.",
    "What is {x}?",
    "How does {x} work?",
    "Who discovered {x}?",
    "Who invented {x}?",
    "Why is {x} important?",
    "Define {x}.",
    "What causes {x}?",
    "Give me a summary of {x}.",
    "When did {x} begin?",
    "What is the history of {x}?",
    "Write a function for {x}.",
    "What do people think about {x}?",
    "How can I learn {x}?",
    "What are {x}?",
    "Is {x} dangerous?",
    "Tell me about {x}.",
    "Can you explain {x}?",
    "What is the meaning of {x}?",
    "Compare {x} and {y}.",
    "What is the difference between {x} and {y}?",
    "List the types of {x}.",
    "What is the best book about {x}?",
)
_LANGUAGES = words.listed("""
    French German Spanish Latin Greek Italian Russian Chinese Japanese Dutch Polish Turkish Arabic
""")
_ON_FAMOUS = (
    "Who was {f}?",
    "When was {f} born?",
    "When did {f} die?",
    "What did {f} do?",
    "Where did {f} live?",
    "Why is {f} famous?",
    "Tell me about {f}.",
    "What did {f} write?",
    "Who was the wife of {f}?",
    "How old was {f}?",
    "Who is {f}?",
    "Did {f} know {g}?",
    "Where does {f} live?",
    "What is the job of {f}?",
    "What does {f} like to eat?",
)
_ON_REALMS = (
    "What is the capital of {r}?",
    "How many people live in {r}?",
    "Who is the president of {r}?",
    "Where is {r}?",
    "Who is the king of {r}?",
    "What language do they speak in {r}?",
    "How big is {r}?",
    "Is {r} bigger than {s}?",
    "What is the weather in {r}?",
    "What is the flag of {r}?",
    "How far is it from {r} to {s}?",
    "What is {r}?",
    "When was {r} founded?",
    "Which countries border {r}?",
    "What is the money of {r}?",
    "Tell me about {r}.",
    "Who won the war between {r} and {s}?",
    "How do I get to {r}?",
    "What time is it in {r}?",
    "Which sea is near {r}?",
)
# only words the models know well: it is the relation that is unknown
_ON_THINGS = (
    "Who invented the {t}?",
    "How much does {a} cost?",
    "How do I mend {a}?",
    "When was the first {t} made?",
    "Why is {a} so big?",
    "Where can I buy {a}?",
    "How long does {a} live?",
    "How many {t}s are there in the world?",
    "What does {a} dream of?",
    "How heavy is {a}?",
    "How tall is {a}?",
    "What is the price of {a}?",
    "Which {t} is the best?",
    "How do you make {a}?",
    "Why do people need {a}?",
    "What is inside {a}?",
    "How fast is {a}?",
    "Draw {a}.",
    "Who owns the {t}?",
    "Show me {a}.",
    "Is there {a} on the moon?",
    "What is {a} made of?",
    "What is the biggest {t} in the world?",
    "Why does {a} sleep?",
    "What is the Latin name of {a}?",
    "How old is the oldest {t}?",
    "Do you have {a}?",
    "Can I eat {a}?",
)
_ON_PEOPLE = (
    "How old is {n}?",
    "What is the phone number of {n}?",
    "Who is the mother of {n}?",
    "How tall is {n}?",
    "Is {n} married?",
    "How much money does {n} have?",
    "What car does {n} drive?",
    "Who is the father of {n}?",
    "What did {n} say?",
    "Where was {n} yesterday?",
    "Does {n} like me?",
    "Who is the best friend of {n}?",
)
_PLAIN = words.listed(
    """
    What time is it? | What is the time? | What day is it today? | What is the date today? | What is the weather
    like? | Will it rain tomorrow? | What is the news? | Who won the game? | What is the meaning of life? | Why
    are we here? | What is love? | What is the best car? | What should I eat today? | Who is the president? |
    Where am I? | Who am I? | What is my name? | How old am I? | What did I say? | What will happen tomorrow? |
    Why is the sky blue? | How far is the moon? | How many stars are there? | How deep is the sea? | How hot is
    the sun? | Who was the first man on the moon? | What is money? | How do planes fly? | How do I get rich? |
    Can you write code? | Write a program. | Write a letter to my teacher. | Play a song. | Sing a song. | Draw
    a picture. | Open the door. | Buy me a ticket. | Call my mother. | Set a clock for seven. | Who is the
    richest person? | What is the biggest country? | What is the longest river in the world? | What is a good
    name? | How do I learn to swim? | How do I cook rice? | Give me a recipe for soup. | What is the square root
    of two? | What is pi? | Is there life on other stars? | When did the war end? | Who wrote the book? | What
    is the best film? | Who is your friend? | Why do we sleep? | Why do cats like milk? | What came first, the
    hen or the egg? | How do I find a job? | What is a word? | Should I buy a house? | What do you think about
    people? | Who is the strongest man in the world? | What is the answer? | How do I stop a cold? | My head
    hurts. What should I do? | I am sad. | I love you. | I am hungry. | I have a problem. | What is new? | What
    is up? | Why? | How? | When? | Where? | Who? | What? | And then? | Go on. | Continue. | Why not?
""",
    "|",
)
_WITH_YEARS = (
    "What happened in {y}?",
    "Who won the {x} in {y}?",
    "What was the {x} of {y}?",
    "Who was the president in {y}?",
    "When is {x} in {y}?",
    "How many people lived in {r} in {y}?",
    "What happened in {r} in {y}?",
    "Who ruled {r} in {y}?",
    "What is the root of {n}?",
    "Solve {x} = {n}.",
    "Convert {n} {x} to {x}s.",
    "How far is {n} {x}?",
    "What is {n} percent of {m}?",
    "Is {n} a prime number?",
    "What is {n} in {l}?",
    "Write {n} lines of {x}.",
    "Give me {n} ideas for {x}.",
    "How much is {n} {x} in {r}?",
    "Which of the {n} {x}s is the best?",
)
_FOREIGN = words.listed(
    """
    Wie geht es dir? | Guten Tag | Wie heisst du? | Wo wohnst du? | Was ist das? | Wer bist du? | Wieviel ist
    das? | Bonjour | Comment allez-vous? | Qui es-tu? | Quelle heure est-il? | Je ne comprends pas | Parlez-vous
    anglais? | Hola | Buenos dias | Que hora es? | Quien eres? | Donde vives? | Como te llamas? | Muchas gracias
    | Ciao | Come stai? | Dove abiti? | Chi sei? | Che cosa fai? | Hej | Hur mår du? | Vad heter du? | Jag
    förstår inte | Tack så mycket | Olá | Como vai você? | Obrigado | Wat is dit? | Hoe heet je? | Goedemorgen |
    Dzień dobry | Jak się masz? | Привет | Как дела? | Кто ты? | Где ты живёшь? | 你好 | 你是谁? | 今天天气怎么样? | こんにちは |
    お元気ですか | 안녕하세요 | مرحبا | Merhaba | Nasılsın? | Γεια σου | Τι κάνεις; | नमस्ते | Quo vadis? | Salve | Ich
    verstehe nicht | Können Sie mir helfen? | Où est la gare?
""",
    "|",
)
_SYLLABLES = words.listed("""
    ba be bo ca ce da do du el en er es fa fo ga ge gi ha he in is ja ka ko la le lo ma mi mo na ne no on or pa
    pe po qua ra re ro sa se so ta te ti to tra ul un va ve vi wo xa yo za zi ment tion ing able ness ful ist th
    sh ch ck
""")


def invented_word(rng: Random) -> str:
    """A word that no list holds."""
    word = "".join(pick(rng, _SYLLABLES) for _ in range(2 + int(rng.random() * 3)))
    return word.capitalize() if rng.random() < 0.4 else word


def nonsense(rng: Random) -> str:
    """Keyboard noise, lone signs, made-up words."""
    kind = rng.random()
    if kind < 0.4:
        return "".join(pick(rng, "abcdefghijklmnopqrstuvwxyz") for _ in range(2 + int(rng.random() * 14)))
    if kind < 0.55:
        return "".join(pick(rng, "!?.,;:#*+-/()[]{}%&$@ 0123456789") for _ in range(1 + int(rng.random() * 12)))
    if kind < 0.65:
        return "".join(
            chr(pick(rng, (0x1F300, 0x400, 0x4E00, 0x600, 0xC0, 0x3040, 0x2500)) + int(rng.random() * 80))
            for _ in range(1 + int(rng.random() * 10))
        )
    return " ".join(invented_word(rng) for _ in range(1 + int(rng.random() * 9)))


def long_text(rng: Random) -> str:
    """A long text without a question, as someone might paste."""
    pool = [*words.MEALS, *words.TOWNS, *words.JOBS, "the", "and", "of", "is", "was", "in", "a", "to"]
    sentences = []
    for _ in range(4 + int(rng.random() * 14)):
        line = [
            invented_word(rng).lower() if rng.random() < 0.5 else pick(rng, pool)
            for _ in range(4 + int(rng.random() * 9))
        ]
        sentences.append(" ".join(line).capitalize() + ".")
    return " ".join(sentences)


def outside(rng: Random) -> str:
    """A random thing to ask that the world does not hold."""
    kind = rng.random()
    if kind < 0.16:
        x = pick(rng, _SCIENCE) if rng.random() < 0.5 else invented_word(rng)
        y = pick(rng, _SCIENCE) if rng.random() < 0.5 else invented_word(rng)
        return pick(rng, _TASKS).format(x=x, y=y, l=pick(rng, _LANGUAGES))
    if kind < 0.30:
        names = _FAMOUS if rng.random() < 0.4 else [invented_word(rng).capitalize() for _ in range(2)]
        return pick(rng, _ON_FAMOUS).format(f=pick(rng, names), g=pick(rng, names))
    if kind < 0.44:
        names = (
            _REALMS if rng.random() < 0.35 else _CITIES if rng.random() < 0.4 else [invented_word(rng).capitalize()] * 2
        )
        return pick(rng, _ON_REALMS).format(r=pick(rng, names), s=pick(rng, names))
    if kind < 0.60:
        thing = pick(rng, (*words.JOBS, *words.PETS, *_EVERYDAY))
        return pick(rng, _ON_THINGS).format(t=thing, a=article(thing))
    if kind < 0.64:
        return pick(rng, _WITH_YEARS).format(
            y=1000 + int(rng.random() * 1050),
            n=int(rng.random() * 120),
            m=int(rng.random() * 900),
            l=pick(rng, _LANGUAGES),
            r=pick(rng, _REALMS),
            x=pick(rng, _SCIENCE) if rng.random() < 0.3 else invented_word(rng),
        )
    if kind < 0.68:
        return pick(rng, _ON_PEOPLE).format(n=f"{pick(rng, words.FIRST_NAMES)} {pick(rng, words.LAST_NAMES)}")
    if kind < 0.78:
        return pick(rng, _PLAIN).strip()
    if kind < 0.86:
        return pick(rng, _FOREIGN).strip()
    if kind < 0.97:
        return nonsense(rng)
    return long_text(rng)


_EVERYDAY = words.listed("""
    table chair bed car bus train bicycle truck boat hammer saw drill piano guitar drum shirt coat hat shoe
    house tree book clock door lamp key ship plane
""")
