"""What is on this computer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.core.models.names import told_apart
from weighin.core.models.shelf import UNKNOWN_ORIGIN, Condition, ShelfModel
from weighin.core.models.starter import STARTER
from weighin.core.models.text import condition_text, kind, model_page, source_text
from weighin.core.safe_text import safe_name
from weighin.ui.models.verdicts import Verdicts, fits_words
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.file_dialog import MODELS, FileDialog
from weighin.ui.widgets.label import ElidedLabel, PlainLabel, plain_tooltip
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf

_EMPTY = (
    "Models from LM Studio, Ollama, llama.cpp, GPT4All and the Hugging Face cache appear automatically. "
    "Add other files or folders, or get a pair from the next tab."
)
_NOT_FOUND = "No models match."
_NOTHING_CHOSEN = "Select a model to see its details."
_VERIFY = "Compare the checksum (sha256) with the hub's"
_REMOVE = "Remove the selected model, after asking"
_KEPT = "Comes with Weigh-In: it cannot be removed."


class ShelfTab(QWidget):
    """`compare_wanted` carries the ModelFacts of a model to put into a lane."""

    compare_wanted = Signal(object)

    def __init__(self, theme: Theme, shelf: Shelf, verdicts: Verdicts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf, self._verdicts = shelf, verdicts
        self.search = SearchLine("Search models on this computer")
        self.search.setMaximumWidth(420)
        self._beside: dict[str, str] = {}
        self.table = RowTable("Models on this computer", self._columns(), lambda m: str(m.path), self._describe)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self._name = ElidedLabel(role="strong")
        self._details = PlainLabel(role="small", wrap=True)
        self._total = PlainLabel(role="small")
        self._news = Strip()
        self._stop = self._news.add_button("Stop", "Stop verifying")
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.confirm = Confirmation("Remove", "Remove this model", "Keep this model")
        self._checking = ""
        self.add_file = _button("Add files…", "Add model files; they stay where they are")
        self.add_folder = _button("Add folder…", "Add all models of a folder; they stay where they are")
        self.compare = _button("Compare", "Use the selected model as model A in Compare")
        self.verify = _button("Verify", _VERIFY)
        self.remove = _button("Remove…", _REMOVE)
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
        row.addWidget(self.add_file)
        row.addWidget(self.add_folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        for widget in (self.error, self._news, self._empty):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._total)
        layout.addWidget(self.confirm)  # below: rows stay where they are under the mouse
        layout.addWidget(self._card())
        layout.addStretch(0)

    def _card(self) -> QFrame:
        """What is known of the selected model, and what can be done with it."""
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._name)
        words.addWidget(self._details)
        words.addStretch(1)
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in (self.compare, self.verify, self.remove):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _connect(self) -> None:
        self._shelf.changed.connect(self._fill)
        self._verdicts.changed.connect(self._judge_again)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.table.follow_search(self.search)
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
        found = self._shelf.models()
        places = {model.path for model in found}
        starters = tuple(model for model in self._verdicts.starter_models() if model.path not in places)
        models = tuple(sorted((*found, *starters), key=lambda m: (m.name.lower(), m.path)))
        self._beside = told_apart(models)
        wanted = self.search.text().lower().split()
        shown = tuple(m for m in models if all(w in f"{m.name} {m.path} {source_text(m)}".lower() for w in wanted))
        self.table.show_records(shown)
        self._empty.say_or_hide(_NOT_FOUND if models and not shown else "" if found else _EMPTY)
        total = sum(model.size for model in models if model.condition is not Condition.GONE)
        self._total.say_or_hide(f"{format.plural(len(models), 'model')}, {format.size(total)} on disk" * bool(models))
        self._follow()

    def _judge_again(self) -> None:
        self.table.viewport().update()
        if (model := self.table.chosen) is not None:
            self._details.say(self._describe(model))

    def _describe(self, model: ShelfModel) -> str:
        row = self._verdicts.of_model(model)
        fits = self._verdicts.sentence(row) if row else ""
        why_not = UNKNOWN_ORIGIN if model.why_not_verified == UNKNOWN_ORIGIN else ""
        details = model_page(model, self._verdicts.system_of(model.repo))
        return "\n".join(line for line in (fits, details, why_not) if line)

    def _follow(self) -> None:
        model: ShelfModel | None = self.table.chosen
        self._name.say_or_hide(_name(model) if model else "")
        self._details.say(self._describe(model) if model else _NOTHING_CHOSEN)
        if model is not None:
            self._verdicts.want(model)
        self.compare.setEnabled(model is not None and model.is_intact)
        why_not = self._why_not_verified(model)
        self.verify.setEnabled(not why_not)
        self.verify.setToolTip(plain_tooltip(why_not or _VERIFY))
        ours = model is not None and model.source == STARTER
        self.remove.setEnabled(model is not None and not ours)
        self.remove.setToolTip(plain_tooltip(_KEPT if ours else _REMOVE))

    def _why_not_verified(self, model: ShelfModel | None) -> str:
        """Why Verify can do nothing now, "" where it can."""
        if model is None:
            return "Select a model first."
        return model.why_not_verified or ("Another model is being verified." if self._checking else "")

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
        self._news.say(f"Verifying {_name(model)}…")
        self._shelf.verify(model.path, self._verified, self._not_verified, self._tell)
        self._follow()

    def _tell(self, news: Transferred) -> None:
        self._news.say(f"Verifying: {format.size(news.done)} of {format.size(news.total)}")

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
        if model is None or model.source == STARTER:
            return
        name = _name(model)
        sentence = (
            f"Delete {name} ({format.size(model.size)}) from disk? To use it again, download it again."
            if model.downloaded
            else f"Remove {name} from this list? Its file is not deleted."
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

    def _titled(self, model: ShelfModel) -> str:
        """Its name; where others have the same one, what tells it from them."""
        beside = self._beside.get(model.path, "")
        return f"{_name(model)} · {safe_name(beside, 120)}" if beside else _name(model)

    def _columns(self) -> tuple[Column, ...]:
        none = format.NONE
        return (
            Column("Name", self._titled, "Qwen3-30B-A3B-Instruct", 0.6, least="Weigh-In Starter"),
            Column("Kind", lambda m: kind(m.facts), "MoE 30.5B, 3.3B active", 0.1),
            Column("Quantization", lambda m: safe_name(m.facts.quantization, 24) if m.facts else none, "Q4_K_M"),
            Column("Size", lambda m: format.size(m.size), "999 bytes", number=True),
            Column("Licence", lambda m: safe_name((m.facts and m.facts.license) or none, 40), "apache-2.0", 0.1),
            Column("Checksum", condition_text, "same as on the hub"),
            Column("Fits?", lambda m: fits_words(self._verdicts.of_model(m)), "~ Does not fit"),
            Column("Source", source_text, "Hugging Face cache", 0.2),
        )


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button


def _name(model: ShelfModel) -> str:
    return safe_name(model.name, 300) or format.NONE
