"""How low a widget can be without any of its texts being cut."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def least_height(widget: QWidget, width: int) -> int:
    """In pixels, at this width."""
    layout = widget.layout()
    if layout is None:
        return widget.minimumSizeHint().height()
    if layout.hasHeightForWidth():
        return layout.totalMinimumHeightForWidth(width)
    return layout.totalMinimumSize().height()
