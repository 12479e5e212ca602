"""What other programs' own settings and notes tell: where their models lie, and where a model came from.

Nothing here is trusted: little is read, and what is no setting counts as none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weighin.core.downloads.hub_names import check_path, check_repository, is_commit, is_sha256
from weighin.core.errors import AppError

_LARGEST = 1 << 20
_HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_RESOLVED = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{1,4})|(.))")


@dataclass(frozen=True)
class HubNote:
    """Where the hub has a file; commit and sha256 where they are told."""

    repo: str
    path: str
    commit: str | None
    sha256: str | None


def lm_studio(home: Path) -> tuple[Path, ...]:
    """LM Studio's folders of models: the one its user chose, then the usual one."""
    named = _text(home / ".lmstudio-home-pointer").strip()
    base = Path(named) if named else home / ".lmstudio"
    body = _json(base / "settings.json")
    chosen = body.get("downloadsFolder")
    usual = base / "models"
    return (Path(chosen), usual) if isinstance(chosen, str) and _is_folder_name(chosen) else (usual,)


def gpt4all(settings: Path) -> tuple[Path, ...]:
    """The folder of models that GPT4All's user chose, if any. `settings`: where programs keep theirs."""
    for line in _text(settings / "nomic.ai" / "GPT4All.ini").splitlines():
        if line.startswith("modelPath="):
            value = _ESCAPED.sub(_unescaped, line.removeprefix("modelPath=").strip().strip('"'))
            return (Path(value),) if _is_folder_name(value) else ()
    return ()


def llama_cpp_note(file: Path) -> HubNote | None:
    """What llama.cpp noted beside a file it downloaded; None where that is no file of the hub."""
    body = _json(file.with_name(file.name + ".json"))
    address, etag = body.get("url"), body.get("etag")
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        match = _RESOLVED.fullmatch(unquote(parts.path))
        if match is None or parts.hostname not in _HUB_HOSTS:
            return None
        repo, path = check_repository(match[1]), check_path(match[3])
    except (AppError, ValueError):
        return None
    digest = etag.strip('W/"') if isinstance(etag, str) else ""
    commit = match[2] if is_commit(match[2]) else None
    return HubNote(repo, path, commit, digest if is_sha256(digest) else None)


def _is_folder_name(text: str) -> bool:
    return "\0" not in text and Path(text).is_absolute()


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]


def _json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(_text(path))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(path: Path) -> str:
    """A small text file; "" where it is none."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return ""
