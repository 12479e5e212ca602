"""Drawing questions: proportional, fixed, nested."""

from __future__ import annotations

import pytest

from weighin.core.errors import AppError
from weighin.core.evaluations.questions import Question, QuestionSet, checksum, set_checksum
from weighin.core.evaluations.sample import BLOCK, allocate, draw


def rows(subject: str, count: int, split: str = "test") -> list[Question]:
    return [Question(subject, split, i, f"{subject} {i}?", ("a", "b", "c", "d"), i % 4) for i in range(count)]


def test_largest_remainder_gives_every_vote_away():
    counts = allocate({"law": 1534, "algebra": 100, "trivia": 783}, 100)
    assert counts == {"law": 64, "trivia": 32, "algebra": 4}
    assert sum(allocate({"a": 1, "b": 1, "c": 1}, 2).values()) == 2
    assert allocate({"a": 3, "b": 5}, 8) == {"a": 3, "b": 5}
    assert allocate({"a": 3, "b": 5}, 0) == {"a": 0, "b": 0}


def test_the_same_seed_draws_the_same_questions_in_the_same_order():
    questions = rows("law", 300) + rows("algebra", 40) + rows("trivia", 160)
    one, other = draw(questions, 50, 42), draw(list(reversed(questions)), 50, 42)
    assert one == other
    assert one.questions != draw(questions, 50, 43).questions


def test_a_larger_sample_holds_the_smaller_one():
    questions = rows("law", 300) + rows("algebra", 40) + rows("trivia", 160)
    small, large = draw(questions, 50, 1), draw(questions, 200, 1)
    assert {q.id for q in small.questions} < {q.id for q in large.questions}


def test_all_questions_are_all_questions():
    questions = rows("law", 150) + rows("algebra", 7)
    sample = draw(questions, 157, 5)
    assert sample.whole
    assert {q.id for q in sample.questions} == {q.id for q in questions}
    assert max(len(block.questions) for block in sample.blocks) == BLOCK
    subjects = [block.subject for block in sample.blocks]
    assert subjects == sorted(subjects, key=subjects.index)  # blocks of one subject follow each other


def test_rows_are_drawn_from_the_whole_file():
    numbers = [q.row for q in draw(rows("law", 1000), 20, 42).questions]
    assert max(numbers) > 500
    assert numbers != sorted(numbers)


def test_more_than_there_are_is_refused():
    with pytest.raises(AppError, match="There are 5 questions"):
        draw(rows("law", 5), 6, 1)


def test_the_checksum_is_that_of_canonical_json_lines():
    # sha256 of '["s",0,"\nä \\"q\\"","None","2","3","4","B"]\n'
    question = Question("s", "test", 0, '\nä "q"', ("None", "2", "3", "4"), 1)
    import hashlib

    line = '["s",0,"\\nä \\"q\\"","None","2","3","4","B"]\n'
    assert checksum((question,)) == hashlib.sha256(line.encode()).hexdigest()
    assert set_checksum((question,)) != checksum((question,))


def test_a_set_knows_its_splits_subjects_and_examples():
    questions = tuple(rows("law", 5, "dev") + rows("law", 9) + rows("art", 3))
    whole = QuestionSet("k", "t", questions, set_checksum(questions))
    assert whole.splits == ("test", "dev")
    assert whole.subjects("test") == {"art": 3, "law": 9}
    assert [q.row for q in whole.examples("law")] == [0, 1, 2, 3, 4]
