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
    408: ("server_busy", "gave up waiting for the request"),
    425: ("server_busy", "is not ready"),
    429: ("rate_limit", "is asked too often, or the quota is used up"),
    502: ("server_busy", "is a proxy that gets no answer from the server behind it"),
    503: ("server_busy", "is not ready: it loads its model or is overloaded"),
    504: ("server_busy", "is a proxy that gets no answer from the server behind it in time"),
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
        text = (
            f"The certificate of {host} cannot be trusted: {cause.verify_message}. "
            "One of your own can be named in SSL_CERT_FILE."
        )
        return EngineError("certificate", text, detail)
    if isinstance(cause, ssl.SSLError):
        return EngineError("tls", f"{host} does not speak https; perhaps its address begins with http://.", detail)
    if isinstance(error, httpx2.ConnectTimeout):
        return EngineError(
            "server_down", f"{host} does not answer: it is switched off, or a firewall is between.", detail
        )
    if isinstance(error, httpx2.ProxyError):
        return EngineError("proxy", f"The proxy on the way to {host} refuses: {safe_name(str(error))}.", detail)
    if isinstance(error, (httpx2.ConnectError, httpx2.UnsupportedProtocol)):
        if (
            "getaddrinfo" in detail
            or "Name or service" in detail
            or "nodename" in detail
            or "name resolution" in detail
        ):
            return EngineError("server_down", f"The name of {host} was not found.", detail)
        return EngineError(
            "server_down", f"Nobody answers at {host}: does the server run, and is this its port?", detail
        )
    if began:
        return cut(host, detail)
    return EngineError("server_down", f"{host} closed the connection without an answer.", detail)


def silent(host: str) -> EngineError:
    """Success was said, and nothing more."""
    return EngineError("cut", f"{host} closed the connection without an answer.")


def compressed(host: str, how: str) -> EngineError:
    """The answer is packed in a way that nobody asked for."""
    text = f"{host} sent its answer compressed ({safe_name(how, 20)}), which it was asked not to and cannot be read."
    return EngineError("garbage", text)


def broken_off(host: str, reason: str) -> EngineError:
    """The server ended its answer before the model did."""
    return EngineError("server_error", f"{host} broke the answer off ({safe_name(reason, 40)}).")


def cut(host: str, detail: str = "") -> EngineError:
    """The answer ended in the middle."""
    return EngineError("cut", f"The connection to {host} broke in the middle of the answer.", detail)


def stalled(host: str, seconds: float, began: bool) -> EngineError:
    """Nothing came for too long."""
    what = "sent nothing more" if began else "sent no answer"
    return EngineError("stalled", f"{host} {what} for {seconds:.0f} s and was not waited for any longer.")


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
            return failure("key", f"{host} does not accept the key (status {status}).", said)
        return failure("key", f"{host} wants a key: set {KEY_VARIABLE}, or type it where the server is added.", said)
    if 400 <= status < 500 and _NO_MODEL.search(said):
        return failure("no_model", f"{host} does not have this model (status {status})." + _added(said))
    if status == 404:
        text = f"{host} does not know this address (404); that of an OpenAI-compatible server mostly ends in /v1."
        return failure("not_endpoint", text + _added(said))
    if status == 429 and _USED_UP.search(said):
        return failure("quota", f"The quota at {host} is used up (429)." + _added(said))
    if status in _BUSY:
        kind, text = _BUSY[status]
        when = f" It asks to wait {math.ceil(wait_s)} s." if wait_s else ""
        return failure(kind, f"{host} {text} ({status}).{when}" + _added(said))
    if status >= 500:
        return failure("server_error", f"{host} failed (status {status})." + _added(said))
    return failure("refused", f"{host} refuses the request (status {status})." + _added(said))


def key_malformed(host: str) -> EngineError:
    """What was typed or kept as a key cannot be one. It is not repeated: it may be one but for a character."""
    text = f"The key for {host} holds a space, a line break or another character no key can have: copy it again."
    return EngineError("key", text)


def redirected(host: str, elsewhere: str) -> EngineError:
    """The server sends the request, prompt and key with it, to somebody else."""
    text = (
        f"{host} sends the request on to {safe_name(elsewhere, 80)}, which was not followed. "
        "If you trust that address, use it in place of this one."
    )
    return EngineError("redirect", text)


def not_endpoint(host: str, found: str) -> EngineError:
    """What answers there is something else."""
    text = f"{host} sent {found}, not what an OpenAI-compatible server sends; its address mostly ends in /v1."
    return EngineError("not_endpoint", text)


def garbage(host: str, what: str) -> EngineError:
    """An answer nobody can read."""
    return EngineError("garbage", f"{host} sent {what}, which is no answer of an OpenAI-compatible server.")


def failed_inside(host: str, said: str) -> EngineError:
    """The server reported a failure in the middle of its answer."""
    return EngineError("server_error", f"{host} failed while it answered." + _added(said))


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
