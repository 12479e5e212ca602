"""An OpenAI-compatible server on 127.0.0.1 for tests: answers as the usual ones do, and fails on purpose."""

from __future__ import annotations

import contextlib
import json
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-canary-0123456789"
_PLAIN = {"model", "messages", "prompt", "stream", "stream_options", "max_tokens", "temperature", "top_p", "seed",
          "stop", "logprobs", "top_logprobs"}  # fmt: skip


@dataclass
class Behaviour:
    """How the server answers.

    words: the answer, one piece each; reasoning: pieces before it. usage: it counts the tokens (two a piece).
    status: this instead of an answer, with the words `said`. retry_after: a header with it. html: a web page.
    redirect_to: a Location.
    stall_at / cut_at / garbage_at / error_at / huge_at / overlong_at: at that piece it goes silent, drops the
    connection, sends no JSON, reports a failure, sends a line without end, or a huge one. silent: no answer at all.
    slow_s: between pieces. whole: no stream. strict: 400 for options OpenAI does not know. refuses: 400 for these,
    named one by one, nameless: without a name. no_system: this status for a system turn. done: ends with [DONE].
    finish: reason of the end, None to leave it out. field: where reasoning stands. ending: of lines.
    letters: "good", "ignored", "zeros", "same", "few", "chat" (good, but by chat only), "sums" (more than one),
    "error" (a failure with status 200).
    raw: exactly these bytes instead of a stream, a number being seconds to wait; success, kind,
    encoding: of its header.
    listing: what it answers to /models, a status, or bodies by their query. busy: statuses in place of answers of one
    token, after `busy_after` of these; 0 closes the connection.
    letters_turn: how many answers of one token come before they are `turned_letters`. most_top: most tokens it shows.
    wait_single: it lets those wait."""

    words: tuple[str, ...] = ("Seven", " plus", " five", " is", " twelve", ".", " That", " is", " all", ".")
    reasoning: tuple[str, ...] = ()
    usage: bool = True
    status: int | None = None
    said: str = "as the test wants it"
    retry_after: str = ""
    html: bool = False
    redirect_to: str = ""
    stall_at: int | None = None
    cut_at: int | None = None
    garbage_at: int | None = None
    error_at: int | None = None
    huge_at: int | None = None
    silent: bool = False
    slow_s: float = 0.0
    whole: bool = False
    strict: bool = False
    refuses: tuple[str, ...] = ()
    no_system: int = 0
    nameless: bool = False
    done: bool = True
    finish: str | None = "stop"
    field: str = "reasoning_content"
    ending: bytes = b"\n"
    letters: str = "good"
    letters_turn: int | None = None
    turned_letters: str = "ignored"
    most_top: int = 20
    wait_single: bool = False
    raw: tuple[bytes | float, ...] = ()
    success: int = 200
    kind: str = "text/event-stream"
    encoding: str = ""
    listing: Any = None
    busy: tuple[int, ...] = ()
    busy_after: int = 0


@dataclass
class Seen:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)


class LoopbackServer:
    """`url` is the base address. Use as a context manager. `key`: what it wants, if anything; it repeats a wrong one in
    its error, as some do. `gone`: set when a client left before its answer was complete."""

    def __init__(self, models: tuple[str, ...] = ("tiny", "big/model:8b"), key: str | None = None, **more: Any) -> None:
        self.models, self.key = models, key
        self.behaviour = Behaviour(**more)
        self.seen: list[Seen] = []
        self.single = 0
        self.gone = threading.Event()
        self.release = threading.Event()
        self.tls: Any = None
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def secure(self, context: Any) -> None:
        """Speak https from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.port}/v1"

    def address(self, model: str = "tiny") -> str:
        """What stands for a model in a lane."""
        return f"{self.url}#{model}"

    def __enter__(self) -> LoopbackServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that leaves is what tests do."""


