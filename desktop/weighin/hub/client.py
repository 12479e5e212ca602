"""Asking the hub through its own client: search and listings. Its errors become sentences here."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from weighin.core.downloads.download import WantedFile
from weighin.core.downloads.hub_names import DATA_SETS, check_commit, check_repository, is_sha256
from weighin.core.downloads.repository import Listing, RemoteFile, Repository, group_files
from weighin.core.errors import AppError
from weighin.core.proxies import why_unusable
from weighin.core.safe_text import safe_name
from weighin.hub.errors import HubError, gated, missing_or_private, network_error, offline, status_error, unreachable
from weighin.hub.http import check_endpoint, check_proxy

if TYPE_CHECKING:
    from huggingface_hub import HfApi

T = TypeVar("T")
_LICENSE_TAG = "license:"
# Of a data set that is asked for; one of questions has a handful.
_MOST_FILES = 1000


class HubClient:
    """One session with the hub the environment names (HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, proxies, certificates)."""

    def __init__(self, api: HfApi | None = None) -> None:
        self._api = api

    def search(self, text: str, limit: int = 40) -> tuple[Repository, ...]:
        """GGUF repositories that match `text`, the most downloaded first. Raises AppError."""

        def ask() -> tuple[Repository, ...]:
            found = self._hub().list_models(
                filter="gguf",
                search=text,
                sort="downloads",
                limit=limit,
                expand=["downloads", "likes", "gated", "gguf", "tags"],
            )
            return tuple(repository for entry in found if (repository := _repository(entry)) is not None)

        return translated(text, ask)

    def listing(self, repo: str, revision: str | None = None) -> Listing:
        """The models of a repository at its newest commit (or `revision`). Raises AppError."""
        check_repository(repo)

        def ask() -> Listing:
            info = self._hub().model_info(repo, revision=revision)
            commit = check_commit(info.sha or "")
            tree = self._hub().list_repo_tree(repo, recursive=True, revision=commit)
            files = [_file(entry) for entry in tree if hasattr(entry, "size")]
            variants, left_out = group_files(files)
            return Listing(
                repo=repo,
                commit=commit,
                variants=variants,
                left_out=left_out,
                gated=info.gated or "",
                license=_license(info.tags),
                downloads=info.downloads,
            )

        return translated(repo, ask)

    def file(self, repo: str, commit: str, path: str) -> WantedFile:
        """Size and sha256 of one file at the root of a data set, as the hub states them. Raises AppError."""
        name = check_repository(repo).removeprefix(DATA_SETS)

        def ask() -> WantedFile:
            tree = self._hub().list_repo_tree(name, revision=check_commit(commit), repo_type="dataset")
            for entry in tree:
                if entry.path == path and hasattr(entry, "size"):
                    found = _file(entry)
                    return WantedFile(found.path, found.size, found.sha256 or "")
            raise HubError(f"{name} has no file {path} at this commit.", "not_found")

        return translated(name, ask)

    def data_files(self, repo: str, revision: str | None = None) -> tuple[str, tuple[WantedFile, ...]]:
        """The commit of a data set at `revision` (its newest one for None), and its files whose sha256 the hub states,
        at most _MOST_FILES. Raises AppError."""
        name = check_repository(repo).removeprefix(DATA_SETS)

        def ask() -> tuple[str, tuple[WantedFile, ...]]:
            commit = check_commit(self._hub().dataset_info(name, revision=revision).sha or "")
            tree = self._hub().list_repo_tree(name, recursive=True, revision=commit, repo_type="dataset")
            files = (_file(entry) for entry in tree if hasattr(entry, "size"))
            stated = (WantedFile(file.path, file.size, file.sha256) for file in files if file.sha256)
            return commit, tuple(islice(stated, _MOST_FILES))

        return translated(name, ask)

    def _hub(self) -> HfApi:
        check_endpoint(endpoint())
        check_proxy(endpoint())
        if self._api is None:
            # A second to import: only when the hub is really asked.
            from huggingface_hub import HfApi

            logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
            self._api = HfApi(library_name="weighin")
        return self._api


def is_newest(endpoint: str, token: str | None, repo: str, commit: str) -> bool:
    """Whether the main branch of a repository is at `commit` now; False where that cannot be told."""
    check_endpoint(endpoint)
    check_proxy(endpoint)

    def ask() -> bool:
        from huggingface_hub import HfApi

        api, name = HfApi(endpoint=endpoint, token=token or False, library_name="weighin"), repo.removeprefix(DATA_SETS)
        kind = "dataset" if repo.startswith(DATA_SETS) else "model"
        return bool(api.repo_info(name, repo_type=kind, timeout=10).sha == commit)

    try:
        return translated(repo, ask)
    except AppError:
        return False


def token() -> str | None:
    """The user's own token as the hub's client finds it."""
    from huggingface_hub import get_token

    return get_token()


def endpoint() -> str:
    """Address of the hub. Raises HubError where HF_ENDPOINT is none."""
    return str(_constants().ENDPOINT)


def check_online() -> None:
    """Raises HubError where the user has switched the hub off, or HF_ENDPOINT is no address."""
    if _constants().is_offline_mode():
        raise offline()


def _constants() -> Any:
    """What the hub's client made of the environment; it cannot even be imported where HF_ENDPOINT is no address."""
    if given := os.environ.get("HF_ENDPOINT"):
        check_endpoint(given)
    from huggingface_hub import constants

    return constants


