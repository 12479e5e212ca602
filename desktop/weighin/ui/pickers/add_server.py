"""The dialog that puts a model on a server into a lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.models.server import LetterTest
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.lanes.servers import Servers

_ABOUT = (
    "Works with any OpenAI-compatible server: llama-server, vLLM, SGLang, Ollama and others. "
    "Speeds are measured over the network; memory cannot be seen."
)
_KEY_NOTE = "The key is kept in the system's keyring; without one it is forgotten when Weigh-In closes."
_LOCAL = "http://127.0.0.1:8080/v1"
_NO_NAME = "Type the model name first."
_WIDTH = 620


class AddServer(QDialog):
    """Asks a server which models it has, then `added` carries the ModelFacts of the one chosen."""

    added = Signal(object)

    def __init__(self, servers: Servers, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self.setWindowTitle(f"Connect to a server for {label}")
        self.setMinimumWidth(_WIDTH)
        self.address = QLineEdit()
        self.address.setPlaceholderText(_LOCAL)
        self.address.setAccessibleName("Address of the server")
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText("only if the server needs one")
        self.key.setAccessibleName("API key of the server")
        self.look = QPushButton("Connect")
        self.look.setAccessibleName("Connect: ask the server which models it has")
        self.models = ElidedComboBox()
        self.models.setAccessibleName("Model on the server")
        self.models.setPlaceholderText("Connect first")
        self.test = QPushButton("Test scoring")
        self.test.setAccessibleName("Test whether MMLU can be scored with this model")
        self.test.setToolTip("Checks whether the server returns the log-probabilities MMLU needs.")
        self._said = PlainLabel(role="muted", wrap=True)
        self._error = PlainLabel(role="error", wrap=True)
        self.add = QPushButton("Add")
        self.add.setProperty("role", "primary")
        self.add.setAccessibleName(f"Use this model for {label}")
        self._cancel = QPushButton("Cancel")
        self._cancel.setAccessibleName("Cancel")
        self._arrange()
        for button in (self.look, self.test, self.add, self._cancel):
            button.setAutoDefault(False)
        self.address.returnPressed.connect(self._look)
        self.key.returnPressed.connect(self._look)
        self.address.textEdited.connect(self._forget_models)
        self.look.clicked.connect(self._look)
        self.test.clicked.connect(self._test)
        self.add.clicked.connect(self._add)
        self._cancel.clicked.connect(self.reject)
        self._forget_models()

    @property
    def notice(self) -> str:
        """What is said of the server, good or bad."""
        return self._error.text() or self._said.text()

    @property
    def _model(self) -> str:
        """The model as the server calls it: chosen, or typed where none is listed."""
        return self.models.currentText().strip() if self.models.isEditable() else self.models.currentData()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._servers.stop()
        super().closeEvent(event)

    def reject(self) -> None:
        self._servers.stop()
        super().reject()

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (title, field, beside) in enumerate(
            (("Address", self.address, self.look), ("Key", self.key, None), ("Model", self.models, self.test))
        ):
            name = PlainLabel(title)
            name.setBuddy(field)
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1, 1, 1 if beside else 2)
            if beside:
                grid.addWidget(beside, row, 2)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(PlainLabel(_ABOUT, wrap=True))
        layout.addLayout(grid)
        layout.addWidget(PlainLabel(_KEY_NOTE, role="small", wrap=True))
        for label in (self._said, self._error):
            label.setMinimumHeight(2 * self.fontMetrics().height())
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            layout.addWidget(label)
        layout.addStretch(1)
        layout.addLayout(buttons)

    def _look(self) -> None:
        if not self.address.text().strip():
            self.address.setText(_LOCAL)
        elif "://" not in self.address.text():
            self.address.setText(f"http://{self.address.text().strip()}")
        self._say(f"Connecting to {safe_name(self.address.text(), 80)}…")
        self._servers.look(self.address.text(), self.key.text().strip(), self._offer, self._fail)

    def _offer(self, names: tuple[str, ...]) -> None:
        self.models.clear()
        for name in names:
            self.models.addItem(safe_name(name, 120), name)
        self.models.setEditable(not names)
        if names:
            self._say(f"Connected: {format.plural(len(names), 'model')}.")
            self.models.setCurrentIndex(0)
        else:
            self._say("Connected, but the server lists no models. Type the model’s name.")
        self._enable(True)
        self.models.setFocus()

    def _test(self) -> None:
        if not self._model:
            self._fail(AppError(_NO_NAME))
            return
        self._say("Testing with two questions. A large model may take minutes to load.")
        model, key = self._model, self.key.text().strip()
        self._servers.test_letters(self.address.text(), model, key, self._tested, self._fail)

    def _tested(self, test: LetterTest) -> None:
        self._say(test.sentence)

    def _add(self) -> None:
        try:
            if not self._model:
                raise AppError(_NO_NAME)
            model = self._servers.add(self.address.text(), self._model, self.key.text().strip())
        except AppError as error:
            self._fail(error)
            return
        self.added.emit(model)
        self.accept()

    def _forget_models(self) -> None:
        """Another address has other models."""
        self.models.clear()
        self.models.setEditable(False)
        self._enable(False)
        self._say("")

    def _enable(self, chosen: bool) -> None:
        for widget in (self.models, self.test, self.add):
            widget.setEnabled(chosen)

    def _say(self, text: str) -> None:
        self._error.say("")
        self._error.hide()
        self._said.say(text)
        self._said.show()

    def _fail(self, error: AppError) -> None:
        self._said.say("")
        self._said.hide()
        self._error.say(error.user_text)
        self._error.show()
