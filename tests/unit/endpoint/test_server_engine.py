"""A model behind a server: what is asked of it, what is made of its answers, and everything that can go wrong."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import server_context
from tests.support.loopback_server import KEY, LoopbackServer
from tests.support.worker_client import text_of

from weighin.core.runs.answer import Counting, StopReason
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.endpoint.errors import says
from weighin.endpoint.reply import ReplyTimeouts, within
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.messages import Generate, Generated, Load, Loaded, Tokenize, Tokens
from weighin.workers.engine import EngineError

HASTE = ReplyTimeouts(connect_s=10, first_s=1.0, stall_s=1.0)
PATIENT = ReplyTimeouts(connect_s=10, first_s=30, stall_s=30)
PROMPT = (Message("system", "Be short."), Message("user", "What is seven plus five?"))

NewServer = Callable[..., LoopbackServer]


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    with ExitStack() as open_servers:
        yield lambda **how: open_servers.enter_context(LoopbackServer(**how))


class Talk:
    """One engine with a model of `server`, and the events of its last answer."""

    def __init__(self, server: LoopbackServer, key: str | None = None, patience: ReplyTimeouts = PATIENT) -> None:
        self.engine = ServerEngine(lambda _: key, patience)
        self.server = server
        self.events: list[Any] = []

    def load(self, model: str = "tiny") -> Loaded:
        return self.engine.load(Load(1, self.server.address(model), LoadOptions(), 1), self.events.append)

    def ask(self, raw: bool = False, **sampling: Any) -> Generated:
        request = Generate(2, PROMPT, SamplingOptions(**sampling), 1, raw)
        return self.engine.generate(request, self.events.append)

    def failure(self, **sampling: Any) -> EngineError:
        with pytest.raises(EngineError) as caught:
            self.ask(**sampling)
        return caught.value

    @property
    def text(self) -> str:
        return text_of(self.events)


def test_an_answer_with_the_servers_numbers_and_this_clients_clock(new_server: NewServer) -> None:
    talk = Talk(new_server())
    loaded = talk.load()
    assert (loaded.context, loaded.memory.method, loaded.memory.own_bytes) == (8192, "on the server", None)
    done = talk.ask()
    assert talk.text == "Seven plus five is twelve. That is all."
    assert (done.stop_reason, done.notices) == (StopReason.END, ())
    timing = done.timing
    assert (timing.prompt_tokens, timing.cached_tokens, timing.generated_tokens) == (21, 5, 20)
    assert timing.counting is Counting.SERVER
    assert timing.prompt_s is None and timing.threads is None and timing.first_token_s is not None
    assert timing.generation_tokens_per_s is not None


def test_what_is_asked(new_server: NewServer) -> None:
    talk = Talk(new_server(key=KEY), key=KEY)
    talk.load("big/model:8b")
    talk.ask(temperature=0.7, top_k=7, seed=11, max_tokens=33, stop=("END",))
    asked = talk.server.seen[-1]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["messages"] == [{"role": m.role, "content": m.content} for m in PROMPT]
    expected = {"model": "big/model:8b", "temperature": 0.7, "top_k": 7, "seed": 11, "max_tokens": 33, "stop": ["END"],
                "cache_prompt": False, "stream": True}  # fmt: skip
    assert {name: asked.body[name] for name in expected} == expected


def test_raw_goes_without_a_template(new_server: NewServer) -> None:
    talk = Talk(new_server())
    talk.load()
    talk.ask(raw=True)
    assert talk.server.seen[-1].path == "/v1/completions"
    assert talk.server.seen[-1].body["prompt"] == "Be short.\n\nWhat is seven plus five?"
    assert talk.text == "Seven plus five is twelve. That is all."


def test_without_usage_pieces_are_counted_and_marked(new_server: NewServer) -> None:
    talk = Talk(new_server(usage=False))
    talk.load()
    timing = talk.ask().timing
    assert (timing.prompt_tokens, timing.generated_tokens, timing.counting) == (None, 10, Counting.PIECES)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_is_told_from_the_answer(new_server: NewServer, field: str) -> None:
    talk = Talk(new_server(reasoning=("Let me", " see."), field=field))
    talk.load()
    timing = talk.ask().timing
    assert text_of(talk.events, "reasoning") == "Let me see."
    assert talk.text == "Seven plus five is twelve. That is all."
    assert timing.reasoning_tokens == 2
    assert timing.first_answer_token_s >= timing.first_token_s


def test_reasoning_that_the_server_leaves_in_the_answer_is_told_too(new_server: NewServer) -> None:
    talk = Talk(new_server(words=("<thi", "nk>hm", "</think>", "Twelve.")))
    talk.load()
    talk.ask()
    assert (text_of(talk.events, "reasoning"), talk.text) == ("hm", "Twelve.")


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_any_line_end_of_the_format_is_read(new_server: NewServer, ending: bytes) -> None:
    talk = Talk(new_server(ending=ending))
    talk.load()
    talk.ask()
    assert talk.text == "Seven plus five is twelve. That is all."


def test_a_length_limit_is_told(new_server: NewServer) -> None:
    talk = Talk(new_server(finish="length", done=False))
    talk.load()
    assert talk.ask().stop_reason is StopReason.LENGTH


@pytest.mark.parametrize("turns", range(5))
def test_a_stop_in_the_moment_in_which_something_comes_is_not_lost(turns: int) -> None:
    async def arrive(soon: asyncio.Future[bytes]) -> bytes:
        return await soon

    async def both() -> None:
        soon: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        reading = asyncio.ensure_future(within(arrive(soon), 30))
        for _ in range(3):
            await asyncio.sleep(0)
        soon.set_result(b"x")
        for _ in range(turns):
            await asyncio.sleep(0)
        was_waiting = reading.cancel()
        await asyncio.wait({reading})
        assert reading.cancelled() == was_waiting

    asyncio.run(both())


def test_waiting_ends_in_time_and_leaves_nothing_behind() -> None:
    ended = []

    async def never() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            ended.append(True)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(within(never(), 0.01))
    assert ended == [True]


def test_a_limit_the_server_ignores_is_told(new_server: NewServer) -> None:
    talk = Talk(new_server())  # which counts 20 tokens
    talk.load()
    assert talk.ask(max_tokens=8).notices == ("The server counted 20 answer tokens, over the limit of 8.",)
    assert talk.ask(max_tokens=20).notices == ()


def test_a_stop_string_the_server_ignores_ends_the_answer_here(new_server: NewServer) -> None:
    talk = Talk(new_server())
    talk.load()
    assert talk.ask(stop=("twel",)).stop_reason is StopReason.END
    assert talk.text == "Seven plus five is "


def test_a_server_that_knows_only_openai_is_asked_again_plainly(new_server: NewServer) -> None:
    talk = Talk(new_server(strict=True))
    talk.load()
    assert talk.ask().notices == ()
    done = talk.ask(temperature=0.5)
    assert "top_k" not in talk.server.seen[-1].body
    assert "does not support top k, min p," in done.notices[0] and done.left_out == ("top k", "min p")


def test_a_model_that_lacks_an_option_is_no_missing_model(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("seed",), retry_after=" Invalid model parameter."))
    talk.load()
    assert talk.ask().left_out == ("seed",)


def test_options_a_server_names_are_left_out_one_by_one(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("stream_options", "seed", "top_k")))
    talk.load()
    done = talk.ask(temperature=0.5)
    body = talk.server.seen[-1].body
    assert not {"stream_options", "seed", "top_k"} & set(body) and "min_p" in body
    assert done.left_out == ("seed", "top k")
    assert "does not support seed, top k," in done.notices[0] and "stream_options" in done.notices[1]
    assert done.timing.counting is Counting.PIECES and done.stop_reason is StopReason.END


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "System role not supported"),
        (500, "Jinja Exception: System role not supported"),
        (400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
        (400, "This model doesn't support a system prompt."),
        (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        (500, "Only user and assistant roles are supported!"),
    ],
)
def test_system_text_that_is_refused_goes_before_the_prompt(new_server: NewServer, status: int, said: str) -> None:
    talk = Talk(new_server(no_system=status, said=said))
    talk.load()
    done = talk.ask()
    asked = talk.server.seen[-1].body["messages"]
    assert asked == [{"role": "user", "content": "Be short.\n\nWhat is seven plus five?"}]
    told = "The server takes no system prompt with this model, so it was put before the prompt."
    assert (talk.text, done.notices) == ("Seven plus five is twelve. That is all.", (told,))


def test_another_refusal_moves_no_system_text(new_server: NewServer) -> None:
    talk = Talk(new_server(no_system=400, said="The system prompt and the question do not fit into the context."))
    talk.load()
    assert talk.failure().kind == "refused"
    asked = [seen.body["messages"][0]["role"] for seen in talk.server.seen if seen.method == "POST"]
    assert set(asked) == {"system"}


def test_an_option_that_changes_no_answer_is_left_out_without_a_word(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("stop", "top_p")))
    talk.load()
    done = talk.ask(stop=(" That",))
    assert (done.stop_reason, done.notices, done.left_out) == (StopReason.END, (), ())
    assert talk.text == "Seven plus five is twelve."


def test_another_way_of_choosing_tokens_is_not_taken_in_silence(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("top_p",)))
    talk.load()
    assert talk.failure(temperature=0.7).kind == "refused"


def test_a_limit_of_another_name_is_kept(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("max_tokens",), retry_after=" Use 'max_completion_tokens' instead."))
    talk.load()
    done = talk.ask(max_tokens=33)
    assert talk.server.seen[-1].body["max_completion_tokens"] == 33
    assert (done.left_out, done.notices) == ((), ())


def test_a_refusal_without_a_name_leaves_out_what_changes_no_answer(new_server: NewServer) -> None:
    talk = Talk(new_server(refuses=("stream_options",), nameless=True))
    talk.load()
    assert talk.ask().stop_reason is StopReason.END
    talk.server.behaviour.refuses = ("temperature",)
    asked = len(talk.server.seen)
    assert talk.failure().kind == "refused"
    assert len(talk.server.seen) == asked + 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}, "body.seed: Extra inputs"),
        ({"detail": [{"msg": "No"}]}, "No"),
        ([{"error": {"message": "No"}}], "No"),
        ({"error": {"code": "too_long"}}, "too_long"),
        ({"error": True, "message": "No"}, "No"),
        ({"errors": ["No"]}, "No"),
        ({"message": {"error": {"message": "No"}}}, "No"),
        ({"error": 500}, ""),
        ([], ""),
        (7, ""),
    ],
)
def test_a_refusal_is_read_in_any_shape(body: Any, said: str) -> None:
    assert says(json.dumps(body).encode()) == said


def test_a_server_that_does_not_stream_gives_text_and_no_speed(new_server: NewServer) -> None:
    talk = Talk(new_server(whole=True))
    talk.load()
    done = talk.ask()
    assert talk.text == "Seven plus five is twelve. That is all."
    assert done.timing.generation_tokens_per_s is None
    assert "does not stream" in done.notices[0]


def test_cancel_breaks_off_while_nothing_comes_and_closes_the_connection(new_server: NewServer) -> None:
    talk = Talk(new_server(slow_s=0.05, words=("word ",) * 500))
    talk.load()
    threading.Timer(0.5, talk.engine.cancel).start()
    done = talk.ask()
    assert done.stop_reason is StopReason.CANCELLED
    assert talk.text.startswith("word ")
    assert talk.server.gone.wait(10)

    talk.engine.clear_cancel()
    talk.server.behaviour.silent = True
    threading.Timer(0.2, talk.engine.cancel).start()
    assert talk.ask().stop_reason is StopReason.CANCELLED


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"cut_at": 4}, "cut", "was lost during the answer"),
        ({"done": False, "finish": None}, "cut", "was lost during the answer"),
        ({"stall_at": 4}, "stalled", "nothing more for 1 s"),
        ({"silent": True}, "stalled", "no answer for 1 s"),
        ({"garbage_at": 4}, "garbage", "not JSON"),
        ({"huge_at": 4}, "garbage", "more than a megabyte"),
        ({"error_at": 4}, "server_error", "the GPU fell off the bus"),
        ({"status": 429, "retry_after": "17"}, "rate_limit", "again in 17 s"),
        ({"status": 429, "retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, "rate_limit", "used up (429). It says:"),
        ({"status": 429, "retry_after": "0.2"}, "rate_limit", "again in 1 s"),
        ({"status": 429, "said": "You exceeded your current quota"}, "quota", "is used up"),
        ({"status": 408}, "server_busy", "timed out waiting"),
        ({"status": 502}, "server_busy", "gets no answer from its server"),
        ({"status": 503}, "server_busy", "not ready"),
        ({"status": 504}, "server_busy", "gets no answer from its server"),
        ({"status": 529}, "server_busy", "overloaded"),
        ({"status": 500}, "server_error", "as the test wants it"),
        ({"status": 404}, "not_endpoint", "/v1"),
        ({"status": 400}, "refused", "as the test wants it"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_what_came_is_kept(
    new_server: NewServer, how: dict[str, Any], kind: str, words: str
) -> None:
    talk = Talk(new_server(**how), patience=HASTE if kind == "stalled" else PATIENT)
    talk.load()
    failure = talk.failure()
    assert failure.kind == kind
    assert words in failure.message
    assert f"127.0.0.1:{talk.server.port}" in failure.message
    if "cut_at" in how or "stall_at" in how or "garbage_at" in how:
        assert talk.text == "Seven plus five is"


def test_an_overlong_answer_is_not_gathered_in_memory(new_server: NewServer) -> None:
    talk = Talk(new_server(huge_at=0))
    talk.load()
    assert talk.failure().kind == "garbage"
    assert sum(len(e.text) for e in talk.events if isinstance(e, Tokens)) < 100


@pytest.mark.parametrize("key", [None, "sk-wrong-987654321"])
def test_a_missing_or_wrong_key(new_server: NewServer, key: str | None) -> None:
    talk = Talk(new_server(key=KEY), key=key)
    with pytest.raises(EngineError) as caught:
        talk.load()
    assert caught.value.kind == "key"
    assert ("did not accept" if key else "needs a key") in caught.value.message
    assert not key or key not in caught.value.message + caught.value.detail


@pytest.mark.parametrize("key", ["schl\u00fcssel-1234", "sk-1234\nX-Evil: 1", "sk-\x001234", "sk 1234", "k" * 9000])
def test_a_key_that_no_header_can_carry(new_server: NewServer, key: str) -> None:
    server = new_server()
    with pytest.raises(EngineError) as caught:
        Talk(server, key=key).load()
    assert caught.value.kind == "key" and "copy it again" in caught.value.message
    assert server.seen == [] and "1234" not in caught.value.message + caught.value.detail


def test_an_answer_without_end_is_ended(new_server: NewServer) -> None:
    talk = Talk(new_server(words=("endless " * 8000,) * 40))
    talk.load()
    failure = talk.failure()
    assert failure.kind == "garbage" and "1\u202f048\u202f576 characters" in failure.message
    assert 1 << 20 < len(talk.text) < 1.2 * (1 << 20), "what came is kept"


def test_a_web_page_is_no_endpoint(new_server: NewServer) -> None:
    with pytest.raises(EngineError, match="a web page") as caught:
        Talk(new_server(html=True)).load()
    assert caught.value.kind == "not_endpoint"


def test_a_web_page_in_place_of_an_answer(new_server: NewServer) -> None:
    talk = Talk(new_server())
    talk.load()
    talk.server.behaviour.html = True
    assert talk.failure().kind == "not_endpoint"


def test_nobody_there(new_server: NewServer) -> None:
    with LoopbackServer() as server:
        address = server.address()
    with pytest.raises(EngineError, match="Cannot connect") as caught:
        ServerEngine(lambda _: None).load(Load(1, address, LoadOptions(), 1), lambda _: None)
    assert caught.value.kind == "server_down"


def test_a_redirect_to_another_server_is_not_followed_and_never_gets_the_key(new_server: NewServer) -> None:
    other = new_server()
    talk = Talk(new_server(redirect_to=f"http://127.0.0.1:{other.port}"), key=KEY)
    with pytest.raises(EngineError) as caught:
        talk.load()
    assert caught.value.kind == "redirect"
    assert f"127.0.0.1:{other.port}" in caught.value.message
    assert other.seen == []


def test_a_redirect_within_the_server_ends(new_server: NewServer) -> None:
    server = new_server()
    server.behaviour.redirect_to = f"http://127.0.0.1:{server.port}"
    with pytest.raises(EngineError, match="redirects in a loop"):
        Talk(server).load()


def test_a_certificate_nobody_vouches_for(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server()
    server.secure(server_context(tmp_path))
    with pytest.raises(EngineError, match="is not trusted") as caught:
        Talk(server).load()
    assert caught.value.kind == "certificate"


def test_a_certificate_of_ones_own(new_server: NewServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = new_server()
    server.secure(server_context(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    assert Talk(server).load().context == 8192


def test_https_to_a_server_without(new_server: NewServer) -> None:
    server = new_server()
    server.url = server.url.replace("http:", "https:")
    with pytest.raises(EngineError, match="does not use https"):
        Talk(server).load()


def test_tokens_are_on_the_server(new_server: NewServer) -> None:
    talk = Talk(new_server())
    with pytest.raises(EngineError, match="does not show its tokens"):
        talk.engine.tokenize(Tokenize(1, PROMPT))


@pytest.mark.parametrize(
    ("variable", "proxy", "said"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "of an unsupported kind .socks5."),
        ("HTTP_PROXY", "http://127.0.0.1:99999", "is not an address"),
        ("HTTP_PROXY", "127.0.0.1:9", "Cannot connect"),
    ],
)
def test_a_proxy_on_the_way_to_a_server(variable: str, proxy: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, proxy)
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")  # which is for others
    with pytest.raises(EngineError, match=said):
        ServerEngine(lambda _: None, PATIENT).load(Load(1, "http://server.invalid/v1#m", LoadOptions(), 1), print)


def test_a_proxy_of_the_system_is_not_asked_for_this_computer(
    new_server: NewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert Talk(new_server()).load().context == 8192
