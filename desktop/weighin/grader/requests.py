"""What a process that judges answers is asked, one request after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator

from weighin.protocol import wire
from weighin.protocol.grading_messages import GRADING_REQUESTS, AnswerPiece, Judge, RunTests


def requests(descriptor: int) -> Iterator[tuple[str, Judge | RunTests]]:
    """Each with the answer it is about, until the input ends. Raises wire.WireError for what is no request."""
    splitter = wire.LineSplitter()
    pieces: list[str] = []
    while data := os.read(descriptor, 1 << 16):
        for line in splitter.feed(data):
            request = wire.decode(line, GRADING_REQUESTS)
            if isinstance(request, AnswerPiece):
                pieces.append(request.text)
            else:
                yield "".join(pieces), request
                pieces = []
