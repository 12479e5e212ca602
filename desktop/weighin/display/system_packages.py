"""What must be installed besides Python's own packages, by the names each distribution gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))


@dataclass(frozen=True)
class Distribution:
    """A family of distributions: `ids` as os-release names them; `build` compiles the engine, `window` shows it."""

    name: str
    ids: tuple[str, ...]
    command: str
    build: str
    window: str

    @property
    def everything(self) -> str:
        """The line that installs all there is to install."""
        return f"{self.command} {self.build} {self.window}"

    @property
    def for_the_window(self) -> str:
        """The line that installs what Qt and its window need."""
        return f"{self.command} {self.window}"


DISTRIBUTIONS = (
    Distribution(
        "Debian, Ubuntu",
        ("debian", "ubuntu"),
        "sudo apt install",
        "python3-venv g++ make",
        "libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 "
        "libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libwayland-cursor0",
    ),
    Distribution(
        "Fedora",
        ("fedora", "rhel", "centos"),
        "sudo dnf install",
        "python3 gcc-c++ make",
        "libglvnd-glx libglvnd-egl glib2 dbus-libs fontconfig dejavu-sans-fonts libX11-xcb libxkbcommon-x11 "
        "xcb-util-cursor xcb-util-wm xcb-util-keysyms libwayland-cursor",
    ),
    Distribution(
        "Arch",
        ("arch",),
        "sudo pacman -S --needed",
        "python gcc make",
        "libglvnd glib2 dbus fontconfig ttf-dejavu libx11 libxkbcommon-x11 xcb-util-cursor xcb-util-wm "
        "xcb-util-keysyms wayland",
    ),
    Distribution(
        "openSUSE",
        ("opensuse", "suse", "opensuse-tumbleweed", "opensuse-leap"),
        "sudo zypper install",
        "python3 gcc-c++ make",
        "Mesa-libGL1 Mesa-libEGL1 libglib-2_0-0 libgthread-2_0-0 libdbus-1-3 fontconfig dejavu-fonts libX11-xcb1 "
        "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 libxcb-sync1 "
        "libxcb-xfixes0 libwayland-cursor0",
    ),
)


def distributions_here(release: str | None = None) -> tuple[Distribution, ...]:
    """The family this computer belongs to, by its os-release (`release`: its text); all where that is unknown."""
    text = _os_release() if release is None else release
    own = [word for key in ("ID", "ID_LIKE") for word in _value(text, key)]
    for word in own:
        for distribution in DISTRIBUTIONS:
            if word in distribution.ids:
                return (distribution,)
    return DISTRIBUTIONS


def _os_release() -> str:
    for file in _RELEASE:
        try:
            return file.read_text("utf-8", "replace")
        except OSError:
            continue
    return ""


def _value(text: str, key: str) -> list[str]:
    found = re.search(rf"^{key}=(.*)$", text, re.MULTILINE)
    return found[1].strip().strip("\"'").lower().split() if found else []
