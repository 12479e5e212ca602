"""Our worker beside a bare llama_decode loop on the same file, in turns, and the worker's own memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.shapes import QWEN3_06B, write_shape
from tests.support.worker_client import WorkerClient
from weighin.protocol.messages import Generated
from weighin.services.machine.hardware import physical_cores

ROUNDS, PROMPT, WRITE, CONTEXT, BATCH = 5, 512, 48, 2048, 512


def main() -> None:
    """Print the ratios: 1.00 means as fast as bare, the target is 0.97."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_shape(Path(folder) / "qwen3-0.6b-shape-Q8_0.gguf", QWEN3_06B)
        speed(path)
        memory(path)


def speed(path: Path) -> None:
    """Reading and writing, worker against bare, A B B A."""
    threads = physical_cores()
    bare = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare", str(path), str(threads), str(CONTEXT), str(BATCH)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bare.stdin and bare.stdout
    bare.stdout.readline()
    with WorkerClient() as worker:
        worker.loaded(path, threads=threads, context=CONTEXT, batch=BATCH)
        ours: list[tuple[float, float]] = []
        theirs: list[tuple[float, float]] = []
        for number in range(ROUNDS + 1):
            for turn in ("ours", "bare") if number % 2 else ("bare", "ours"):
                if turn == "ours":
                    result = _ours(worker, threads)
                    ours.append(result)
                else:
                    bare.stdin.write(f"{PROMPT} {WRITE}\n")
                    bare.stdin.flush()
                    read_s, write_s = map(float, bare.stdout.readline().split())
                    theirs.append((PROMPT / read_s, (WRITE - 1) / write_s))
    bare.stdin.close()
    bare.wait()
    for index, name in enumerate(("reading", "writing")):
        ratios = [o[index] / t[index] for o, t in zip(ours[1:], theirs[1:], strict=True)]
        sys.stdout.write(
            f"{name}: worker / bare llama_decode = {median(ratios):.3f} "
            f"(rounds {min(ratios):.3f} to {max(ratios):.3f}; target 0.97)\n"
        )


def _ours(worker: WorkerClient, threads: int) -> tuple[float, float]:
    """Tokens a second of reading and writing through Generate."""
    from weighin.core.runs.chat import Message
    from weighin.core.runs.options import SamplingOptions
    from weighin.protocol.messages import Generate

    words = "".join(f" w{n * 7 % 1000 + 300}" for n in range(PROMPT // 6))
    request = Generate(worker.next_id(), (Message("user", words),), SamplingOptions(max_tokens=WRITE), threads, True)
    end = worker.ask(request)[-1]
    assert isinstance(end, Generated), end
    timing = end.timing
    assert timing.prompt_tokens and timing.prompt_s and timing.generation_s
    return timing.prompt_tokens / timing.prompt_s, (timing.generated_tokens - 1) / timing.generation_s


def memory(path: Path) -> None:
    """Resident memory of a worker that nothing of llama.cpp's explains."""
    vocabulary = _vocabulary_bytes(path)
    with WorkerClient() as worker:
        loaded = worker.loaded(path, context=CONTEXT)
        worker.generate("hello", max_tokens=8)
        resident = int(Path(f"/proc/{worker.pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024
    buffers = sum(size for name, size in loaded.buffers.items() if "Mapped" not in name)
    rest = resident - (loaded.memory.model_file_bytes or 0) - buffers - vocabulary
    sys.stdout.write(
        f"memory: worker beyond mapped file, buffers ({buffers / 1e6:.0f} MB) and vocabulary "
        f"({vocabulary / 1e6:.0f} MB) = {rest / 1e6:.0f} MB (target 60)\n"
    )


def _vocabulary_bytes(path: Path) -> int:
    """Growth of a bare process when llama.cpp loads only the vocabulary of `path`."""
    code = (
        "import sys, llama_cpp.llama_cpp as L\n"
        "from weighin.workers.llama.libraries import load_backends; load_backends()\n"
        "def rss(): return int(open('/proc/self/status').read().split('RssAnon:')[1].split()[0]) * 1024\n"
        "quiet = L.llama_log_callback(lambda *_: None); L.llama_log_set(quiet, None)\n"
        "before = rss(); p = L.llama_model_default_params(); p.vocab_only = True\n"
        "m = L.llama_model_load_from_file(sys.argv[1].encode(), p); print(rss() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])