def translated(repo: str, ask: Callable[[], T]) -> T:
    """The result of `ask`, the errors of the hub's client as sentences."""
    host = urlsplit(endpoint()).hostname or ""
    import httpx2
    from huggingface_hub import errors

    try:
        return ask()
    except AppError:
        raise
    except errors.OfflineModeIsEnabled:
        raise offline() from None
    except errors.GatedRepoError:
        raise gated(repo) from None
    except errors.RevisionNotFoundError:
        raise HubError(f"{repo} has no such version.", "not_found") from None
    except errors.RepositoryNotFoundError:
        raise missing_or_private(repo) from None
    except errors.DisabledRepoError:
        raise HubError(f"The hub has disabled {repo}.", "forbidden") from None
    except errors.HFValidationError:
        raise HubError(f"{repo!r} is not a repository: write OWNER/NAME.", "name") from None
    except errors.LocalEntryNotFoundError as error:
        raise _transport_error(error, host) from None
    except errors.HfHubHTTPError as error:
        response = error.response
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise status_error(response.status_code, headers, repo) from None
    except httpx2.TimeoutException:
        raise HubError("The hub did not answer in time.", "stalled", True) from None
    except httpx2.ProxyError as error:
        raise HubError(f"The proxy refused: {error}.", "proxy") from None
    except httpx2.TransportError as error:
        raise _transport_error(error, host) from None
    except UnicodeEncodeError:
        text = "Your hub token (HF_TOKEN) contains an invalid character: copy it again."
        raise HubError(text, "login") from None
    except ImportError:  # of httpx, where a variable names a SOCKS proxy, even one that would not be asked
        raise HubError(why_unusable("socks:"), "proxy") from None
    except FileNotFoundError:
        named = safe_name(os.environ.get("SSL_CERT_FILE", ""), 120)
        raise HubError(f"SSL_CERT_FILE names {named}, but this file does not exist.", "certificate") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"{type(error).__name__}: {error}"
        raise HubError("The hub's answer is not readable: is HF_ENDPOINT a hub?", "answer", detail=detail) from None


def _transport_error(error: Exception, host: str) -> HubError:
    """The sentence for the failure below httpx."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return network_error(cause, host)
        cause = cause.__cause__ or cause.__context__
    reason = str(error)
    if "CERTIFICATE" in reason.upper():
        return HubError(f"The certificate of {host} is not trusted: {reason}.", "certificate")
    return unreachable(host, reason)


def _repository(entry: Any) -> Repository | None:
    try:
        name = check_repository(entry.id)
    except AppError:
        return None
    facts = entry.gguf if isinstance(entry.gguf, dict) else {}
    return Repository(
        repo=name,
        downloads=_whole(entry.downloads),
        likes=_whole(entry.likes),
        gated=entry.gated or "",
        license=_license(entry.tags),
        architecture=facts["architecture"] if isinstance(facts.get("architecture"), str) else None,
        parameters=_whole(facts.get("total")),
        context_length=_whole(facts.get("context_length")),
    )


def _file(entry: Any) -> RemoteFile:
    sha256 = entry.lfs.sha256 if entry.lfs is not None else None
    if sha256 is not None and not is_sha256(sha256):
        sha256 = None
    size = entry.lfs.size if entry.lfs is not None else entry.size
    return RemoteFile(str(entry.path), int(size), sha256)


def _license(tags: list[str] | None) -> str | None:
    return next((t.removeprefix(_LICENSE_TAG) for t in tags or () if t.startswith(_LICENSE_TAG)), None)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
