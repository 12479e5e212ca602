"""How downloads and what is not offered of a repository are said."""

from __future__ import annotations

from collections.abc import Iterable

from weighin.core import format
from weighin.core.downloads.download import DownloadState, DownloadsTotal, DownloadView, overall
from weighin.core.downloads.repository import LeftOut
from weighin.core.safe_text import safe_name

_NAMED = 3


def download_line(view: DownloadView) -> str:
    """Where a download stands, in one line."""
    amount = f"{format.size(view.done)} of {format.size(view.plan.size)}"
    if view.state is DownloadState.QUEUED:
        return f"Queued · {amount}"
    if view.state is DownloadState.PAUSED:
        return f"Paused · {amount}"
    if view.state is DownloadState.FAILED:
        return f"Failed · {amount}"
    phase = {"checking": "Checking files", "waiting": "Waiting"}
    parts = [phase.get(view.phase, ""), amount]
    if len(view.plan.files) > 1 and view.part:
        here = f"{format.size(view.file_done) if view.file_done else '0'} of {format.size(view.file_total)}"
        parts.append(f"part {view.part} of {len(view.plan.files)}: {here}")
    parts += _pace(view)
    return " · ".join(part for part in parts if part)


def overall_line(views: Iterable[DownloadView]) -> str:
    """All downloads together, in one line."""
    all_of_them = overall(views)
    done = format.size(all_of_them.done) if all_of_them.done else "0"
    parts = [f"{format.plural(all_of_them.count, 'download')}: {done} of {format.size(all_of_them.total)}"]
    return " · ".join([*parts, *_pace(all_of_them)])


def _pace(going: DownloadView | DownloadsTotal) -> list[str]:
    parts = [f"{format.size(going.speed)}/s"] if going.speed is not None else []
    return [*parts, *([f"{format.about(going.seconds_left)} left"] if going.seconds_left is not None else [])]


def left_out(files: tuple[LeftOut, ...]) -> str:
    """What a repository has beside models, by reason: each reason with its files, the first few by name."""
    by_reason: dict[str, list[str]] = {}
    for file in files:
        by_reason.setdefault(file.reason, []).append(safe_name(file.path, 80))
    lines = []
    for reason, names in by_reason.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        lines.append(f"Not offered: {', '.join(names[:_NAMED])}{more}: {reason}.")
    return "\n".join(lines)
