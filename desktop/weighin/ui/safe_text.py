"""Text from models, files and errors, made harmless for showing."""

from __future__ import annotations

import re

# Controls, invisible joiners and direction overrides: they reorder or hide what stands beside them in a name.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# What Qt cannot show in running text; a lone surrogate cannot even be handed to it.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\ufdd1]")
_LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")


def safe_name(text: str, limit: int = 120) -> str:
    """A name on one line: controls and direction overrides are shown as U+FFFD, long ones are cut in the middle."""
    shown = _UNSHOWABLE.sub("\ufffd", _UNSEEN.sub("\ufffd", text))
    if len(shown) <= limit:
        return shown
    head = limit * 2 // 3
    return f"{shown[:head]}…{shown[-(limit - head - 1) :]}"


def safe_text(text: str) -> str:
    """Running text: line ends become newlines, what cannot be shown becomes U+FFFD."""
    return _UNSHOWABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text))
