"""Claims of the catalogue as a list, and each of them in words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from weighin.core.models.catalogue import Claim
from weighin.ui.models.row_table import Column, RowTable

_COLUMNS = (
    Column("Claim", lambda c: str(c.claim), "Llama-3.1-405B is an MoE with 397B", 1.0),
    Column("Verdict", lambda c: str(c.verdict), "vendor claim"),
)


class ClaimsTable(RowTable):
    """Wherever claims are listed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, _COLUMNS, lambda c: str(c.claim), lambda c: f"{c.fact}\n{c.source}", parent)

    def show_matching(self, claims: tuple[Claim, ...], text: str) -> None:
        """Show those of `claims` that contain all words of `text`."""
        wanted = text.lower().split()
        self.show_records(tuple(c for c in claims if all(w in f"{c.claim} {c.fact}".lower() for w in wanted)))


def claim_page(claim: Claim) -> str:
    """All that is known of a claim."""
    return f"{claim.claim}\n\n{claim.verdict.upper()}\n\n{claim.fact}\n\nSource: {claim.source}"
