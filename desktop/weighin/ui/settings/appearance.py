"""Light or dark, and how large text is."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from weighin.core import format
from weighin.ui.theme import CHOICES, NORMAL, Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import Section, button

_NAMES = {"system": "System", "light": "Light", "dark": "Dark"}


class Appearance(Section):
    """Shown at once in the whole window, and kept."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Appearance", parent=parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self.faces: dict[str, QRadioButton] = {}
        for choice in CHOICES:
            face = QRadioButton(_NAMES[choice])
            face.setAccessibleName(f"Theme: {_NAMES[choice].lower()}")
            face.clicked.connect(lambda _checked=False, which=choice: theme.choose(which))
            self._group.addButton(face)
            self.faces[choice] = face
        self.smaller = button("Smaller", "Smaller text")
        self.percent = PlainLabel()
        self.larger = button("Larger", "Larger text")
        self.normal = button("Normal", "Normal text size")
        self.add_row(PlainLabel("Theme"), *self.faces.values())
        self.add_row(PlainLabel("Text size"), self.smaller, self.percent, self.larger, self.normal)
        self.smaller.clicked.connect(theme.reduce)
        self.larger.clicked.connect(theme.enlarge)
        self.normal.clicked.connect(lambda: theme.set_font_percent(NORMAL))
        theme.font_changed.connect(self._show)
        theme.chosen.connect(self._show)
        self._show()

    def _show(self) -> None:
        theme = self._theme
        self.faces[theme.choice].setChecked(True)
        self.percent.say(format.percent(theme.font_percent / 100))
        self.smaller.setEnabled(not theme.why_not_smaller)
        self.larger.setEnabled(not theme.why_not_larger)
        self.normal.setEnabled(theme.font_percent != NORMAL)
