"""Tables of what, A and B: the same columns wherever they stand, close enough together to be compared."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

# In average letters.
_TITLE, _LANE = 26, 62
_GAP = 18


def set_lane_columns(grid: QGridLayout, table: QWidget) -> None:
    """Give the three columns of `grid`, the layout of `table`, their widths in its present font: on a wide page they
    stay together at the left."""
    letter = table.fontMetrics().averageCharWidth()
    grid.setHorizontalSpacing(_GAP)
    grid.setColumnMinimumWidth(0, _TITLE * letter)
    for column in (1, 2):
        grid.setColumnStretch(column, 1)
    table.setMaximumWidth((_TITLE + 2 * _LANE) * letter + 2 * _GAP)
