"""What goes wrong with the hub, each in its own sentence that says what to do."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Mapping

from weighin.core.errors import AppError
from weighin.core.retry_after import retry_after as asked_to_wait
from weighin.core.safe_text import safe_name

MAX_WAIT_S = 600.0


class HubError(AppError):
    """Trouble with the hub. `retry`: trying again may help; `wait_s`: how long the hub asks to wait, if it does."""

    def __init__(
        self, user_text: str, kind: str, retry: bool = False, wait_s: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(user_text, detail, kind)
        self.retry = retry
        self.wait_s = wait_s


def status_error(status: int, headers: Mapping[str, str], repo: str) -> HubError:
    """The error for an HTTP status of the hub or of a host it redirects to. `headers` by lower-case name."""
    code, message = headers.get("x-error-code", ""), headers.get("x-error-message", "")
    if code == "GatedRepo":
        return gated(repo)
    if code == "EntryNotFound":
        return HubError(f"{repo} has no such file at this commit.", "not_found")
    if code == "RevisionNotFound":
        return HubError(f"{repo} has no such version.", "not_found")
    if status == 401 and "invalid credentials" in message.lower():
        return HubError("The hub rejected your token: log in again with `hf auth login`.", "login")
    if status == 401 or code == "RepoNotFound":
        return missing_or_private(repo)
    if status == 403:
        text = f"Access to {repo} denied: your token lacks the permission, or the owner blocks it."
        return HubError(text, "forbidden")
    if status == 404:
        return HubError(f"{repo}, or the file in it, is not on the hub.", "not_found")
    if status == 407:
        return HubError("The proxy needs a name and password: add them to HTTPS_PROXY.", "proxy")
    if status == 416:
        return HubError("The server has fewer bytes of this file than the hub lists.", "range", True)
    if status == 429:
        wait = retry_after(headers)
        when = f"in {wait:.0f} s" if wait else "in some minutes"
        return HubError(f"Too many requests: the hub accepts more {when}.", "rate_limit", True, wait)
    if status >= 500 or status == 408:
        text = f"The hub is unavailable (status {status}): try again later."
        return HubError(text, "server", True, retry_after(headers))
    return HubError(f"Unexpected answer from the hub (status {status}).", "status")


def gated(repo: str) -> HubError:
    """The owner wants a licence accepted first."""
    text = f"{repo} is gated: accept its licence on its hub page, log in with `hf auth login`, then try again."
    return HubError(text, "gated")


def missing_or_private(repo: str) -> HubError:
    """The hub does not tell the two apart for somebody it does not know."""
    text = f"{repo} was not found: it does not exist, or it is private (log in with `hf auth login`)."
    return HubError(text, "private_or_missing")


def offline() -> HubError:
    """The user has switched the hub off."""
    return HubError("Offline mode is on (Settings or HF_HUB_OFFLINE): the hub is not contacted.", "offline_mode")


def unreachable(host: str, detail: str = "") -> HubError:
    """There is no way to the hub now. host: its name or address."""
    where = safe_name(host.rpartition("://")[2].rstrip("/"), 60)
    return HubError(f"Cannot reach {where}. Check your internet connection.", "offline", True, detail=detail)


def network_error(error: Exception, host: str) -> HubError:
    """The sentence for a failure below HTTP."""
    where = safe_name(host, 60)
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, ssl.SSLCertVerificationError):
        text = (
            f"The certificate of {where} is not trusted: {error.verify_message}. Set SSL_CERT_FILE for a company's own."
        )
        return HubError(text, "certificate", detail=detail)
    if isinstance(error, socket.gaierror):
        return unreachable(host, detail)
    if isinstance(error, TimeoutError):
        return HubError("No data for too long: trying again.", "stalled", True, detail=detail)
    if isinstance(error, OSError) and "407" in str(error):
        return status_error(407, {}, "")
    if isinstance(error, OSError) and error.errno in (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH):
        return unreachable(host, detail)
    if isinstance(error, (OSError, http.client.HTTPException)):
        return HubError("The connection was lost.", "connection", True, detail=detail)
    raise error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the hub asks to wait, at most MAX_WAIT_S; None where it does not say."""
    wait = asked_to_wait(headers)
    return None if wait is None else min(wait, MAX_WAIT_S)
