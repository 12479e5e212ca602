"""What is said to a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. role: "system", "user" or "assistant"; content: plain text, never control tokens."""

    role: str
    content: str


@dataclass(frozen=True)
class Attachment:
    """A text file that goes along with a prompt. name: without its folders."""

    name: str
    text: str

    def __post_init__(self) -> None:
        _replace_half_characters(self, ("name", "text"))


@dataclass(frozen=True)
class Prompt:
    """What one comparison asks. `raw` puts the text to the model as it is, without chat template or system text."""

    text: str
    system: str = ""
    raw: bool = False
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        _replace_half_characters(self, ("text", "system"))

    @property
    def whole(self) -> str:
        """The text with its files behind it, as the models read it."""
        files = [f'File "{file.name}":\n{file.text}' for file in self.attachments]
        return "\n\n".join([self.text, *files] if self.text.strip() or not files else files)

    def messages(self, earlier: tuple[Message, ...] = ()) -> tuple[Message, ...]:
        """The turns that a lane gets; `earlier`: those of its own conversation so far."""
        system = (Message("system", self.system),) if self.system.strip() and not self.raw else ()
        return (*system, *earlier, Message("user", self.whole))


def _replace_half_characters(made: object, names: tuple[str, ...]) -> None:
    """Half a character (a lone surrogate, from a command line that is not UTF-8) can be neither sent nor stored."""
    for name in names:
        whole = getattr(made, name).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        object.__setattr__(made, name, whole)


def system_into_user(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The same messages with the system text at the head of the first user turn, for templates that take none."""
    if len(messages) < 2 or messages[0].role != "system":
        return messages
    first = Message("user", f"{messages[0].content}\n\n{messages[1].content}")
    return (first, *messages[2:])
