"""Solutions of the functions that a prompt set asks for, and some that look right and are not."""

from __future__ import annotations

SOLUTIONS = {
    "Leap year": "def is_leap(year): return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)",
    "Digits": "def digit_sum(number): return sum(map(int, str(abs(number))))",
    "Median": """
def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
""",
    "Roman numerals": """
def to_roman(number):
    found = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
                        (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        found += sign * (number // value)
        number %= value
    return found
""",
    "Palindrome": """
def is_palindrome(text):
    kept = [c for c in text.lower() if c.isalnum()]
    return kept == kept[::-1]
""",
    "Most frequent word": """
def top_word(text):
    words = [word.strip(".,;:!?").lower() for word in text.split()]
    return max(dict.fromkeys(words), key=words.count)
""",
    "Run lengths": """
from itertools import groupby
def squeeze(text):
    return "".join(f"{c}{len(list(run))}" for c, run in groupby(text))
""",
    "Brackets": """
def balanced(text):
    stack = []
    for c in text:
        if c in "([{":
            stack.append(c)
        elif c in ")]}" and (not stack or stack.pop() + c not in ("()", "[]", "{}")):
            return False
    return not stack
""",
    "Flatten": """
def flatten(values):
    found = []
    for value in values:
        found += flatten(value) if isinstance(value, list) else [value]
    return found
""",
    "Merged intervals": """
def merge(intervals):
    found = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
""",
    "Groups": """
def chunks(values, size):
    if size < 1:
        raise ValueError(size)
    return [values[at : at + size] for at in range(0, len(values), size)]
""",
    "Stack with a minimum": """
class MinStack:
    def __init__(self):
        self.values = []
    def push(self, value):
        self.values.append(value)
    def pop(self):
        return self.values.pop()
    def lowest(self):
        if not self.values:
            raise IndexError("empty")
        return min(self.values)
""",
    "Text to seconds": """
import re
def seconds(text):
    found = re.fullmatch(r"(?:(\\d+)h)?\\s*(?:(\\d+)m)?\\s*(?:(\\d+)s)?", text)
    if not found or not any(found.groups()):
        raise ValueError(text)
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest
""",
}

WRONG = {
    "Leap year": ("def is_leap(year): return year % 4 == 0", "def is_leap(year): return None"),
    "Digits": ("def digit_sum(number): return number % 9",),
    "Median": ("def median(values): values.sort(); return values[len(values) // 2]",),
    "Roman numerals": ("def to_roman(number): return 'I' * number",),
    "Palindrome": ("def is_palindrome(text): return text == text[::-1]",),
    "Most frequent word": ("def top_word(text): return max(text.split(), key=text.split().count)",),
    "Run lengths": ("def squeeze(text): return ''.join(f'{c}{text.count(c)}' for c in dict.fromkeys(text))",),
    "Brackets": ("def balanced(text): return all(text.count(a) == text.count(b) for a, b in ('()', '[]', '{}'))",),
    "Flatten": ("def flatten(values): return sum(values, [])",),
    "Merged intervals": (
        SOLUTIONS["Merged intervals"].replace("max(end, found[-1][1])", "end"),
        SOLUTIONS["Merged intervals"].replace("<=", "<"),
        SOLUTIONS["Merged intervals"].replace("sorted(intervals)", "intervals"),
    ),
    "Groups": (
        SOLUTIONS["Groups"].replace("size < 1", "size < -1"),
        "def chunks(values, size): return [values[:size], values[size:]]",
    ),
    "Stack with a minimum": (SOLUTIONS["Stack with a minimum"].replace('raise IndexError("empty")', "return None"),),
    "Text to seconds": (
        "def seconds(text): return int(text[:-1])",
        SOLUTIONS["Text to seconds"].replace("not any", "any"),
    ),
}  # fmt: skip
