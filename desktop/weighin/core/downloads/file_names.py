"""What the name of a GGUF file says: its quantization, and which part of a model it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weighin.core import format

_QUANTIZATION = re.compile(
    r"(?:^|[^A-Za-z0-9])((?:UD-)?(?:IQ\d_(?:XXS|XS|S|M|NL|K[A-Z]{0,2})|Q\d_K(?:_[A-Z]{1,3})?|Q\d_\d(?:_\d_\d)?|TQ\d_0|"
    r"MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})\.gguf", re.IGNORECASE | re.DOTALL)
_MOST_PARTS = 9999


@dataclass(frozen=True)
class PartName:
    """What the name of a part of a split model says of itself: STEM-NUMBER-of-COUNT.gguf."""

    stem: str
    number: int
    count: int

    @classmethod
    def of(cls, path: str) -> PartName | None:
        """From a path or a name; None where it is no part's."""
        match = _SHARD.fullmatch(path)
        return cls(match["stem"], int(match["number"]), int(match["count"])) if match else None

    @property
    def problem(self) -> str:
        """Why there can be no such part, as one sentence; "" where there can."""
        if 1 <= self.number <= self.count <= _MOST_PARTS:
            return ""
        return (
            f"The file name says part {format.count(self.number)} of {format.count(self.count)}: no such part exists."
        )


def quantization_of(path: str) -> str:
    """The quantization that a file name states, in upper case; "" where it states none."""
    found = _QUANTIZATION.findall(_whole(path))
    return str(found[-1]).upper().replace("FP16", "F16").replace("FP32", "F32") if found else ""


def without_quantization(path: str) -> str:
    """The file's name without its ending, its number among shards and what it says of its quantization."""
    name = _whole(path.rsplit("/", 1)[-1])
    return _QUANTIZATION.sub("", name[: -len(".gguf")])


def _whole(path: str) -> str:
    """`path` without what it says of parts."""
    part = PartName.of(path)
    return f"{part.stem}.gguf" if part else path
