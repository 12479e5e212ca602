"""A worker of the program in whose engine no sequence continues the header: python -m tests.support.forgetful_worker.

It stands for a model whose state cannot be shared and does not say so.
"""

from __future__ import annotations

import sys

from weighin.workers.entry import main

if __name__ == "__main__":
    from weighin.workers.scoring.scoring_context import ScoringContext

    ScoringContext._begin = ScoringContext._remove  # type: ignore[method-assign]
    sys.exit(main(sys.argv[2:]))
