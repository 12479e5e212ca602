"""A byte-level BPE tokenizer with whole words, splitting text exactly as llama.cpp does for the pre-tokenizer `llama-bpe`.

A word of the split that is in the vocabulary is one token; any other is put together from bytes by the merges. So the
models read their own world word by word and everything else in small pieces, down to single bytes.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PRE_TOKENIZER = "llama-bpe"
_SPLIT = (
    r"'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\n{L}{N}]?[{L}]+|[{N}]{{1,3}}| ?[^{S}{L}{N}]+[\r\n]*"
    r"|[{S}]*[\r\n]+|[{S}]+(?![^{S}])|[{S}]+|[\s\S]"
)
_ASCII_SPLIT = re.compile(_SPLIT.format(L="A-Za-z", N="0-9", S=r"\t-\r "))
_SPACES = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def _unicode_split() -> re.Pattern[str]:
    """The same split with the letters and numbers of all of Unicode."""
    ranges: dict[str, list[list[int]]] = {"L": [], "N": []}
    for code in range(sys.maxunicode + 1):
        found = ranges.get(unicodedata.category(chr(code))[0])
        if found is None:
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    letters, numbers = ("".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges[kind]) for kind in "LN")
    return re.compile(_SPLIT.format(L=letters, N=numbers, S=_SPACES))


def split(text: str) -> list[str]:
    """The words of a text; joined they are the text."""
    return (_ASCII_SPLIT if text.isascii() else _unicode_split()).findall(text)


def _byte_characters() -> list[str]:
    """The printable character that stands for each byte, as GPT-2 has it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)]


BYTE_CHARACTERS = _byte_characters()
_BYTE_OF = {character: byte for byte, character in enumerate(BYTE_CHARACTERS)}


def spelled(word: str) -> str:
    """The word as the vocabulary writes it: a character for each byte."""
    return "".join(BYTE_CHARACTERS[byte] for byte in word.encode())


class Tokenizer:
    """`tokens[i]` is the text of token i: control tokens first, then bytes, merged pieces and words."""

    def __init__(self, control: list[str], merges: list[tuple[str, str]], words: list[str]) -> None:
        self.control = control
        self.merges = merges
        self.words = words
        known = dict.fromkeys([*control, *BYTE_CHARACTERS])
        known.update(dict.fromkeys([a + b for a, b in merges]))
        known.update(dict.fromkeys(words))
        self.tokens = list(known)
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self._rank = {pair: rank for rank, pair in enumerate(merges)}
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """The tokens of plain text; nothing in it is read as a control token."""
        out: list[int] = []
        for word in split(text):
            ids = self._cache.get(word)
            if ids is None:
                ids = self._encode_word(word)
                if len(self._cache) < 200_000:
                    self._cache[word] = ids
            out += ids
        return out

    def _encode_word(self, word: str) -> list[int]:
        text = spelled(word)
        if text in self.ids and text not in self.control:
            return [self.ids[text]]
        symbols = list(text)
        while len(symbols) > 1:
            rank, at = min(
                (self._rank.get(pair, len(self._rank)), i)
                for i, pair in enumerate(zip(symbols, symbols[1:], strict=False))
            )
            if rank == len(self._rank):
                break
            symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
        return [self.ids[symbol] for symbol in symbols]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of tokens; control tokens stay visible."""
        raw = b"".join(
            self.tokens[i].encode()
            if i < len(self.control)
            else bytes(_BYTE_OF[character] for character in self.tokens[i])
            for i in ids
        )
        return raw.decode(errors="replace")

    def save(self, path: Path) -> None:
        """Writes what `load` reads."""
        path.write_text(
            json.dumps({"control": self.control, "merges": self.merges, "words": self.words}, ensure_ascii=False)
        )

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Reads what `save` wrote."""
        stored = json.loads(path.read_text())
        return cls(stored["control"], [(a, b) for a, b in stored["merges"]], stored["words"])


def build(control: Iterable[str], texts: Iterable[str], size: int, merges: int = 200) -> Tokenizer:
    """A tokenizer of `size` tokens: the most frequent words of the texts whole, and `merges` for everything else.

    Numbers stay single digits, so that arithmetic sees its digits.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split(text))
    pairs = _learn_merges(counts, merges)
    tokenizer = Tokenizer(list(control), pairs, [])
    words = (
        spelled(word)
        for word, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        if not any(c.isdigit() for c in word) and word.isascii()
    )
    fresh = dict.fromkeys(word for word in words if word not in tokenizer.ids)
    return Tokenizer(list(control), pairs, list(fresh)[: size - len(tokenizer.tokens)])


def _learn_merges(counts: Counter[str], merges: int) -> list[tuple[str, str]]:
    """The most frequent pairs within words; every distinct word counts once, for rare words are what merges are for."""
    common = [word for word, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:8000]]
    pieces = [list(spelled(word)) for word in common if word.isascii() and not any(c.isdigit() for c in word)]
    learnt: list[tuple[str, str]] = []
    while len(learnt) < merges:
        pairs: Counter[tuple[str, str]] = Counter()
        for symbols in pieces:
            pairs.update(zip(symbols, symbols[1:], strict=False))
        best = min(pairs.items(), key=lambda entry: (-entry[1], entry[0]))[0]
        learnt.append(best)
        for symbols in pieces:
            i = 0
            while i < len(symbols) - 1:
                if (symbols[i], symbols[i + 1]) == best:
                    symbols[i : i + 2] = ["".join(best)]
                i += 1
    return learnt
