"""What is said to a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. role: "system", "user" or "assistant"; content: plain text, never control tokens."""

    role: str
    content: str


@dataclass(frozen=True)
class Prompt:
    """What one comparison asks. `raw` puts the text to the model as it is, without chat template or system text."""

    text: str
    system: str = ""
    raw: bool = False

    def __post_init__(self) -> None:
        # Half a character (a lone surrogate, from a command line that is not UTF-8) can be neither sent nor stored.
        for name in ("text", "system"):
            whole = getattr(self, name).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            object.__setattr__(self, name, whole)

    def messages(self) -> tuple[Message, ...]:
        """The turns that both lanes get, the same for both."""
        system = (Message("system", self.system),) if self.system.strip() and not self.raw else ()
        return (*system, Message("user", self.text))
