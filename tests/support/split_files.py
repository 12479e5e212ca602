"""Splits a GGUF into parts as llama.cpp's own tool does: the metadata in the first, tensors in order over all."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter


def split(source: Path, folder: Path, stem: str, parts: int) -> list[Path]:
    """The parts, in order."""
    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    total = len(reader.tensors)
    made = []
    for number in range(parts):
        made.append(folder / f"{stem}-{number + 1:05d}-of-{parts:05d}.gguf")
        writer = GGUFWriter(made[-1], architecture)
        if number == 0:
            _copy_metadata(reader, writer)
        writer.add_uint16("split.no", number)
        writer.add_uint16("split.count", parts)
        writer.add_int32("split.tensors.count", total)
        for tensor in reader.tensors[number * total // parts : (number + 1) * total // parts]:
            writer.add_tensor(tensor.name, np.array(tensor.data), raw_dtype=tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return made


def _copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        if field.types[0] is GGUFValueType.ARRAY:
            writer.add_array(key, field.contents())
        else:
            writer.add_key_value(key, field.contents(), field.types[0])
