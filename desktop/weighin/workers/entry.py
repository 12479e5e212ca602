"""Start of every worker process: `python -m weighin worker llama|fake|probe [SCRIPT]`."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Serve requests until Shutdown or end of input. `arguments`: kind of worker, and what fake and probe shall do."""
    from weighin.confinement.entry import confined_start
    from weighin.confinement.harden import harden

    harden()
    start = confined_start()
    if isinstance(start, int):
        return start
    wire_descriptor = start.wire

    from weighin.workers.engine import Engine

    kind = arguments[0] if arguments else ""
    if kind == "probe":
        from weighin.workers.planning.probe import main as probe

        return probe(arguments[1], wire_descriptor)
    from weighin.workers.model_worker import ModelWorker

    engine: Engine
    if kind == "llama":
        from weighin.workers.llama.llama_engine import LlamaEngine

        engine = LlamaEngine()
    elif kind == "fake":
        from weighin.workers.fake_engine import FakeEngine

        engine = FakeEngine(arguments[1] if len(arguments) > 1 else "{}")
    else:
        sys.stderr.write(f"unknown worker kind {kind!r}\n")
        return 2
    return ModelWorker(engine, 0, wire_descriptor, start.walls.words()).run()
