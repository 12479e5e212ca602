"""What the first paint needs and knows nothing of Qt. Imported before Qt: PySide reads the source of every module that
is imported after it, to see whether it uses Qt, which would take a tenth of the time of all these imports."""

# ruff: noqa: F401

from __future__ import annotations

import weighin.core.comparisons.conversation
import weighin.core.comparisons.finished
import weighin.core.comparisons.parity
import weighin.core.comparisons.text
import weighin.core.computer.machine
import weighin.core.downloads.hub_endpoint
import weighin.core.models.shelf_scan
import weighin.core.models.text
import weighin.core.runs.attachments
import weighin.core.runs.defaults
import weighin.core.runs.failures
import weighin.core.runs.progress
import weighin.protocol.wire
import weighin.services.lanes.answer_record
import weighin.services.lanes.lane_run
import weighin.services.machine.conditions
import weighin.services.machine.energy_meter
import weighin.services.machine.hardware
import weighin.services.processes.open_windows
import weighin.ui.options.run_options
import weighin.ui.style_sheet
