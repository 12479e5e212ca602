"""The text files that go along with the prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.runs.attachments import MAX_FILES
from weighin.core.runs.chat import Attachment
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

Models = tuple[ModelFacts | None, ...]


class FileChip(QFrame):
    """One file: its name, its size, and how many tokens it has for each lane once they are counted."""

    remove_requested = Signal()

    def __init__(self, theme: Theme, file: Attachment) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self.file = file
        self._tokens: dict[str, int] = {}
        self._label = ElidedLabel()
        self._label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        cross = IconButton(theme, "close", f"Remove {safe_name(file.name, 80)}")
        cross.clicked.connect(self.remove_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 2, 1)
        row.setSpacing(4)
        row.addWidget(self._label)
        row.addWidget(cross)
        self._say()

    @property
    def text(self) -> str:
        """What stands on it."""
        return self._label.text()

    def forget_tokens(self) -> None:
        """Another model was chosen somewhere."""
        self._tokens = {}
        self._say()

    def take_tokens(self, label: str, tokens: int) -> None:
        """So many for this lane."""
        self._tokens[label] = tokens
        self._say()

    def _say(self) -> None:
        parts = [safe_name(self.file.name, 40), format.size(len(self.file.text.encode("utf-8", "replace")))]
        counted = {label: format.count(self._tokens[label]) for label in LABELS if label in self._tokens}
        if len(set(counted.values())) == 1 and len(counted) == len(LABELS):
            parts.append(f"{counted['A']} tokens")
        else:
            parts += [f"{label}: {count} tokens" for label, count in counted.items()]
        self._label.say(" · ".join(parts))


class AttachedRow(QWidget):
    """Hidden while there is no file. `refused` carries the sentence why a file cannot go along; `changed`: there are
    others now."""

    refused = Signal(str)
    changed = Signal()

    def __init__(self, theme: Theme, service: Callable[[], AttachedFiles], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._service = service
        self._chips: list[FileChip] = []
        self._models: Models = ()
        self._flow = FlowLayout(self)
        self.hide()

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Those that go along, in the order in which they came."""
        return tuple(chip.file for chip in self._chips)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands on the chips."""
        return tuple(chip.text for chip in self._chips)

    def add_paths(self, paths: list[str]) -> None:
        """Read these files and let them go along."""
        for path in paths:
            self._service().read(path, self._add, self._refuse)

    def set_files(self, files: tuple[Attachment, ...]) -> None:
        """These and no others."""
        for chip in tuple(self._chips):
            self.remove(chip)
        for file in files:
            self._add(file)

    def set_models(self, models: Models) -> None:
        """Whose tokens are counted: the models of lanes A and B."""
        if models != self._models:
            self._models = models
            for chip in self._chips:
                chip.forget_tokens()
                self._count(chip)

    def remove(self, chip: FileChip) -> None:
        """This one does not go along."""
        self._chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self.setVisible(bool(self._chips))
        self.changed.emit()

    def _add(self, file: Attachment) -> None:
        if file in self.files:
            return
        if len(self._chips) >= MAX_FILES:
            self.refused.emit(f"At most {MAX_FILES} files can be attached.")
            return
        chip = FileChip(self._theme, file)
        chip.remove_requested.connect(lambda: self.remove(chip))
        self._chips.append(chip)
        self._flow.addWidget(chip)
        self.show()
        self._count(chip)
        self.changed.emit()

    def _count(self, chip: FileChip) -> None:
        for label, model in zip(LABELS, self._models, strict=False):
            if model is not None:
                self._service().count(model, chip.file.text, self._taker(chip, label, model))

    def _taker(self, chip: FileChip, label: str, model: ModelFacts) -> Callable[[int], None]:
        def take(tokens: int) -> None:
            still_there = chip in self._chips and self._models[LABELS.index(label)] == model
            if still_there:
                chip.take_tokens(label, tokens)

        return take

    def _refuse(self, error: AppError) -> None:
        self.refused.emit(error.user_text)
