"""What is on this computer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.core.models.shelf import UNKNOWN_ORIGIN, Condition, ShelfModel
from weighin.core.models.text import condition_text, kind, model_page
from weighin.core.plans.text import here_words
from weighin.core.safe_text import safe_name
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.file_dialog import MODELS, FileDialog
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf

_EMPTY = (
    "No models besides the two starter models yet. Files of LM Studio, Ollama, llama.cpp, GPT4All and the Hugging Face "
    "cache appear here by themselves; add other files or folders, or get a pair in the next tab."
)

_VERIFY = "Compare the chosen model's sha256 with the hub's"


class ShelfTab(QWidget):
    """`compare_wanted` carries the ModelFacts of a model to put into a lane."""

    compare_wanted = Signal(object)

    def __init__(self, theme: Theme, shelf: Shelf, verdicts: Verdicts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf, self._verdicts = shelf, verdicts
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search models on this computer")
        self.search.setAccessibleName("Search models on this computer")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(420)
        self.table = RowTable("Models on this computer", _columns(verdicts), lambda m: str(m.path), self._describe)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self._details = PlainLabel(role="small", wrap=True)
        self._total = PlainLabel(role="small")
        self._news = Strip()
        self._stop = self._news.add_button("Stop", "Stop checking")
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.confirm = Confirmation("Remove", "Remove this model", "Keep this model")
        self._checking = ""
        self.add_file = _button("Add files…", "Add model files, where they are")
        self.add_folder = _button("Add folder…", "Add all models of a folder, where they are")
        self.compare = _button("Compare", "Put the chosen model into a lane of Compare")
        self.verify = _button("Verify", _VERIFY)
        self.remove = _button("Remove…", "Remove the chosen model, after asking")
        self._arrange()
        self._connect()
        self._fill()

    @property
    def details(self) -> str:
        """What is said of the chosen model."""
        return self._details.text()

    def add(self, path: str) -> None:
        """Add a file or folder, or say why not."""
        self.add_all([path])

    def add_all(self, paths: list[str]) -> None:
        """Add files and folders; of each that is none, say why not."""
        self.error.hide()
        refused: list[str] = []

        def refuse(path: str, error: AppError) -> None:
            whose = f"{safe_name(Path(path).name, 80)}: " if len(paths) > 1 else ""
            refused.append(f"{whose}{error.user_text}")
            self.error.say("\n".join(refused))

        for path in paths:
            self._shelf.add(path, lambda _models: None, partial(refuse, path))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.search, 2)
        row.addStretch(1)
        for button in (self.add_file, self.add_folder, self.compare, self.verify, self.remove):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        for widget in (self.error, self._news, self._empty):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.confirm)  # below: rows stay where they are under the mouse
        layout.addWidget(self._details)
        layout.addWidget(self._total)

    def _connect(self) -> None:
        self._shelf.changed.connect(self._fill)
        self._verdicts.changed.connect(self._judge_again)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.table.chosen_changed.connect(self._follow)
        self.table.opened.connect(self._compare)
        self.table.delete_pressed.connect(self._ask)
        self.add_file.clicked.connect(self._ask_files)
        self.add_folder.clicked.connect(self._ask_folder)
        self.compare.clicked.connect(self._compare)
        self.verify.clicked.connect(self._verify)
        self.remove.clicked.connect(self._ask)
        self._stop.clicked.connect(lambda: self._shelf.stop_verifying(self._checking))
        FileDrop(self).dropped.connect(self.add_all)

    def _fill(self) -> None:
        models = self._shelf.models()
        wanted = self.search.text().lower().split()
        shown = tuple(m for m in models if all(w in f"{m.name} {m.path} {m.source}".lower() for w in wanted))
        self.table.show_records(shown)
        self.table.setVisible(bool(models))
        self._empty.setVisible(not models)
        total = sum(model.size for model in models if model.condition is not Condition.GONE)
        self._total.say_or_hide(
            f"{format.plural(len(models), 'model')}, {format.size(total)} on the disk" * bool(models)
        )
        self._follow()

    def _judge_again(self) -> None:
        self.table.viewport().update()
        if (model := self.table.chosen) is not None:
            self._details.say(self._describe(model))

    def _describe(self, model: ShelfModel) -> str:
        row = self._verdicts.of_model(model)
        details = model_page(model, self._verdicts.system_of(model.repo))
        if not model.known_to_hub:
            details += f"\nIt cannot be verified. {UNKNOWN_ORIGIN}"
        return f"{details}\n{self._verdicts.sentence(row)}" if row else details

    def _follow(self) -> None:
        model: ShelfModel | None = self.table.chosen
        self._details.say_or_hide(self._describe(model) if model else "")
        if model is not None:
            self._verdicts.want(model)
        self.compare.setEnabled(model is not None and model.is_intact)
        why_not = self._why_not_verified(model)
        self.verify.setEnabled(not why_not)
        self.verify.setToolTip(plain_tooltip(why_not or _VERIFY))
        self.remove.setEnabled(model is not None)

    def _why_not_verified(self, model: ShelfModel | None) -> str:
        """Why Verify can do nothing now, "" where it can."""
        if model is None:
            return "Choose a model first."
        return model.why_not_verified or ("A model is being checked: one at a time." if self._checking else "")

    def _compare(self) -> None:
        model: ShelfModel | None = self.table.chosen
        if model is None:
            return
        try:
            self.compare_wanted.emit(model.ready_facts())
        except AppError as error:
            self._fail(error)

    def _verify(self) -> None:
        model: ShelfModel | None = self.table.chosen
        if model is None or self._checking:
            return
        self.error.hide()
        self._checking = model.path
        self._news.say(f"Checking {safe_name(model.name)}…")
        self._shelf.verify(model.path, self._verified, self._not_verified, self._tell)
        self._follow()

    def _tell(self, news: Transferred) -> None:
        self._news.say(f"Checking: {format.size(news.done)} of {format.size(news.total)}")

    def _verified(self, model: ShelfModel) -> None:
        self._checking = ""
        self._news.hide()
        self._follow()

    def _not_verified(self, error: AppError) -> None:
        self._checking = ""
        self._news.hide()
        if error.kind != "stopped":
            self._fail(error)
        self._follow()

    def _ask(self) -> None:
        model: ShelfModel | None = self.table.chosen
        if model is None:
            return
        name = safe_name(model.name)
        sentence = (
            f"Delete {name} ({format.size(model.size)}) from the disk? It would have to be fetched again."
            if model.downloaded
            else f"Forget {name}? Its file stays where it is: this program did not download it."
        )
        self.confirm.ask(sentence, lambda: self._remove(model.path), self.table)

    def _remove(self, path: str) -> None:
        self._shelf.remove(path, lambda: None, self._fail)

    def _ask_files(self) -> None:
        dialog = FileDialog.for_models(self, "Add model files", several=True)
        dialog.filesSelected.connect(self.add_all)
        dialog.open()

    def _ask_folder(self) -> None:
        dialog = FileDialog.for_folder(self, "Add all models of a folder", MODELS)
        dialog.filesSelected.connect(lambda paths: self.add(paths[0]))
        dialog.open()

    def _fail(self, error: AppError) -> None:
        self.error.say(error.user_text)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button


def _columns(verdicts: Verdicts) -> tuple[Column, ...]:
    return (
        Column("Name", lambda m: safe_name(m.name), "Qwen3-30B-A3B-Instruct", 0.6),
        Column("Kind", lambda m: kind(m.facts), "MoE 30.5B, 3.3B active", 0.1),
        Column("Quantization", lambda m: m.facts.quantization if m.facts else format.NONE, "Q4_K_M"),
        Column("Size", lambda m: format.size(m.size), "18.6 GB", number=True),
        Column(
            "Licence", lambda m: safe_name(m.facts.license or format.NONE, 40) if m.facts else format.NONE, "apache-2.0"
        ),
        Column("Checked", condition_text, "not verified"),
        Column("Here?", lambda m: here_words(verdicts.of_model(m)), "~ tight"),
        Column("From", lambda m: m.source, "Hugging Face cache", 0.3),
    )
