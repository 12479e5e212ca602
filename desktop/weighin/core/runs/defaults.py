"""What a run takes where a lane leaves it open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weighin.core.runs.options import LOAD_OPTIONS, THREADS, LoadOptions

_LAYERS = next(option for option in LOAD_OPTIONS if option.name == "gpu_layers")
AUTOMATIC = -1


@dataclass(frozen=True)
class RunDefaults:
    """threads: for each lane, None for its share of the cores; gpu_layers: AUTOMATIC for all that fit this build.
    Raises AppError(kind="options")."""

    threads: int | None = None
    gpu_layers: int = AUTOMATIC

    def __post_init__(self) -> None:
        if self.threads is not None:
            THREADS.check(self.threads)
        _LAYERS.check(self.gpu_layers)

    def load(self, own: LoadOptions) -> LoadOptions:
        """What a lane loads with that asks for `own`."""
        return replace(own, gpu_layers=self.gpu_layers) if own.gpu_layers == AUTOMATIC else own

    def threads_of(self, own: int | None) -> int | None:
        """The threads of a lane that asks for `own`, None for its share."""
        return self.threads if own is None else own
