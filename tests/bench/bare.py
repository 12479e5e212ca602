"""llama.cpp with nothing around it: reads and writes on request, for comparison with our worker.

Speaks lines on stdin and stdout: "TOKEN COUNT" -> "prompt_s generation_s".
"""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Arguments: model, threads, context, batch. Each request reads COUNT tokens and writes as many as asked."""
    import llama_cpp.llama_cpp as llama

    from weighin.workers.llama.libraries import load_backends

    load_backends()
    path, threads, context_size, batch = sys.argv[1], *map(int, sys.argv[2:5])
    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, None)
    params = llama.llama_model_default_params()
    params.n_gpu_layers = 0
    model = llama.llama_model_load_from_file(path.encode(), params)
    options = llama.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_ubatch = context_size, batch, batch
    options.n_threads = options.n_threads_batch = threads
    options.n_outputs_max = 1
    options.flash_attn_type = 1
    options.swa_full = False
    context = llama.llama_init_from_model(model, options)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        read, write = map(int, line.split())
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        begin = time.perf_counter()
        for start in range(0, read, batch):
            size = min(batch, read - start)
            chunk = (llama.llama_token * size)(*[(start + i) * 7 % 1000 + 300 for i in range(size)])
            llama.llama_decode(context, llama.llama_batch_get_one(chunk, size))
        llama.llama_synchronize(context)
        middle = time.perf_counter()
        one = (llama.llama_token * 1)()
        for number in range(write - 1):
            one[0] = number * 13 % 1000 + 300
            llama.llama_decode(context, llama.llama_batch_get_one(one, 1))
            llama.llama_synchronize(context)
        end = time.perf_counter()
        sys.stdout.write(f"{middle - begin} {end - middle}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
