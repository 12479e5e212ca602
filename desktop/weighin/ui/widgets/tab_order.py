"""Where Tab leads: as one reads, whenever a widget was made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def thread(page: QWidget) -> None:
    """Have Tab go through what is in sight on `page` in the order in which one reads it."""
    for one, other in pairwise(_places(page)):
        QWidget.setTabOrder(one, other)


def _places(widget: QWidget) -> Iterator[QWidget]:
    """What Tab can reach in `widget`, itself included: what lies in one parent is read as one."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    inside = [child for child in widget.children() if isinstance(child, QWidget)]
    for child in _as_read([child for child in inside if child.isVisible() and not child.isWindow()]):
        yield from _places(child)


def _as_read(widgets: list[QWidget]) -> list[QWidget]:
    """Cut into lines where one can be cut across all of them, else into columns, and each part again: what stands in
    a column beside a high neighbour is read before that."""
    if len(widgets) < 2:
        return widgets
    for cut in (_lines, _columns):
        parts = cut(widgets)
        if len(parts) > 1:
            return [widget for part in parts for widget in _as_read(part)]
    return sorted(widgets, key=lambda one: (one.y(), one.x()))


def _lines(widgets: list[QWidget]) -> list[list[QWidget]]:
    return _cut(sorted((one.y(), one.y() + one.height(), n) for n, one in enumerate(widgets)), widgets)


def _columns(widgets: list[QWidget]) -> list[list[QWidget]]:
    return _cut(sorted((one.x(), one.x() + one.width(), n) for n, one in enumerate(widgets)), widgets)


def _cut(spans: list[tuple[int, int, int]], widgets: list[QWidget]) -> list[list[QWidget]]:
    """Parts between which no span reaches over."""
    parts: list[list[QWidget]] = []
    reach = spans[0][0]
    for start, end, number in spans:
        if not parts or start >= reach:
            parts.append([])
        parts[-1].append(widgets[number])
        reach = max(reach, end)
    return parts
