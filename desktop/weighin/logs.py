"""Where log records go: a rotating file in the profile. Without Qt, so that its absence can be logged."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

_MOST_BYTES = 1_000_000


def start_logging(folder: Path) -> None:
    """Send this program's records and uncaught exceptions to a file; above 1 MB it makes room at start.

    Not logging.handlers: that imports sockets and pickling before the first paint."""
    path = folder / "weighin.log"
    if path.exists() and path.stat().st_size > _MOST_BYTES:
        path.replace(path.with_suffix(".old.log"))
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    sys.excepthook = _on_uncaught


def _on_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("weighin").critical("uncaught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)
