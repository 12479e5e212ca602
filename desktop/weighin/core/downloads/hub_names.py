"""Names of repositories and files at the hub: what is accepted before any request is made or any file is written."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

MAX_PATH = 200
# What file systems take as one name.
_MAX_PART_BYTES = 255
# What stands before the name of a data set, in addresses as in this program.
DATA_SETS = "datasets/"
_REPOSITORY = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
)
# What Windows takes for something else than a letter of a name.
_UNSAFE = re.compile(r'[<>:"|?*\\]')
# How a shell names somebody's folder.
_HOME = re.compile(r"~[^/]*/|~$")
_WIDE_MARKS = re.compile("[：？＊＜＞｜＂\u3000]")
_OUTSIDE = "it points outside its folder"
# Controls, what is invisible or reorders its neighbours, halves of characters, line ends.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Windows opens the device whatever follows the first dot.
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {f"{kind}{n}" for kind in ("com", "lpt") for n in range(10)}


def check_repository(name: str) -> str:
    """`name` where it is "owner/name" as the hub allows it, of a data set "datasets/owner/name". Raises AppError of
    kind "name"."""
    if not _REPOSITORY.fullmatch(name.removeprefix(DATA_SETS)) or "--" in name or ".." in name:
        raise AppError(f"{safe_name(name)!r} is not a repository: write OWNER/NAME.", kind="name")
    return name


def is_repository(name: str) -> bool:
    """Whether `name` is "owner/name" as the hub allows it."""
    try:
        return bool(check_repository(name))
    except AppError:
        return False


def check_path(name: str) -> str:
    """`name` where it is a relative path that can be written on every system without leaving its folder.

    Accepts what the hub does, in any script, but for what some system takes for a separator, a device or a control,
    also where it is unescaped once more or written in look-alike characters; no "..", no name that begins with a blank
    or ends in a dot or a blank, at most 200 characters and 255 bytes a name. Raises AppError of kind "name"."""
    reason = _too_long(name) or _reason_against(name)
    for reading in _other_readings(name):
        apart = reading.count("/") != name.count("/")
        reason = reason or (_OUTSIDE if apart else _reason_against(reading))
    if reason:
        raise AppError(f"The file name {safe_name(name, 80)!r} is refused: {reason}.", kind="name")
    return name


def _other_readings(name: str) -> tuple[str, ...]:
    """What a program may take `name` for that resolves escapes or look-alikes of its own accord."""
    # Other look-alikes than those of separators are letters to every system, and common in Chinese and Japanese names.
    folded = unicodedata.normalize("NFKC", _WIDE_MARKS.sub("_", name))
    return unquote(name, errors="replace"), folded


def _too_long(name: str) -> str:
    if len(name) > MAX_PATH:
        return f"it is longer than {MAX_PATH} characters"
    if any(len(part.encode("utf-8", "replace")) > _MAX_PART_BYTES for part in name.split("/")):
        return f"a part of it is longer than {_MAX_PART_BYTES} bytes"
    return ""


def _reason_against(name: str) -> str:
    """Why `name` cannot be written on every system, "" where it can."""
    parts = name.split("/")
    if _UNSAFE.search(name) or any(unicodedata.category(letter) in _UNSEEN for letter in name):
        return "it contains characters that are not safe in a file name"
    if any(part in ("", ".", "..") for part in parts) or _HOME.match(name):
        return _OUTSIDE
    if any(part != part.strip() or part[-1] == "." for part in parts):
        return "a part of it starts with a space, or ends with a dot or a space"
    if any(part.split(".")[0].strip().lower() in _DEVICES for part in parts):
        return "a part of it is a device name"
    return ""


def check_commit(text: str) -> str:
    """`text` where it is a full commit. Raises AppError of kind "name"."""
    if not _COMMIT.fullmatch(text):
        raise AppError(f"{safe_name(text)!r} is not a commit on the hub.", kind="name")
    return text


def is_commit(text: str | None) -> bool:
    """Whether `text` is a full commit of the hub."""
    return text is not None and bool(_COMMIT.fullmatch(text))


def is_sha256(text: str) -> bool:
    """Whether `text` is a sha256 in lower-case hexadecimal."""
    return bool(_SHA256.fullmatch(text))


def place_below(folder: Path, name: str) -> Path:
    """The place of the checked path `name` below `folder`. Raises AppError where links would lead out of it."""
    place = folder.joinpath(*check_path(name).split("/"))
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise AppError(f"The file name {safe_name(name, 80)!r} is refused: it points outside its folder.", kind="name")
    return place
