"""Bundles in memory, driven by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from tests.ui.fakes import DENSE, MOE, comparison
from weighin.core.bundles.bundle import SCHEMA, Bundle, BundleFile, BundleModel
from weighin.core.comparisons.comparison import Comparison
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.models.model import ModelFacts


def bundle(record: Comparison | None = None) -> Bundle:
    """A bundle of a record; only A's model can be fetched."""
    made = record or comparison()
    results = tuple(
        replace(r, setup=replace(r.setup, model=replace(r.setup.model, path=r.setup.model.path.rsplit("/", 1)[-1])))
        for r in made.results
    )
    a, b = made.request.lanes
    lanes = (replace(a, model=results[0].setup.model), replace(b, model=results[1].setup.model))
    made = replace(made, results=results, request=replace(made.request, lanes=lanes))
    models = (
        BundleModel("A", (BundleFile("dense.gguf", 1_200_000, "a" * 64, "dense.gguf"),), "o/dense", "c" * 40),
        BundleModel("B", (BundleFile("moe.gguf", 4_700_000, "b" * 64),)),
    )
    return Bundle(SCHEMA, "1.0", made.created, made, models, MachineFacts("Ryzen 7", "Linux", 8))


class FakeBundles(QObject):
    """Opens what `files` has; finds what `here` has; remembers what is written and fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Bundle | FidelityRecord] = {"/x/good.weighin.json": bundle()}
        self.here: dict[str, ModelFacts] = {"A": DENSE, "B": MOE}
        self.written: dict[str, object] = {}
        self.fetched: list[str] = []

    def open(self, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """At once."""
        if path in self.files:
            done(self.files[path])
        else:
            failed(AppError("This is not a Weigh-In bundle.", kind="not_bundle"))

    def find(self, bundle: Bundle, done: Callable[..., object], progress: Callable[..., object]) -> None:
        """At once."""
        done(dict(self.here))

    def fetch(self, model: BundleModel) -> None:
        """Remember it."""
        self.fetched.append(model.lane)

    def make(
        self,
        comparison: Comparison,
        done: Callable[..., object],
        failed: Callable[..., object],
        progress: Callable[..., object],
    ) -> None:
        """At once."""
        done(bundle(comparison))

    def save(self, bundle: Bundle, path: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Remember it."""
        self.written[path] = bundle
        done(None)

    def save_fidelity(
        self, record: FidelityRecord, path: str, done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Remember it, or refuse."""
        if path.startswith("/full"):
            failed(AppError("x.weighin.json cannot be written: No space left on device."))
            return
        self.written[path] = record
        done(None)

    def write(self, path: str, text: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Remember it, or refuse."""
        if path.startswith("/full"):
            failed(AppError("x.md cannot be written: No space left on device."))
            return
        self.written[path] = text
        done(None)
