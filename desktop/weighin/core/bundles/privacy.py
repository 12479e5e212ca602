"""Takes out of a record what tells where on a computer it was made, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from weighin.core.comparisons.comparison import Comparison
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import server_of
from weighin.core.runs.answer import Answer, Failure
from weighin.core.runs.lane import LaneSetup

# The folders of an absolute path; what follows them is the name that stays. Not the end of "tok/s" or of an address.
_FOLDERS = re.compile(r"(?<![\w./:~-])(?:[A-Za-z]:|~)?[\\/](?:[^\s\\/:\"'<>|]+[\\/])+")
_ADDRESS = re.compile(r"^https?://", re.IGNORECASE)
# Where a server sent a request on to, in the words of this version and of earlier ones: somebody's machine too.
_ELSEWHERE = re.compile(r"(?:(?<=redirects to )|(?<=sends the request on to ))\S+(?=,)")
# An address that leads nowhere by agreement (RFC 2606).
SERVER = "http://server.invalid/v1"


@dataclass(frozen=True)
class Owner:
    """Whose computer it is: the home folder, the user's name, and the servers it talks to, as host:port."""

    home: str
    user: str
    servers: tuple[str, ...] = ()

    def with_servers(self, setups: Iterable[LaneSetup]) -> Owner:
        """The same, who talks to the servers of these lanes."""
        models = (setup.model for setup in setups)
        return replace(self, servers=tuple(dict.fromkeys(server_of(model) for model in models if model.is_server)))

    def hide(self, text: str) -> str:
        """`text` with every absolute path cut to its last name, without the user's name and those of servers."""
        for server in self.servers:
            for name in (server, urlsplit(f"//{server}").hostname or server):
                text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "the server", text, flags=re.IGNORECASE)
        text = _ELSEWHERE.sub("another server", text)
        for home in {self.home, self.home.replace("\\", "/")}:
            if len(home) > 1:
                text = text.replace(home, "")
        text = _FOLDERS.sub("", text)
        return re.sub(rf"(?<!\w){re.escape(self.user)}(?!\w)", "user", text) if len(self.user) > 1 else text


def without_owner(comparison: Comparison, owner: Owner) -> Comparison:
    """The same record without paths and names. Prompts and answers are what was compared: they stay as they are."""
    a, b = comparison.request.lanes
    owner = owner.with_servers((a, b, *(result.setup for result in comparison.results)))
    results = tuple(
        replace(result, setup=setup_without_owner(result.setup, owner), answer=_answer(result.answer, owner))
        for result in comparison.results
    )
    lanes = (setup_without_owner(a, owner), setup_without_owner(b, owner))
    return replace(comparison, request=replace(comparison.request, lanes=lanes), results=results)


def file_name(path: str) -> str:
    """The last name of a path of any system; of a server's address only that it was one, and the model asked for."""
    if _ADDRESS.match(path):
        return f"{SERVER}#{path.partition('#')[2]}"
    return re.split(r"[\\/]", path)[-1]


def setup_without_owner(setup: LaneSetup, owner: Owner) -> LaneSetup:
    """The same lane without paths and names."""
    return replace(setup, model=_model(setup.model), refusal=_failure(setup.refusal, owner))


def _model(model: ModelFacts) -> ModelFacts:
    return replace(model, path=file_name(model.path))


def _answer(answer: Answer, owner: Owner) -> Answer:
    return replace(
        answer,
        failure=_failure(answer.failure, owner),
        notices=tuple(owner.hide(notice) for notice in answer.notices),
    )


def _failure(failure: Failure | None, owner: Owner) -> Failure | None:
    if failure is None:
        return None
    return replace(failure, message=owner.hide(failure.message), detail=owner.hide(failure.detail))
