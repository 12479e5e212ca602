"""Which hub is asked, and whether any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from weighin.core.downloads.hub_endpoint import HUGGING_FACE
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import Section

if TYPE_CHECKING:
    from weighin.services.models.hub_access import HubAccess

_ABOUT = "Used for search and downloads that start from now on. Nothing is sent until you search."


class HubBox(Section):
    """What the environment says stands fast, and is named."""

    def __init__(self, access: HubAccess, parent: QWidget | None = None) -> None:
        super().__init__("Hugging Face hub", _ABOUT, parent)
        self._access = access
        self.endpoint = QLineEdit()
        self.endpoint.setAccessibleName("Address of the hub")
        self.endpoint.setPlaceholderText(HUGGING_FACE)
        self.endpoint.setMaximumWidth(460)
        self.error = PlainLabel(role="error", wrap=True)
        self.endpoint_note = PlainLabel(role="small", wrap=True)
        self.offline = QCheckBox("Offline: never connect to the hub")
        self.offline.setAccessibleName("Offline: never connect to the hub")
        self.offline_note = PlainLabel(role="small", wrap=True)
        label = PlainLabel("Address")
        label.setBuddy(self.endpoint)
        for part in (label, self.endpoint, self.error, self.endpoint_note, self.offline, self.offline_note):
            self.column.addWidget(part)
        self.endpoint.editingFinished.connect(self._take)
        self.endpoint.textEdited.connect(lambda _text: self._refuse(""))
        self.offline.toggled.connect(access.set_offline)
        access.changed.connect(self._show)
        self._show()

    def _take(self) -> None:
        try:
            self._access.set_endpoint(self.endpoint.text())
        except AppError as error:
            self._refuse(error.user_text)
        else:
            self._refuse("")
            self._show()

    def _refuse(self, sentence: str) -> None:
        self.error.say_or_hide(sentence)
        self.endpoint.setProperty("invalid", bool(sentence))
        self.endpoint.style().unpolish(self.endpoint)
        self.endpoint.style().polish(self.endpoint)

    def _show(self) -> None:
        access = self._access
        fixed, switched = access.endpoint_of_environment, access.offline_of_environment
        self.endpoint.setEnabled(not fixed)
        self.endpoint.setText(access.chosen_endpoint)
        self._refuse("")
        named = safe_name(fixed.rpartition("@")[2], 80)  # what stands before is a password
        self.endpoint_note.say_or_hide(f"Set by the environment: HF_ENDPOINT is {named}." * bool(fixed))
        self.offline.setEnabled(not switched)
        was = self.offline.blockSignals(True)
        self.offline.setChecked(access.is_offline)
        self.offline.blockSignals(was)
        said = f"Set by the environment: HF_HUB_OFFLINE is {safe_name(switched, 20)}."
        self.offline_note.say_or_hide(said * bool(switched))
