"""What each model of a measurement is called: by what tells it from the others, never more."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

from weighin.core import format
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRow
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LaneSetup
from weighin.core.safe_text import safe_name

_LIMIT = 60
_BITS = {"f16": "16-bit", "q8_0": "8-bit", "q4_0": "4-bit"}
# Weights of so many bits or more are what a model was published with, as far as anybody can tell.
_WHOLE = ("F32", "F16", "BF16")
SAME_AGAIN = "The same file again"


def side_name(record: FidelityRecord, number: int) -> str:
    """What side `number` is called, BASE is 0: "Q4_K_M"; "8-bit cache" of BASE's own file; "Q4_K_M with 8-bit cache".
    By the model's name where quantizations do not tell the files apart, by the file's where names do not either."""
    setups = (record.base.setup, *(other.side.setup for other in record.others))
    model = _model_names([setup.model for setup in setups])[number]
    conditions = condition_words(setups[0], setups[number])
    if number and is_same_file(setups[0].model, setups[number].model):
        return conditions or SAME_AGAIN
    return f"{model} with {_lower(conditions)}" if conditions else model


def other_names(record: FidelityRecord) -> tuple[str, ...]:
    """The names of the OTHERs in their order."""
    return tuple(side_name(record, number) for number in range(1, len(record.others) + 1))


def row_names(row: FidelityRow) -> tuple[str, ...]:
    """The names of BASE and of the OTHERs in a list, which does not know how BASE was loaded."""
    base, *others = _model_names([row.base, *(other.side.model for other in row.others)])
    found = [base]
    for name, other in zip(others, row.others, strict=True):
        same = is_same_file(row.base, other.side.model)
        conditions = condition_words(LaneSetup(row.base), other.side.setup)
        found.append((conditions or "Other options") if same else name)
    return tuple(found)


def is_same_file(one: ModelFacts, other: ModelFacts) -> bool:
    """Whether both are one file, by checksum where both have one."""
    if one.sha256 and other.sha256:
        return one.sha256 == other.sha256
    return one.path == other.path


def is_quantized(model: ModelFacts) -> bool:
    """Whether BASE itself has lost something, as far as its header tells. MXFP4 is what some models are trained in."""
    kind = model.quantization.upper()
    return bool(kind) and kind not in (*_WHOLE, "MXFP4")


def condition_words(base: LaneSetup, other: LaneSetup) -> str:
    """In what `other` is loaded differently: "8-bit cache", "Flash attention off"; "" for nothing."""
    a, b = base.load, other.load
    found = []
    keys, values = a.kv_type != b.kv_type, a.values_type != b.values_type
    if keys and values and b.kv_type == b.values_type:
        found.append(f"{_BITS[b.kv_type]} cache")
    else:
        found += [f"{_BITS[b.kv_type]} K cache"] if keys else []
        found += [f"{_BITS[b.values_type]} V cache"] if values else []
    found += [f"Flash attention {b.flash_attn}"] if a.flash_attn != b.flash_attn else []
    found += [_layers(b.gpu_layers)] if a.gpu_layers != b.gpu_layers else []
    found += [f"Batch {format.count(b.batch)}"] if a.batch != b.batch else []
    if base.threads != other.threads:
        found.append(format.plural(other.threads, "thread") if other.threads else "Threads automatic")
    return ", ".join([*found[:1], *map(_lower, found[1:])])


def _layers(number: int) -> str:
    if number < 0:
        return "All layers on the GPU"
    return f"{format.plural(number, 'layer')} on the GPU" if number else "No layers on the GPU"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _model_names(models: list[ModelFacts]) -> tuple[str, ...]:
    """Of each model the shortest of quantization, name and file name that no other file has; else a number too."""
    known = {model.path: model.sha256 for model in models if model.sha256}
    keys = [known.get(model.path, model.path) for model in models]
    files = dict(zip(keys, models, strict=True))
    for named in (_quantization, _name, _file_name):
        counted = Counter(named(model).casefold() for model in files.values())
        if "" not in counted and max(counted.values()) == 1:
            return tuple(named(model) for model in models)
    order = list(files)
    return tuple(f"{_file_name(model)} ({order.index(key) + 1})" for key, model in zip(keys, models, strict=True))


def _quantization(model: ModelFacts) -> str:
    return safe_name(model.quantization, 24).strip()


def _name(model: ModelFacts) -> str:
    return safe_name(model.name, _LIMIT).strip()


def _file_name(model: ModelFacts) -> str:
    return safe_name(PurePath(model.path.replace("\\", "/")).name, _LIMIT).strip() or "Model"
