"""Which hub is asked, and whether any: what the environment says, else what the user has set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.downloads.hub_endpoint import typed_endpoint
from weighin.core.errors import AppError

if TYPE_CHECKING:
    from weighin.services.settings import Settings

ENDPOINT, OFFLINE = "HF_ENDPOINT", "HF_HUB_OFFLINE"
_ENDPOINT, _OFFLINE = "hub_endpoint", "hub_offline"
_TRUE = ("1", "on", "yes", "true")  # as huggingface_hub reads it


class HubAccess(QObject):
    """`changed`: another hub is asked from now on, or none."""

    changed = Signal()

    def __init__(
        self, settings: Settings, environment: Mapping[str, str] | None = None, parent: QObject | None = None
    ) -> None:
        """environment: that of this process where it is not given."""
        super().__init__(parent)
        self._settings, self._environment = settings, os.environ if environment is None else environment
        settings.cleared.connect(self.changed)

    @property
    def endpoint(self) -> str:
        """The address of another hub than huggingface.co, "" for that one."""
        return self.endpoint_of_environment or self.chosen_endpoint

    @property
    def endpoint_of_environment(self) -> str:
        """What HF_ENDPOINT names, "" where it names nothing."""
        return self._environment.get(ENDPOINT, "").strip()

    @property
    def chosen_endpoint(self) -> str:
        """What the user has set, "" for huggingface.co; an address that cannot be one counts as none."""
        try:
            return typed_endpoint(self._settings.get(_ENDPOINT, ""))
        except AppError:
            return ""

    @property
    def offline_of_environment(self) -> str:
        """What HF_HUB_OFFLINE says, "" where it says nothing."""
        return self._environment.get(OFFLINE, "").strip()

    @property
    def is_offline(self) -> bool:
        """Whether nothing may be asked."""
        if said := self.offline_of_environment:
            return said.lower() in _TRUE
        return self._settings.get(_OFFLINE, False)

    def set_endpoint(self, text: str) -> None:
        """Ask the hub at this address, "" for huggingface.co; kept. Raises AppError where it is none."""
        endpoint = typed_endpoint(text)
        if endpoint != self.chosen_endpoint:
            self._settings.set(_ENDPOINT, endpoint)
            self.changed.emit()

    def set_offline(self, is_offline: bool) -> None:
        """Ask nothing, or ask again; kept."""
        if is_offline != self._settings.get(_OFFLINE, False):
            self._settings.set(_OFFLINE, is_offline)
            self.changed.emit()

    def variables(self) -> dict[str, str]:
        """What a process that asks the hub gets beside its environment."""
        made = {}
        if not self.endpoint_of_environment and self.chosen_endpoint:
            made[ENDPOINT] = self.chosen_endpoint
        if not self.offline_of_environment and self.is_offline:
            made[OFFLINE] = "1"
        return made
