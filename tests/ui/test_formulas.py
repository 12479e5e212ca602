"""Formulas, and what only looks like one: every character of a formula is shown as it was written."""

from __future__ import annotations

import random

import pytest
from pytestqt.qtbot import QtBot

from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.answer.formulas import Formulas, open_formula
from weighin.ui.theme import Theme

# Markdown, and what of it is to be seen as it stands.
AS_WRITTEN = [
    (r"The product \(x^{*}y^{*}\).", r"\(x^{*}y^{*}\)"),
    (r"\(n\) things", r"\(n\)"),
    (r"\[ a_1*b_2*c_3 \]", r"\[ a_1*b_2*c_3 \]"),
    ("It is $a*b*c$ here.", "$a*b*c$"),
    ("$$ _x_ * _y_ $$", "$$ _x_ * _y_ $$"),
    (r"\begin{aligned} a*b*c &= d \\[4pt] _e_ \end{aligned}", r"\begin{aligned} a*b*c &= d \\[4pt] _e_ \end{aligned}"),
    (r"Thin: $a\,b\;c\!d\_e$, \(a\,b\)", r"$a\,b\;c\!d\_e$, \(a\,b\)"),
    (r"$\text{cost } \$5 \ast 3$", r"$\text{cost } \$5 \ast 3$"),
    (r"\[x \\ \] y", r"\[x \\ \] y"),
    (r"$x &lt; y ~~z~~ [1](2) <b> ![a](b)$", r"$x &lt; y ~~z~~ [1](2) <b> ![a](b)$"),
    ("The $n$th of **$a*b*c$**, ($x*y*z$), *$p*q*r$*.", "The $n$th of $a*b*c$, ($x*y*z$), $p*q*r$."),
    ("$ x_{*}y_{*} $", "$ x_{*}y_{*} $"),
    ("# The law $a*b*c$", "The law $a*b*c$"),
    ("$$\na = b\n- c\n+ d\n> e\n# f\n---\n1. g\n$$", "$$\na = b\n- c\n+ d\n> e\n# f\n---\n1. g\n$$"),
    ("\\[\n\na*b*c\n\n= d\n\n\\]", "\\[\n\na*b*c\n\n= d\n\n\\]"),
    ("So \\[ a\n- b*c*d \\] ends.", "So \\[ a\n- b*c*d \\] ends."),
    ("> \\[\n> a*b*c\n> \\]", "\\[\na*b*c\n\\]"),
    ("1. first:\n   \\[\n   a*b*c\n   \\]\n2. second", "\\[\na*b*c\n\\]"),
    ("- $$\n  x*y*z\n  $$", "$$\nx*y*z\n$$"),
    ("So 2*3*4 = 24.", "So 2*3*4 = 24."),
    ("2*3 = 6 and 4*5 = 20, **2*3*4**", "2*3 = 6 and 4*5 = 20, 2*3*4"),
    ("2**3**4, (2*3)*4*5, 2*pi*r, a*b*c, -2*-3*4, x_1*2*x", "2**3**4, (2*3)*4*5, 2*pi*r, a*b*c, -2*-3*4, x_1*2*x"),
    ("It costs $5 and $6, US$7, $8-$9.", "It costs $5 and $6, US$7, $8-$9."),
    ("See[^1].\n\n[^1]: https://example.org/a", "[^1]: https://example.org/a"),
    (
        'Text\n\n[1]: https://example.org/a_b_c "The *title*"\n[2]: <x>',
        '[1]: https://example.org/a_b_c "The *title*"\n[2]: <x>',
    ),
    ("Use List<String>.", "Use List<String>."),
    ("\ue000 and $a*b*c$ and `\ue0010\ue001`", "\ue000 and $a*b*c$ and \ue0010\ue001"),
]

# Markdown's own rules hold here.
NO_FORMULA = [
    ("**$5** and *more* for **$6**", "$5 and more for $6"),
    ("$5 million *profit* and 3$ *loss*", "$5 million profit and 3$ loss"),
    (r"costs \$5 and \$6, 3 \* 4, \*x\*", "costs $5 and $6, 3 * 4, *x*"),
    ("un*frigging*believable, *2*3*, 5*note*", "unfriggingbelievable, 23*, 5note"),
    ("$HOME is *not* $PATH", "$HOME is not $PATH"),
    ("`$a` *or* `$b`", "$a or $b"),
    (r"a \\(b\\) *c*", r"a \(b\) c"),
    ("A \\( that *ends*\n\nnowhere *x*", "A ( that ends\nnowhere x"),
    ("$$ alone\n\n*x* $$", "$$ alone\nx $$"),
    ("[a](http://x.example/$b$c*d*e) *f*", "a f"),
]


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> AnswerView:
    made = AnswerView(theme, "Answer of lane A")
    qtbot.addWidget(made)
    made.resize(500, 400)
    return made


