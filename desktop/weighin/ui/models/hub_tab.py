"""The hub: search, choose a quantization, look inside, download."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.downloads.download import plan_of
from weighin.core.downloads.hub_address import HubAddress, is_hub_address, narrowed, read_address
from weighin.core.downloads.repository import Listing, Repository, Variant
from weighin.core.downloads.text import left_out
from weighin.core.errors import AppError
from weighin.core.models.catalogue import System
from weighin.core.models.report import repository_kind
from weighin.core.models.text import look_lines
from weighin.core.plans.recommendation import recommended
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name
from weighin.ui.models.hub_hint import HubHint
from weighin.ui.models.search_progress import SearchProgress
from weighin.ui.models.verdicts import Verdicts, fits_words
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.models.download_manager import DownloadManager
    from weighin.services.models.hub import Hub
    from weighin.services.plans.planner import ModelPlan
    from weighin.services.plans.remote_look import RemoteLook

_GONE = ("private_or_missing", "not_found", "forbidden")


class HubTab(QWidget):
    """A search, the repositories found, and the models of the chosen one."""

    def __init__(
        self,
        theme: Theme,
        hub: Hub,
        inspector: RemoteLook,
        downloads: DownloadManager,
        verdicts: Verdicts,
        free_bytes: Any,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._hub, self._inspector, self._downloads = hub, inspector, downloads
        self._free_bytes, self._verdicts = free_bytes, verdicts
        self._rows: dict[str, WorkstationRow] = {}
        self._asked = 0
        self._listing: Listing | None = None
        self.search = SearchLine("Search the Hugging Face hub")
        self.search.setMaximumWidth(420)
        self._find = QPushButton("Search")
        self._find.setAccessibleName("Search the hub")
        columns = _repositories(verdicts)
        self.repositories = RowTable("Repositories found", columns, lambda r: str(r.repo), lambda r: str(r.repo))
        self.variants = RowTable("Models of the repository", self._columns(), lambda v: str(v.files[0].path), _tip)
        self.progress = SearchProgress()
        self.hint = HubHint()
        self._nothing = PlainLabel(role="muted", wrap=True)
        self._title = PlainLabel(role="strong", wrap=True)
        self.left_out = PlainLabel(role="small", wrap=True)
        self.facts = PlainLabel(role="small", wrap=True)
        self.error = Strip("red")
        self._retry = self.error.add_button("Retry", "Ask the hub again")
        self._again: Callable[[], None] = lambda: None
        self.error.add_close(theme, "Close this message")
        self.look = QPushButton("Inspect")
        self.look.setAccessibleName("Read the header of the selected model without downloading it")
        self.get = QPushButton("Download")
        self.get.setAccessibleName("Download the selected model")
        self.get.setProperty("role", "primary")
        self._space = PlainLabel(role="small", wrap=True)
        self._arrange()
        self._connect()
        self._show_listing(None)
        self._follow()

    def ask(self) -> None:
        """Search for what is typed, or list the repository it names."""
        text = self.search.text().strip()
        if not text:
            return
        try:
            address = read_address(text, self._hub.mirror)
        except AppError as error:
            if is_hub_address(text, self._hub.mirror):
                self._refuse(error)
                return
            number = self._begin(f"Searching for “{safe_name(text, 60)}”…", self.ask)
            self._hub.search(text, lambda found: self._found(number, found), lambda e: self._fail(number, e))
        else:
            self._show(address)

    def show_repository(self, repo: str) -> None:
        """List the models of one repository."""
        self._show(HubAddress(repo))

    def _show(self, address: HubAddress) -> None:
        """List the models of a repository, and choose the one that the address names."""
        number = self._begin(f"Listing the files of {address.repo}…", lambda: self._show(address))

        def listed(listing: Listing) -> None:
            self._listed(number, listing)
            if number == self._asked:
                self._choose(listing, address)

        self._hub.listing(address.repo, listed, lambda e: self._fail(number, e), address.revision or None)

    def show_first(self, system: System) -> None:
        """List the first of a system's repositories that still exists; say so where none does."""
        self._try(system, 0)

    def _try(self, system: System, which: int) -> None:
        repo = system.repositories[which].repo
        self.search.setText(repo)
        number = self._begin(f"Listing the files of {repo}…", lambda: self._try(system, which))

        def next_one(error: AppError) -> None:
            if number != self._asked:
                return
            if error.kind not in _GONE:
                self._fail(number, error)
            elif which + 1 < len(system.repositories):
                self._try(system, which + 1)
            else:
                text = f"The repositories of {system.name} are no longer on the hub: search for it."
                self._fail(number, AppError(text, kind="catalogue"))

        quantization = system.repositories[which].quantization
        self._hub.listing(repo, lambda listing: self._listed(number, listing, quantization), next_one)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 2)
        top.addWidget(self._find)
        top.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.look)
        head.addWidget(self.get)
        card = self._card = QFrame()
        card.setProperty("role", "card")
        chosen = QVBoxLayout(card)
        chosen.setContentsMargins(12, 8, 12, 8)
        chosen.setSpacing(6)
        chosen.addLayout(head)
        chosen.addWidget(self.variants, 1)
        for label in (self._space, self.facts, self.left_out):
            chosen.addWidget(label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        for widget in (self.error, self.progress, self.hint, self._nothing):
            layout.addWidget(widget)
        layout.addWidget(self.repositories, 2)
        layout.addWidget(card, 3)
        layout.addStretch(0)
        self.repositories.hide()
        self._nothing.hide()

    def _connect(self) -> None:
        self.search.returnPressed.connect(self.ask)
        self._find.clicked.connect(self.ask)
        self.hint.chosen.connect(self._ask_for)
        self.progress.cancelled.connect(self._cancel)
        self._retry.clicked.connect(lambda: self._again())
        self.repositories.opened.connect(self._open_repository)
        self.repositories.follow_search(self.search)
        self.repositories.chosen_changed.connect(self._open_repository)
        self.variants.chosen_changed.connect(self._follow)
        self.variants.opened.connect(self._look)
        self.look.clicked.connect(self._look)
        self._verdicts.changed.connect(self._judge_again)
        self.get.clicked.connect(self._get)

    def _ask_for(self, text: str) -> None:
        self.search.setText(text)
        self.ask()
        self.search.setFocus()

    def _begin(self, text: str, again: Callable[[], None]) -> int:
        """The hub is asked for something; `again` asks the same once more. The number of this question."""
        self._asked += 1
        self._again = again
        for widget in (self.error, self.hint, self._nothing):
            widget.hide()
        self.progress.say(text)
        return self._asked

    def _cancel(self) -> None:
        """Whatever still comes is not wanted."""
        self._asked += 1
        self.progress.say("")
        self.hint.setVisible(self._listing is None and not self.repositories.records)
        self.search.setFocus()

    def _found(self, number: int, found: tuple[Repository, ...]) -> None:
        # An answer that was overtaken by a newer question is of no use.
        if number == self._asked:
            self.progress.say("")
            nothing = f"No GGUF repository matches “{safe_name(self.search.text().strip(), 60)}”."
            self._nothing.say_or_hide("" if found else nothing)
            self.repositories.show_records(found)
            self.repositories.setVisible(bool(found))
            self._show_listing(None)

    def _open_repository(self) -> None:
        chosen: Repository | None = self.repositories.chosen
        if chosen is not None and not (self._listing and self._listing.repo == chosen.repo):
            self.show_repository(chosen.repo)

    def _listed(self, number: int, listing: Listing, quantization: str = "") -> None:
        if number == self._asked:
            self.progress.say("")
            self._show_listing(listing)
            for row, variant in enumerate(listing.variants):
                if quantization and variant.quantization == quantization:
                    self.variants.selectRow(row)

    def _choose(self, listing: Listing, address: HubAddress) -> None:
        if not (address.path or address.quantization):
            return
        try:
            self.variants.selectRow(listing.variants.index(narrowed(listing, address).variants[0]))
        except AppError as error:
            self._refuse(error)

    def _show_listing(self, listing: Listing | None) -> None:
        self._listing = listing
        self._verdicts.follow(listing)
        self.facts.say_or_hide("")
        self._card.setVisible(listing is not None)
        self.left_out.say_or_hide(left_out(listing.left_out) if listing else "")
        if listing is None:
            self._space.hide()
            return
        gate = " · gated: accept its licence on its hub page first" if listing.gated else ""
        licence = f" · licence {safe_name(listing.license, 40)}" if listing.license else ""
        self._title.say(f"{listing.repo}{licence}{gate}")
        self._rows = self._verdicts.of_variants(listing)
        self.variants.show_records(listing.variants)
        best = self._recommended()
        if best is not None:
            self.variants.selectRow(listing.variants.index(best))
        if not listing.variants:
            left = listing.left_out[0] if listing.left_out else None
            why = f" {safe_name(left.path, 80)}: {left.reason}." if left else ""
            self._refuse(AppError(f"No GGUF model to download in this repository.{why}"))

    def _recommended(self) -> Variant | None:
        kinds = {path: row.kind for path, row in self._rows.items()}
        return recommended(self._listing.variants, kinds) if self._listing else None

    def _judge_again(self) -> None:
        if self._listing is not None:
            self._rows = self._verdicts.of_variants(self._listing)
            self.variants.viewport().update()
            self._follow()

    def _follow(self) -> None:
        variant: Variant | None = self.variants.chosen
        usable = variant is not None and not variant.problem
        self.look.setEnabled(usable)
        self.get.setEnabled(usable)
        if variant is None:
            self._space.hide()
        elif variant.problem:
            self._space.say_or_hide(variant.problem)
        else:
            free = self._free_bytes()
            room = f", {format.size(free)} free on disk" if free is not None else ""
            row = self._rows.get(variant.files[0].path)
            verdict = f"\n{self._verdicts.sentence(row)}" if row else ""
            self._space.say_or_hide(f"{format.size(variant.size)} to download{room}{verdict}")

    def _look(self) -> None:
        variant: Variant | None = self.variants.chosen
        listing = self._listing
        if variant is None or listing is None or variant.problem:
            return
        number = self._begin(f"Reading the header of {safe_name(variant.name, 80)}…", self._look)
        self._inspector.look(
            listing,
            variant,
            lambda plan: self._seen(number, listing, variant, plan),
            lambda e: self._fail(number, e),
        )

    def _seen(self, number: int, listing: Listing, variant: Variant, plan: ModelPlan) -> None:
        self._verdicts.keep(listing, variant, plan)
        if number != self._asked:
            return
        facts = plan.model
        self.progress.say("")
        self.facts.say_or_hide("\n".join(look_lines(facts, plan.refusal)))

    def _get(self) -> None:
        variant: Variant | None = self.variants.chosen
        if variant is None or self._listing is None:
            return
        try:
            self._downloads.add(plan_of(self._listing.repo, self._listing.commit, variant))
        except AppError as error:
            self._refuse(error)

    def _fail(self, number: int, error: AppError) -> None:
        """The hub did not give what was asked for; it may be asked again."""
        if number == self._asked:
            self.progress.say("")
            self._retry.show()
            self.error.say(error.user_text)

    def _refuse(self, error: AppError) -> None:
        """What was meant cannot be asked of the hub, or is not there: asking again makes no difference."""
        self.progress.say("")
        self._retry.hide()
        self.error.say(error.user_text)

    def _columns(self) -> tuple[Column, ...]:
        def mark(variant: Variant) -> str:
            return "recommended" if variant == self._recommended() else ""

        return (
            Column("Quantization", lambda v: v.quantization or format.NONE, "UD-Q4_K_XL"),
            Column("Size", lambda v: format.size(v.size), "18.6 GB", number=True),
            Column("Parts", lambda v: str(len(v.files)), "12", number=True),
            Column("Fits?", lambda v: fits_words(self._rows.get(v.files[0].path)), "~ Does not fit"),
            Column("For this computer", mark, "recommended"),
            Column("File", lambda v: safe_name(v.files[0].path, 200), "Qwen3-30B-A3B-Instruct-Q4_K_M", 1.0),
        )


def _tip(variant: Variant) -> str:
    return variant.problem or "\n".join(f"{file.path}\nsha256 {file.sha256}" for file in variant.files[:8])


def _repositories(verdicts: Verdicts) -> tuple[Column, ...]:
    return (
        Column("Repository", lambda r: str(r.repo), "unsloth/Qwen3.6-35B-A3B-GGUF", 1.0, least="unsloth/Qwen3-4B"),
        Column("Parameters", lambda r: repository_kind(r, verdicts.system_of(r.repo)), "MoE 30.5B, 3.3B active"),
        Column("Architecture", lambda r: safe_name(r.architecture or format.NONE, 30), "granitehybrid"),
        Column("Licence", lambda r: safe_name(r.license or format.NONE, 30), "apache-2.0"),
        Column("Gated", lambda r: "gated" if r.gated else "no", "gated"),
        Column("Downloads", lambda r: format.count(r.downloads), "1 234 567", number=True),
    )
