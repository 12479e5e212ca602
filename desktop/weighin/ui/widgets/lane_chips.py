"""The coloured letter of a lane, as a label, painted and as an icon: beside the options A to D a letter alone would be
taken for an option."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy

from weighin.ui.theme import Colours
from weighin.ui.widgets.label import PlainLabel

_ICON, _SHARP = 16, 3
_ROUND = 4.0


def lane_chip(label: str) -> PlainLabel:
    """The letter of lane "A" or "B" as a label."""
    chip = PlainLabel(label, role="chip")
    chip.setProperty("lane", label)
    chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
    chip.setIndent(0)
    chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return chip


def chip_width(font: QFont) -> float:
    """How wide `draw_chip` paints."""
    return QFontMetricsF(_bold(font)).horizontalAdvance("M") + 7


def draw_chip(painter: QPainter, left: float, middle: float, label: str, colours: Colours) -> float:
    """Paint it in the painter's font, `middle` its centre from the top; its width."""
    font, plain = _bold(painter.font()), painter.font()
    rect = QRectF(0, 0, chip_width(plain), QFontMetricsF(font).height())
    rect.moveLeft(left)
    rect.moveTop(middle - rect.height() / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.lane(label)))
    painter.drawRoundedRect(rect, _ROUND, _ROUND)
    painter.setFont(font)
    painter.setPen(QColor(colours.surface))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label)
    painter.setFont(plain)
    return rect.width()


def chip_icon(label: str, colours: Colours) -> QIcon:
    """It as an icon, for heads of tables."""
    picture = QPixmap(_ICON * _SHARP, _ICON * _SHARP)
    picture.setDevicePixelRatio(_SHARP)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont()
    font.setPixelSize(11)
    font.setBold(True)
    painter.setFont(font)
    rect = QRectF(0, 0, _ICON, _ICON)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.lane(label)))
    painter.drawRoundedRect(rect, _ROUND, _ROUND)
    painter.setPen(QColor(colours.surface))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label)
    painter.end()
    return QIcon(picture)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold
