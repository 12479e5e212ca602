"""The graded sets that come along: right answers are computed again, and told from wrong ones."""

from __future__ import annotations

import json
import re
from calendar import isleap, monthcalendar
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import lcm
from typing import Any

import pytest
from tests.unit.core.prompts.solutions import SOLUTIONS, WRONG

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.rules import check_here
from weighin.core.prompts.builtin_sets import load_sets
from weighin.core.prompts.prompt_files import parse_prompts
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.core.prompts.prompt_toml import set_toml
from weighin.paths import resources

SETS = {one.id.removeprefix("builtin:"): one for one in load_sets(resources())}
GRADED = ("arithmetic", "dates", "extraction", "instructions", "python", "word-problems")

SUMS: dict[str, Fraction | int] = {
    "Crates of bottles": 24 * 13,
    "Pages left": 412 - 285,
    "Chairs in rows": Fraction(192, 16),
    "Two purses": Fraction("17.85") + Fraction("9.40"),
    "A colder morning": 4 - 11,
    "Bus tickets": 2 * 3 + 5 * Fraction(3, 2),
    "Eggs in boxes": Fraction(8 * 5 * 3, 10) - 2,
    "Change": 20 - 4 * Fraction("2.30") - Fraction("1.95"),
    "Stairs": 9 * 19 * 2,
    "Fence posts": 60 // 4 + 1,
    "Shared apples": Fraction(48) * Fraction(2, 3) * Fraction(3, 4),
    "Flour": Fraction(3, 4) / 6 * 10,
    "Half of a third": Fraction(90) / 3 / 2 + Fraction(40, 5),
    "Filled tank": 18 / (Fraction(1, 2) - Fraction(2, 5)),
    "Cheaper coat": 160 * Fraction(85, 100),
    "Up and down": 200 * Fraction(120, 100) * Fraction(80, 100),
    "Share of votes": Fraction(105, 250) * 100,
    "Before the rise": 810 / Fraction(108, 100),
    "Train": 140 / Fraction(105, 60),
    "Two pumps": 1 / (Fraction(1, 6) + Fraction(1, 3)),
    "Reading time": 40 * Fraction((17 * 60 + 55) - (16 * 60 + 10), 60),
    "Meeting on the road": Fraction(90, 14 + 16),
    "Baker": 36 + 2 * 36 - 15,
    "Allotment": Fraction(7 * 12) * Fraction(3, 4) + 9,
    "Ferry": 28 * (6 * 9 + 5),
    "Savings": 35 * 14 - 385 - 29,
    "Choir": Fraction(54) * Fraction(2, 3) - (Fraction(54, 3) + 6),
    "Paint": Fraction((2 * 5 * 3 + 2 * 4 * 3 - 2) * 2, 8),
    "Library": sum(120 - 15 * day for day in range(5)),
    "Age": next(age for age in range(100) if age + 6 + age - 4 + 6 == 40),
    "Printer": 2 * 500 - 22 * (15 + 25),
    "Market stall": 14 * 18 + 14 * Fraction(3, 2) * 12,
    "Hike": Fraction(12, 4) * 60 + Fraction(12, 6) * 60 + 45,
    "Water meter": 9600 + 9600 * Fraction(9, 10) + 9600 * Fraction(9, 10) + 540,
    "Coins": next(fifty for fifty in range(46) if 50 * fifty + 20 * (45 - fifty) == 1500),
    "Bus routes": lcm(12, 15, 20),
    "Team": Fraction(1250 - 2 * 175, 3),
}


def weekday(day: date) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()]


