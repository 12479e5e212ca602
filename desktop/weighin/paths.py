"""Where everything lies: the program's own files, and the user's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def resources() -> Path:
    """The folder of catalogue, starter models, themes and icons: of an installed wheel or frozen build, else of the
    checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent.parent / "resources"


@dataclass(frozen=True)
class Profile:
    """Folders for what the program writes: data (database), config (settings), logs."""

    data: Path
    config: Path
    logs: Path

    @classmethod
    def locate(cls, directory: str | None = None) -> Profile:
        """The profile below `directory` or WEIGHIN_PROFILE if given, else the platform's own folders. Creates them.

        Raises OSError where a folder cannot be made."""
        chosen = directory or os.environ.get("WEIGHIN_PROFILE")
        if chosen:
            base = Path(chosen).expanduser().resolve()
            profile = cls(base / "data", base / "config", base / "logs")
        else:
            dirs = platformdirs.PlatformDirs("weighin", appauthor=False)
            profile = cls(Path(dirs.user_data_dir), Path(dirs.user_config_dir), Path(dirs.user_log_dir))
        for folder in (profile.data, profile.config, profile.logs):
            folder.mkdir(parents=True, exist_ok=True)
        return profile

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "weighin.db"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"
