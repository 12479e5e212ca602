"""The note beside a half-finished file: whose bytes they are, and how to tell good ones from torn ones.

Entry i of `digests` is the sha256 of the first (i + 1) x CHUNK bytes: one running hash gives them all, and reading the
file again gives both the check of what is there and the state from which hashing goes on.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from weighin.core.downloads.hub_names import is_sha256
from weighin.core.jsonable import ShapeError, from_plain

# Of what was received, a kill loses at most the chunk being written and the one being noted.
CHUNK = 16 << 20
_SCHEMA = "weighin.part/1"


@dataclass(frozen=True)
class Tail:
    """Where writing was stopped in order between two boundaries: the sha256 of the first `length` bytes."""

    length: int
    digest: str


@dataclass(frozen=True)
class Sidecar:
    """What is known of a part file. `size` and `sha256` are those of the finished file."""

    repo: str
    path: str
    commit: str
    size: int
    sha256: str
    digests: tuple[str, ...] = ()
    tail: Tail | None = None

    def encode(self) -> bytes:
        """As the bytes of a JSON file."""
        return json.dumps({"schema": _SCHEMA, "chunk": CHUNK, **asdict(self)}, indent=0).encode("ascii")


def decode(data: bytes) -> Sidecar | None:
    """The sidecar in `data`; None where it is damaged, of another form or contradicts itself."""
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.get("schema") != _SCHEMA or body.get("chunk") != CHUNK:
            return None
        found = from_plain(Sidecar, body)
    except (ValueError, ShapeError, RecursionError):
        return None
    assert isinstance(found, Sidecar)
    good = all(is_sha256(digest) for digest in (found.sha256, *found.digests))
    inside = len(found.digests) * CHUNK <= found.size and (found.tail is None or found.tail.length <= found.size)
    return found if good and inside else None


def marks(sidecar: Sidecar) -> tuple[tuple[int, str], ...]:
    """(length, sha256 of that many first bytes), ascending."""
    found = [((index + 1) * CHUNK, digest) for index, digest in enumerate(sidecar.digests)]
    if sidecar.tail is not None and sidecar.tail.length > len(sidecar.digests) * CHUNK:
        found.append((sidecar.tail.length, sidecar.tail.digest))
    return tuple(found)
