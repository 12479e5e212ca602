"""What Python and the engine read and write beside what they are told to: all that was seen in a worker at work."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator

from weighin.confinement.landlock import CHANGE, IOCTL_DEV, READ, READ_FILE, REWRITE, PathRule

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
_READ = (
    "/etc/ld.so.cache",
    "/etc/localtime",  # a template may ask the date
    "/usr/share/zoneinfo",
    "/etc/ssl/openssl.cnf",  # hashlib loads libcrypto
    "/usr/lib/ssl",
    "/proc/self",
    "/proc/stat",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/dev/urandom",
)
_REWRITTEN = ("/proc/self/clear_refs", "/proc/self/oom_score_adj")
_NETWORK = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/run/systemd/resolve",
    "/etc/machine-id",
)


def program_rules() -> Iterator[PathRule]:
    """Of every process: the interpreter, this program, the system's libraries, and what is asked of the kernel."""
    for path in {*_program(), *_LIBRARIES, *_READ}:
        yield PathRule(path, READ)
    for path in _REWRITTEN:
        yield PathRule(path, REWRITE)
    yield PathRule("/dev/null", READ_FILE | REWRITE)


def network_rules() -> Iterator[PathRule]:
    """Of a process that reaches others by name, over TLS."""
    named = (os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"))
    for path in (*_NETWORK, *(os.path.realpath(name) for name in named if name)):
        yield PathRule(path, READ)


def _program() -> Iterator[str]:
    """Folders of code: of a frozen program its own, else of the interpreter and all that is imported from."""
    if getattr(sys, "frozen", False):
        yield os.path.dirname(os.path.realpath(sys.executable))  # noqa: PTH120 - names need not be UTF-8
        return
    for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path):
        if path.startswith("/"):
            yield os.path.realpath(path)


# Libraries of backends that compute on a GPU, as ggml names them.
_GPU_BACKENDS = ("cuda", "hip", "vulkan", "sycl", "opencl", "musa", "cann", "metal")


def gpu_libraries() -> tuple[str, ...]:
    """Names of the engine's libraries for GPUs, () for an engine that has none; nothing of it is imported."""
    found = importlib.util.find_spec("llama_cpp")
    places = found.submodule_search_locations if found else None
    names = [name for place in places or () for name in _names(os.path.join(place, "lib"))]  # noqa: PTH118
    return tuple(sorted(n for n in names if any(n.startswith((f"libggml-{b}", f"ggml-{b}")) for b in _GPU_BACKENDS)))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names need not be UTF-8
    except OSError:
        return []


def gpu_rules() -> Iterator[PathRule]:
    """What drivers want, by their documents and by reports of others who confined them; not tried with this program.

    NVIDIA: device nodes as in nvidia-container-toolkit (/dev/nvidia*, /dev/nvidia-uvm*), /proc/driver/nvidia. AMD:
    /dev/kfd, /dev/dri (ROCm's guide for containers). Vulkan: ICD files (Khronos' loader, "Driver Discovery")."""
    for folder, beginnings in (("/dev", ("nvidia", "kfd", "dri", "accel", "mali")),):
        for name in _names(folder):
            if name.startswith(beginnings):
                yield PathRule(os.path.join(folder, name), READ | REWRITE | IOCTL_DEV)  # noqa: PTH118
    for path in ("/sys", "/proc/driver", "/proc/modules", "/proc/devices", "/usr/share/vulkan", "/etc/vulkan",
                 "/usr/share/glvnd", "/etc/OpenCL", "/opt/rocm", "/usr/local/cuda", "/usr/share/nvidia"):  # fmt: skip
        yield PathRule(path, READ)
    home = os.path.expanduser("~")  # noqa: PTH111
    for cache in (".nv/ComputeCache", ".cache/mesa_shader_cache", ".cache/nvidia", ".AMD/CLCache"):
        yield PathRule(os.path.join(home, cache), CHANGE)  # noqa: PTH118
    yield PathRule("/dev/shm", CHANGE)
