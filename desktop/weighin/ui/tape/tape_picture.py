"""Paints a tape: one picture of 1600 by 900, made to be read at half that size."""

from __future__ import annotations

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

from weighin.core.comparisons.scale import ScaleRow
from weighin.core.tape import Side, Tape
from weighin.ui.theme import Colours

SIZE = QSize(1600, 900)
# Finer than the pixels of the picture, so that letters keep their distances.
_DOTS = 6
_MARGIN, _MIDDLE, _LABEL = 64.0, 800.0, 250.0
_HEAD, _LINES_TOP, _FOOT = 200.0, 218.0, 150.0
_RIGHT, _LEFT, _CENTRE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter
_MIDDLE_V = Qt.AlignmentFlag.AlignVCenter
_SPACED = 130.0  # per cent


def tape_image(tape: Tape, colours: Colours) -> QImage:
    """The picture, one pixel a unit."""
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    TapePainter(painter, colours).paint(tape)
    painter.end()
    return image


def tape_png(image: QImage) -> bytes:
    """The picture as a file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def tape_pdf(tape: Tape, colours: Colours) -> bytes:
    """One page of the same shape, its text as text."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"{tape.a.name} and {tape.b.name}")
    writer.setCreator("Weigh-In")
    size = QPageSize(QSizeF(SIZE.width() / 96, SIZE.height() / 96), QPageSize.Unit.Inch)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(96 * _DOTS)
    painter = QPainter(writer)
    painter.scale(_DOTS, _DOTS)
    TapePainter(painter, colours).paint(tape)
    painter.end()
    return bytes(buffer.data().data())


