"""Where Tab leads: what is made later than its neighbours is put into its place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_on(before: QWidget, *parts: QWidget) -> None:
    """Tab leads from the last place in `before` to all places in `parts`, one after the other, and then on as it did.
    All are in one window by now."""
    at = (_places(before) or [before])[-1]
    for part in parts:
        for place in _places(part):
            QWidget.setTabOrder(at, place)
            at = place


def tab_before(after: QWidget, part: QWidget) -> None:
    """Tab leads to all places in `part` just before it comes to those in `after`; nothing is done where both are not in
    one window yet."""
    places = _places(after)
    if not places or after.window() is not part.window():
        return
    at, before = places[0], places[0].previousInFocusChain()
    while before is not None and before is not places[0] and not _takes_tab(before):
        before = before.previousInFocusChain()
    at = before or at
    for place in _places(part):
        QWidget.setTabOrder(at, place)
        at = place


def _places(part: QWidget) -> list[QWidget]:
    """What Tab can reach in `part`, itself included, in its order there, in sight or not."""
    found, first = [], part.window()
    widget: QWidget | None = first
    while widget is not None:
        if (widget is part or part.isAncestorOf(widget)) and _takes_tab(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
        if widget is first:
            break
    return found


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
