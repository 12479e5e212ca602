"""A form for one thing that is expected of an answer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from weighin.core.grading.expectation import Kind
from weighin.core.grading.text import KINDS
from weighin.ui.prompt_sets.editor.drafts import FIELDS, TICKED, ExpectationDraft, Field, sentence
from weighin.ui.theme import Theme
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel

_MOST_LINES = 14


class ExpectationForm(QFrame):
    """`changed`: something was edited; `remove_wanted`: it shall go."""

    changed = Signal()
    remove_wanted = Signal()

    def __init__(self, theme: Theme, draft: ExpectationDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._boxes: dict[str, _Box] = {}
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of expectation")
        for kind, words in KINDS.items():
            self.kind.addItem(words, kind)
        self.kind.setCurrentIndex(list(KINDS).index(draft.kind))
        self.remove = IconButton(theme, "close", "Remove this expectation")
        self._error = PlainLabel(role="error", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self.kind)
        head.addStretch(1)
        head.addWidget(self.remove)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addLayout(self._fields)
        layout.addWidget(self._error)
        self._fill(draft)
        self.kind.activated.connect(lambda _row: self._turn())
        self.remove.clicked.connect(self.remove_wanted)
        self._check()

    @property
    def draft(self) -> ExpectationDraft:
        """What is typed."""
        return ExpectationDraft(
            Kind(self.kind.currentData()), {name: box.text for name, box in self._boxes.items() if box.text}
        )

    @property
    def error(self) -> str:
        """Why it makes no sense yet, "" where it does."""
        return "" if self._error.isHidden() else self._error.text()

    def box(self, name: str) -> QWidget:
        """Where the value with this name is typed."""
        return self._boxes[name].widget

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        first = next(iter(self._boxes.values()), None)
        (first.widget if first else self.kind).setFocus()

    def _turn(self) -> None:
        """Another kind: other boxes."""
        self._fill(ExpectationDraft(Kind(self.kind.currentData())))
        self._edited()

    def _fill(self, draft: ExpectationDraft) -> None:
        while (item := self._fields.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._boxes = {one.name: _Box(one, draft.text(one.name), self._edited) for one in FIELDS[draft.kind]}
        for box in self._boxes.values():
            for part in box.parts:
                self._fields.addWidget(part)

    def _edited(self) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        try:
            self.draft.expectation()
        except ValueError as error:
            self._error.say_or_hide(sentence(error))
        else:
            self._error.say_or_hide("")


class _Box:
    """The widget of a field, with its name above it."""

    def __init__(self, given: Field, text: str, edited: object) -> None:
        self.widget: QCheckBox | QLineEdit | GrowingEdit
        if not given.lines:
            self.widget = QCheckBox(given.title)
            self.widget.setChecked(text == TICKED)
            self.widget.toggled.connect(edited)
        elif given.lines == 1:
            self.widget = QLineEdit(text)
            self.widget.textChanged.connect(edited)
        else:
            self.widget = GrowingEdit(given.title, given.lines, _MOST_LINES)
            self.widget.setPlainText(text)
            self.widget.setPlaceholderText(given.hint)
            self.widget.textChanged.connect(edited)
        self.widget.setAccessibleName(given.title)
        name = PlainLabel(given.title, role="small", wrap=True)
        name.setBuddy(self.widget)
        self.parts: tuple[QWidget, ...] = (name, self.widget) if given.lines else (self.widget,)

    @property
    def text(self) -> str:
        """What stands there."""
        if isinstance(self.widget, QCheckBox):
            return TICKED if self.widget.isChecked() else ""
        return self.widget.text() if isinstance(self.widget, QLineEdit) else self.widget.toPlainText()
