"""Runs blind rounds on the Compare page: hides everything that could tell, and shows it again after the vote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.comparisons.blind import Choice, Tally, contender
from weighin.core.comparisons.comparison import LaneResult
from weighin.core.comparisons.text import count_words, verdict_words
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

if TYPE_CHECKING:
    from weighin.services.comparisons.blind_round import BlindRound, Judged, SideTexts
    from weighin.services.comparisons.votes import Votes
    from weighin.ui.blind.blind_view import BlindView
    from weighin.ui.theme import Theme


class BlindController(QObject):
    """`place`: where the two answers go; `below`: where what is said and asked goes; `owner`: see BlindView.
    `hide_lanes` gets whether everything about the lanes shall be hidden. `changed`: `is_open` or the round's state
    did."""

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        blind: BlindRound,
        votes: Votes,
        place: QWidget,
        below: QWidget,
        owner: QWidget,
        hide_lanes: Callable[[bool], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._theme, self._blind, self._votes, self._hide_lanes = theme, blind, votes, hide_lanes
        self._place, self._below = QVBoxLayout(place), QVBoxLayout(below)
        for layout in (self._place, self._below):
            layout.setContentsMargins(0, 0, 0, 0)
        self._widget, self._owner = place, owner
        self._view: BlindView | None = None
        self._lanes = ("", "")
        self._is_open = False
        self._series: Callable[[], str] = lambda: ""
        blind.began.connect(self._began)
        blind.ready.connect(self._ready)
        blind.voted.connect(self._voted)
        blind.void.connect(self._void)

    @property
    def view(self) -> BlindView:
        """The two answers, made when they are first wanted."""
        if self._view is None:
            from weighin.ui.blind.blind_view import BlindView

            self._view = view = BlindView(self._theme, self._owner)
            view.voted.connect(self._blind.vote)
            view.gave_up.connect(self._blind.give_up)
            view.left.connect(self.leave)
            self._place.addWidget(view)
            self._below.addWidget(view.panel)
        return self._view

    @property
    def is_open(self) -> bool:
        """Whether the view stands in place of the lanes."""
        return self._is_open

    def count_with(self, series: Callable[[], str]) -> None:
        """From now on `series` says above each round how far a series of them is, "" outside of one."""
        self._series = series

    def leave(self) -> None:
        """Show the lanes again; while a round is on, nothing happens."""
        if not self._blind.hides and self.is_open:
            self._is_open = False
            self.changed.emit()

    def _began(self) -> None:
        self._hide_lanes(True)
        self._is_open = True
        view = self.view
        self.changed.emit()
        view.begin(self._series())

    def _ready(self, texts: SideTexts) -> None:
        self.view.appear(texts.a, texts.b)
        self.changed.emit()

    def _voted(self, judged: Judged) -> None:
        self._hide_lanes(False)
        vote = judged.vote
        a, b = judged.comparison.results
        self._lanes = (contender(a.setup.model).key, contender(b.setup.model).key)
        liked = {Choice.A_BETTER: judged.a, Choice.B_BETTER: judged.b}.get(vote.choice)
        name, lane = (safe_name(liked.setup.model.name, 80), liked.label) if liked else ("", "")
        self.view.tell(_author(judged.a), _author(judged.b), _VOTED.get(vote.choice, "You preferred"), name, lane)
        self._votes.add(vote, self._count, self._not_kept)
        self.changed.emit()

    def _void(self, sentence: str) -> None:
        """The lanes tell the rest: who they are, and what went wrong."""
        self._hide_lanes(False)
        self._is_open = False
        self.changed.emit()

    def _count(self, tallies: tuple[Tally, ...]) -> None:
        if self._blind.hides:
            return  # the next round of a series is on, and a tally names its models
        panel = self.view.panel
        for tally in tallies:
            if {tally.one.key, tally.two.key} == set(self._lanes):
                first = tally.one.key == self._lanes[0]
                a, b = (tally.for_one, tally.for_two) if first else (tally.for_two, tally.for_one)
                panel.show_tally(a, tally.ties + tally.both_bad, b)
                panel.add(f"{count_words(tally)}. {verdict_words(tally)}")
                return
        panel.add("Both lanes hold the same model, so this vote is not counted.")

    def _not_kept(self, error: AppError) -> None:
        self.view.panel.add(f"The vote could not be saved: {error.user_text}")


_VOTED = {Choice.TIE: "You called it a tie", Choice.BOTH_BAD: "You found both bad"}


def _author(result: LaneResult) -> str:
    """Model, quantization and lane."""
    model = result.setup.model
    parts = (safe_name(model.name, 80), safe_name(model.quantization, 24), result.label)
    return " · ".join(part for part in parts if part)