class TapePainter:
    """Paints with any painter whose units are those of SIZE."""

    def __init__(self, painter: QPainter, colours: Colours) -> None:
        self._painter, self._colours = painter, colours
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)

    def paint(self, tape: Tape) -> None:
        """The whole picture."""
        area = QRectF(0, 0, SIZE.width(), SIZE.height())
        self._painter.fillRect(area, QColor(self._colours.surface))
        self._text(
            "THE TALE OF THE TAPE", QRectF(_MARGIN, 30, 1600 - 2 * _MARGIN, 30), 20, "muted", _CENTRE, spaced=True
        )
        self._side(tape.a, "A", QRectF(_MARGIN, 70, _MIDDLE - 60 - _MARGIN, _HEAD - 70))
        self._side(tape.b, "B", QRectF(_MIDDLE + 60, 70, _MIDDLE - 60 - _MARGIN, _HEAD - 70))
        room = SIZE.height() - _FOOT - _LINES_TOP
        height = min(80.0, room / max(1, len(tape.lines)))
        top = _LINES_TOP + (room - height * len(tape.lines)) / 2
        for number, line in enumerate(tape.lines):
            self._line(line, QRectF(_MARGIN, top + number * height, 1600 - 2 * _MARGIN, height))
        self._foot(tape)

    def _side(self, side: Side, label: str, area: QRectF) -> None:
        """Name on at most two lines, what it is below; the letter towards the middle."""
        align = _RIGHT if label == "A" else _LEFT
        chip = QRectF(area.right() - 40 if label == "A" else area.left(), area.top() + 4, 40, 40)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(self._colours.lane(label)))
        self._painter.drawRoundedRect(chip, 8, 8)
        self._text(label, chip, 24, "surface", _CENTRE, bold=True)
        room = area.adjusted(0, 0, -56, 0) if label == "A" else area.adjusted(56, 0, 0, 0)
        pixels = self._fitting(side.name, room.width(), (36, 30, 26, 22))
        lines = _wrapped(side.name, self._font(pixels, True), room.width(), 2)
        for number, text in enumerate(lines):
            top = area.top() + 2 + number * (pixels + 8)
            self._text(text, QRectF(room.left(), top, room.width(), pixels + 10), pixels, "text", align, bold=True)
        top = area.top() + 10 + len(lines) * (pixels + 8)
        self._text(side.kind, QRectF(room.left(), top, room.width(), 30), 20, "muted", align)

    def _line(self, line: ScaleRow, area: QRectF) -> None:
        self._painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), QColor(self._colours.border))
        middle = QRectF(_MIDDLE - _LABEL / 2 - 40, area.top(), _LABEL + 80, area.height())
        note = bool(line.note)
        top = middle.adjusted(0, 5, 0, -area.height() * 0.45) if note else middle
        self._text(line.label, top, 22, "text", _CENTRE)
        if note:
            self._text(line.note, middle.adjusted(0, area.height() * 0.52, 0, -2), 16, "muted", _CENTRE)
        left = QRectF(area.left(), area.top(), middle.left() - area.left() - 16, area.height())
        right = QRectF(middle.right() + 16, area.top(), area.right() - middle.right() - 16, area.height())
        self._value(line.a, line.share_a, line.better == "A", "A", left)
        self._value(line.b, line.share_b, line.better == "B", "B", right)

    def _value(self, text: str, share: float | None, better: bool, label: str, area: QRectF) -> None:
        """A number with its bar, which grows away from the middle; the better one is bold and ticked."""
        align = _RIGHT if label == "A" else _LEFT
        shown = text if not better else (f"✓ {text}" if label == "A" else f"{text} ✓")
        room = area.adjusted(0, 2, 0, -14) if share is not None else area
        self._text(shown, room, self._fitting(shown, area.width(), (28, 24, 20)), "text", align, bold=better)
        if share is not None:
            width = max(3.0, area.width() * 0.9 * min(1.0, share))
            left = area.right() - width if label == "A" else area.left()
            colour = QColor(self._colours.lane(label))
            colour.setAlphaF(1.0 if better else 0.55)
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(colour)
            self._painter.drawRoundedRect(QRectF(left, area.bottom() - 14, width, 6), 3, 3)

    def _foot(self, tape: Tape) -> None:
        width = 1600 - 2 * _MARGIN
        ground = QRectF(_MARGIN, SIZE.height() - _FOOT + 12, width, 70)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(self._colours.raised))
        self._painter.drawRoundedRect(ground, 10, 10)
        pixels = next(
            (
                size
                for size in (26, 23, 20, 18)
                if len(_wrapped(tape.verdict, self._font(size, True), width - 40, 9)) <= 2
            ),
            17,
        )
        lines = _wrapped(tape.verdict, self._font(pixels, True), width - 40, 3)
        height = ground.height() / max(1, len(lines))
        for number, text in enumerate(lines):
            room = QRectF(ground.left() + 20, ground.top() + number * height, width - 40, height)
            self._text(text, room, pixels, "text", _CENTRE, bold=True)
        for number, text in enumerate(tape.footer):
            top = SIZE.height() - 66 + number * 21
            self._text(text, QRectF(_MARGIN, top, width, 22), 16, "muted", _CENTRE)

    def _text(
        self,
        text: str,
        area: QRectF,
        pixels: int,
        colour: str,
        align: Qt.AlignmentFlag,
        bold: bool = False,
        spaced: bool = False,
    ) -> None:
        """One line, cut with "…" where it is too long."""
        font = self._font(pixels, bold)
        if spaced:
            # Of the letter's own width: an absolute spacing is scaled once more on the way into a PDF.
            font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, _SPACED)
        self._painter.setFont(font)
        self._painter.setPen(QColor(getattr(self._colours, colour)))
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        self._painter.drawText(area, align | _MIDDLE_V | Qt.TextFlag.TextSingleLine, shown)

    def _fitting(self, text: str, width: float, sizes: tuple[int, ...]) -> int:
        """The largest size at which the text fits, the smallest where none does."""
        fits = (size for size in sizes if QFontMetricsF(self._font(size, True)).horizontalAdvance(text) <= width)
        return next(fits, sizes[-1])

    def _font(self, pixels: int, bold: bool) -> QFont:
        font = QFont(QGuiApplication.font())
        font.setPixelSize(pixels)
        font.setBold(bold)
        return font


def _wrapped(text: str, font: QFont, width: float, most: int) -> list[str]:
    """The text on at most `most` lines; the last one holds all the rest. A long word is broken where it must."""
    metrics = QFontMetricsF(font)
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and metrics.horizontalAdvance(rest) > width:
        end = len(rest)
        while end > 1 and metrics.horizontalAdvance(rest[:end]) > width:
            end -= 1
        breaks = [rest.rfind(mark, 1, end) for mark in (" ", "-", "_")]
        at = max(breaks) + 1 if max(breaks) > end // 3 else end
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, rest] if rest else lines
