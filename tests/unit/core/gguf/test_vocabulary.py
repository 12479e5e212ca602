"""Vocabularies compared by content."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest
from gguf import TokenType
from tests.support.gguf_files import bpe_vocabulary, make_header, make_model

from weighin.core.errors import AppError
from weighin.core.fidelity.vocabularies import vocabulary_refusal
from weighin.core.gguf.vocabulary import Vocabulary, VocabularyDifference, vocabulary_difference


def write(path: Path, change: str = "", number: int = 0, text: str = "", more: int = 0) -> Path:
    """A header with a vocabulary; `change`: "tokens", "types", "merges" at `number`, "bos" or "pre"."""
    tokens, types, merges = bpe_vocabulary()
    lists: dict[str, list] = {"tokens": tokens, "types": types, "merges": merges}
    if change in lists:
        lists[change][number] = TokenType.UNUSED if change == "types" else text
    tokens += [f"<extra{i}>" for i in range(more)]
    types += [TokenType.NORMAL] * more
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("other" if change == "pre" else "gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(number if change == "bos" else 3)
    writer.add_pad_token_id(number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def difference(tmp_path: Path, **change: object) -> VocabularyDifference | None:
    one = write(tmp_path / "one.gguf")
    return vocabulary_difference(Vocabulary(one), Vocabulary(write(tmp_path / "other.gguf", **change)))  # type: ignore


def test_the_same_vocabulary_is_the_same_whatever_it_is_padded_with(tmp_path: Path) -> None:
    assert difference(tmp_path, number=7) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"change": "tokens", "number": 40, "text": "strange\x1b[0m"}, "token 40 is “(” in BASE and “strange"),
        ({"change": "types", "number": 5}, "token 5 (“ą”) is normal in BASE and unused in Q4"),
        ({"change": "merges", "number": 1, "text": "q z"}, "merge 1 is “th e” in BASE and “q z” in Q4"),
        ({"change": "bos", "number": 9}, "the beginning token (BOS) is 3 in BASE and 9 in Q4"),
        ({"change": "pre"}, "the pre-tokenizer is gpt-2 in BASE and other in Q4"),
        ({"more": 2}, "token 267 is missing in BASE and “<extra0>” in Q4"),
    ],
)
def test_the_first_difference_is_named(tmp_path: Path, change: dict, words: str) -> None:
    found = difference(tmp_path, **change)
    assert found is not None
    sentence = vocabulary_refusal(found, "Q4")
    assert words in sentence and "\x1b" not in sentence, sentence
    assert sentence.startswith("Q4 has another vocabulary than BASE")


def test_two_kinds_of_tokenizers_differ_in_their_first_token(tmp_path: Path) -> None:
    bpe, spm = make_model(tmp_path / "bpe.gguf"), make_model(tmp_path / "spm.gguf", tokenizer="spm")
    found = vocabulary_difference(Vocabulary(bpe), Vocabulary(spm))
    assert found is not None and (found.index, found.other) == (0, "<unk>")


def test_a_file_without_a_vocabulary_differs_and_one_that_is_none_is_refused(tmp_path: Path) -> None:
    bare = make_header(tmp_path / "bare.gguf", "llama", {})
    found = vocabulary_difference(Vocabulary(write(tmp_path / "one.gguf")), Vocabulary(bare))
    assert found is not None and found.other is None
    (tmp_path / "text").write_text("no model")
    with pytest.raises(AppError):
        Vocabulary(tmp_path / "text")
