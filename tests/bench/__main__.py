"""python -m tests.bench [PART]...: all of them without arguments; the parts are named in PARTS."""

from __future__ import annotations

import os
import sys

from tests.support.screens import PLATFORM

PARTS = (
    "paint",
    "stream",
    "window",
    "stop",
    "engine",
    "downloads",
    "workstation",
    "plan",
    "mmlu",
    "confinement",
    "kills",
)


def main() -> int:
    """Run the named parts; each prints its own lines."""
    chosen = sys.argv[1:] or PARTS
    if unknown := [name for name in chosen if name not in PARTS]:
        sys.stderr.write(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        os.environ["QT_QPA_PLATFORM"] = PLATFORM
    status = 0
    for name in chosen:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        if name == "engine":
            from tests.bench.engine import main as part
        elif name == "stop":
            from tests.bench.stop import main as part
        elif name == "downloads":
            from tests.bench.downloads import main as part
        elif name == "workstation":
            from tests.bench.workstation import main as part
        elif name == "plan":
            from tests.bench.plan import main as part
        elif name == "mmlu":
            from tests.bench.mmlu import main as part
        elif name == "confinement":
            from tests.bench.confinement import main as part
        elif name == "kills":
            from tests.bench.kills import main as part
        elif name == "stream":
            from tests.bench.stream import main as part
        elif name == "window":
            from tests.bench.window_stream import main as part
        else:
            from tests.bench.first_paint import main as part
        status = part() or status  # type: ignore[func-returns-value]
    return status


if __name__ == "__main__":
    sys.exit(main())
