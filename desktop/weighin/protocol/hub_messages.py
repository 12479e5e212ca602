"""Messages between the window and the process that talks to the hub. Failed, Cancel, Shutdown are those of messages.py.

Each request ends in exactly one terminal event: its own answer or Failed (kind "stopped" after Cancel).
"""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.downloads.repository import Listing, Repository, Variant
from weighin.core.models.model import ModelFacts
from weighin.protocol.messages import Cancel, Failed, Log, Shutdown


@dataclass(frozen=True)
class Search:
    """GGUF repositories that match `text`, at most `limit`."""

    id: int
    text: str
    limit: int


@dataclass(frozen=True)
class ListFiles:
    """The models of a repository at its newest commit, or at `revision` (a commit, branch or tag)."""

    id: int
    repo: str
    revision: str | None = None


@dataclass(frozen=True)
class LookInto:
    """The header of a model at the hub. `keep`: a folder for sparse stand-ins of its files, "" for none."""

    id: int
    repo: str
    commit: str
    variant: Variant
    keep: str = ""


@dataclass(frozen=True)
class AskFile:
    """Size and sha256 of the file `path` of a data set at one commit."""

    id: int
    repo: str
    commit: str
    path: str


@dataclass(frozen=True)
class ListData:
    """Large files of a data set at its newest commit, or at `revision`."""

    id: int
    repo: str
    revision: str | None = None


@dataclass(frozen=True)
class Fetch:
    """Download a plan; `queued`: bytes that other downloads still need on the same disk."""

    id: int
    plan: DownloadPlan
    queued: int = 0
    patient: bool = False


@dataclass(frozen=True)
class Discard:
    """Delete what a download left half-finished."""

    id: int
    plan: DownloadPlan


@dataclass(frozen=True)
class Digest:
    """The sha256 of a file on this computer."""

    id: int
    path: str


@dataclass(frozen=True)
class Found:
    """Terminal: answers of a search."""

    id: int
    repositories: tuple[Repository, ...]


@dataclass(frozen=True)
class Listed:
    """Terminal: a repository's models."""

    id: int
    listing: Listing


@dataclass(frozen=True)
class LookedInto:
    """Terminal: what the header says; `kept`: the first stand-in, "" where none was wanted."""

    id: int
    facts: ModelFacts
    kept: str = ""


@dataclass(frozen=True)
class FileKnown:
    """Terminal: what the hub states of a file."""

    id: int
    file: WantedFile


@dataclass(frozen=True)
class DataListed:
    """Terminal: the files whose sha256 the hub states, and the commit they are of."""

    id: int
    commit: str
    files: tuple[WantedFile, ...]


@dataclass(frozen=True)
class Progress:
    """How far a download or a digest is."""

    id: int
    news: Transferred


@dataclass(frozen=True)
class Fetched:
    """Terminal: paths of the finished files, in the order of the plan. `brought`: all of them were fetched by this
    program; False where one lay there already."""

    id: int
    paths: tuple[str, ...]
    brought: bool


@dataclass(frozen=True)
class Discarded:
    """Terminal: nothing half-finished is left."""

    id: int


@dataclass(frozen=True)
class Digested:
    """Terminal: the sha256 of a file that had this size, time and number in its folder all along."""

    id: int
    sha256: str
    size: int
    mtime_ns: int
    inode: int


HUB_REQUESTS: tuple[type, ...] = (
    Search, ListFiles, LookInto, AskFile, ListData, Fetch, Discard, Digest, Cancel, Shutdown,
)  # fmt: skip
HUB_EVENTS: tuple[type, ...] = (
    Found, Listed, LookedInto, FileKnown, DataListed, Progress, Fetched, Discarded, Digested, Failed, Log,
)  # fmt: skip
