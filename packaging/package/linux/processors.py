"""Runs the engine as on older processors (qemu-x86_64) and compares its tokens with those of this one.

python processors.py     with the packages' Python; prints a line each; exit status 1 where one is wrong"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from weighin.confinement.rights import Rights
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.paths import resources
from weighin.protocol import messages, wire

# The variant that each has to get.
PROCESSORS = {"Nehalem": "sse42", "SandyBridge": "sandybridge", "Haswell": "haswell"}
OLD = "core2duo"
PROMPT = "What is seven plus five?"
REFUSING = "import sys; sys.frozen = True; from weighin.start import start_window; sys.exit(start_window(None))"


def main() -> int:
    """1 where an answer, a variant or the refusal is wrong."""
    here, answer = ask([])
    print(f"this processor: {here}, {answer!r}")
    wrong = not answer
    for processor, variant in PROCESSORS.items():
        got, said = ask(["qemu-x86_64", "-cpu", processor])
        fine = (got, said) == (variant, answer)
        print(f"{processor}: {got}, {'the same text' if said == answer else repr(said)}{'' if fine else '  WRONG'}")
        wrong |= not fine
    command = ["qemu-x86_64", "-cpu", OLD, sys.executable, "-c", REFUSING]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    fine = refused.returncode == 1 and "this processor is too old" in refused.stderr
    print(f"{OLD}: {refused.stderr.strip()}{'' if fine else f'  WRONG ({refused.returncode})'}")
    return int(wrong or not fine)


def ask(before: list[str]) -> tuple[str, str]:
    """Which variant a worker took, and what its model answered."""
    model = next((resources() / "starter").glob("*dense*.gguf"))
    requests: list[Any] = [
        messages.Load(1, str(model), LoadOptions(), 1),
        messages.Generate(2, (Message("user", PROMPT),), SamplingOptions(temperature=0.0, max_tokens=16), 1),
    ]
    command = [*before, sys.executable, "-m", "weighin", "worker", "llama"]
    text, variant = "", ""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    ) as worker:
        assert worker.stdin and worker.stdout
        worker.stdin.write(Rights(read=(os.path.realpath(model),)).line())
        worker.stdin.flush()
        for line in worker.stdout:
            event = wire.decode(line, messages.EVENTS)
            if isinstance(event, messages.Hello):
                variant = event.engine.variant
            if isinstance(event, messages.Tokens):
                text += event.text
            if isinstance(event, (messages.Hello, messages.Loaded)) and requests:
                worker.stdin.write(wire.encode(requests.pop(0)))
                worker.stdin.flush()
            elif isinstance(event, (messages.Generated, messages.Failed)):
                break
        worker.kill()
    return variant, text


def environment() -> dict[str, str]:
    """Without what tells OpenBLAS of another processor."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}


if __name__ == "__main__":
    sys.exit(main())
