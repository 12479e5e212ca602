"""Messages between the window and its workers.

`protocol.messages` and its like are imported when they are first used: their classes take a tenth of the time to the
first paint, before which no message is sent.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weighin.protocol import fidelity_messages as fidelity_messages
    from weighin.protocol import hub_messages as hub_messages
    from weighin.protocol import messages as messages
    from weighin.protocol import server_messages as server_messages

_LATER = ("fidelity_messages", "hub_messages", "messages", "server_messages")


def __getattr__(name: str) -> ModuleType:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
