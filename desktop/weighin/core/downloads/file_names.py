"""What the name of a GGUF file says: its quantization, and which part of a model it is."""

from __future__ import annotations

import re

_QUANTIZATION = re.compile(
    r"(?:^|[^A-Za-z0-9])((?:UD-)?(?:IQ\d_(?:XXS|XS|S|M|NL|K[A-Z]{0,2})|Q\d_K(?:_[A-Z]{1,3})?|Q\d_\d(?:_\d_\d)?|TQ\d_0|"
    r"MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
SHARD = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)


def quantization_of(path: str) -> str:
    """The quantization that a file name states, in upper case; "" where it states none."""
    found = _QUANTIZATION.findall(SHARD.sub(r"\g<stem>.gguf", path))
    return str(found[-1]).upper().replace("FP16", "F16").replace("FP32", "F32") if found else ""


def without_quantization(path: str) -> str:
    """The file's name without its ending, its number among shards and what it says of its quantization."""
    name = SHARD.sub(r"\g<stem>.gguf", path.rsplit("/", 1)[-1])
    return _QUANTIZATION.sub("", name[: -len(".gguf")])
