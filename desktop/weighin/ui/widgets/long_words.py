"""Words of hundreds of thousands of letters: encoded pictures, keys, what a model repeats without end."""

from __future__ import annotations

from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit

# Qt looks through a whole word for a place to break its line, again for each line: seconds for a quarter of a million.
_LONGEST = 4000


def wrap_for(edit: QPlainTextEdit, text: str) -> None:
    """Have `edit` break lines between words, or anywhere where `text`, about to be put in, holds a word so long that
    looking for its end would stop the window."""
    long = max(map(len, text.split()), default=0) > _LONGEST
    mode = QTextOption.WrapMode.WrapAnywhere if long else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    if edit.wordWrapMode() is not mode:
        edit.setWordWrapMode(mode)
