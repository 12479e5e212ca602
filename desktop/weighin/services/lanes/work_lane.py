"""A lane that reads for a run instead of answering prompts."""

from __future__ import annotations

from typing import Any

from weighin.core.runs.answer import MemorySample
from weighin.protocol import messages as wire_messages
from weighin.services.lanes.lane import Lane


class WorkLane(Lane):
    """Load with `bare`. Every job ends in exactly one `measured` (with the worker's own terminal event) or
    `measure_failed`, whatever happens to the worker. memory: the last that is known."""

    memory = MemorySample()

    def _on_event(self, event: Any) -> None:
        if (receipt := getattr(event, "memory", None)) is not None and not isinstance(event, wire_messages.Pulse):
            self.memory = MemorySample(receipt.own_bytes, receipt.model_file_bytes)
        super()._on_event(event)

    def _on_pulse(self, pulse: wire_messages.Pulse) -> None:
        self.memory = pulse.memory
        super()._on_pulse(pulse)
