"""The one exception that carries a sentence for the user."""

from __future__ import annotations


class AppError(Exception):
    """Expected trouble: `user_text` is one clear sentence to show beside the thing it concerns.

    `kind` is a stable word for tests and JSON (for example "not_gguf"); `detail` may carry native log lines.
    """

    def __init__(self, user_text: str, detail: str = "", kind: str = "error") -> None:
        super().__init__(user_text)
        self.user_text = user_text
        self.detail = detail
        self.kind = kind
