"""Shows a tape, and writes it to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from weighin.core.errors import AppError
from weighin.core.tape import Tape, tape_markdown
from weighin.ui.tape.tape_picture import SIZE, tape_image, tape_pdf, tape_png
from weighin.ui.theme import Theme, load_colours
from weighin.ui.widgets.file_dialog import FileDialog
from weighin.ui.widgets.label import ElidedLabel
from weighin.ui.window_place import FirstPlace

if TYPE_CHECKING:
    from weighin.services.comparisons.tapes import Tapes

_KINDS = {"png": "Picture (*.png)", "pdf": "PDF (*.pdf)", "md": "Markdown (*.md)"}
_FACES = ("light", "dark")


class TapeWindow(QDialog):
    """The picture as it will be, light or dark, and where it can go."""

    def __init__(self, theme: Theme, tapes: Tapes, tape: Tape, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("The tale of the tape")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tapes, self._tape = tapes, tape
        self.picture = _Picture()
        self.picture.setAccessibleName("The tale of the tape")
        self.picture.setAccessibleDescription(tape_markdown(tape))
        self.face = QComboBox()
        self.face.setAccessibleName("Light or dark picture")
        self.face.addItems(["Light", "Dark"])
        self.note = ElidedLabel(role="small")
        row = QHBoxLayout()
        row.addWidget(self.face)
        row.addWidget(self.note, 1)
        copy = QPushButton("Copy picture")
        copy.setAccessibleName("Copy the picture")
        copy.clicked.connect(self._copy)
        row.addWidget(copy)
        for kind, text in (("md", "Markdown…"), ("pdf", "PDF…"), ("png", "PNG…")):
            button = QPushButton(text)
            button.setAccessibleName(f"Save the picture as {text.removesuffix('…')}")
            button.clicked.connect(lambda _, which=kind: self._ask(which))
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.picture, 1)
        layout.addLayout(row)
        self.face.currentIndexChanged.connect(self._draw)
        self.face.setCurrentIndex(int(theme.colours.dark))
        self._draw()
        FirstPlace(self, QSize(980, 640))

    @property
    def image(self) -> QImage:
        """The picture that is shown."""
        return self.picture.image

    def save(self, kind: str, path: str) -> None:
        """Write the file; `note` tells how it went. kind: "png", "pdf" or "md"."""
        tape, image, colours = self._tape, QImage(self.image), load_colours(_FACES[self.face.currentIndex()])
        makers = {
            "md": lambda: tape_markdown(tape).encode(),
            "pdf": lambda: tape_pdf(tape, colours),
            "png": lambda: tape_png(image),
        }
        self._tapes.write(path, makers[kind], lambda _: self._written(path), self._failed)

    def _draw(self) -> None:
        self.picture.show_image(tape_image(self._tape, load_colours(_FACES[self.face.currentIndex()])))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.image)
        self.note.say("Copied.")

    def _ask(self, kind: str) -> None:
        dialog = FileDialog.to_save(self, "Save the picture", "tale-of-the-tape", {_KINDS[kind]: kind})
        dialog.fileSelected.connect(lambda path: self.save(kind, path))
        dialog.open()

    def _written(self, path: str) -> None:
        self.note.say(f"Saved: {Path(path).name}")

    def _failed(self, error: AppError) -> None:
        self.note.say(error.user_text)


class _Picture(QWidget):
    """The picture, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.setMinimumSize(320, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage) -> None:
        """Show this."""
        self.image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(1000, 563)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = SIZE.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )
        ratio = self.devicePixelRatioF()
        scaled = self.image.scaled(
            size * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawImage(place, scaled)
        painter.end()
