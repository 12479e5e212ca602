"""What of an answer goes to the clipboard: as the model wrote it, not as it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import QGuiApplication, QTextBlock, QTextCursor, QTextDocument

from weighin.core.safe_text import safe_text
from weighin.ui.answer.formats import CODE, DONE, TASK, UNDONE
from weighin.ui.answer.splitter import Splitter

_MARKS = re.compile(f"[{UNDONE}{DONE}]")


def copy_text(text: str) -> None:
    """Put `text` on the clipboard. Half a character, which it cannot hold, becomes U+FFFD."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    QGuiApplication.clipboard().setText(whole)


def fenced_code(answer: str, number: int) -> str:
    """The lines of the code block `number` of `answer`, also those that are not shown. Controls that cannot be seen
    stay marked as they are on the screen: pasted into a terminal they would be commands."""
    splitter = Splitter()
    lines: list[str] = []
    for piece in [*splitter.feed(safe_text(answer)), *splitter.finish()]:
        if piece.code == number and not piece.ends:
            if piece.goes_on:
                lines[-1] += piece.text
            else:
                lines.append(piece.text)
    return "\n".join(lines)


def shown_code(block: QTextBlock) -> str:
    """The lines of the code block that `block` of the document belongs to."""
    number = block.blockFormat().intProperty(CODE)
    while block.previous().blockFormat().intProperty(CODE) == number:
        block = block.previous()
    lines = []
    while block.blockFormat().intProperty(CODE) == number:
        lines.append(block.text())
        block = block.next()
    return "\n".join(lines)


def selection_as_written(text: str, selected: QTextCursor, document: QTextDocument) -> str:
    """`text`, which Qt copies of `selected`, a part of `document`: with the brackets that the model wrote in place
    of the marks of tasks."""
    if not selected.selectedText().startswith(("\u2028", "\u2029")):
        text = text.removeprefix("\n")  # Qt puts one before a part of an item of a list
    if not _MARKS.search(text):
        return text
    written = _marks(selected, document)
    return _MARKS.sub(lambda found: next(written, found[0]), text)


def _marks(selected: QTextCursor, document: QTextDocument) -> Iterator[str]:
    """For each ballot box in the selection what the model wrote there."""
    start, end = selected.selectionStart(), selected.selectionEnd()
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            form, at = fragment.charFormat(), fragment.position()
            inside = fragment.text().encode("utf-16-le")[2 * max(0, start - at) : 2 * max(0, end - at)]
            for mark in _MARKS.findall(inside.decode("utf-16-le", "replace")):
                yield form.stringProperty(TASK) or mark
            fragments += 1
        block = block.next()
