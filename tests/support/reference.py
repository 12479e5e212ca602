"""llama.cpp driven in the plainest way, in a process of its own: what our worker must agree with.

Usage: python -m tests.support.reference MODEL N TEXT GRAMMAR -> JSON list of the prompt's tokens, greedy ones, text.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from pathlib import Path


def greedy(model: Path, text: str, count: int, grammar: str = "") -> tuple[list[int], list[int], bytes]:
    """(prompt tokens, generated tokens, their bytes) by llama.cpp's own greedy sampler, behind its grammar sampler
    where there is a `grammar`; control tokens count."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.reference", str(model), str(count), text, grammar],
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    prompt, generated, text_hex = json.loads(done.stdout.splitlines()[-1])
    return prompt, generated, bytes.fromhex(text_hex)


def _main() -> None:
    import llama_cpp.llama_cpp as llama

    from weighin.workers.llama.libraries import load_backends

    load_backends()  # the one thing that a portable engine cannot do without
    path, count, text, grammar = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4].encode()
    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, None)
    params = llama.llama_model_default_params()
    params.n_gpu_layers = 0
    model = llama.llama_model_load_from_file(path.encode(), params)
    vocab = llama.llama_model_get_vocab(model)
    context_params = llama.llama_context_default_params()
    context_params.n_ctx = 512
    context_params.n_threads = context_params.n_threads_batch = 1
    context = llama.llama_init_from_model(model, context_params)
    buffer = (llama.llama_token * 1024)()
    size = llama.llama_tokenize(vocab, text, len(text), buffer, 1024, True, True)
    prompt = list(buffer[:size])
    sampler = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    if grammar:
        llama.llama_sampler_chain_add(sampler, llama.llama_sampler_init_grammar(vocab, grammar, b"root"))
    llama.llama_sampler_chain_add(sampler, llama.llama_sampler_init_greedy())
    llama.llama_decode(context, llama.llama_batch_get_one(buffer, size))
    one = (llama.llama_token * 1)()
    generated: list[int] = []
    while len(generated) < count:
        token = llama.llama_sampler_sample(sampler, context, -1)
        if llama.llama_vocab_is_eog(vocab, token):
            break
        generated.append(token)
        one[0] = token
        llama.llama_decode(context, llama.llama_batch_get_one(one, 1))
    piece = ctypes.create_string_buffer(256)
    text = b""
    for token in generated:
        length = llama.llama_token_to_piece(vocab, token, piece, 256, 0, False)
        text += piece.raw[:length]
    sys.stdout.write(json.dumps([prompt, generated, text.hex()]) + "\n")


if __name__ == "__main__":
    _main()
