"""What both models should learn about numbers: adding, taking away, counting, comparing, sorting."""

from random import Random

from . import words
from .item import Item
from .phrases import below, pick, said


def number_word(n: int) -> str:
    """0..99 in words."""
    if n < 20:
        return words.NUMBERS[n]
    tens, ones = divmod(n, 10)
    return words.TENS[tens - 2] + (f"-{words.NUMBERS[ones]}" if ones else "")


NUMBER_WORDS = [number_word(n) for n in range(100)]

NUMBER_DIGITS = [str(n) for n in range(200)]


def near(n: int, low: int, high: int) -> list[int]:
    """Numbers close to n within the bounds, without n: wrong options that are not silly."""
    return [k for k in range(max(low, n - 6), min(high, n + 6) + 1) if k != n]


def _numbers(rng: Random, spelled_top: int, digit_top: int) -> tuple[bool, int]:
    """Whether to spell numbers out, and the largest number then."""
    spelled = rng.random() < 0.5
    return spelled, spelled_top if spelled else digit_top


def _arithmetic(rng: Random, subject: str, key: str, wordings, a: int, b: int, result: int, spelled: bool) -> Item:
    form = NUMBER_WORDS if spelled else NUMBER_DIGITS
    question = pick(rng, wordings).format(a=form[a], b=form[b])
    pool = [form[k] for k in near(result, 0, 99 if spelled else 198)]
    return Item(subject, key, question, said(form[result]), form[result], pool)


SUM_WORDINGS = ("What is {a} plus {b}?",) * 4 + (
    "How much is {a} plus {b}?",
    "What is {a} and {b}?",
    "Add {a} and {b}.",
    "{a} plus {b}?",
    "What is the sum of {a} and {b}?",
    "How much is {a} and {b} together?",
    "I have {a} apples and get {b} more. How many?",
)

SUM_SIGNS = ("What is {a} + {b}?",) * 4 + (
    "{a} + {b}",
    "{a}+{b}",
    "{a} + {b} =",
    "What is {a}+{b}?",
    "How much is {a} + {b}?",
)

TAKE_WORDINGS = ("What is {a} minus {b}?",) * 4 + (
    "How much is {a} minus {b}?",
    "Take {b} from {a}.",
    "{a} minus {b}?",
    "What is {a} take away {b}?",
    "I have {a} apples and lose {b}. How many are left?",
)

TAKE_SIGNS = ("What is {a} - {b}?",) * 4 + (
    "{a} - {b}",
    "{a}-{b}",
    "{a} - {b} =",
    "What is {a}-{b}?",
    "How much is {a} - {b}?",
)


def total(rng: Random) -> Item:
    """A sum of two numbers, in words up to 20 or in digits up to 99."""
    spelled, top = _numbers(rng, 20, 20 if rng.random() < 0.5 else 99)
    a, b = below(rng, top + 1), below(rng, top + 1)
    wordings = SUM_WORDINGS if spelled or rng.random() < 0.4 else SUM_SIGNS
    return _arithmetic(rng, "sums", f"sum {min(a, b)} {max(a, b)}", wordings, a, b, a + b, spelled)


def difference(rng: Random) -> Item:
    """A difference that is not below zero."""
    spelled, top = _numbers(rng, 20, 20 if rng.random() < 0.5 else 99)
    a, b = below(rng, top + 1), below(rng, top + 1)
    a, b = max(a, b), min(a, b)
    wordings = TAKE_WORDINGS if spelled or rng.random() < 0.4 else TAKE_SIGNS
    return _arithmetic(rng, "differences", f"difference {a} {b}", wordings, a, b, a - b, spelled)


def neighbour_number(rng: Random) -> Item:
    """The number before or after a number."""
    spelled, top = _numbers(rng, 50, 98)
    n, after = 1 + below(rng, top), rng.random() < 0.5
    form = NUMBER_WORDS if spelled else NUMBER_DIGITS
    way = "after" if after else "before"
    wording = pick(rng, ("What number comes {w} {n}?", "Which number is {w} {n}?", "What comes {w} {n}?"))
    result = n + 1 if after else n - 1
    return Item(
        "counting",
        f"{wording} {way} {spelled} {n}",
        wording.format(w=way, n=form[n]),
        said(form[result]),
        form[result],
        [form[k] for k in near(result, 0, 99) if k != n],
    )


def count_range(rng: Random) -> Item:
    """Counting from one number to another, up or down."""
    spelled = rng.random() < 0.6
    start, length = below(rng, 20), 2 + below(rng, 9)
    if rng.random() < 0.15:
        start, length = 1, pick(rng, (5, 10, 12, 15, 20))
    end = start + length - 1
    down = rng.random() < 0.25
    numbers = range(start, end + 1)[::-1] if down else range(start, end + 1)
    form = NUMBER_WORDS if spelled else NUMBER_DIGITS
    first, last = numbers[0], numbers[-1]
    question = pick(
        rng, ("Count from {a} to {b}.",) * 3 + ("Can you count from {a} to {b}?", "Please count from {a} to {b}.")
    )
    spoken = ", ".join(form[k] for k in numbers)
    # everybody asks to count from one, so only other ranges are held out
    key = "count from one" if first == 1 else f"count {first} {last}"
    return Item("counting", key, question.format(a=form[first], b=form[last]), said(spoken), spoken, [])


def compare_numbers(rng: Random) -> Item:
    """Which of two numbers is bigger or smaller."""
    spelled, top = _numbers(rng, 20, 20 if rng.random() < 0.4 else 99)
    a, b = below(rng, top + 1), below(rng, top)
    b += b >= a
    bigger = rng.random() < 0.5
    form = NUMBER_WORDS if spelled else NUMBER_DIGITS
    name = pick(rng, ("bigger", "larger", "more") if bigger else ("smaller", "smaller", "less"))
    wording = pick(rng, ("Which is {w}, {a} or {b}?", "Which number is {w}, {a} or {b}?", "What is {w}: {a} or {b}?"))
    result = form[max(a, b) if bigger else min(a, b)]
    return Item(
        "comparisons",
        f"bigger {min(a, b)} {max(a, b)}",
        wording.format(w=name, a=form[a], b=form[b]),
        said(result),
        result,
        [form[a], form[b], *(form[k] for k in near(a, 0, top)[:4])],
    )


def sort_numbers(rng: Random) -> Item:
    """Three to five numbers put in order."""
    spelled, top = _numbers(rng, 20, 20 if rng.random() < 0.7 else 99)
    numbers = [below(rng, top + 1) for _ in range(3 + below(rng, 2))]
    if len(set(numbers)) < len(numbers):
        return sort_numbers(rng)
    form = NUMBER_WORDS if spelled else NUMBER_DIGITS
    listed = ", ".join(form[n] for n in numbers)
    wording = pick(rng, ("Put these numbers in order: {l}.", "Sort these numbers: {l}.", "Sort {l}."))
    result = ", ".join(form[n] for n in sorted(numbers))
    pool = [", ".join(form[n] for n in rng.sample(numbers, len(numbers))) for _ in range(12)]
    pool.append(", ".join(form[n] for n in sorted(numbers)[::-1]))
    return Item("lists", f"sort {listed}", wording.format(l=listed), said(result), result, pool)
