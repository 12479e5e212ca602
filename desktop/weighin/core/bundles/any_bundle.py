"""Tells the kinds of bundles apart by what is in them."""

from __future__ import annotations

from weighin.core.bundles.bundle import Bundle
from weighin.core.bundles.bundle_reading import read_bundle
from weighin.core.bundles.fidelity_bundle import read_fidelity_bundle
from weighin.core.bundles.set_bundle import SetBundle, read_set_bundle
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord

AnyBundle = Bundle | FidelityRecord | SetBundle


def read_any_bundle(data: bytes) -> AnyBundle:
    """The comparison, measurement of fidelity or run of a prompt set in `data`. Raises AppError as their readers do."""
    for read in (read_fidelity_bundle, read_set_bundle):
        try:
            return read(data)
        except AppError as error:
            if error.kind != "not_bundle":
                raise
    return read_bundle(data)