_MONDAY, _FRIDAY = date(2025, 1, 6), date(2025, 1, 3)
DAYS: dict[str, str | int] = {
    "Weekday of a date": weekday(date(2023, 3, 14)),
    "Weekday in a leap year": weekday(date(2024, 2, 29)),
    "A hundred days from a Monday": weekday(_MONDAY + timedelta(100)),
    "Weekday two weeks and three days ago": weekday(_FRIDAY - timedelta(17)),
    "Fridays in a month": sum(week[4] > 0 for week in monthcalendar(2025, 8)),
    "Ninety days later": str(date(2025, 1, 20) + timedelta(90)),
    "Over the end of February": str(date(2023, 2, 27) + timedelta(3)),
    "Over the end of February in a leap year": str(date(2024, 2, 27) + timedelta(3)),
    "Six weeks before": str(date(2026, 1, 1) - timedelta(weeks=6)),
    "Payment due": str(date(2025, 11, 18) + timedelta(45)),
    "Days in a span": (date(2025, 7, 12) - date(2025, 4, 3)).days,
    "Days of a year so far": date(2024, 10, 1).timetuple().tm_yday,
    "Nights away": (date(2025, 1, 6) - date(2024, 12, 27)).days,
    "Days to the end of the year": (date(2023, 12, 31) - date(2023, 8, 15)).days,
    "Age on a day": 2025 - 1987 - ((9, 8) < (9, 9)),
    "American order": str(datetime.strptime("07/04/1998", "%m/%d/%Y").date()),
    "From words": str(date(2009, 11, 22)),
    "Leap years": "ABCD"[[isleap(year) for year in (1996, 2000, 1900, 2012)].index(False)],
    "Leap years in a span": sum(map(isleap, range(1995, 2016))),
    "Midnight and time zones": str((datetime(2025, 5, 31, 23, 30) + timedelta(hours=1)).date()),
}

# Of each prompt a good answer and a bad one.
FOLLOWED: dict[str, tuple[str, str]] = {
    "One word": ("yes", "Yes."),
    "Word for word": ("The grey cat sat on the third step.", "Sure: The grey cat sat on the third step."),
    "Not answered": ("OK", "4"),
    "Backwards": ("lantern"[::-1], "nretnla"),
    "Without vowels": (re.sub("[aeiou]", "", "winter light"), "wntr light"),
    "Capital letters": ("WHITE", "White"),
    "No letter e": ("My dog runs fast today.", "The dog runs very fast."),
    "Initials": ("".join(word[0] for word in ("River", "Orange", "Cloud", "Kettle")), "R O C K"),
    "Alphabetical order": ("-".join(sorted(["pear", "apple", "fig", "cherry"])), "pear-apple-fig-cherry"),
    "Third word": (["Every", "evening", "seven", "geese", "cross", "the", "pond."][2], "evening"),
    "Counting in words": ("five four three two one", "one two three four five"),
    "Three lines": ("- apple\n- pear\n- fig\n", "Here they are:\n- apple\n- pear\n- fig"),
    "Four words": ("Bees pollinate flowers, tirelessly.", "Bees make honey."),
    "Two words to use, one to avoid": ("The bridge spans a river.", "The bridge over the river shades the water."),
    "A table": ("| Name | Age |\n|---|---:|\n| Ada | 36 |\n| Ben | 41 |", "| Name | Age |\n| Ada | 36 |\n| Ben | 41 |"),
    "A letter": ("B", "C"),
    "Not in the text": ("unknown", "1900"),
}  # fmt: skip


def prompts(*names: str) -> list[Any]:
    return [pytest.param(prompt, id=prompt.title) for name in names for prompt in SETS[name].prompts]


def is_right(expectation: Expectation, answer: str) -> bool:
    """Of texts, numbers and choices by the rules; of a regex as the standard library finds it."""
    if expectation.regex is not None:
        return re.search(expectation.regex, answer) is not None
    found = check_here(expectation, answer).right
    assert found is not None
    return found


@pytest.mark.parametrize("name", GRADED)
def test_each_set_is_graded_titled_and_readable_again(name: str) -> None:
    kept = SETS[name]
    assert 12 <= len(kept.prompts) <= 30
    assert all(prompt.expect and prompt.tag and prompt.title for prompt in kept.prompts)
    assert len({prompt.title for prompt in kept.prompts}) == len(kept.prompts)
    assert parse_prompts(set_toml(kept).encode()).prompts == kept.prompts


