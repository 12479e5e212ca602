"""The hub's own client (hf-xet among its ways), for files that are not given out by plain HTTP. Cannot be resumed."""

from __future__ import annotations

from pathlib import Path

from weighin.core.downloads.download import WantedFile
from weighin.core.downloads.hub_names import DATA_SETS
from weighin.hub.client import translated
from weighin.hub.http import check_endpoint

NOTE = "The plain way is refused; the hub's own client fetches this file: it cannot be resumed, and shows no progress."


def fetch_whole(endpoint: str, token: str | None, cache: Path, repo: str, commit: str, file: WantedFile) -> None:
    """Fetch one file into the cache, from the start. What came is not checked yet. Raises AppError or OSError."""
    check_endpoint(endpoint)
    from huggingface_hub import hf_hub_download

    translated(
        repo,
        lambda: hf_hub_download(
            repo.removeprefix(DATA_SETS),
            file.path,
            repo_type="dataset" if repo.startswith(DATA_SETS) else "model",
            revision=commit,
            cache_dir=cache,
            endpoint=endpoint,
            token=token or False,
            library_name="weighin",
        ),
    )
