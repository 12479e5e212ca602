"""Where other programs keep their models, and how: found in place, never copied."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weighin.core.downloads.file_names import PartName
from weighin.core.downloads.hub_names import is_repository, is_sha256
from weighin.core.gguf.kinds import why_no_model
from weighin.core.gguf.reader import read_header_of
from weighin.core.models import program_settings

_MAX_MANIFEST = 1 << 20
_MAX_DEPTH = 8
_SIDE_FILE = re.compile(r"mmproj|imatrix", re.IGNORECASE)
_UNFINISHED = "incomplete-"
_HUB_HOSTS = ("hf.co", "huggingface.co")
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")

HUB_CACHE, LM_STUDIO, OLLAMA = "Hugging Face cache", "LM Studio", "Ollama"
LLAMA_CPP, GPT4ALL, YOURS = "llama.cpp cache", "GPT4All", "yours"


@dataclass(frozen=True)
class FoundFile:
    """A model file somewhere. `titled`: `name` is what its program calls it, better than what its header says."""

    path: str
    name: str
    source: str
    repo: str | None = None
    commit: str | None = None
    hub_path: str | None = None
    digests: tuple[str, ...] = ()
    titled: bool = False


@dataclass(frozen=True)
class Place:
    """A folder, and the program whose layout it has."""

    source: str
    folder: Path


def usual_places(hub_cache: Path, home: Path, environment: dict[str, str]) -> tuple[Place, ...]:
    """The folders of other programs as they are by default or by their own variables; existing or not."""
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    if sys.platform == "darwin":
        cache, data = home / "Library" / "Caches", home / "Library" / "Application Support"
    elif sys.platform == "win32":
        cache = data = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        settings = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    ollama = environment.get("OLLAMA_MODELS")
    found = [
        Place(HUB_CACHE, hub_cache),
        *(Place(LM_STUDIO, folder) for folder in program_settings.lm_studio(home)),
        Place(LM_STUDIO, home / ".cache" / "lm-studio" / "models"),
        Place(OLLAMA, Path(ollama) if ollama else home / ".ollama" / "models"),
        Place(LLAMA_CPP, Path(environment.get("LLAMA_CACHE") or cache / "llama.cpp")),
        *(Place(GPT4ALL, folder) for folder in program_settings.gpt4all(settings)),
        Place(GPT4ALL, data / "nomic.ai" / "GPT4All"),
    ]
    if sys.platform == "linux" and not ollama:
        found.append(Place(OLLAMA, Path("/usr/share/ollama/.ollama/models")))
    return tuple(found)


def models_in(place: Place) -> Iterator[FoundFile]:
    """Models below a place. What cannot be read is passed over; a vanished folder has none."""
    if place.source == HUB_CACHE:
        yield from _hub_cache(place.folder)
    elif place.source == OLLAMA:
        yield from _ollama(place.folder)
    else:
        for path in gguf_files(place.folder):
            if not (place.source == GPT4ALL and path.name.startswith(_UNFINISHED)):
                yield file_at(path, place)


def file_at(path: Path, place: Place) -> FoundFile:
    """One file found below `place`, or added by itself."""
    if place.source == LLAMA_CPP:
        return _llama_cpp(path)
    repo = hub_path = None
    parts = path.relative_to(place.folder).parts if place.source == LM_STUDIO else ()
    if len(parts) >= 3:  # LM Studio keeps OWNER/REPO/FILE as the hub names them
        repo, hub_path = f"{parts[0]}/{parts[1]}", "/".join(parts[2:])
    return FoundFile(str(path), path.stem, place.source, repo=repo, hub_path=hub_path)


def gguf_files(folder: Path) -> Iterator[Path]:
    """Model files below `folder`: of split models the first part that is there; links to folders are not followed."""
    base = len(folder.parts)
    for directory, names, files in os.walk(folder):
        names[:] = [] if len(Path(directory).parts) - base >= _MAX_DEPTH else sorted(names)
        split: set[tuple[str, int]] = set()
        for name in sorted(files):
            if not name.lower().endswith(".gguf") or _is_side_file(Path(directory, name)):
                continue
            part = PartName.of(name)
            if part and not part.problem:
                whole = (part.stem.lower(), part.count)
                if whole in split:
                    continue
                split.add(whole)
            yield Path(directory, name)


def _is_side_file(path: Path) -> bool:
    """Whether a file is what its name says, a projector or an importance matrix: there are models called so too."""
    if not _SIDE_FILE.search(path.name):
        return False
    try:
        return bool(why_no_model([read_header_of(path)]))
    except Exception:  # noqa: BLE001 - whatever its bytes bring about, it ends no look at the others
        return True


def _llama_cpp(path: Path) -> FoundFile:
    """A file of llama.cpp's cache; a note beside it tells where it was fetched, and the hub's name for the content."""
    from weighin.core.models.model import shard_paths

    notes = [program_settings.llama_cpp_note(part) for part in shard_paths(path)]
    first = notes[0]
    digests = tuple(note.sha256 for note in notes if note is not None and note.sha256)
    return FoundFile(
        path=str(path),
        name=path.stem,
        source=LLAMA_CPP,
        repo=first.repo if first else None,
        commit=first.commit if first else None,
        hub_path=first.path if first else None,
        digests=digests if len(digests) == len(notes) else (),
    )


def _hub_cache(folder: Path) -> Iterator[FoundFile]:
    """models--OWNER--NAME/snapshots/COMMIT/PATH; the newest snapshot stands for a file that is in several."""
    for repository in _inside(folder):
        kind, _, name = repository.name.partition("--")
        if kind != "models" or "--" not in name:
            continue
        repo = "/".join(name.split("--", 1))
        seen: set[str] = set()
        for snapshot in sorted(_inside(repository / "snapshots"), key=_age):
            for path in gguf_files(snapshot):
                real = os.path.realpath(path)
                if real in seen:
                    continue
                seen.add(real)
                yield FoundFile(
                    path=str(path),
                    name=path.stem,
                    source=HUB_CACHE,
                    repo=repo,
                    commit=snapshot.name,
                    hub_path=path.relative_to(snapshot).as_posix(),
                    digests=_blob_digests(path),
                )


def _blob_digests(path: Path) -> tuple[str, ...]:
    """sha256 of each part by the names of the blobs they link to; () where they do not tell."""
    from weighin.core.models.model import shard_paths

    names = [os.path.basename(os.path.realpath(part)) for part in shard_paths(path)]  # noqa: PTH119
    return tuple(names) if all(is_sha256(name) for name in names) else ()


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where it cannot be read or is none."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def _ollama(folder: Path) -> Iterator[FoundFile]:
    """manifests/HOST/OWNER/NAME/TAG name the layers; the model's is a file in blobs."""
    manifests = folder / "manifests"
    paths = [manifests]
    for _ in range(4):
        paths = [inner for path in paths for inner in _inside(path)]
    for path in paths:
        digest = _ollama_model(path)
        if digest is None:
            continue
        blob = folder / "blobs" / f"sha256-{digest}"
        host, owner, name, tag = path.relative_to(manifests).parts
        title = f"{name}:{tag}" if owner == "library" else f"{owner}/{name}:{tag}"
        if host in _HUB_HOSTS and is_repository(f"{owner}/{name}"):
            # Fetched from the hub, whose own name for the content the digest is. Ollama's registry states another.
            title = f"hf.co/{title}"
            yield FoundFile(str(blob), title, OLLAMA, f"{owner}/{name}", digests=(digest,), titled=True)
        else:
            yield FoundFile(str(blob), title, OLLAMA, titled=True)


def _ollama_model(manifest: Path) -> str | None:
    """The digest of the model layer; None where the manifest is no manifest. A digest is never taken as a path."""
    try:
        if not manifest.is_file() or manifest.stat().st_size > _MAX_MANIFEST:
            return None
        body = json.loads(manifest.read_bytes())
        layers = [layer for layer in body["layers"] if layer.get("mediaType") == _OLLAMA_MODEL]
        match = _DIGEST.fullmatch(layers[0]["digest"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
    return match[1] if match else None
