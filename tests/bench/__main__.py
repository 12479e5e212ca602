"""python -m tests.bench [PART]...: all of them without arguments; the parts are named in PARTS."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from tests.support.screens import PLATFORM

# Each with its module.
PARTS = {
    "paint": "first_paint",
    "stream": "stream",
    "window": "window_stream",
    "stop": "stop",
    "engine": "engine",
    "downloads": "downloads",
    "workstation": "workstation",
    "plan": "plan",
    "mmlu": "mmlu",
    "sets": "prompt_sets",
    "fidelity": "fidelity",
    "confinement": "confinement",
    "kills": "kills",
}


def main() -> int:
    """Run the named parts; each prints its own lines."""
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        sys.stderr.write(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        os.environ["QT_QPA_PLATFORM"] = PLATFORM
    status = 0
    for name in chosen:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        status = import_module(f"tests.bench.{PARTS[name]}").main() or status
    return status


if __name__ == "__main__":
    sys.exit(main())
