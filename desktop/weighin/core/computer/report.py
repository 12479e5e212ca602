"""This computer and its engine in words, a line each: what `weighin doctor` prints and the Workstation page copies."""

from __future__ import annotations

from weighin.core import format
from weighin.core.computer.hardware import Hardware
from weighin.core.runs.confinement import confinement_sentence
from weighin.core.runs.lane import EngineFacts

_POWER = {None: "No battery", True: "On battery: expect lower speeds", False: "Mains"}


def machine_lines(
    hardware: Hardware, bandwidth: float | None, engine: EngineFacts | None
) -> tuple[tuple[str, str], ...]:
    """Pairs of a heading and what is said under it. `bandwidth`: of reading memory, bytes/s."""
    lines = [
        ("System", hardware.system),
        ("Processor", f"{hardware.processor}, {cores(hardware)}"),
        ("Cache", _cache(hardware.last_level_cache_bytes)),
        ("Memory", memory(hardware)),
        ("Memory bandwidth", bandwidth_words(bandwidth)),
        ("Swap", format.size(hardware.swap_total_bytes)),
        *(("GPU", gpu) for gpu in gpus(hardware)),
        ("Disk", f"{format.size(hardware.disk_free_bytes)} free for models"),
        ("Power", _POWER[hardware.on_battery]),
    ]
    if engine:
        lines += [
            ("Engine", f"llama-cpp-python {engine.llama_cpp_python}, llama.cpp {engine.build}"),
            ("Features", engine.features),
            *(("Device", device) for device in engine.devices),
            ("Confinement", confinement_sentence(engine)),
            ("GPU offload", "yes" if engine.gpu_offload else "no: this build uses the processor only"),
        ]
    return tuple(lines)


def page(version: str, lines: tuple[tuple[str, str], ...]) -> str:
    """The lines under each other, to paste."""
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in (("Weigh-In", version), *lines))


def cores(hardware: Hardware) -> str:
    """ "16 cores (8 of them faster), 24 threads"."""
    faster = hardware.performance_cores
    of_them = f" ({faster} of them faster)" if faster else ""
    number = format.plural(hardware.physical_cores, "core")
    return f"{number}{of_them}, {format.plural(hardware.logical_cores, 'thread')}"


def memory(hardware: Hardware) -> str:
    """All of it, what a container leaves of it, and what is free now."""
    limit = hardware.ram_limit_bytes
    within = f", {format.size(limit)} of it for this container" if limit is not None else ""
    return f"{format.size(hardware.ram_total_bytes)}{within}, {format.size(hardware.ram_available_bytes)} free now"


def bandwidth_words(bandwidth: float | None) -> str:
    """ "33.4 GB/s with all cores", or that it was not measured."""
    return "not measured" if bandwidth is None else f"{format.size(bandwidth)}/s with all cores"


def gpus(hardware: Hardware) -> tuple[str, ...]:
    """A line for each GPU; that there is none in one line."""
    if not hardware.gpus:
        return ("No NVIDIA GPU found",)
    return tuple(f"{g.name}, {format.size(g.total_bytes)}, {format.size(g.free_bytes)} free now" for g in hardware.gpus)


def _cache(size: int | None) -> str:
    """Caches come in powers of two."""
    return format.NONE if size is None else f"{size / (1 << 20):.4g} MiB last level"
