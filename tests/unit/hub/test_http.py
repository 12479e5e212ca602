"""Proxies, certificates and other things between us and the hub."""

from __future__ import annotations

import http.server
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.loopback_hub import LoopbackHub

from weighin.hub.errors import HubError, retry_after
from weighin.hub.http import Http, RetryPolicy

PATIENCE = RetryPolicy(connect_s=3, stall_s=3)


class _Proxy(http.server.BaseHTTPRequestHandler):
    seen: list[str]

    def log_message(self, format: str, *args: object) -> None:
        return

    def do_CONNECT(self) -> None:
        self.seen.append(self.headers.get("Proxy-Authorization", ""))
        self.send_error(407)


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Proxy", (_Proxy,), {"seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


def test_a_proxy_that_asks_who_we_are(proxy: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 13."""
    address, seen = proxy
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:pa%3Ass@{address}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(HubError) as error:
        Http("https://hub.invalid", None, PATIENCE).get("https://hub.invalid/x")
    assert error.value.kind == "proxy"
    assert seen == ["Basic bWU6cGE6c3M="]
    port = int(address.rpartition(":")[2])
    ours = [each for each in psutil.Process().net_connections("tcp") if each.raddr and each.raddr.port == port]
    assert not ours, "the error holds no connection open"


def test_no_proxy_is_honoured(proxy: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, seen = proxy
    monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(HubError) as error:
        Http("https://127.0.0.1:9", None, PATIENCE).get("https://127.0.0.1:9/x")
    assert error.value.kind == "offline"
    assert seen == []


def test_a_kind_of_proxy_that_is_not_supported_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(HubError, match="socks5"):
        Http("https://hub.invalid", None, PATIENCE).get("https://hub.invalid/x")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 13."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)

    class Page(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_address[1]}"
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(HubError) as error:
        Http(url, None, PATIENCE).get(f"{url}/x")
    assert error.value.kind == "certificate"
    assert not error.value.retry
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting = Http(url, None, PATIENCE)
    assert trusting.get(f"{url}/x").read(10) == b"ok"
    trusting.close()
    server.shutdown()
    server.server_close()


def test_an_endpoint_without_encryption_is_refused_except_on_this_computer() -> None:
    with pytest.raises(HubError):
        Http("http://hub.example")
    Http("http://localhost:1")
    Http("http://[::1]:1")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "999999"}, 600),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"ratelimit": '"api";r=0;t=33'}, 33),
        ({}, None),
    ],
)
def test_how_long_the_hub_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_range_is_read_and_no_more() -> None:
    with LoopbackHub(redirect=False) as hub:
        hub.add("o/r", {"x.gguf": bytes(range(256)) * 8})
        client = Http(hub.url, None, PATIENCE)
        reply = client.get(f"{hub.url}/o/r/resolve/main/x.gguf", 16, 32)
        assert (reply.status, reply.read(100)) == (206, bytes(range(16, 32)))
        client.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None, reason="mounts a tmpfs")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """Fault 10."""
    from tests.unit.hub.test_transfer import DATA, PATH, REPO, Kit

    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", disk], capture_output=True).returncode:
        pytest.skip("no right to mount")
    try:
        with LoopbackHub() as hub:
            hub.add(REPO, {PATH: DATA})
            kit = Kit(hub, disk / "cache")
            assert kit.refused().kind == "disk_full"
            held = kit.places.part.stat().st_size
            assert held >= 16 << 20
            subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
            assert Kit(hub, disk / "cache").run().read_bytes() == DATA
            assert hub.requests()[-1].headers["range"] == f"bytes={held}-"
            small = Kit(hub, disk / "other", free_bytes=lambda folder: shutil.disk_usage(folder).free)
            assert "1.1 GB needed" in small.refused().user_text
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
