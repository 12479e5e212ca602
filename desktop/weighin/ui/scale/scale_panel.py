"""The panel under the answers: one sentence, what it rests on, and the rows. Its height stays while a run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from weighin.ui.scale.scale_rows import ScaleRows
from weighin.ui.theme import Theme
from weighin.ui.widgets.focus import hand_on_focus
from weighin.ui.widgets.label import ElidedLabel, plain_tooltip

if TYPE_CHECKING:
    from weighin.core.comparisons.scale import ScaleRow


class ScalePanel(QFrame):
    """Only shows: ScalePresenter says what. The signals tell which of its links was pressed."""

    remedy_wanted = Signal()
    details_toggled = Signal(bool)
    differences_wanted = Signal()
    share_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "scale")
        self._first = ElidedLabel(role="verdict")
        self._second = ElidedLabel(role="verdict")
        self._second.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._basis = ElidedLabel(role="small")
        self._caution = ""
        self.rows = ScaleRows(theme)
        self.remedy = _link("", "Measure again", self.remedy_wanted)
        self.details = _link("Details", "Details: all numbers, charts, and what each model was given", None)
        self.details.setCheckable(True)
        self.details.toggled.connect(self.details_toggled)
        self.differences = _link("Differences", "Both answers side by side, word by word", self.differences_wanted)
        self.share = _link("Share…", "Share this comparison: picture, Markdown, JSON, CSV, bundle", self.share_wanted)
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._first, 1)
        first.addWidget(self.remedy)
        second = QHBoxLayout()
        second.setSpacing(10)
        second.addWidget(self._second)
        second.addWidget(self._basis, 1)
        for button in (self.details, self.differences, self.share):
            second.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 10)
        column.setSpacing(2)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.rows)
        # The lines keep their height when links come and go.
        for label in (self._first, self._second, self._basis):
            label.setMinimumHeight(self.details.sizeHint().height())
        self.clear()

    @property
    def sentence(self) -> str:
        """The verdict, or what happens now."""
        return " ".join(label.text() for label in (self._first, self._second) if label.text())

    @property
    def basis(self) -> str:
        """The line under it."""
        return self._basis.text()

    @property
    def caution(self) -> str:
        """What is said in amber, "" where nothing has to be."""
        return self._caution

    def clear(self) -> None:
        """Nothing was run."""
        self.say("", "")
        self.offer("")
        self.rows.show_rows(())
        self.show_links(result=False, alike=False)

    def say(self, sentence: str, basis: str, caution: str = "", basis_amber: bool = False, news: str = "") -> None:
        """The verdict with what it rests on. Above it stands `caution`, in amber, or `news`: what happens now."""
        self._caution = caution
        above = caution or news
        first, second = (above, sentence) if above else (sentence, "")
        for label, text in ((self._first, first), (self._second, second), (self._basis, basis)):
            if label.text() != text:
                label.say(text)
        self._second.setVisible(bool(second))
        _tint(self._first, "amber" if caution else "")
        _tint(self._basis, "amber" if basis_amber else "")
        self.setAccessibleName(" ".join(part for part in ("Result:", first, second, basis) if part))

    def show_rows(self, rows: tuple[ScaleRow, ...]) -> None:
        """The numbers."""
        self.rows.show_rows(rows)

    def offer(self, text: str, name: str = "", why_not: str = "") -> None:
        """Offer what would tell more, "" for nothing. why_not: why that cannot be now."""
        if not text:
            hand_on_focus([self.remedy], self.details.setFocus)
        self.remedy.setText(text)
        self.remedy.setAccessibleName(name or text or "Measure again")
        self.remedy.setToolTip(plain_tooltip(why_not or name or text))
        self.remedy.setEnabled(not why_not)
        self.remedy.setVisible(bool(text))

    def show_links(self, result: bool, alike: bool) -> None:
        """Which ways on there are. result: two answers are shown; alike: it is worth looking for differences."""
        self.details.setVisible(result)
        self.share.setVisible(result)
        self.differences.setVisible(result and alike)


def _link(text: str, name: str, pressed: SignalInstance | None) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "link")
    button.setAccessibleName(name)
    button.setToolTip(plain_tooltip(name))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if pressed is not None:
        button.clicked.connect(lambda _checked=False: pressed.emit())
    return button


def _tint(label: QWidget, tone: str) -> None:
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().unpolish(label)
        label.style().polish(label)
