"""A chart as a file to show elsewhere: with the models, what was asked and when, light or dark as it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QImageWriter,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from weighin.ui.charts.chart import Chart
from weighin.ui.theme import Colours
from weighin.ui.widgets.lane_chips import chip_width, draw_chip

KINDS = {"png": "PNG picture", "svg": "SVG drawing", "pdf": "PDF"}
_WIDTH, _MARGIN, _GAP = 960.0, 28.0, 10.0
_TEXT, _TITLE, _SMALL = 15, 20, 13  # pixels
_SHARP = 2
# Finer than the pixels of the picture, so that letters keep their distances.
_DOTS = 6


@dataclass(frozen=True)
class Caption:
    """What stands around a chart. models: lane and name of each; verdict: "" for none; about: set, number, date."""

    title: str
    models: tuple[tuple[str, str], ...]
    verdict: str
    about: str


def picture_of(kind: str, chart: Chart, caption: Caption, colours: Colours) -> Callable[[], bytes]:
    """What makes the file's content, which any thread may call; `kind`: one of KINDS."""
    picture = _Picture(chart, caption, colours)
    if kind == "png":
        image = picture.image()
        return lambda: _png(image)
    content = picture.svg() if kind == "svg" else picture.pdf()
    return lambda: content


class _Picture:
    """One picture, in units of a pixel at usual size."""

    def __init__(self, chart: Chart, caption: Caption, colours: Colours) -> None:
        self._chart, self._caption, self._colours = chart, caption, colours
        self._inner = _WIDTH - 2 * _MARGIN
        verdict = self._verdict_area()
        chart_height = chart.picture_height(QFontMetricsF(_font(_TEXT)).height())
        models = len(caption.models) * (_TEXT + _GAP)
        self._top = _MARGIN + 1.5 * _TITLE + verdict.height() + models + 2 * _GAP
        self._height = float(math.ceil(self._top + chart_height + _GAP + 2 * _SMALL + _MARGIN))
        self._area = QRectF(_MARGIN, self._top, self._inner, chart_height)

    def image(self) -> QImage:
        """As pixels."""
        size = self._size()
        image = QImage(size.width() * _SHARP, size.height() * _SHARP, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(_SHARP, _SHARP)
        self._paint(painter)
        return image

    def svg(self) -> bytes:
        """As a drawing, its text as text."""
        from PySide6.QtSvg import QSvgGenerator

        buffer = _buffer()
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self._size())
        generator.setViewBox(QRectF(0, 0, _WIDTH, self._height))
        generator.setResolution(96)
        generator.setTitle(self._caption.title)
        self._paint(QPainter(generator))
        return bytes(buffer.data().data())

    def pdf(self) -> bytes:
        """As one page of the same shape."""
        buffer = _buffer()
        writer = QPdfWriter(buffer)
        writer.setTitle(self._caption.title)
        writer.setCreator("Weigh-In")
        size = QPageSize(QSizeF(_WIDTH / 96, self._height / 96), QPageSize.Unit.Inch)
        writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
        writer.setResolution(96 * _DOTS)
        painter = QPainter(writer)
        painter.scale(_DOTS, _DOTS)
        self._paint(painter)
        return bytes(buffer.data().data())

    def _size(self) -> QSize:
        return QSize(round(_WIDTH), round(self._height))

    def _verdict_area(self) -> QRectF:
        if not self._caption.verdict:
            return QRectF()
        room = QRectF(0, 0, self._inner, 1000)
        return QFontMetricsF(_font(_TEXT)).boundingRect(room, Qt.TextFlag.TextWordWrap, self._caption.verdict)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        colours, caption = self._colours, self._caption
        painter.fillRect(QRectF(0, 0, _WIDTH, self._height), QColor(colours.surface))
        painter.setPen(QColor(colours.text))
        painter.setFont(_font(_TITLE, bold=True))
        painter.drawText(QRectF(_MARGIN, _MARGIN, self._inner, 1.4 * _TITLE), caption.title)
        y = _MARGIN + 1.5 * _TITLE
        painter.setFont(_font(_TEXT))
        if caption.verdict:
            rect = QRectF(_MARGIN, y, self._inner, self._verdict_area().height())
            painter.drawText(rect, Qt.TextFlag.TextWordWrap, caption.verdict)
            y += rect.height()
        y += _GAP
        side = chip_width(painter.font()) + 8
        metrics = QFontMetricsF(painter.font())
        for label, name in caption.models:
            draw_chip(painter, _MARGIN, y + _TEXT / 2 + 2, label, colours)
            painter.setPen(QColor(colours.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self._inner - side)
            line = QRectF(_MARGIN + side, y, self._inner - side, _TEXT + 5)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            y += _TEXT + _GAP
        painter.save()
        painter.translate(self._area.topLeft())
        painter.setFont(_font(_TEXT))
        self._chart.draw(painter, QRectF(0, 0, self._area.width(), self._area.height()), colours)
        painter.restore()
        painter.setFont(_font(_SMALL))
        painter.setPen(QColor(colours.muted))
        foot = QRectF(_MARGIN, self._area.bottom() + _GAP, self._inner, 1.6 * _SMALL)
        shown = QFontMetricsF(painter.font()).elidedText(caption.about, Qt.TextElideMode.ElideRight, foot.width())
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


def _font(pixels: int, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _png(image: QImage) -> bytes:
    buffer = _buffer()
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
