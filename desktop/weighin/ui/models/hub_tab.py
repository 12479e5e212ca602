"""The hub: search, choose a quantization, look inside, download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

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
from weighin.core.plans.text import here_words
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name
from weighin.ui.models.verdicts import Verdicts
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.models.download_manager import DownloadManager
    from weighin.services.models.hub import Hub
    from weighin.services.plans.planner import ModelPlan
    from weighin.services.plans.remote_look import RemoteLook

_GONE = ("private_or_missing", "not_found", "forbidden")
_HINT = (
    "Type a name or OWNER/REPOSITORY, or paste an address of the hub, and press Enter. "
    "Nothing is asked of the hub before that."
)


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
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search the Hugging Face hub")
        self.search.setAccessibleName("Search the Hugging Face hub")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(420)
        self._find = QPushButton("Search")
        self._find.setAccessibleName("Search the hub")
        columns = _repositories(verdicts)
        self.repositories = RowTable("Repositories found", columns, lambda r: str(r.repo), lambda r: str(r.repo))
        self.variants = RowTable("Models of the repository", self._columns(), lambda v: str(v.files[0].path), _tip)
        self._state = PlainLabel(_HINT, role="muted", wrap=True)
        self._title = PlainLabel(wrap=True)
        self.left_out = PlainLabel(role="small", wrap=True)
        self.facts = PlainLabel(role="small", wrap=True)
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.look = QPushButton("Look inside")
        self.look.setAccessibleName("Read the header of the chosen model without downloading it")
        self.get = QPushButton("Download")
        self.get.setAccessibleName("Download the chosen model")
        self.get.setProperty("role", "primary")
        self._space = PlainLabel(role="small", wrap=True)
        self._arrange()
        self._connect()
        self._show_listing(None)
        self._follow()

    @property
    def state(self) -> str:
        """What stands below the search."""
        return self._state.text()

    def ask(self) -> None:
        """Search for what is typed, or list the repository it names."""
        text = self.search.text().strip()
        if not text:
            return
        try:
            address = read_address(text, self._hub.mirror)
        except AppError as error:
            if is_hub_address(text, self._hub.mirror):
                self._begin("")
                self._fail(self._asked, error)
                return
            self._begin(f"Searching for {safe_name(text, 60)}…")
            number = self._asked
            self._hub.search(text, lambda found: self._found(number, found), lambda e: self._fail(number, e))
        else:
            self._show(address)

    def show_repository(self, repo: str) -> None:
        """List the models of one repository."""
        self._show(HubAddress(repo))

    def _show(self, address: HubAddress) -> None:
        """List the models of a repository, and choose the one that the address names."""
        self._begin(f"Asking for the files of {address.repo}…")
        number = self._asked

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
        self._begin(f"Asking for the files of {repo}…")
        number = self._asked

        def next_one(error: AppError) -> None:
            if number != self._asked:
                return
            if error.kind not in _GONE:
                self._fail(number, error)
            elif which + 1 < len(system.repositories):
                self._try(system, which + 1)
            else:
                text = f"What the catalogue knows of {system.name} is not at the hub any more: search for it."
                self._fail(number, AppError(text, kind="catalogue"))

        quantization = system.repositories[which].quantization
        self._hub.listing(repo, lambda listing: self._listed(number, listing, quantization), next_one)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 2)
        top.addWidget(self._find)
        top.addStretch(1)
        middle = QHBoxLayout()
        middle.addWidget(self._title, 1)
        middle.addWidget(self.look)
        middle.addWidget(self.get)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.error)
        layout.addWidget(self._state)
        layout.addWidget(self.repositories, 2)
        layout.addLayout(middle)
        layout.addWidget(self.variants, 3)
        layout.addWidget(self.left_out)
        layout.addWidget(self._space)
        layout.addWidget(self.facts)
        layout.addStretch(0)
        self.repositories.hide()

    def _connect(self) -> None:
        self.search.returnPressed.connect(self.ask)
        self._find.clicked.connect(self.ask)
        self.repositories.opened.connect(self._open_repository)
        self.repositories.chosen_changed.connect(self._open_repository)
        self.variants.chosen_changed.connect(self._follow)
        self.variants.opened.connect(self._look)
        self.look.clicked.connect(self._look)
        self._verdicts.changed.connect(self._judge_again)
        self.get.clicked.connect(self._get)

    def _begin(self, text: str) -> None:
        self._asked += 1
        self.error.hide()
        self._state.say_or_hide(text)

    def _found(self, number: int, found: tuple[Repository, ...]) -> None:
        # An answer that was overtaken by a newer question is of no use.
        if number == self._asked:
            self._state.say_or_hide("" if found else "The hub has no GGUF repository with these words.")
            self.repositories.show_records(found)
            self.repositories.setVisible(bool(found))
            self._show_listing(None)

    def _open_repository(self) -> None:
        chosen: Repository | None = self.repositories.chosen
        if chosen is not None and not (self._listing and self._listing.repo == chosen.repo):
            self.show_repository(chosen.repo)

    def _listed(self, number: int, listing: Listing, quantization: str = "") -> None:
        if number == self._asked:
            self._state.say_or_hide("")
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
            self.error.say(error.user_text)

    def _show_listing(self, listing: Listing | None) -> None:
        self._listing = listing
        self._verdicts.follow(listing)
        self.facts.say_or_hide("")
        for widget in (self._title, self.variants, self.look, self.get):
            widget.setVisible(listing is not None)
        self.left_out.say_or_hide(left_out(listing.left_out) if listing else "")
        if listing is None:
            self._space.hide()
            return
        gate = " · gated: accept its licence on its page first" if listing.gated else ""
        licence = f" · licence {safe_name(listing.license, 40)}" if listing.license else ""
        self._title.say(f"{listing.repo}{licence}{gate}")
        self._rows = self._verdicts.of_variants(listing)
        self.variants.show_records(listing.variants)
        best = self._recommended()
        if best is not None:
            self.variants.selectRow(listing.variants.index(best))
        if not listing.variants:
            left = listing.left_out[0] if listing.left_out else None
            self.error.say(f"No model to download here: {left.path}: {left.reason}." if left else "No GGUF files here.")

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
            room = f", {format.size(free)} free on the disk" if free is not None else ""
            row = self._rows.get(variant.files[0].path)
            verdict = f"\n{self._verdicts.sentence(row)}" if row else ""
            self._space.say_or_hide(f"{format.size(variant.size)} to download{room}{verdict}")

    def _look(self) -> None:
        variant: Variant | None = self.variants.chosen
        listing = self._listing
        if variant is None or listing is None or variant.problem:
            return
        self._begin(f"Reading the header of {safe_name(variant.name, 80)}…")
        number = self._asked
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
        self._state.say_or_hide("")
        self.facts.say_or_hide("\n".join(look_lines(facts, plan.refusal)))

    def _get(self) -> None:
        variant: Variant | None = self.variants.chosen
        if variant is None or self._listing is None:
            return
        try:
            self._downloads.add(plan_of(self._listing.repo, self._listing.commit, variant))
        except AppError as error:
            self.error.say(error.user_text)

    def _fail(self, number: int, error: AppError) -> None:
        if number == self._asked:
            self._state.say_or_hide("")
            self.error.say(error.user_text)

    def _columns(self) -> tuple[Column, ...]:
        def mark(variant: Variant) -> str:
            return "for this computer" if variant == self._recommended() else ""

        return (
            Column("Quantization", lambda v: v.quantization or format.NONE, "UD-Q4_K_XL"),
            Column("Size", lambda v: format.size(v.size), "18.6 GB", number=True),
            Column("Parts", lambda v: str(len(v.files)), "12", number=True),
            Column("Here?", lambda v: here_words(self._rows.get(v.files[0].path)), "~ tight"),
            Column("", mark, "for this computer"),
            Column("File", lambda v: safe_name(v.files[0].path, 200), "Qwen3-30B-A3B-Instruct-Q4_K_M", 1.0),
        )


def _tip(variant: Variant) -> str:
    return variant.problem or "\n".join(f"{file.path}\nsha256 {file.sha256}" for file in variant.files[:8])


def _repositories(verdicts: Verdicts) -> tuple[Column, ...]:
    return (
        Column("Repository", lambda r: str(r.repo), "unsloth/Qwen3.6-35B-A3B-GGUF", 1.0),
        Column("Parameters", lambda r: repository_kind(r, verdicts.system_of(r.repo)), "MoE 30.5B, 3.3B active"),
        Column("Architecture", lambda r: safe_name(r.architecture or format.NONE, 30), "granitehybrid"),
        Column("Licence", lambda r: safe_name(r.license or format.NONE, 30), "apache-2.0"),
        Column("Gated", lambda r: "gated" if r.gated else "no", "gated"),
        Column("Downloads", lambda r: format.count(r.downloads), "1 234 567", number=True),
    )
