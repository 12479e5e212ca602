"""The environment of a child process: what it needs, from lists, and nothing else that happens to be set."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QProcessEnvironment

import weighin
from weighin.confinement.places import gpu_libraries

_NAMES = frozenset(
    (
        "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "PATH", "PYTHONHOME", "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "WEIGHIN_CONFINE_GPU",
        "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "NUMBER_OF_PROCESSORS",
    )
)  # fmt: skip
_PREFIXES = (
    "LC_", "OMP_", "GOMP_", "KMP_", "GGML_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "ROCM_", "HSA_", "VK_", "MESA_",
    "ZE_", "ONEAPI_", "SYCL_",
)  # fmt: skip
# Of who speaks to others: which way, whom to believe, and where a keyring is.
_NETWORK_NAMES = frozenset(
    (
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME", "PYTHON_KEYRING_BACKEND", "WEIGHIN_API_KEY", "NETRC",
    )
)  # fmt: skip
_HUB_PREFIXES = ("HF_", "HUGGINGFACE_", "HUGGING_FACE_")
# Names on the lists that could bring other code into a worker, or a secret.
_NEVER = frozenset(("GGML_BACKEND_PATH",))
_SECRET_MARKS = ("TOKEN", "KEY", "SECRET", "PASSWORD", "CREDENTIAL")


def child_environment(network: bool = False, hub: bool = False) -> QProcessEnvironment:
    """Of a process with a model; `network`: that speaks to a server; `hub`: to the hub, with the user's token."""
    inherited = QProcessEnvironment.systemEnvironment()
    environment = QProcessEnvironment()
    for name in inherited.keys():  # noqa: SIM118 - a Qt object, not a dict
        if _is_wanted(name.upper(), network, hub):
            environment.insert(name, inherited.value(name))
    if gpu_libraries() and inherited.contains("LD_LIBRARY_PATH"):
        # Where the libraries of a GPU's maker are is often told by nothing else.
        environment.insert("LD_LIBRARY_PATH", inherited.value("LD_LIBRARY_PATH"))
    environment.insert("GGML_NO_BACKTRACE", "1")  # no debugger when ggml aborts
    environment.insert("PYTHONUTF8", "1")
    environment.insert("PYTHONSAFEPATH", "1")  # a file json.py in the current folder is not ours
    source_root = str(Path(weighin.__file__).resolve().parent.parent)
    folders = (str(Path(p).absolute()) for p in inherited.value("PYTHONPATH").split(os.pathsep) if p)
    environment.insert("PYTHONPATH", os.pathsep.join((source_root, *folders)))
    return environment


def _is_wanted(name: str, network: bool, hub: bool) -> bool:
    if name in _NEVER:
        return False
    if hub and name.startswith(_HUB_PREFIXES):
        return True
    if (network or hub) and name in _NETWORK_NAMES:
        return True
    is_secret = any(mark in name for mark in _SECRET_MARKS)
    return name in _NAMES or (name.startswith(_PREFIXES) and not is_secret)
