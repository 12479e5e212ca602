"""Names of repositories and files at the hub: what is accepted before any request is made or any file is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

MAX_PATH = 200
# What stands before the name of a data set, in addresses as in this program.
DATA_SETS = "datasets/"
_REPOSITORY = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
)
_PATH = re.compile(r"[A-Za-z0-9._ /-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Windows opens the device whatever follows the first dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True)
class HubReference:
    """A file at the hub: `repo` is "owner/name", `path` its place inside."""

    repo: str
    path: str

    def __str__(self) -> str:
        return f"hub:{self.repo}/{self.path}"


def check_repository(name: str) -> str:
    """`name` where it is "owner/name" as the hub allows it, of a data set "datasets/owner/name". Raises AppError of
    kind "name"."""
    if not _REPOSITORY.fullmatch(name.removeprefix(DATA_SETS)) or "--" in name or ".." in name:
        raise AppError(f"{safe_name(name)!r} is no repository: write OWNER/NAME.", kind="name")
    return name


def is_repository(name: str) -> bool:
    """Whether `name` is "owner/name" as the hub allows it."""
    try:
        return bool(check_repository(name))
    except AppError:
        return False


def check_path(name: str) -> str:
    """`name` where it is a relative path that can be written on every system without leaving its folder.

    Accepts letters, digits, ". _ -", spaces and "/"; no "..", no device names, no name that ends in a dot or a space,
    at most 200 characters. Raises AppError of kind "name"."""
    parts = name.split("/")
    if len(name) > MAX_PATH:
        reason = f"it is longer than {MAX_PATH} characters"
    elif not _PATH.fullmatch(name):
        reason = "it contains characters that are not safe in a file name"
    elif any(part in ("", ".", "..") for part in parts):
        reason = "it points outside its folder"
    elif any(part[-1] in ". " or part[0] == " " for part in parts):
        reason = "a part of it ends in a dot or a space"
    elif any(part.split(".")[0].strip().lower() in _DEVICES for part in parts):
        reason = "a part of it is the name of a device"
    else:
        return name
    raise AppError(f"The file name {safe_name(name, 80)!r} is refused: {reason}.", kind="name")


def check_commit(text: str) -> str:
    """`text` where it is a full commit. Raises AppError of kind "name"."""
    if not _COMMIT.fullmatch(text):
        raise AppError(f"{safe_name(text)!r} is no commit of the hub.", kind="name")
    return text


def is_commit(text: str | None) -> bool:
    """Whether `text` is a full commit of the hub."""
    return text is not None and bool(_COMMIT.fullmatch(text))


def is_sha256(text: str) -> bool:
    """Whether `text` is a sha256 in lower-case hexadecimal."""
    return bool(_SHA256.fullmatch(text))


def parse_reference(text: str) -> HubReference:
    """From "hub:OWNER/REPO/PATH.gguf" or without "hub:". Raises AppError of kind "name"."""
    parts = text.removeprefix("hub:").split("/", 2)
    if len(parts) != 3:
        raise AppError(f"{safe_name(text)!r} names no file at the hub: write OWNER/REPO/PATH.gguf.", kind="name")
    return HubReference(check_repository(f"{parts[0]}/{parts[1]}"), check_path(parts[2]))


def place_below(folder: Path, name: str) -> Path:
    """The place of the checked path `name` below `folder`. Raises AppError where links would lead out of it."""
    place = folder.joinpath(*check_path(name).split("/"))
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise AppError(f"The file name {safe_name(name, 80)!r} is refused: it points outside its folder.", kind="name")
    return place
