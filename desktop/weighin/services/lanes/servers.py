"""Models on servers: which ones the user knows, what a server offers, and the keys they want."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import LetterTest, ServerAddress, parse_address, server_facts, server_of
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.settings import Settings
from weighin.services.task_runner import Failed

# Addresses with the name of a model behind them, never keys.
_KNOWN = "servers"


class Servers(QObject):
    """Remembers addresses in the settings, newest first. `changed`: one was added or forgotten. `said` carries a
    sentence: a key could not be kept."""

    changed = Signal()
    notice = Signal(str)

    def __init__(self, settings: Settings, keys: ServerKeys, probe: ServerProbe, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._probe = settings, probe
        self.keys = keys

    def known(self) -> tuple[ModelFacts, ...]:
        """Models on servers that the user added."""
        return tuple(server_facts(address) for text in self._kept() if (address := _read(text)) is not None)

    def sources(self) -> dict[str, str]:
        """Where each of them is, by its path."""
        return {model.path: f"server {server_of(model)}" for model in self.known()}

    def look(self, text: str, key: str, done: Callable[[tuple[str, ...]], None], failed: Failed) -> None:
        """Names of the models at the address `text`, asked with `key` where that is not ""."""
        if (address := self._with_key(text, key, failed)) is not None:
            self._probe.models(str(address), done, failed)

    def test_letters(
        self,
        text: str,
        model: str,
        key: str,
        done: Callable[[LetterTest], None],
        failed: Failed,
    ) -> None:
        """Whether questions can be scored by the log-probabilities that this model's server returns."""
        if (address := self._with_key(text, key, failed)) is not None:
            self._probe.letters(str(ServerAddress(address.base, model)), done, failed)

    def stop(self) -> None:
        """Ask no longer."""
        self._probe.stop()

    def add(self, text: str, model: str, key: str) -> ModelFacts:
        """Know a model from now on; its key goes to the keyring, if there is one. Raises AppError."""
        address = ServerAddress(parse_address(text).base, model)
        if key:
            self.keys.use(str(address), key)
            self.keys.keep(str(address), key, lambda _: None, lambda error: self.notice.emit(error.user_text))
        self._settings.set(_KNOWN, [str(address), *(kept for kept in self._kept() if kept != str(address))])
        self.changed.emit()
        return server_facts(address)

    def forget(self, path: str) -> None:
        """Know it no longer."""
        self._settings.set(_KNOWN, [kept for kept in self._kept() if kept != path])
        self.changed.emit()

    def close(self) -> None:
        """End what is being asked and finish what is being kept."""
        self._probe.stop()
        self.keys.close()

    def _kept(self) -> list[str]:
        return [text for text in self._settings.get(_KNOWN, []) if isinstance(text, str)]

    def _with_key(self, text: str, key: str, failed: Failed) -> ServerAddress | None:
        try:
            address = parse_address(text)
        except AppError as error:
            failed(error)
            return None
        if key:
            self.keys.use(str(address), key)
        return address


def _read(text: str) -> ServerAddress | None:
    """The address, None where somebody edited the settings file."""
    try:
        return parse_address(text)
    except AppError:
        return None