def _handler(owner: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(json.loads(self.rfile.read(length)))

        def log_message(self, *_: object) -> None:
            return

        def _answer(self, body: dict[str, Any]) -> None:
            owner.seen.append(Seen(self.command, self.path, dict(self.headers.items()), body))
            with contextlib.suppress(ConnectionError):
                self._reply(body)

        def _reply(self, body: dict[str, Any]) -> None:
            how = owner.behaviour
            if how.redirect_to:
                self._send(307, b"", "text/plain", {"Location": how.redirect_to + self.path})
            elif how.html:
                self._send(200, b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8")
            elif owner.key and self.headers.get("Authorization") != f"Bearer {owner.key}":
                given = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._error(401, f"Incorrect API key provided: {given}")
            elif how.status and self.path != "/v1/models":
                self._error(how.status, how.said, {"Retry-After": how.retry_after} if how.retry_after else {})
            elif self.path.partition("?")[0] == "/v1/models" and how.listing is not None:
                self._list(how.listing)
            elif self.path == "/v1/models":
                data = [{"id": name, "object": "model", "max_model_len": 8192} for name in owner.models]
                self._json({"object": "list", "data": data})
            elif how.strict and (unknown := set(body) - _PLAIN):
                self._error(400, f"Unrecognized request argument supplied: {', '.join(sorted(unknown))}")
            elif refused := [name for name in how.refuses if name in body]:
                self._error(400, "No." if how.nameless else f"Unsupported parameter: '{refused[0]}'.{how.retry_after}")
            elif how.no_system and any(turn["role"] == "system" for turn in body.get("messages", ())):
                self._error(how.no_system, how.said)
            elif max(int(body.get("logprobs") or 0), body.get("top_logprobs", 0)) > how.most_top:
                self._error(400, f"logprobs must be at most {how.most_top}")
            elif not body.get("stream"):
                owner.single += 1
                if 0 <= (turn := owner.single - 1 - how.busy_after) < len(how.busy):
                    headers = {"Retry-After": how.retry_after} if how.retry_after else {}
                    if how.busy[turn]:
                        self._error(how.busy[turn], how.said, headers)
                    self.close_connection = not how.busy[turn]
                    return
                if owner.single == how.letters_turn:
                    how.letters = how.turned_letters
                if how.wait_single:
                    owner.release.wait(30)
                self._json(_whole(how, self.path, body))
            elif how.silent:
                owner.release.wait(30)
            elif how.raw:
                self._send_raw(how)
            elif how.whole:
                self._json({"choices": [{"message": {"content": "".join(how.words)}, "finish_reason": "stop"}]})
            else:
                self._stream(how, self.path.endswith("/chat/completions"), body)

        def _list(self, listing: Any) -> None:
            query = self.path.partition("?")[2]
            if isinstance(listing, dict) and query in listing:
                listing = listing[query]
            if listing == 204:
                self._send(204, b"", "")
            elif isinstance(listing, int):
                self._error(listing, owner.behaviour.said)
            else:
                self._json(listing)

        def _send_raw(self, how: Behaviour) -> None:
            self.send_response(how.success)
            for name, value in {"Content-Type": how.kind, "Content-Encoding": how.encoding}.items():
                if value:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in how.raw:
                if isinstance(piece, bytes):
                    self.wfile.write(piece)
                    self.wfile.flush()
                else:
                    owner.release.wait(piece)
            self.close_connection = True

        def _stream(self, how: Behaviour, chat: bool, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                if self._pieces(how, chat, body):
                    self.wfile.write(b"0\r\n\r\n")
            except ConnectionError:
                owner.gone.set()

        def _pieces(self, how: Behaviour, chat: bool, body: dict[str, Any]) -> bool:
            """Whether the answer was sent to its end."""
            if chat:
                self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]})
                for text in how.reasoning:
                    self._event({"choices": [{"index": 0, "delta": {how.field: text}, "finish_reason": None}]})
            self._raw(b": keep-alive" + how.ending * 2)
            for number, text in enumerate(how.words):
                if number == how.cut_at:
                    self.close_connection = True
                    return False
                if number == how.stall_at:
                    owner.release.wait(30)
                    return False
                if number == how.garbage_at:
                    self._raw(b"data: {{{ not json" + how.ending * 2)
                if number == how.error_at:
                    self._event({"error": {"message": "the GPU fell off the bus", "code": 500}})
                if number == how.huge_at:
                    self._raw(b"data: " + b"x" * (3 << 20))
                if how.slow_s:
                    owner.release.wait(how.slow_s)
                said = {"delta": {"content": text}} if chat else {"text": text}
                self._event({"choices": [{"index": 0, **said, "finish_reason": None}]})
            if how.finish is not None:
                end: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
                self._event({"choices": [{"index": 0, **end, "finish_reason": how.finish}]})
            if how.usage and body.get("stream_options", {}).get("include_usage"):
                pieces = len(how.words) + len(how.reasoning)
                usage = {"prompt_tokens": 21, "completion_tokens": 2 * pieces, "total_tokens": 21 + 2 * pieces,
                         "prompt_tokens_details": {"cached_tokens": 5}}  # fmt: skip
                self._event({"choices": [], "usage": usage})
            if how.done:
                self._raw(b"data: [DONE]" + how.ending * 2)
            return True

        def _event(self, body: dict[str, Any]) -> None:
            self._raw(b"data: " + json.dumps(body).encode() + owner.behaviour.ending * 2)

        def _raw(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _json(self, body: Any) -> None:
            self._send(200, json.dumps(body).encode(), "application/json")

        def _error(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
            body = {"error": {"message": message, "type": "error", "code": status}}
            self._send(status, json.dumps(body).encode(), "application/json", headers or {})

        def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _whole(how: Behaviour, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """An answer of one token, with log-probabilities where they are asked for and the behaviour gives them."""
    chat = path.endswith("/chat/completions")
    choice: dict[str, Any] = {"index": 0, "finish_reason": "length"}
    choice |= {"message": {"role": "assistant", "content": "A"}} if chat else {"text": " A"}
    if how.letters == "ignored" or (how.letters == "chat" and not chat) or not body.get("logprobs"):
        return {"choices": [choice]}
    if how.letters == "error":
        return {"error": {"message": "the GPU fell off the bus", "code": 500}}
    prompt = body.get("prompt") or body["messages"][-1]["content"]
    top = dict(_likeliest(how.letters, prompt))
    if chat:
        entries = [{"token": token, "logprob": value} for token, value in top.items()]
        choice["logprobs"] = {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": entries}]}
    else:
        choice["logprobs"] = {"tokens": [" A"], "token_logprobs": [-0.1], "top_logprobs": [top]}
    usage = {"usage": {"prompt_tokens": 50, "completion_tokens": 1}} if how.usage else {}
    return {"choices": [choice], **usage}


def _likeliest(letters: str, prompt: str) -> Iterator[tuple[str, float]]:
    right = "A" if "fruit" in prompt else "D"
    for letter in "ABCD" if letters != "few" else "AB":
        if letters == "zeros":
            yield f" {letter}", 0.0
        elif letters == "sums":
            yield f" {letter}", math.log(0.9)
        else:
            first = "A" if letters == "same" else right
            yield f" {letter}", math.log(0.7 if letter == first else 0.05)
