"""What goes wrong with a server, each in its own sentence that says what to do."""

from __future__ import annotations

import json
import math
import re
import ssl

import httpx2

from weighin.core.models.server import KEY_VARIABLE
from weighin.core.safe_text import safe_name
from weighin.workers.engine import EngineError

_SAID = 300
# Where servers put what they have to say of a failure.
_NAMES = (
    "error", "errors", "message", "detail", "msg", "error_msg", "error_message", "errmsg", "errorMessage", "status_msg",
    "base_resp", "reason", "title", "description", "code", "type",
)  # fmt: skip
_BUSY = {
    408: ("server_busy", "timed out waiting for the request"),
    425: ("server_busy", "is not ready"),
    429: ("rate_limit", "limits how often it can be asked, or the quota is used up"),
    502: ("server_busy", "is a proxy and gets no answer from its server"),
    503: ("server_busy", "is not ready: it is loading its model, or is overloaded"),
    504: ("server_busy", "is a proxy and gets no answer from its server in time"),
    529: ("server_busy", "is overloaded"),
}
_NO_MODEL = re.compile(
    r"model.{0,120}?(not.found|not exist|n't exist|not loaded)"
    r"|(no such|unknown|invalid) model(?! (param|arg|opt|field))",
    re.IGNORECASE,
)
_USED_UP = re.compile(r"insufficient.quota|exceeded your current quota|billing|credit", re.IGNORECASE)


def network_error(error: Exception, host: str, began: bool) -> EngineError:
    """The sentence for a failure below HTTP. `began`: part of the answer had come already."""
    detail = f"{type(error).__name__}: {error}"
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        text = f"The certificate of {host} is not trusted: {cause.verify_message}. SSL_CERT_FILE can name your own."
        return EngineError("certificate", text, detail)
    if isinstance(cause, ssl.SSLError):
        return EngineError("tls", f"{host} does not use https; try http:// instead.", detail)
    if isinstance(error, httpx2.ConnectTimeout):
        return EngineError("server_down", f"{host} does not answer: it may be off, or behind a firewall.", detail)
    if isinstance(error, httpx2.ProxyError):
        return EngineError("proxy", f"The proxy for {host} refused: {safe_name(str(error))}.", detail)
    if isinstance(error, (httpx2.ConnectError, httpx2.UnsupportedProtocol)):
        if (
            "getaddrinfo" in detail
            or "Name or service" in detail
            or "nodename" in detail
            or "name resolution" in detail
        ):
            return EngineError("server_down", f"Cannot find {host}.", detail)
        return EngineError(
            "server_down", f"Cannot connect to {host}: check that the server is running, and its port.", detail
        )
    if began:
        return cut(host, detail)
    return EngineError("server_down", f"{host} closed the connection without an answer.", detail)


def silent(host: str) -> EngineError:
    """Success was said, and nothing more."""
    return EngineError("cut", f"{host} closed the connection without an answer.")


def compressed(host: str, how: str) -> EngineError:
    """The answer is packed in a way that nobody asked for."""
    text = f"{host} sent a compressed answer ({safe_name(how, 20)}) that cannot be read."
    return EngineError("garbage", text)


def broken_off(host: str, reason: str) -> EngineError:
    """The server ended its answer before the model did."""
    return EngineError("server_error", f"{host} broke off the answer ({safe_name(reason, 40)}).")


def cut(host: str, detail: str = "") -> EngineError:
    """The answer ended in the middle."""
    return EngineError("cut", f"The connection to {host} was lost during the answer.", detail)


def stalled(host: str, seconds: float, began: bool) -> EngineError:
    """Nothing came for too long."""
    what = "sent nothing more" if began else "sent no answer"
    return EngineError("stalled", f"{host} {what} for {seconds:.0f} s, so the request was ended.")


class StatusError(EngineError):
    """An HTTP status that is no success. wait_s: how long the server asks to wait, None where it does not say."""

    def __init__(self, kind: str, message: str, detail: str, status: int, wait_s: float | None) -> None:
        super().__init__(kind, message, detail)
        self.status, self.wait_s = status, wait_s

    @property
    def passes(self) -> bool:
        """Whether it passes by itself, so that asking again later may help."""
        return self.kind in ("rate_limit", "server_busy") or (self.kind == "server_error" and self.wait_s is not None)


