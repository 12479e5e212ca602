"""Start of every worker process: `python -m weighin worker llama|fake|probe [SCRIPT]`."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str]) -> int:
    """Serve requests until Shutdown or end of input. `arguments`: kind of worker, and what fake and probe shall do."""
    # Before anything can print: the real stdout becomes the wire, descriptors 1 and 2 become the log pipe.
    wire_descriptor = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(wire_descriptor, False)

    from weighin.workers.engine import Engine
    from weighin.workers.system import harden, leave_folder

    harden()
    leave_folder()
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
    return ModelWorker(engine, read_descriptor=0, write_descriptor=wire_descriptor).run()
