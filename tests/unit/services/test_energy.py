"""Energy of an answer, from counters laid out as Linux and NVML show them."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

from weighin.core.runs.energy import Energy, EnergyReading, spent
from weighin.services.machine.energy_meter import EnergyMeter
from weighin.services.machine.gpus import GpuCounters


def zone(folder: Path, name: str, kind: str, microjoules: int, most: int = 262_143_328_850) -> None:
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "name").write_text(f"{kind}\n")
    (place / "energy_uj").write_text(f"{microjoules}\n")
    (place / "max_energy_range_uj").write_text(f"{most}\n")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Nvml:
    """Two GPUs, of which the first has used a little more at each look; those in `mute` do not tell."""

    def __init__(self, mute: tuple[int, ...] = ()) -> None:
        self.used, self.mute = 5_000, mute

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, number: ctypes.c_uint, device: Any) -> int:
        device._obj.value = number.value + 1
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, device: ctypes.c_void_p, used: Any) -> int:
        if device.value in self.mute:
            return 3
        self.used += 1_500 if device.value == 1 else 0
        used._obj.value = self.used if device.value == 1 else 9_000
        return 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_package_and_memory_count_and_parts_within_parts_do_not(tmp_path: Path, clock: Clock) -> None:
    names = {"intel-rapl:0": "package-0", "intel-rapl:0:0": "core", "intel-rapl:0:1": "dram", "intel-rapl:1": "psys"}
    for name, kind in names.items():
        zone(tmp_path, name, kind, 1_000_000)
    meter = EnergyMeter(tmp_path, clock=clock)
    begin = meter.begin(False)
    for name, kind in names.items():
        zone(tmp_path, name, kind, 3_500_000)
    clock.now += 1
    assert meter.end(begin, False) == Energy(5.0, "RAPL: processor, memory")


def test_a_counter_that_went_round_is_read_right_but_not_twice() -> None:
    before = (EnergyReading("p", "RAPL", "processor", 990.0, 1000.0),)
    after = (EnergyReading("p", "RAPL", "processor", 5.0, 1000.0),)
    assert spent(before, after, 1.0) == Energy(15.0, "RAPL: processor")
    assert spent(before, after, 3.0) is None, "in three seconds it may have gone round more than once"


def test_nothing_is_said_where_nothing_is_counted(tmp_path: Path, clock: Clock) -> None:
    meter = EnergyMeter(tmp_path / "none", clock=clock)
    begin = meter.begin(False)
    clock.now += 1
    assert meter.end(begin, False) is None
    zone(tmp_path, "intel-rapl:0", "package-0", 7)
    meter = EnergyMeter(tmp_path, clock=clock)
    begin = meter.begin(False)
    clock.now += 1
    assert meter.end(begin, False) is None, "a counter that stands still, as virtual machines show"
    zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000)
    begin = meter.begin(False)
    zone(tmp_path, "intel-rapl:0", "package-0", 19_000_000)
    clock.now += 0.01
    assert meter.end(begin, False) is None, "shorter than the counter's own step"
    (tmp_path / "intel-rapl:0" / "energy_uj").unlink()
    assert meter.begin(False).readings == (), "it may not be read"


def test_gpus_count_where_the_model_lay_on_one_and_are_never_left_out_there(tmp_path: Path, clock: Clock) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 0)
    gpus = GpuCounters(Nvml)
    meter = EnergyMeter(tmp_path, gpus, clock)
    early = meter.begin(True)
    gpus.wait_opened()
    zone(tmp_path, "intel-rapl:0", "package-0", 2_000_000)
    clock.now += 1
    if not any(reading.by == "NVML" for reading in early.readings):  # the driver was still being opened
        assert meter.end(early, True) is None
    begin = meter.begin(True)
    zone(tmp_path, "intel-rapl:0", "package-0", 4_000_000)
    clock.now += 1
    assert meter.end(begin, True) == Energy(3.5, "RAPL: processor; NVML: GPUs")
    begin = meter.begin(True)
    zone(tmp_path, "intel-rapl:0", "package-0", 6_000_000)
    clock.now += 1
    assert meter.end(begin, False) == Energy(2.0, "RAPL: processor")


def test_every_package_counts_and_each_may_go_round(tmp_path: Path, clock: Clock) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 65_000_000, most=65_532_000_000)
    zone(tmp_path, "intel-rapl:1", "package-1", 65_530_000_000, most=65_532_000_000)
    zone(tmp_path, "intel-rapl:1:0", "dram", 65_531_000_000, most=65_532_000_000)
    meter = EnergyMeter(tmp_path, clock=clock)
    begin = meter.begin(False)
    zone(tmp_path, "intel-rapl:0", "package-0", 75_000_000, most=65_532_000_000)
    zone(tmp_path, "intel-rapl:1", "package-1", 3_000_000, most=65_532_000_000)
    zone(tmp_path, "intel-rapl:1:0", "dram", 500_000, most=65_532_000_000)
    clock.now += 100
    assert meter.end(begin, False) == Energy(pytest.approx(10 + 5 + 1.5), "RAPL: processor, memory")
    clock.now += 100
    assert meter.end(begin, False) is None, "a package may have gone round more than once by now"


def test_memory_is_believed_for_longer_than_a_processor_with_as_short_a_counter() -> None:
    def counted(part: str) -> Energy | None:
        pair = (EnergyReading("x", "RAPL", part, joules, 65_532.0) for joules in (1.0, 2.0))
        return spent((next(pair),), (next(pair),), 300.0)

    assert counted("memory") == Energy(1.0, "RAPL: memory") and counted("processor") is None


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(61, "No data available")])
def test_a_sum_without_one_package_is_none(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """Root may read what it likes, so the refusal is made up."""
    for number in (0, 1):
        zone(tmp_path, f"intel-rapl:{number}", f"package-{number}", 1_000_000)
    readable, open_ = True, Path.open

    def guarded(path: Path, *args: Any, **more: Any) -> Any:
        if not readable and path.name == "energy_uj" and path.parent.name == "intel-rapl:1":
            raise error
        return open_(path, *args, **more)

    monkeypatch.setattr(Path, "open", guarded)
    meter = EnergyMeter(tmp_path, clock=clock)
    begin = meter.begin(False)
    for number in (0, 1):
        zone(tmp_path, f"intel-rapl:{number}", f"package-{number}", 3_000_000)
    clock.now += 1
    assert meter.end(begin, False) == Energy(4.0, "RAPL: processor")
    readable = False
    assert meter.end(begin, False) is None
    assert meter.begin(False).readings == ()


def test_a_gpu_that_does_not_tell_leaves_no_sum(tmp_path: Path, clock: Clock) -> None:
    library = Nvml(mute=(1,))
    gpus = GpuCounters(lambda: library)
    meter = EnergyMeter(tmp_path, gpus, clock)
    meter.begin(True)
    gpus.wait_opened()
    begin = meter.begin(True)
    clock.now += 1
    assert begin.readings == () and meter.end(begin, True) is None
    library.mute = ()
    begin = meter.begin(True)
    library.mute = (1,)
    clock.now += 1
    assert meter.end(begin, True) is None, "its counter must not be taken for that of the first"


def test_a_driver_that_will_not_open_or_is_too_old_counts_nothing(tmp_path: Path, clock: Clock) -> None:
    class Closed(Nvml):
        def nvmlInit_v2(self) -> int:
            return 9

    class Old(Nvml):
        nvmlDeviceGetTotalEnergyConsumption = property()  # noqa: N815 - as a symbol that the library has not

    for library in (Closed(), Old(), None):
        gpus = GpuCounters(lambda library=library: library)
        gpus.millijoules()
        gpus.wait_opened()
        assert gpus.millijoules() == ()


def test_a_counter_that_told_at_one_moment_only_leaves_no_sum() -> None:
    both = tuple(EnergyReading(name, "RAPL", "processor", 1.0) for name in "pq")
    later = tuple(EnergyReading(name, "RAPL", "processor", 3.0) for name in "pq")
    assert spent(both, later, 1.0) == Energy(4.0, "RAPL: processor")
    assert spent(both, later[:1], 1.0) is None and spent(both[:1], later, 1.0) is None
