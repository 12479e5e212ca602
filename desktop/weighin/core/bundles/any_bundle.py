"""Tells the kinds of bundles apart by what is in them."""

from __future__ import annotations

from weighin.core.bundles.bundle import Bundle
from weighin.core.bundles.bundle_reading import read_bundle
from weighin.core.bundles.fidelity_bundle import read_fidelity_bundle
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord


def read_any_bundle(data: bytes) -> Bundle | FidelityRecord:
    """The comparison or the measurement of fidelity in `data`. Raises AppError as their readers do."""
    try:
        return read_fidelity_bundle(data)
    except AppError as error:
        if error.kind != "not_bundle":
            raise
    return read_bundle(data)
