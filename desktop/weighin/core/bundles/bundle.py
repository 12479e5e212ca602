"""A comparison as one file that another person can open and run again: what was asked, what came back, which files gave
it, on what machine. It holds no token, no path and no name of whoever made it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from weighin.core.comparisons.blind import Choice, Vote, contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.computer.hardware import MachineFacts
from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.evaluations.evaluation import EvaluationProtocol, EvaluationRecord, ScoredItem
from weighin.core.jsonable import to_plain
from weighin.core.models.shelf import ShelfModel

SCHEMA = "weighin.bundle/1"
VOTE_CHOICES = ("a", "b", "tie", "both_bad")


@dataclass(frozen=True)
class BundleFile:
    """A part of a model. size in bytes. sha256: None where the file could not vouch for the answer any more. path: its
    place in the repository at the hub, None where it is not known to be there."""

    name: str
    size: int
    sha256: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class BundleModel:
    """The files behind a lane, in order; none for a model on a server. repo, commit: where the hub has them."""

    lane: str
    files: tuple[BundleFile, ...] = ()
    repo: str | None = None
    commit: str | None = None

    @property
    def digests(self) -> tuple[str, ...] | None:
        """sha256 of every part; None where one is missing, or there is no file."""
        known = tuple(file.sha256 for file in self.files if file.sha256)
        return known if known and len(known) == len(self.files) else None

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(file.size for file in self.files)

    def plan(self) -> DownloadPlan | None:
        """The download that fetches exactly these files; None where the bundle does not say where they are."""
        wanted = [WantedFile(f.path, f.size, f.sha256) for f in self.files if f.path and f.sha256]
        if not self.repo or not self.commit or not wanted or len(wanted) != len(self.files):
            return None
        return DownloadPlan(self.repo, self.commit, tuple(wanted))


@dataclass(frozen=True)
class LaneVote:
    """A blind judgement on this comparison. choice: which lane was better, "a" or "b", or "tie" or "both_bad";
    created: ISO 8601 in UTC."""

    created: str
    choice: str


@dataclass(frozen=True)
class BundleQuestions:
    """An evaluation of the same two models: how they were asked, and each question with what both said. created: ISO
    8601 in UTC."""

    created: str
    protocol: EvaluationProtocol
    items: tuple[ScoredItem, ...]


@dataclass(frozen=True)
class Bundle:
    """The file. program: version of Weigh-In that wrote it; created: when, ISO 8601 in UTC."""

    schema: str
    program: str
    created: str
    comparison: Comparison
    models: tuple[BundleModel, ...]
    machine: MachineFacts | None = None
    votes: tuple[LaneVote, ...] = ()
    questions: BundleQuestions | None = None


def questions_of(record: EvaluationRecord, comparison: Comparison) -> BundleQuestions | None:
    """What both models of `comparison` said to the questions of an evaluation of them, its lanes as those of the
    comparison; None where it is of other models, or nothing was answered by both."""
    keys = [contender(result.setup.model).key for result in comparison.results]
    asked = [contender(lane.model).key for lane in record.lanes]
    items = tuple(item for item in record.items if item.a is not None and item.b is not None)
    if sorted(keys) != sorted(asked) or len(set(keys)) != 2 or not items:
        return None
    if keys != asked:
        items = tuple(dataclasses.replace(item, a=item.b, b=item.a) for item in items)
    return BundleQuestions(record.created, record.protocol, items)


def vote_of(vote: Vote, comparison: Comparison) -> LaneVote:
    """A vote on sides as one on lanes."""
    if vote.choice in (Choice.TIE, Choice.BOTH_BAD):
        return LaneVote(vote.created, vote.choice.value)
    preferred = vote.a if vote.choice is Choice.A_BETTER else vote.b
    is_a = preferred.key == contender(comparison.results[0].setup.model).key
    return LaneVote(vote.created, "a" if is_a else "b")


def model_of(lane: str, files: tuple[BundleFile, ...], known: ShelfModel | None) -> BundleModel:
    """The files of a lane with their places at the hub, as far as the shelf knows them."""
    if known is None or not known.repo or not known.commit or not known.hub_path:
        return BundleModel(lane, files)
    folder, slash, first = known.hub_path.rpartition("/")
    if not files or files[0].name != first:
        return BundleModel(lane, files)
    placed = tuple(dataclasses.replace(file, path=f"{folder}{slash}{file.name}") for file in files)
    return BundleModel(lane, placed, known.repo, known.commit)


def bundle_text(bundle: Bundle) -> str:
    """The file's content, UTF-8. Bytes of a file's name that are no text become question marks."""
    text = json.dumps(to_plain(bundle), ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "replace").decode()
