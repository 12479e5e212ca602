"""An independent scorer of letters: the high-level Llama class, one whole prompt at a time, nothing shared.

Usage: python -m tests.support.plain_scorer MODEL raw|rendered < JSON list of [prompt, [continuations]] -> JSON list of
lists of log-probabilities. Letters are tokenized as lm-evaluation-harness does: the tail of tokens(prompt + letter)
behind tokens(prompt). "rendered": the prompts come from a chat template, whose control tokens count.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np


def letter_logprobs(model: Path, prompts: list[tuple[str, list[str]]], kind: str = "raw") -> list[list[float]]:
    """Sums of log-probabilities of each continuation of each prompt, by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.plain_scorer", str(model), kind],
        input=json.dumps(prompts),
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    return json.loads(done.stdout.splitlines()[-1])


def _main() -> None:
    from llama_cpp import Llama

    from weighin.workers.llama.libraries import load_backends

    load_backends()  # the one thing that a portable engine cannot do without
    # Flash attention as the program has it: without, its 16-bit sums alone move the starter models by 0.2 nats.
    model = Llama(
        sys.argv[1],
        n_ctx=4096,
        logits_all=True,
        n_gpu_layers=0,
        n_threads=1,
        verbose=False,
        chat_handler=str,
        flash_attn=True,
    )
    bos = [model.token_bos()] if model._model.add_bos_token() else []

    def tokens(text: str) -> list[int]:
        return bos + model.tokenize(text.encode(), add_bos=False, special=sys.argv[2] == "rendered")

    found, read = [], None
    for prompt, continuations in json.load(sys.stdin):
        begin = len(tokens(prompt))
        row = []
        for continuation in continuations:
            whole = tokens(prompt + continuation)
            if whole[:-1] != read:  # the last token is asked about, not read
                model.reset()
                model.eval(whole[:-1])
                read = whole[:-1]
            logits = np.array(model.scores[begin - 1 : len(whole) - 1], np.float64)
            logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
            row.append(float(sum(logits[i, token] for i, token in enumerate(whole[begin:]))))
        found.append(row)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    _main()