def show(qtbot: QtBot, view: AnswerView, text: str) -> str:
    view.show_answer(text)
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    return view.toPlainText()


@pytest.mark.parametrize(("text", "seen"), AS_WRITTEN, ids=[case[0][:40] for case in AS_WRITTEN])
def test_a_formula_is_shown_as_it_was_written(qtbot: QtBot, view: AnswerView, text: str, seen: str) -> None:
    assert seen in show(qtbot, view, text)


@pytest.mark.parametrize(("text", "seen"), NO_FORMULA, ids=[case[0][:40] for case in NO_FORMULA])
def test_what_is_no_formula_is_markdown(qtbot: QtBot, view: AnswerView, text: str, seen: str) -> None:
    assert show(qtbot, view, text) == seen


def test_in_code_nothing_is_changed(qtbot: QtBot, view: AnswerView) -> None:
    code = 'x = "$a*b*c$"  # \\(n\\) 2*3*4\n\\[\n\n  y\n\\]\n[^1]: https://example.org'
    inner = r"$a*b*c$ \(n\) 2*3*4"
    shown = show(
        qtbot,
        view,
        f"Before `{inner}` and ``` $x$ ```.\n\n```python\n{code}\n```\n\n> ```\n> {inner}\n> ```\n\n"
        f"    {inner}\n\nAfter.",
    )
    assert code in shown
    assert shown.count(inner) == 3


def test_formulas_in_a_table_stay_in_their_cells(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "| f | g |\n|---|---|\n| $|a|*b*c$ | \\(x^{*}y^{*}\\) |\n| costs $5 | or $6 |\n| 2*3*4 | *z* |")
    table = view.textCursor().document().rootFrame().childFrames()[0]
    cells = [[table.cellAt(row, column).firstCursorPosition().block().text() for column in (0, 1)] for row in range(4)]
    assert cells == [["f", "g"], ["$|a|*b*c$", r"\(x^{*}y^{*}\)"], ["costs $5", "or $6"], ["2*3*4", "z"]]


@pytest.mark.parametrize("seed", range(3))
def test_split_across_tokens_they_end_the_same(qtbot: QtBot, view: AnswerView, seed: int) -> None:
    chance = random.Random(seed)
    text = "\n\n".join(case[0] for case in AS_WRITTEN)
    whole = show(qtbot, view, text)
    view.begin()
    at = 0
    while at < len(text):
        piece = chance.randint(1, 7)
        view.feed(text[at : at + piece])
        at += piece
        if chance.random() < 0.3:
            view.render_now()
    view.finish()
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    assert view.toPlainText() == whole


@pytest.mark.parametrize("opened", [r"So \(x^{*}y^{*", "$$\n_a_ * b\n\n_c_", "\\[\n\n*a*", r"\begin{align} *a*"])
def test_while_it_is_written_it_is_a_formula_already(qtbot: QtBot, view: AnswerView, opened: str) -> None:
    view.begin()
    view.feed(opened)
    view.render_now()
    assert view.toPlainText() == opened


def test_a_long_formula_is_not_cut(qtbot: QtBot, view: AnswerView) -> None:
    rows = "\n".join(f"a_{{{n}}}*b*c &= {n} \\\\" for n in range(150))
    line = r"\(" + "*".join(f"x_{{{n}}}" for n in range(150)) + r"\)"
    shown = show(qtbot, view, f"$$\n{rows}\n$$\n\n{'word ' * 300}{line} end")
    assert rows in shown and line in shown


def test_text_without_formulas_is_not_touched() -> None:
    formulas = Formulas("plain *text*")
    assert formulas.markdown == "plain *text*" and formulas.put_back(()) == ()


PIECES = (
    *(
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$",
        "$$",
        "*",
        "**",
        "2",
        "a",
        "`",
        "``",
        " ",
        "\\",
        "\ue000",
        "\ue001",
        "](",
        "<http:",
    ),
    *("\\begin{x}", "\\end{x}", "https://", "_", ".", "5", ":", "(", ")", "\n", "\n\n"),
)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_whatever_is_written(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5000):
        text = "".join(chance.choices(PIECES, k=chance.randint(0, 14)))
        formulas = Formulas(text, unfinished=chance.random() < 0.5)
        # Only blanks that a list puts before each line of a formula may go.
        assert formulas.restored(formulas.markdown).replace(" ", "") == text.replace(" ", "")
        assert -1 <= open_formula(text) < max(1, len(text))


def test_marks_of_its_own_are_chosen_anew() -> None:
    text = "".join(map(chr, range(0xE000, 0xE100))) + "0\ue000 $a*b*c$"
    formulas = Formulas(text)
    assert formulas.markdown != text and formulas.restored(formulas.markdown) == text
