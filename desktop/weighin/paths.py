"""Where everything lies: the program's own files, and the user's."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

# How the files end that hold a comparison to hand on.
BUNDLE_SUFFIX = ".weighin.json"


@functools.cache
def resources() -> Path:
    """The folder of catalogue, starter models, themes and icons: of an installed wheel or frozen build, else of the
    checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent.parent / "resources"


@dataclass(frozen=True)
class Profile:
    """Folders for what the program writes: data (database), config (settings), logs, and downloaded models.

    hub_cache: the cache all programs share; with a profile folder of one's own it lies in there, unless HF_HUB_CACHE or
    HF_HOME name another."""

    data: Path
    config: Path
    logs: Path
    hub_cache: Path

    @classmethod
    def locate(cls, directory: str | None = None) -> Profile:
        """The profile below `directory` or WEIGHIN_PROFILE if given, else the platform's own folders. Creates them.

        Raises OSError where a folder cannot be made."""
        chosen = directory or os.environ.get("WEIGHIN_PROFILE")
        if chosen:
            base = Path(chosen).expanduser().resolve()
            profile = cls(base / "data", base / "config", base / "logs", _hub_cache() or base / "data" / "hub")
        else:
            dirs = platformdirs.PlatformDirs("weighin", appauthor=False)
            home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            standard = _hub_cache() or Path(home) / "huggingface" / "hub"
            profile = cls(Path(dirs.user_data_dir), Path(dirs.user_config_dir), Path(dirs.user_log_dir), standard)
        for folder in (profile.data, profile.config, profile.logs):
            folder.mkdir(parents=True, exist_ok=True)
        return profile

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "weighin.db"

    @property
    def questions(self) -> Path:
        """The folder of question sets that were fetched."""
        return self.data / "questions"

    @property
    def headers(self) -> Path:
        """The folder of headers of models at the hub, while they are looked at."""
        return self.data / "headers"

    @property
    def windows(self) -> Path:
        """The folder that says which windows are open."""
        return self.data / "windows"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"


def _hub_cache() -> Path | None:
    """The hub's cache as its own variables name it; None where they do not."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(name):
            return Path(os.path.expandvars(named)).expanduser()
    named = os.environ.get("HF_HOME")
    return Path(os.path.expandvars(named)).expanduser() / "hub" if named else None
