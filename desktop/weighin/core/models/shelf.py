"""The shelf: every model found on this computer, in place, with what is known of where it came from."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.gguf.cursor import KnownTexts
from weighin.core.jsonable import LARGEST_INT
from weighin.core.models.found import FoundFile
from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import ModelFacts, shard_paths

UNKNOWN_ORIGIN = "This file cannot be verified: the hub repository it came from is unknown."
COMES_ALONG = "Comes with Weigh-In: there is nothing to verify."


class Condition(Enum):
    """Whether a model can be run: READY; CHANGED since it was first seen or checked; GONE; BROKEN (see `problem`)."""

    READY = "ready"
    CHANGED = "changed"
    GONE = "gone"
    BROKEN = "broken"


@dataclass(frozen=True)
class Stamp:
    """A file as it was seen: when any of this differs, it is not the same file any more."""

    path: str
    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: str, found: os.stat_result) -> Stamp:
        """From what the file system says, in numbers that a record can hold: times after 2116 and some inodes of
        network drives are larger."""
        size = min(found.st_size, LARGEST_INT - 1)
        mtime, inode = (n if abs(n) < LARGEST_INT else n % LARGEST_INT for n in (found.st_mtime_ns, found.st_ino))
        return cls(path, size, mtime, inode)


@dataclass(frozen=True)
class ShelfModel:
    """One model. `path` is its first part (what is opened), and its key.

    source: the program or folder it was found in. repo, commit, hub_path: where the hub has it, as far as known.
    digests: the hub's sha256 of each part in order, () where not known. verified: those were compared with the bytes
    that the stamps describe. downloaded: by this program, so that removing may delete it. facts: None where BROKEN;
    where the header of a CHANGED file cannot be read any more, those it had. forgotten: the user does not want to see
    it; the file stays."""

    path: str
    name: str
    source: str
    stamps: tuple[Stamp, ...]
    condition: Condition = Condition.READY
    problem: str = ""
    facts: ModelFacts | None = None
    repo: str | None = None
    commit: str | None = None
    hub_path: str | None = None
    digests: tuple[str, ...] = ()
    verified: bool = False
    downloaded: bool = False
    forgotten: bool = False

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(stamp.size for stamp in self.stamps)

    @property
    def is_intact(self) -> bool:
        """Whether it may be run without asking."""
        return self.condition is Condition.READY

    @property
    def known_to_hub(self) -> bool:
        """Whether there is something to compare its sha256 with."""
        return bool(self.digests) or bool(self.repo and self.hub_path)

    @property
    def why_not_verified(self) -> str:
        """Why its sha256 cannot be compared with the hub's at all, "" where it can."""
        if self.condition is Condition.GONE or not self.stamps:
            return "This file is missing."
        if self.facts is not None and self.facts.starter:
            return COMES_ALONG
        return "" if self.known_to_hub else UNKNOWN_ORIGIN

    def ready_facts(self) -> ModelFacts:
        """The facts, for running it. Raises AppError with one sentence where it must not be run blindly."""
        if self.condition is Condition.GONE:
            raise AppError(f"{self.name} is missing: {self.path}", kind="missing")
        if self.condition is Condition.CHANGED:
            way_out = "verify it or add it again" if self.known_to_hub else "add it again to use it as it is now"
            raise AppError(f"{self.name} changed on disk: {way_out}.", kind="changed")
        if self.facts is None:
            raise AppError(f"{self.name} cannot be run: {self.problem}", kind="broken")
        return self.facts


def look(found: FoundFile, known: ShelfModel | None, texts: KnownTexts | None = None) -> ShelfModel:
    """What lies at a place now, with what was `known` of it. Reads headers only where something differs.

    `texts`: shared by whoever looks at many."""
    parts = [Path(found.path), *(p for p in shard_paths(Path(found.path)) if str(p) != found.path)]
    stamps = tuple(stamp for part in sorted(parts) if (stamp := stamp_of(part)) is not None)
    if known is not None and known.stamps == stamps:
        was_gone = known.condition is Condition.GONE
        return dataclasses.replace(known, condition=Condition.READY) if was_gone else known
    fresh = ShelfModel(
        path=found.path,
        name=found.name,
        source=found.source,
        stamps=stamps,
        repo=found.repo,
        commit=found.commit,
        hub_path=found.hub_path,
        digests=found.digests or (known.digests if known else ()),
        downloaded=known.downloaded if known else False,
    )
    try:
        facts = _facts_of(found, texts)
    except AppError as error:
        if known is None or known.condition is Condition.BROKEN:
            return dataclasses.replace(fresh, condition=Condition.BROKEN, problem=error.user_text)
        problem = f"{_changed(known, fresh)} {error.user_text}"
        return dataclasses.replace(fresh, condition=Condition.CHANGED, problem=problem, facts=known.facts)
    if found.titled:
        facts = dataclasses.replace(facts, name=found.name)
    if found.digests:
        # The hub's own name for the content: not compared with the bytes, but it says which file it should be.
        facts = dataclasses.replace(facts, sha256=found.digests[0])
    fresh = dataclasses.replace(fresh, facts=dataclasses.replace(facts, path=found.path), name=facts.name)
    if known is None or known.condition is Condition.BROKEN:
        return fresh
    return dataclasses.replace(fresh, condition=Condition.CHANGED, problem=_changed(known, fresh))


def again(known: ShelfModel) -> ShelfModel:
    """The same model as it lies on the disk now."""
    found = FoundFile(
        known.path, known.name, known.source, known.repo, known.commit, known.hub_path, known.digests, titled=True
    )
    now = look(found, known)
    return dataclasses.replace(now, forgotten=known.forgotten) if now.stamps else gone(known)


def has_changed(known: ShelfModel) -> bool:
    """Whether a file of the model is another one than was seen, by size, time and inode. One that vanished is not: what
    is in memory of it stays good."""
    return any((now := stamp_of(Path(stamp.path))) is not None and now != stamp for stamp in known.stamps)


def gone(known: ShelfModel) -> ShelfModel:
    """The same model after it vanished."""
    return dataclasses.replace(known, condition=Condition.GONE, problem="The file is missing.", verified=False)


def verified(known: ShelfModel, digests: tuple[str, ...], stamps: tuple[Stamp, ...]) -> ShelfModel:
    """The same model after its bytes, as `stamps` describe them, gave the sha256 the hub states."""
    facts = known.facts
    if facts is not None:
        facts = dataclasses.replace(facts, sha256=digests[0], verified=True)
    return dataclasses.replace(
        known, stamps=stamps, digests=digests, verified=True, condition=Condition.READY, problem="", facts=facts
    )


def stamp_of(path: Path) -> Stamp | None:
    """The file at `path` as it is now (links followed); None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp.of(str(path), found)


def _facts_of(found: FoundFile, texts: KnownTexts | None) -> ModelFacts:
    """The facts of a file. Raises AppError, whatever else its bytes bring about: one file ends no look at many."""
    try:
        return model_facts(Path(found.path), texts=texts)
    except AppError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        raise AppError(
            f"The header of this file cannot be read ({type(error).__name__}).", str(error), "header"
        ) from None


def _changed(known: ShelfModel, now: ShelfModel) -> str:
    if now.size < known.size:
        return f"The file is {format.count(known.size - now.size)} bytes smaller than before."
    return "The file changed on disk."
