"""The facts of this computer, from trees that look like other computers'."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import psutil
import pytest

from weighin.core.computer.hardware import Gpu, Hardware, machine_json
from weighin.core.computer.report import machine_lines
from weighin.core.plans.verdict import Budget
from weighin.services.machine.cpu import last_level_cache_bytes, performance_cores
from weighin.services.machine.gpus import gpus_of
from weighin.services.machine.hardware import probe
from weighin.services.machine.memory import Limit, container_limit
from weighin.services.machine.memory_bandwidth import read_size
from weighin.services.machine.this_computer import with_gpus

GIB = 1 << 30


def plant(root: Path, files: dict[str, object]) -> Path:
    """Small files below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


def cache(cpu: int, index: int, level: int, size: str, shared: str, kind: str = "Unified") -> dict[str, object]:
    place = f"system/cpu/cpu{cpu}/cache/index{index}"
    return {
        f"{place}/level": level,
        f"{place}/size": size,
        f"{place}/shared_cpu_list": shared,
        f"{place}/type": kind,
    }


def test_intel_hybrid_counts_fast_cores_once(tmp_path: Path) -> None:
    files: dict[str, object] = {"cpu_core/cpus": "0-3", "cpu_atom/cpus": "4-7"}
    for cpu in range(4):
        files[f"system/cpu/cpu{cpu}/topology/thread_siblings_list"] = "0-1" if cpu < 2 else "2-3"
    assert performance_cores(plant(tmp_path, files)) == 2


def test_arm_counts_the_more_capable_cores(tmp_path: Path) -> None:
    capacities = (1024, 870, 870, 870, 325, 325, 325, 325)
    files = {f"system/cpu/cpu{n}/cpu_capacity": c for n, c in enumerate(capacities)}
    assert performance_cores(plant(tmp_path, files)) == 4


@pytest.mark.parametrize("files", [{}, {f"system/cpu/cpu{n}/cpu_capacity": 1024 for n in range(4)}])
def test_where_all_cores_are_alike_none_is_faster(tmp_path: Path, files: dict[str, object]) -> None:
    assert performance_cores(plant(tmp_path, files)) is None


def test_all_caches_of_the_last_level_count_each_once(tmp_path: Path) -> None:
    files = cache(0, 0, 1, "32K", "0", "Data") | cache(0, 1, 1, "64K", "0", "Instruction")
    for cpu, shared in ((0, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3")):
        files |= cache(cpu, 3, 3, "32768K", shared)
    assert last_level_cache_bytes(plant(tmp_path, files)) == 2 * 32768 * 1024


@pytest.mark.parametrize("files", [{}, {"system/cpu/cpu0/cache/index0/level": "x"}, cache(0, 0, 3, "", "0")])
def test_an_unknown_cache_is_none(tmp_path: Path, files: dict[str, object]) -> None:
    assert last_level_cache_bytes(plant(tmp_path, files)) is None


def group(root: Path, own: str, files: dict[str, object]) -> Limit | None:
    plant(root / "fs", files)
    plant(root, {"own": own})
    return container_limit(root / "fs", root / "own")


def test_a_container_of_version_2_leaves_its_limit_less_what_it_uses(tmp_path: Path) -> None:
    files = {"memory.max": 4 * GIB, "memory.current": 3 * GIB, "memory.stat": f"anon 5\ninactive_file {GIB}\nfile 7"}
    assert group(tmp_path, "0::/", files) == Limit(4 * GIB, 2 * GIB)


def test_the_tightest_of_nested_groups_counts(tmp_path: Path) -> None:
    files = {
        "user.slice/memory.max": 2 * GIB,
        "user.slice/memory.current": GIB,
        "user.slice/app/memory.max": "max",
        "user.slice/app/memory.current": 1,
        "other/memory.max": 1,
        "other/memory.current": 0,
    }
    assert group(tmp_path, "0::/user.slice/app", files) == Limit(2 * GIB, GIB)


def test_a_container_of_version_1(tmp_path: Path) -> None:
    files = {
        "memory/memory.limit_in_bytes": 2 * GIB,
        "memory/memory.usage_in_bytes": GIB,
        "memory/memory.stat": "total_active_file 1024\ntotal_inactive_file 0",
    }
    assert group(tmp_path, "4:cpu:/x\n3:memory:/docker/1234", files) == Limit(2 * GIB, GIB + 1024)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"memory.max": "max", "memory.current": 1},
        {"memory.max": 5},
        {"memory/memory.limit_in_bytes": 9223372036854771712, "memory/memory.usage_in_bytes": 1},
        {"memory.max": "-1", "memory.current": "zero"},
    ],
)
def test_no_limit_is_none(tmp_path: Path, files: dict[str, object]) -> None:
    assert group(tmp_path, "4:memory:/a/b\n0::/a\nnonsense", files) is None


