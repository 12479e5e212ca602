"""Where the weights of a file end up in memory: mapped from the file, copied, or on a GPU. Arithmetic on headers.

What llama.cpp does (llama-model.cpp, load_tensors; llama-model-loader.cpp, load_all_data), with the file mapped:
tensors used where they lie stay mapped, from the first of them to the last with everything between; tensors which the
processor reads faster in another order are copied ("repacked"), their mapped pages stay; what lies on a GPU is copied
there. While loading the whole file is mapped and read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from weighin.core.gguf.reader import Header, Tensor

PAGE = 4096
_BLOCK = re.compile(r"^blk\.([0-9]{1,9})\.")
# Read row by row by GET_ROWS or added: never repacked, and always kept by the processor.
_INPUT = ("token_embd.weight", "position_embd.weight", "token_types.weight", "per_layer_token_embd.weight")
_EMBEDDING = "token_embd.weight"
_EXPERTS = "_exps."
_REPACKED_ROWS = 8  # rows a repacked block holds: others are left as they are (ggml-cpu/repack.cpp)


@dataclass(frozen=True)
class WeightsInMemory:
    """Bytes: mapped from the file, copied into main memory, copied to GPUs; file: all of it. idle: the part of `mapped`
    that only lies between what is used there."""

    mapped: int
    copied: int
    gpu: int
    file: int
    idle: int = 0

    @property
    def total(self) -> int:
        """All that is resident after loading."""
        return self.mapped + self.copied + self.gpu


def block_of(tensor: Tensor) -> int | None:
    """Number of the block a tensor belongs to, None for those of the whole model."""
    match = _BLOCK.match(tensor.name)
    return int(match[1]) if match else None


def tensors_loaded(headers: list[Header]) -> list[list[Tensor]]:
    """Of each part the tensors that the engine loads: blocks that only draft tokens are skipped (TENSOR_SKIP in
    llama.cpp's src/models, `load_mtp` being off)."""
    stated, drafting = (_number(headers, key) for key in ("block_count", "nextn_predict_layers"))
    end = stated - drafting if 0 < drafting < stated else None
    return [
        [t for t in header.tensors if end is None or (block := block_of(t)) is None or block < end]
        for header in headers
    ]


def read_for_a_token(headers: list[Header]) -> float:
    """Bytes of weights that are read for one token: of the experts those that are used, of the embedding one row (the
    whole of it where it serves as output too)."""
    experts, used = _number(headers, "expert_count"), _number(headers, "expert_used_count")
    tied = is_tied(headers)
    tensors = (t for part in tensors_loaded(headers) for t in part)
    return sum(share_read(tensor, experts, used, tied) * (tensor.bytes or 0) for tensor in tensors)


def _number(headers: list[Header], key: str) -> int:
    """A whole number that the first part states of its architecture, 0 where it states none."""
    meta = headers[0].metadata
    value = meta.get(f"{meta.get('general.architecture')}.{key}")
    return value if isinstance(value, int) and 0 <= value < 1 << 31 else 0


def share_read(tensor: Tensor, experts: int, used: int, tied: bool) -> float:
    """Which part of a tensor is read for one token. tied: the embedding is the output too."""
    if _EXPERTS in tensor.name and 0 < used < experts:
        return used / experts
    if tensor.name == _EMBEDDING and not tied:
        return 1 / max(1, tensor.shape[-1])
    return 1.0


def is_tied(headers: list[Header]) -> bool:
    """Whether the token embedding serves as output too: there is no output tensor of its own."""
    return not any(t.name == "output.weight" for h in headers for t in h.tensors)


def weights_in_memory(
    headers: list[Header], file_bytes: int, repacked: frozenset[int], blocks: int, gpu_layers: int
) -> WeightsInMemory:
    """`headers`: one for each part. `repacked`: ggml types this engine repacks here. `blocks`: of the model.
    `gpu_layers`: layers on GPUs, the output counting as one more than the blocks; 0 none.

    Raises AppError never: a tensor of unknown type counts as mapped to the end of the file."""
    first_on_gpu = max(0, blocks + 1 - gpu_layers) if gpu_layers else blocks + 1
    mapped = copied = gpu = used = 0
    for header, tensors in zip(headers, tensors_loaded(headers), strict=True):
        here: list[tuple[int, int]] = []
        for tensor in tensors:
            size = tensor.bytes or 0
            if _on_gpu(tensor, first_on_gpu, blocks):
                gpu += size
            elif _is_repacked(tensor, repacked):
                copied += size
            else:
                begin = header.data_start + tensor.offset
                here.append((begin, begin + size))
        if here:
            first, last = min(b for b, _ in here), max(e for _, e in here)
            mapped += -(-last // PAGE) * PAGE - first // PAGE * PAGE
            used += sum(end - begin for begin, end in here)
    if is_tied(headers):
        copied_again, gpu_again = _output_copy(headers, repacked, gpu_layers)
        copied, gpu = copied + copied_again, gpu + gpu_again
    mapped = min(mapped, file_bytes)
    return WeightsInMemory(mapped, copied, gpu, file_bytes, max(0, mapped - used))


def _is_repacked(tensor: Tensor, repacked: frozenset[int]) -> bool:
    matrix = len(tensor.shape) >= 2 and tensor.name.endswith(".weight") and tensor.name not in _INPUT
    return matrix and tensor.type in repacked and tensor.shape[1] % _REPACKED_ROWS == 0


def _on_gpu(tensor: Tensor, first_on_gpu: int, blocks: int) -> bool:
    if tensor.name in _INPUT:
        return False
    block = block_of(tensor)
    return (blocks if block is None else block) >= first_on_gpu


def _output_copy(headers: list[Header], repacked: frozenset[int], gpu_layers: int) -> tuple[int, int]:
    """Bytes of the second copy a tied embedding gets as output: repacked in memory, or on the GPU."""
    embedding = next((t for h in headers for t in h.tensors if t.name == "token_embd.weight"), None)
    if embedding is None:
        return 0, 0
    size = embedding.bytes or 0
    if gpu_layers:
        return 0, size
    return (size if embedding.type in repacked and embedding.shape[1] % _REPACKED_ROWS == 0 else 0), 0
