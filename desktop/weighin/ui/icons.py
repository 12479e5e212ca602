"""Icons: line drawings in resources/icons, tinted with a colour of the palette."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPixmap

from weighin import paths


def icon(name: str, colour: str, size: int = 18) -> QIcon:
    """The drawing `name` in `colour` (#rrggbb), sharp at `size` device-independent pixels. Raises OSError."""
    drawing = (paths.resources() / "icons" / f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    ratio = QGuiApplication.primaryScreen().devicePixelRatio() if QGuiApplication.primaryScreen() else 1.0
    pixels = round(size * max(ratio, 1.0))
    drawing = drawing.replace('width="24" height="24"', f'width="{pixels}" height="{pixels}"', 1)
    pixmap = QPixmap()
    pixmap.loadFromData(drawing.encode("utf-8"), "SVG", Qt.ImageConversionFlag.AutoColor)
    pixmap.setDevicePixelRatio(max(ratio, 1.0))
    return QIcon(pixmap)
