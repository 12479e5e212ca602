"""Light and dark: palettes from resources/themes, following the system or the user's choice; style sheet and
icons in their colours."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from weighin import paths
from weighin.ui.style_sheet import style_sheet

if TYPE_CHECKING:
    from weighin.services.settings import Settings


CHOICES = ("system", "light", "dark")
_SETTING, _FONT = "theme", "font_percent"
# Of the system's own font size.
NORMAL, SMALLEST, LARGEST, STEP = 100, 80, 200, 10
_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True)
class Colours:
    """One face of the window: `#rrggbb` strings named by what they are for."""

    dark: bool
    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    lane_a: str
    lane_b: str
    amber: str
    amber_surface: str
    red: str
    red_surface: str
    green: str
    code: str

    def lane(self, label: str) -> str:
        """The colour of lane "A" or "B"; the letter always stands beside it."""
        return self.lane_a if label == "A" else self.lane_b


def load_colours(name: str) -> Colours:
    """The palette file `name` ("light" or "dark"). Raises OSError, ValueError or TypeError where it is damaged."""
    raw = json.loads((paths.resources() / "themes" / f"{name}.json").read_text("utf-8"))
    return Colours(**{field.name: raw[field.name] for field in fields(Colours)})


class Theme(QObject):
    """Which colours the application wears, and how large its text is. `changed` carries the new Colours; `chosen`:
    light, dark or the system's was chosen; `font_changed`: another size of text."""

    changed = Signal(object)
    chosen = Signal()
    font_changed = Signal()

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        self._hints = QGuiApplication.styleHints()
        stored = settings.get(_SETTING, "system")
        self._choice = stored if stored in CHOICES else "system"
        app.setStyle("Fusion")
        self._hints.setColorScheme(_SCHEMES[self._choice])
        self._colours = load_colours(self._face(self._hints.colorScheme()))
        self._dressed = False
        self._font_percent = NORMAL
        percent = settings.get(_FONT, NORMAL)
        if percent != NORMAL:
            self._take_font(min(max(percent, SMALLEST), LARGEST))
        self._app.setPalette(_qt_palette(self._colours))
        self._hints.colorSchemeChanged.connect(self._follow_system)
        settings.cleared.connect(self._begin_anew)

    @property
    def colours(self) -> Colours:
        """The colours worn now."""
        return self._colours

    @property
    def choice(self) -> str:
        """One of CHOICES."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Follow the system, or stay light or dark; kept in the settings."""
        self._settings.set(_SETTING, choice)
        self._take_face(choice)

    @property
    def font_percent(self) -> int:
        """How large text is, SMALLEST to LARGEST; NORMAL is the size of the system's own font."""
        return self._font_percent

    @property
    def why_not_larger(self) -> str:
        """Why text cannot be larger, "" where it can."""
        return "Text is at its largest." if self._font_percent >= LARGEST else ""

    @property
    def why_not_smaller(self) -> str:
        """Why text cannot be smaller, "" where it can."""
        return "Text is at its smallest." if self._font_percent <= SMALLEST else ""

    def enlarge(self) -> None:
        """A step larger, as far as that goes."""
        self.set_font_percent(self._font_percent + STEP)

    def reduce(self) -> None:
        """A step smaller, as far as that goes."""
        self.set_font_percent(self._font_percent - STEP)

    def set_font_percent(self, percent: int) -> None:
        """Show all text in this size at once, within the limits; kept in the settings."""
        percent = min(max(percent, SMALLEST), LARGEST)
        self._settings.set(_FONT, percent)
        if percent != self._font_percent:
            self._take_font(percent)
            self._wear()
            self.font_changed.emit()

    def _begin_anew(self) -> None:
        self._take_face("system")
        if self._font_percent != NORMAL:
            self._take_font(NORMAL)
            self._wear()
        self.font_changed.emit()

    def _take_face(self, choice: str) -> None:
        self._choice = choice
        self._hints.setColorScheme(_SCHEMES[choice])
        self._follow_system(self._hints.colorScheme())
        self.chosen.emit()

    def _take_font(self, percent: int) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPointSizeF(font.pointSizeF() * percent / NORMAL)
        self._font_percent = percent
        self._app.setFont(font)

    def _face(self, system: Qt.ColorScheme) -> str:
        """Which face to wear while the system wears `system`."""
        if self._choice != "system":
            return self._choice
        return "dark" if system == Qt.ColorScheme.Dark else "light"

    def _follow_system(self, system: Qt.ColorScheme) -> None:
        wanted = load_colours(self._face(system))
        if wanted != self._colours:
            self._colours = wanted
            self._wear()
            self.changed.emit(wanted)

    def dress(self) -> None:
        """Put the style sheet on; the window calls this when it is built. Building under a style sheet takes four
        times as long, because every widget is styled again each time it gets another parent."""
        if not self._dressed:
            self._dressed = True
            self._wear_sheet()

    def _wear(self) -> None:
        self._app.setPalette(_qt_palette(self._colours))
        if self._dressed:
            self._wear_sheet()

    def _wear_sheet(self) -> None:
        face = "dark" if self._colours.dark else "light"
        arrow, check = (
            (paths.resources() / "icons" / f"{drawing}-{face}.svg").as_posix() for drawing in ("arrow", "check")
        )
        self._app.setStyleSheet(style_sheet(self._colours, self._app.font().pointSizeF(), arrow, check))


def apply(app: QApplication, settings: Settings) -> Theme:
    """Dress the application; call once, before the first window. The theme lives as long as the application."""
    return Theme(app, settings)


def current(app: QApplication) -> Theme:
    """The theme that `apply` gave this application. Raises LookupError where none was applied."""
    theme = app.findChild(Theme)
    if theme is None:
        raise LookupError("theme.apply(app, settings) comes before the first window")
    return theme


def _qt_palette(colours: Colours) -> QPalette:
    """The same colours for whatever the style draws itself."""
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, value in (
        (roles.Window, colours.window),
        (roles.WindowText, colours.text),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.raised),
        (roles.Text, colours.text),
        (roles.Button, colours.raised),
        (roles.ButtonText, colours.text),
        (roles.BrightText, colours.red),
        (roles.Highlight, colours.accent),
        (roles.HighlightedText, colours.on_accent),
        (roles.Link, colours.accent),
        (roles.LinkVisited, colours.accent),
        (roles.ToolTipBase, colours.surface),
        (roles.ToolTipText, colours.text),
        (roles.PlaceholderText, colours.muted),
        (roles.Accent, colours.accent),
        (roles.Mid, colours.border),
    ):
        palette.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette


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
