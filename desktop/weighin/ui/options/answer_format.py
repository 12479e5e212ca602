"""What an answer is held to: nothing, a JSON schema or a grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.runs.options import SAMPLING_OPTIONS, SamplingOptions
from weighin.ui.options.choice_field import ChoiceField
from weighin.ui.widgets.file_dialog import ANY, TEXTS, FileDialog
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

_FORMS = {option.name: option for option in SAMPLING_OPTIONS if option.text}
_FILES = {"json_schema": "JSON schemas (*.json)", "grammar": "Grammars (*.gbnf)"}
_HELP = "Any text, or only what a JSON schema or a grammar allows. Thinking is free of it."


class AnswerFormat(QWidget):
    """A choice, and below it the text it asks for, typed or from a file. `changed`: something was edited."""

    changed = Signal()

    def __init__(self, owner: str, files: Callable[[], AttachedFiles], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self._values = dict.fromkeys(_FORMS, "")
        self._problem = ""
        choices = {"": "Any text", **{name: option.title for name, option in _FORMS.items()}}
        self._choice = ChoiceField("Answer as", _HELP, choices, owner)
        self._edit = GrowingEdit(f"JSON schema or grammar, {owner}", least=3, most=8)
        self._open = QPushButton("Open file…")
        self._open.setAccessibleName(f"Open a JSON schema or grammar, {owner}")
        self._error = PlainLabel(role="error", wrap=True)
        self.setFocusProxy(self._edit)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._choice)
        layout.addWidget(self._edit)
        layout.addWidget(self._error)
        layout.addLayout(row)
        self._choice.changed.connect(self._check)
        self._edit.textChanged.connect(self._check)
        self._open.clicked.connect(self._ask_for_file)
        self._check()

    @property
    def values(self) -> dict[str, str]:
        """Both texts by their names in SamplingOptions, at most one of which is not "": what made sense last."""
        return self._values

    @property
    def error(self) -> str:
        """What is wrong with the text, "" where all is well."""
        return self._problem

    def set_values(self, sampling: SamplingOptions) -> None:
        """Show what these options hold an answer to."""
        name = next((name for name in _FORMS if getattr(sampling, name)), "")
        self._edit.setPlainText(getattr(sampling, name) if name else "")
        self._choice.set_text(name)
        self._check()

    def _check(self) -> None:
        name, text = str(self._choice.value), self._edit.toPlainText()
        sentence = "" if text.strip() or not name else f"Paste a {_named(name)}, or open a file."
        try:
            if name and not sentence:
                _FORMS[name].check(text)
            if not sentence:
                self._values = {**dict.fromkeys(_FORMS, ""), **({name: text} if name else {})}
        except AppError as error:
            sentence = error.user_text
        for part in (self._edit, self._open):
            part.setVisible(bool(name))
        self._edit.setPlaceholderText(f"paste a {_named(name)}" if name else "")
        self._problem = sentence
        self._error.say_or_hide(sentence)
        self.changed.emit()

    def _ask_for_file(self) -> None:
        name = str(self._choice.value)
        dialog = FileDialog.for_files(self, f"Open a {_named(name)}", TEXTS, (_FILES[name], ANY))
        dialog.filesSelected.connect(lambda paths: self._read(paths[0]))
        dialog.open()

    def _read(self, path: str) -> None:
        self._files().read(path, lambda file: self._edit.setPlainText(file.text), self._refuse)

    def _refuse(self, error: AppError) -> None:
        self._error.say_or_hide(error.user_text)


def _named(name: str) -> str:
    """A title within a sentence."""
    title = _FORMS[name].title
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
