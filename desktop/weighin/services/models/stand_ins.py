"""Folders for stand-ins of models at the hub: each belongs to a process, and what a killed one left is found again."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from weighin.services.processes.owner import lives

_OWNED = re.compile(r"(\d{1,10})-(\d{1,12})-\w+")


def new_folder(base: Path) -> str:
    """An empty folder below `base` that is this process's. Raises OSError."""
    import psutil

    base.mkdir(parents=True, exist_ok=True)
    return tempfile.mkdtemp(prefix=f"{os.getpid()}-{int(psutil.Process().create_time())}-", dir=base)


def sweep(base: Path) -> None:
    """Delete the folders below `base` whose processes are gone. What has another kind of name stays."""
    for folder in base.glob("*"):
        owner = _OWNED.fullmatch(folder.name)
        if owner is not None and not folder.is_symlink() and not lives(int(owner[1]), int(owner[2])):
            shutil.rmtree(folder, ignore_errors=True)