@pytest.mark.parametrize("prompt", prompts("arithmetic", "word-problems"))
def test_numbers_are_computed_again(prompt: SetPrompt) -> None:
    (expectation,) = prompt.expect
    assert expectation.number is not None
    assert Fraction(repr(expectation.number.value)) == SUMS[prompt.title]


def test_word_problems_say_that_they_are_not_gsm8k() -> None:
    kept = SETS["word-problems"]
    assert "not GSM8K" in kept.name
    row = json.dumps({"question": "Q", "answer": "x\n#### 1"}).encode()
    form = parse_prompts(row).prompts[0].text.removeprefix("Q")
    assert all(prompt.text.endswith(form) for prompt in kept.prompts)


@pytest.mark.parametrize("prompt", prompts("dates"))
def test_dates_are_computed_again(prompt: SetPrompt) -> None:
    (expectation,) = prompt.expect
    right = DAYS[prompt.title]
    assert is_right(expectation, str(right))
    assert not is_right(expectation, "2025-01-01" if expectation.kind is Kind.EXACT else "1")


@pytest.mark.parametrize("prompt", prompts("instructions"))
def test_instructions_followed_and_not(prompt: SetPrompt) -> None:
    good, bad = FOLLOWED[prompt.title]
    assert all(is_right(expectation, good) for expectation in prompt.expect)
    assert not all(is_right(expectation, bad) for expectation in prompt.expect)


@pytest.mark.parametrize("prompt", prompts("python"))
def test_tests_pass_a_solution_and_no_other(prompt: SetPrompt) -> None:
    (expectation,) = prompt.expect
    assert expectation.tests is not None
    space: dict[str, Any] = {}
    exec(SOLUTIONS[prompt.title], space)
    exec(expectation.tests, space)
    for wrong in WRONG[prompt.title]:
        space = {}
        exec(wrong, space)
        with pytest.raises(Exception):  # noqa: B017 - whatever a wrong solution brings about
            exec(expectation.tests, space)


@pytest.mark.parametrize("prompt", prompts("extraction"))
def test_what_is_extracted_stands_in_the_text(prompt: SetPrompt) -> None:
    wanted = next(one.json for one in prompt.expect if one.json is not None)
    schema, equal = (json.loads(text) if text else {} for text in (wanted.schema, wanted.equal))
    assert schema or equal
    assert set(equal) <= set(schema.get("properties", equal))
    # Every key is asked for; every text stands there as it is, unless it is a date, a time or in small letters.
    keys = [*equal, *schema.get("required", ())]
    assert prompt.title == "Opening hours" or all(re.search(rf"\b{key}\b", prompt.text) for key in keys)
    for said in texts_in(equal):
        assert said.casefold() in prompt.text.casefold() or re.fullmatch(
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}", said
        )


def texts_in(value: Any) -> list[str]:
    if isinstance(value, (dict, list)):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in texts_in(one)]
    return [value] if isinstance(value, str) else []


def extracted(title: str) -> tuple[str, Any]:
    """The text of a prompt, and what the fields must equal."""
    prompt = next(prompt for prompt in SETS["extraction"].prompts if prompt.title == title)
    return prompt.text, next(json.loads(one.json.equal) for one in prompt.expect if one.json is not None)


def test_figures_of_the_extractions() -> None:
    assert extracted("Ages")[1] == {"Ravi": 41, "Mina": 41 - 3, "Arjun": 70}
    assert extracted("A total")[1]["total"] == 3 * 14 + 5
    delay = extracted("A delay")[1]
    assert f"{datetime.strptime(delay['planned'], '%H:%M') + timedelta(minutes=25):%H:%M}" == delay["expected"]
    text, counts = extracted("Counting levels")
    assert counts == {level: len(re.findall(f" {level.upper()} ", text)) for level in ("info", "warning", "error")}
    text, found = extracted("Only what is asked for")
    addresses = [one for one in re.findall(r"[\w.]+@[\w.]+\w", text) if one != "ann@example.com"]
    assert found == {"addresses": addresses}