def status_error(status: int, host: str, body: bytes, has_key: bool, wait_s: float | None = None) -> StatusError:
    """The sentence for an HTTP status that is no success, `body` being what came with it."""
    said = says(body)

    def failure(kind: str, text: str, detail: str = "") -> StatusError:
        return StatusError(kind, text, detail, status, wait_s)

    if status in (401, 403):
        if has_key:
            return failure("key", f"{host} did not accept the key (status {status}).", said)
        return failure("key", f"{host} needs a key: set {KEY_VARIABLE}, or enter it when adding the server.", said)
    if 400 <= status < 500 and _NO_MODEL.search(said):
        return failure("no_model", f"{host} does not have this model (status {status})." + _added(said))
    if status == 404:
        text = f"{host} does not have this address (404); it usually ends in /v1."
        return failure("not_endpoint", text + _added(said))
    if status == 429 and _USED_UP.search(said):
        return failure("quota", f"The quota for {host} is used up (429)." + _added(said))
    if status in _BUSY:
        kind, text = _BUSY[status]
        when = f" Try again in {math.ceil(wait_s)} s." if wait_s else ""
        return failure(kind, f"{host} {text} ({status}).{when}" + _added(said))
    if status >= 500:
        return failure("server_error", f"{host} failed (status {status})." + _added(said))
    return failure("refused", f"{host} refused the request (status {status})." + _added(said))


def key_malformed(host: str) -> EngineError:
    """What was typed or kept as a key cannot be one. It is not repeated: it may be one but for a character."""
    text = f"The key for {host} contains a space, a line break or another invalid character: copy it again."
    return EngineError("key", text)


def redirected(host: str, elsewhere: str) -> EngineError:
    """The server sends the request, prompt and key with it, to somebody else."""
    text = (
        f"{host} redirects to {safe_name(elsewhere, 80)}, which was not followed. "
        "If you trust that address, use it instead."
    )
    return EngineError("redirect", text)


def not_endpoint(host: str, found: str) -> EngineError:
    """What answers there is something else."""
    text = f"{host} sent {found} and is not an OpenAI-compatible server; the address usually ends in /v1."
    return EngineError("not_endpoint", text)


def garbage(host: str, what: str) -> EngineError:
    """An answer nobody can read."""
    return EngineError("garbage", f"{host} sent {what}, which is not an OpenAI-compatible answer.")


def failed_inside(host: str, said: str) -> EngineError:
    """The server reported a failure in the middle of its answer."""
    return EngineError("server_error", f"{host} failed during the answer." + _added(said))


def says(body: bytes) -> str:
    """The server's own words in the body of an error, on one line, at most 300 characters; "" where there are none."""
    try:
        return words_of(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def words_of(body: object) -> str:
    """The message in a decoded error body, in any of the shapes servers use; "" where there is none."""
    for _ in range(4):
        if isinstance(body, list) and body and not any(isinstance(e, dict) and "msg" in e for e in body):
            body = body[0]
        if not isinstance(body, dict):
            break
        values = (body.get(name) for name in _NAMES)
        body = next((v for v in values if v and isinstance(v, (str, dict, list))), None)
    if isinstance(body, list):  # as FastAPI says it: a place and a message each
        parts = [(entry.get("loc"), entry.get("msg")) for entry in body[:8] if isinstance(entry, dict)]
        body = "; ".join(
            f"{'.'.join(map(str, place[:6]))}: {text}" if isinstance(place, list) else f"{text}"
            for place, text in parts
        )
    return safe_name(" ".join(body.split()), _SAID) if isinstance(body, str) else ""


def _added(said: str) -> str:
    return f" It says: {said}" if said else ""


def _cause(error: BaseException) -> BaseException:
    """The ssl error behind `error`, or the error itself."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            return found
        found = found.__cause__ or found.__context__
    return error