def test_what_a_container_has_left_is_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weighin.services.machine.memory.container_limit", lambda: Limit(3 << 20, 1 << 20))
    monkeypatch.setattr("weighin.services.machine.hardware.container_limit", lambda: Limit(3 << 20, 1 << 20))
    found = probe(tmp_path)
    assert (found.ram_available_bytes, found.ram_limit_bytes) == (1 << 20, 3 << 20)
    assert found.ram_total_bytes == psutil.virtual_memory().total


class Nvml:
    """As much of the driver's library as is asked for; the second of three devices has fallen off the bus."""

    def __init__(self, init: int = 0) -> None:
        self.init, self.open = init, 0

    def nvmlInit_v2(self) -> int:
        self.open += self.init == 0
        return self.init

    def nvmlShutdown(self) -> int:
        self.open -= 1
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = 3
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, number: ctypes.c_uint, device: Any) -> int:
        device._obj.value = number.value + 1
        return 15 if number.value == 1 else 0

    def nvmlDeviceGetName(self, device: ctypes.c_void_p, name: Any, length: ctypes.c_uint) -> int:
        name.value = b"NVIDIA T%d" % device.value
        return 0

    def nvmlDeviceGetMemoryInfo(self, device: ctypes.c_void_p, memory: Any) -> int:
        memory._obj.total, memory._obj.free = 80 * GIB, 79 * GIB
        return 0


def test_gpus_as_the_driver_names_them() -> None:
    library = Nvml()
    assert gpus_of(library) == (Gpu("NVIDIA T1", 80 * GIB, 79 * GIB), Gpu("NVIDIA T3", 80 * GIB, 79 * GIB))
    assert library.open == 0


def test_a_driver_that_does_not_start_shows_no_gpu() -> None:
    assert gpus_of(Nvml(init=9)) == ()


def test_without_a_readable_proc_numbers_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "none"))
    for name in ("_CPUINFO", "_SYS"):
        monkeypatch.setattr(f"weighin.services.machine.cpu.{name}", tmp_path / "none")
    found = probe(tmp_path / "not" / "there")
    assert (found.ram_total_bytes, found.ram_available_bytes, found.swap_total_bytes) == (None, None, None)
    assert found.physical_cores >= 1
    assert found.disk_free_bytes is not None
    assert dict(machine_lines(found, None, None))["Memory"] == "-, - free now"


def test_the_page_says_what_is_special() -> None:
    found = Hardware("Linux", "Core", 8, 16, 64 * 10**9, 6 * 10**9, 0, None, True, 4, 36 << 20, 8 * 10**9)
    lines = dict(machine_lines(found, 41.26e9, None))
    assert lines["Processor"] == "Core, 8 cores (4 of them faster), 16 threads"
    assert lines["Cache"] == "36 MiB last level"
    assert lines["Memory"] == "64.0 GB, 8.0 GB of it for this container, 6.0 GB free now"
    assert lines["Memory bandwidth"] == "41.3 GB/s with all cores"
    assert lines["Disk"] == "- free for models"
    assert "battery" in lines["Power"]


def test_the_machine_of_a_plan_has_the_keys_of_the_contract() -> None:
    found = Hardware("Linux", "Core", 8, 16, 64, 32, 0, None, None, gpus=(Gpu("T", 2, 1),))
    assert machine_json(found, None) == {
        "ram_total_bytes": 64,
        "ram_available_bytes": 32,
        "cores": 8,
        "gpus": [{"name": "T", "total_bytes": 2, "free_bytes": 1}],
        "memory_bandwidth_bytes_per_s": None,
    }


def test_what_is_read_is_far_larger_than_the_cache_but_never_all_memory() -> None:
    assert read_size(None, None) == 256 << 20
    assert read_size(64 << 20, 64 * GIB) == 512 << 20
    assert read_size(GIB, 64 * GIB) == 2 * GIB
    assert read_size(64 << 20, GIB) == 256 << 20


def test_free_memory_of_gpus_is_the_drivers_word_and_else_the_engines() -> None:
    budget, gpus = Budget(8, 16), (Gpu("a", 10, 4), Gpu("b", 10, 5))
    assert with_gpus(budget, gpus, 7) == Budget(8, 16, 9)
    assert with_gpus(budget, (), 7) == Budget(8, 16, 7)
    assert with_gpus(budget, (), None) == budget
    assert with_gpus(None, gpus, 7) is None
