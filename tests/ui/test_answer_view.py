"""Showing what a model writes: streamed, cheap, and harmless."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument, QTextFormat
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.answer.boxes import in_sight
from weighin.ui.answer.formats import CODE
from weighin.ui.answer.inbox import SHOWN_CHARACTERS, SHOWN_LINES
from weighin.ui.theme import Theme

ALL_KINDS = """# Title

A paragraph with **bold**, *italic*, `code` and [a link](https://example.org/x).
Its second line.

1. one
2. two
   - inner

     more of inner
3. three

> quoted

```python
def f():

    return 1
```

| a | b |
|---|---|
| 1 | **2** |

After the table.

---

Last ![picture](https://example.org/p.png) <b>html</b> &amp; done"""


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> AnswerPanel:
    made = AnswerPanel(theme, "Answer of lane A")
    qtbot.addWidget(made)
    made.resize(500, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def view(panel: AnswerPanel) -> AnswerView:
    return panel.view


def settle(qtbot: QtBot, view: AnswerView) -> str:
    """Wait until everything is shown; the text shown."""
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    return view.toPlainText()


def show(qtbot: QtBot, view: AnswerView, text: str) -> str:
    view.show_answer(text)
    return settle(qtbot, view)


def test_markdown_is_shown_as_what_it_means(qtbot: QtBot, view: AnswerView) -> None:
    shown = show(qtbot, view, ALL_KINDS)
    for expected in ("Title", "A paragraph with bold, italic, code and a link.", "inner", "quoted", "    return 1"):
        assert expected in shown
    for mark in ("**", "```", "|---", "# "):
        assert mark not in shown
    html = view.toHtml()
    assert "<table" in html and "<ol" in html and "<ul" in html and 'href="https://example.org/x"' in html


@pytest.mark.parametrize("seed", range(4))
def test_streamed_in_pieces_it_ends_as_if_shown_at_once(qtbot: QtBot, view: AnswerView, seed: int) -> None:
    text = ALL_KINDS * 3
    at_once = show(qtbot, view, text)
    html = view.toHtml()
    rng = random.Random(seed)
    view.begin()
    start = 0
    while start < len(text):
        size = rng.choice((1, 3, 9, 200))
        view.feed(text[start : start + size])
        view.render_now()
        start += size
    view.finish()
    assert settle(qtbot, view) == at_once
    assert view.toHtml() == html


def test_the_unfinished_end_is_in_sight_while_it_is_written(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("First para.\n\nSecond **bo")
    qtbot.waitUntil(lambda: view.toPlainText() == "First para.\nSecond **bo")
    view.feed("ld** and `co")
    qtbot.waitUntil(lambda: view.toPlainText() == "First para.\nSecond bold and `co")


def test_code_is_shown_line_by_line_before_it_ends(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("```\na = 1\n\nb = *2*\nprint(")
    qtbot.waitUntil(lambda: view.toPlainText() == "a = 1\n\nb = *2*\nprint(")
    blocks = [view.document().findBlockByNumber(i) for i in range(4)]
    assert [block.blockFormat().intProperty(CODE) for block in blocks] == [1, 1, 1, 1]


def test_finished_text_is_not_written_again(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("One.\n\nTwo.\n\nTail")
    qtbot.waitUntil(lambda: view.toPlainText() == "One.\nTwo.\nTail")
    touched: list[int] = []
    view.document().contentsChange.connect(lambda position, _removed, _added: touched.append(position))
    view.feed(" grows *and* grows")
    qtbot.waitUntil(lambda: view.toPlainText() == "One.\nTwo.\nTail grows and grows")
    assert touched and min(touched) >= len("One.")


def test_a_list_goes_on_counting_over_blank_lines(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "1. one\n\n2. two\n\n3. three")
    numbers = [
        view.document().findBlockByNumber(i).textList().itemText(view.document().findBlockByNumber(i)) for i in range(3)
    ]
    assert numbers == ["1.", "2.", "3."]


def test_a_reader_who_scrolled_up_is_left_in_peace(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("line\n\n" * 200)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(10)
    view.feed("more\n\n" * 50)
    qtbot.waitUntil(lambda: "more" in view.toPlainText())
    assert bar.value() == 10


LONG = "".join(f"Line {number} of a long answer.\n\n" for number in range(200))


def place(view: AnswerView) -> int:
    return view.verticalScrollBar().value()


def end(view: AnswerView) -> int:
    return view.verticalScrollBar().maximum()


@pytest.mark.parametrize("pieces", [1, 40])
def test_a_streamed_answer_stays_at_its_end_when_numbers_take_room(
    qtbot: QtBot, panel: AnswerPanel, view: AnswerView, pieces: int
) -> None:
    """Also that of a model so fast that all of it comes in one tick."""
    view.begin()
    step = len(LONG) // pieces
    for start in range(0, len(LONG), step):
        view.feed(LONG[start : start + step])
        if pieces > 1:
            view.render_now()
    view.complete(LONG)
    settle(qtbot, view)
    assert place(view) == end(view) > 0
    for height in (180, 400, 90):
        panel.resize(500, height)
        qtbot.waitUntil(lambda high=height: panel.height() == high)
        assert place(view) == end(view)
    panel.resize(240, 90)
    qtbot.waitUntil(lambda: place(view) == end(view))


def test_a_short_answer_is_shown_whole_while_it_fits(qtbot: QtBot, panel: AnswerPanel, view: AnswerView) -> None:
    view.begin()
    view.feed("Twelve.")
    view.complete("Twelve.")
    settle(qtbot, view)
    panel.resize(500, 120)
    assert (place(view), end(view)) == (0, 0)


def test_who_scrolled_away_is_left_there_at_the_end_too(qtbot: QtBot, panel: AnswerPanel, view: AnswerView) -> None:
    view.begin()
    view.feed(LONG)
    qtbot.waitUntil(lambda: place(view) == end(view) > 0)
    view.verticalScrollBar().setValue(300)
    view.feed("The end.")
    view.complete(f"{LONG}The end.")
    settle(qtbot, view)
    panel.resize(500, 180)
    assert place(view) == 300
    view.verticalScrollBar().setValue(end(view))
    panel.resize(500, 120)
    assert place(view) == end(view), "who went back to the end reads there"


def test_an_answer_from_elsewhere_is_shown_from_its_beginning(
    qtbot: QtBot, panel: AnswerPanel, view: AnswerView
) -> None:
    view.begin()
    view.complete(LONG)
    settle(qtbot, view)
    panel.resize(500, 180)
    assert place(view) == 0 < end(view)


@pytest.mark.parametrize("scrolled", [True, False])
@pytest.mark.parametrize("changed", ["record", "more", "theme"])
def test_text_that_is_written_anew_does_not_move_the_reader(
    qtbot: QtBot, view: AnswerView, theme: Theme, scrolled: bool, changed: str
) -> None:
    view.begin()
    view.feed(LONG)
    qtbot.waitUntil(lambda: place(view) == end(view) > 0)
    if scrolled:
        view.verticalScrollBar().setValue(300)
    if changed == "theme":
        theme.changed.emit(theme.colours)
        text = LONG
    else:
        text = f"{LONG}And more." if changed == "more" else LONG.strip()
    view.complete(text)
    settle(qtbot, view)
    assert view.raw_text == text
    assert place(view) == (300 if scrolled else end(view))


@pytest.mark.parametrize("text", ["```python\n\n\nx = 1\n```\n", "    code\n", "\n\nx", "> ", "- ", ALL_KINDS])
def test_nothing_is_said_to_be_empty_while_it_is_written(qtbot: QtBot, view: AnswerView, text: str) -> None:
    view.begin()
    assert "No answer yet" in view.placeholderText()
    for letter in text:
        view.feed(letter)
        view.render_now()
        assert view.placeholderText() == ""
    view.complete(text)
    settle(qtbot, view)
    assert view.placeholderText() == ""
    view.begin()
    assert "No answer yet" in view.placeholderText()
    view.complete("")
    assert view.placeholderText() == "This answer is empty."


HOSTILE = [
    "![x](file:///etc/hostname)",
    "![x](/etc/hostname)",
    "![x](https://example.org/x.png)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](qrc:/x.png)",
    "![x](\\\\server\\share\\x.png)",
    '<img src="file:///etc/hostname">',
    '<img src="https://example.org/x.png">',
    '<a href="file:///etc/passwd">x</a>',
    "<script>alert(1)</script>",
    "<style>@import url(https://example.org/x.css)</style>",
    "[x]: file:///etc/hostname\n\n![x][x]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_loaded_because_a_model_named_it(
    qtbot: QtBot, view: AnswerView, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(type(view), "loadResource", lambda _self, _kind, name: asked.append(name))
    show(qtbot, view, f"before {text} after\n\n{text}\n")
    view.grab()
    assert asked == []
    assert "<img" not in view.toHtml()
    assert "file:" not in _hrefs(view)


@pytest.mark.parametrize("text", ["a <b>bold</b> z", "<div>\n*x*\n</div>", "<!-- hidden -->", "<script>x()</script>"])
def test_raw_html_is_shown_as_the_text_it_is(qtbot: QtBot, view: AnswerView, text: str) -> None:
    assert show(qtbot, view, text) == text.replace("*x*", "x")


def _hrefs(view: AnswerView) -> str:
    """All addresses of links in the document."""
    found = []
    block = view.document().begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            found.append(fragments.fragment().charFormat().anchorHref())
            fragments += 1
        block = block.next()
    return " ".join(found)


def test_even_an_image_in_the_document_would_be_blank(view: AnswerView, tmp_path: Path) -> None:
    picture = QImage(20, 20, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    path = tmp_path / "red.png"
    assert picture.save(str(path))
    assert QFile.exists(str(path))
    view.setHtml(f'<img src="{path.as_uri()}">')
    loaded = view.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(path.as_uri()))
    assert (loaded.width(), loaded.height()) == (1, 1)
    assert "#ff0000" not in _colours(view.grab().toImage())


def _colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


@pytest.mark.parametrize("text", ["[x](javascript:alert(1))", "[x](file:///etc/passwd)", "[x](vbscript:x)"])
def test_dangerous_links_are_no_links(qtbot: QtBot, view: AnswerView, text: str) -> None:
    show(qtbot, view, text)
    assert _hrefs(view).strip() == ""


def click(panel: AnswerPanel, address: str) -> None:
    panel.view.anchorClicked.emit(QUrl(address))


def press(panel: AnswerPanel, name: str, qtbot: QtBot) -> None:
    found = next(b for b in panel.findChildren(QPushButton) if b.text() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_a_link_is_opened_only_after_its_address_was_shown(qtbot: QtBot, panel: AnswerPanel) -> None:
    opened: list[str] = []
    panel.open_requested.connect(lambda url: opened.append(url.toString()))
    source = panel.view.source()
    click(panel, "https://example.org/a?b=c")
    assert panel.link_question == "Open https://example.org/a?b=c ?"
    assert opened == []
    press(panel, "Open", qtbot)
    assert opened == ["https://example.org/a?b=c"]
    assert panel.link_question == ""
    assert panel.view.source() == source


def test_a_declined_link_stays_closed(qtbot: QtBot, panel: AnswerPanel) -> None:
    opened: list[object] = []
    panel.open_requested.connect(opened.append)
    click(panel, "mailto:a@example.org")
    press(panel, "Don’t open", qtbot)
    assert opened == []
    assert panel.link_question == ""


def test_a_look_alike_address_is_spelt_out(panel: AnswerPanel) -> None:
    click(panel, "https://ex\u0430mple.org/")
    assert "xn--" in panel.link_question


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "ftp://example.org", "smb://x/y"])
def test_other_addresses_cannot_be_opened_at_all(qtbot: QtBot, panel: AnswerPanel, address: str) -> None:
    click(panel, address)
    assert panel.link_question.startswith("Not opened")
    assert all(b.isHidden() for b in panel.findChildren(QPushButton) if b.text() == "Open")


def test_the_view_opens_nothing_itself(view: AnswerView) -> None:
    assert not view.openLinks()
    assert not view.openExternalLinks()


def test_a_line_without_end_is_broken_for_showing_but_not_in_the_record(qtbot: QtBot, view: AnswerView) -> None:
    text = "x" * 100_000
    shown = show(qtbot, view, text)
    assert view.raw_text == text
    assert shown.replace("\n", "") == text
    assert max(map(len, shown.split("\n"))) <= 2_000


def test_a_long_line_is_broken_at_spaces(qtbot: QtBot, view: AnswerView) -> None:
    shown = show(qtbot, view, "word " * 2_000)
    assert shown.count("word") == 2_000
    assert all(line.strip().endswith("word") for line in shown.split("\n") if line.strip())


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "> " * 5_000, "*a " * 5_000, "- " * 5_000, "`" * 9_999, "|" * 9_999, "\n" * 50_000, "\\" * 9_999],
    ids=["brackets", "quotes", "stars", "bullets", "ticks", "bars", "newlines", "backslashes"],
)
def test_markdown_of_the_worst_kind_ends(qtbot: QtBot, view: AnswerView, text: str) -> None:
    show(qtbot, view, text)
    assert view.raw_text == text


def test_a_very_long_answer_is_kept_back_until_asked_for(qtbot: QtBot, panel: AnswerPanel, theme: Theme) -> None:
    text = "".join(f"line {number} *x*\n\n" for number in range(20_000))
    assert text.count("\n") > SHOWN_LINES
    shown = show(qtbot, panel.view, text)
    assert "line 19999" not in shown
    assert "more characters not shown" in panel.overflow_notice
    press(panel, "Show all", qtbot)
    for face in ("dark", "light"):
        shown = settle(qtbot, panel.view)
        assert "line 19999 *x*" in shown
        assert panel.overflow_notice == ""
        assert panel.view.raw_text == text
        theme.choose(face)


def test_what_is_kept_back_is_shown_whole_and_in_order(qtbot: QtBot, panel: AnswerPanel) -> None:
    words = [f"w{number}" for number in range(60_000)]
    text = " ".join(words)
    assert len(text) > SHOWN_CHARACTERS
    show(qtbot, panel.view, text)
    panel.view.show_all()
    assert settle(qtbot, panel.view).split() == words


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[31m", "\ud800", "\ufdd0"])
def test_characters_that_cannot_be_shown_are_marked(qtbot: QtBot, view: AnswerView, bad: str) -> None:
    shown = show(qtbot, view, f"a{bad}b")
    assert shown.startswith("a\ufffd") and shown.endswith("b")


def test_line_ends_of_all_systems_are_line_ends(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    for piece in ("one\r", "\n\r", "\ntwo\rthree\u2028four"):
        view.feed(piece)
        view.render_now()
    view.finish()
    assert settle(qtbot, view) == "one\ntwo\nthree\nfour"


def test_the_selection_can_be_copied_by_keyboard(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "**Twelve** is it.")
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Twelve is it."


def test_another_theme_colours_what_is_there(qtbot: QtBot, theme: Theme, view: AnswerView) -> None:
    theme.choose("light")
    show(qtbot, view, "[link](https://example.org)")
    before = view.toHtml()
    theme.choose("dark")
    assert settle(qtbot, view) == "link"
    assert view.toHtml() != before
    assert theme.colours.accent in view.toHtml()


def coloured(view: AnswerView) -> dict[str, str]:
    """Words with a colour of their own in code, and that colour."""
    found = {}
    block = view.document().begin()
    while block.isValid():
        for span in block.layout().formats():
            word = block.text().encode("utf-16-le")[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")
            if span.format.hasProperty(QTextFormat.Property.ForegroundBrush):
                found[word] = span.format.foreground().color().name()
        block = block.next()
    return found


CODE_BLOCK = "Look:\n\n```python\nname = '😀'; n = 42\ndef f():\n    return n  # why\n```\n\nDone."


def test_code_is_coloured_by_its_language_once_it_is_complete(qtbot: QtBot, theme: Theme, view: AnswerView) -> None:
    view.begin()
    opened, rest = CODE_BLOCK[:-10], CODE_BLOCK[-10:]
    view.feed(opened)
    view.render_now()
    assert coloured(view) == {}
    view.feed(rest)
    view.finish()
    qtbot.waitUntil(lambda: view.is_settled)
    colours = theme.colours
    found = coloured(view)
    assert found["def"] == found["return"] == colours.accent
    assert found["😀"] == colours.green
    assert found["42"] == colours.amber
    assert found["# why"] == colours.muted
    theme.choose("dark")
    qtbot.waitUntil(lambda: view.is_settled)
    assert coloured(view)["def"] == theme.colours.accent != colours.accent, "the other face has colours of its own"


def test_code_in_a_list_is_coloured_and_unknown_or_endless_code_is_not(qtbot: QtBot, view: AnswerView) -> None:
    def words(text: str) -> dict[str, str]:
        view.show_answer(text)
        qtbot.waitUntil(lambda: view.is_settled)
        return coloured(view)

    assert "return" in words("1. this:\n\n   ```js\n   return 1\n   ```\n")
    assert "return" in words("```js\nreturn 1")
    assert words("```klingon\nreturn 1\n```") == {}
    assert words("```\nreturn 1\n```") == {}
    assert words("```python\n" + "return 1\n" * 5_000 + "```") == {}
    assert words("```python\nreturn 1\n```\n\n```klingon\n```") != {}


def test_no_place_of_a_cell_is_asked_for_while_painting(qtbot: QtBot, view: AnswerView) -> None:
    """Qt crashes where it is asked for one in a table still being written."""
    view.feed("Before\n\n> | a | b |\n> |---|---|\n> | 1 | 2 |\n\n> said\n\n```\ncode\n```\n\nAfter\n")
    view.finish()
    settle(qtbot, view)
    seen = list(in_sight(view, view.viewport().rect()))
    assert [(bool(sight.code), sight.quote) for sight in seen] == [(False, 1), (True, 0)]
    assert all(sight.rect.height() > 0 for sight in seen)


def test_what_is_written_out_of_sight_is_not_laid_out_letter_by_letter(qtbot: QtBot, theme: Theme) -> None:
    """The other tab of a narrow window."""
    hidden = AnswerView(theme, "Answer of lane B")
    qtbot.addWidget(hidden)
    hidden.show_answer("Some words that make a line. " * 8)
    qtbot.waitUntil(lambda: hidden.is_settled)
    assert hidden.document().firstBlock().layout().lineCount() < 5
